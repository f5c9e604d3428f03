"""The real window under a watch: what a click takes, how long the GUI thread is away."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication

from engine import sample
from engine.jobs import Lane
from engine.types import Arm
from store import runs
from store.runs import Run
from ui.app import App, prepare_sample
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage

PERIOD_MS = 5
QUESTION = "How long is the refund window?"


class Watchdog:
    """A timer that notes how late it is."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(PERIOD_MS)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(max(0.0, now - self._last - PERIOD_MS / 1000))
        self._last = now


class Windowed:
    """A window on the workspace in ``folder``.

    Args:
        talk: tokens a second of a made-up model in place of llama.cpp; 0: the real one.
    """

    def __init__(self, folder: Path, talk: int = 0) -> None:
        self._qt = QApplication.instance() or QApplication(["bench"])
        self._app = App()
        assert self._app.open(folder)
        if talk:
            workspace = self.window.shell.workspace
            workspace.__dict__["chat_child"] = workspace.child("bench.talker", "chat", str(talk))
            _pretend_tuned(self.window)
        self.until(lambda: not self.window.shell.bridge.jobs.active, 5)

    @property
    def window(self) -> MainWindow:
        """The window."""
        assert self._app.window
        return self._app.window

    @property
    def chat(self) -> ChatPage:
        """The chat page, in view."""
        self.window.show_page("chat")
        page = self.window.page
        assert isinstance(page, ChatPage)
        return page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._app.close()

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Let the window live until something is true; returns whether it became so in time."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if true():
                return True
            QApplication.processEvents()
            time.sleep(0.001)
        return true()

    def open_page(self, key: str) -> float:
        """Seconds from the click in the rail to the painted first rows."""
        began = time.perf_counter()
        self.window.show_page(key)
        assert self.until(self._listed, 60), f"nothing is listed on {key}"
        self.window.repaint()
        return time.perf_counter() - began

    def stream(self, seconds: float) -> tuple[list[float], float]:
        """Ask in four panes; returns the stalls, and the GUI thread's share of a core meanwhile."""
        page = self.chat
        assert self.until(lambda: len(page.state.allowed) == 4, 10)
        page.sight.show_layout("grid")
        page.ask(QUESTION)
        assert self.until(lambda: bool(page.flows.running and page.flows.running[0].texts), 30)
        dog, began, spent = Watchdog(), time.perf_counter(), time.thread_time()
        self._live(seconds)
        share = (time.thread_time() - spent) / (time.perf_counter() - began)
        assert self.until(lambda: not page.busy, 60)
        return dog.gaps, share

    def flip(self, repeats: int) -> float:
        """Seconds from the key to the painted answer of another arm, all of them having answered."""
        page, taken = self.chat, []
        page.sight.show_layout("one")
        self._live(0.5)
        for number in range(repeats):
            arm = (Arm.TUNED, Arm.GROUNDED, Arm.BOTH, Arm.BASE)[number % 4]
            began = time.perf_counter()
            page.sight.show_arm(arm)
            page.turns.repaint()
            QApplication.processEvents()
            taken.append(time.perf_counter() - began)
            self._live(0.05)
        return statistics.median(taken)

    def everything_at_once(self, files: Path, seconds: float) -> list[float]:
        """Index ``files``, prepare the sample (which tunes) and chat, all at once; returns the stalls."""
        window, page = self.window, self.chat
        shell = window.shell
        prepare_sample(shell)
        shell.run(Lane.INDEX, "Indexing", lambda task: shell.workspace.documents.add([files], task), owner=window)
        page.ask(QUESTION)
        assert self.until(lambda: bool(page.flows.running and page.flows.running[0].texts) or not page.busy, 60)
        dog = Watchdog()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if not page.busy:
                page.ask(QUESTION)
            self._live(0.2)
        shell.bridge.jobs.cancel_all()
        return dog.gaps

    def _listed(self) -> bool:
        """Whether a list or table in view has rows."""
        for view in self.window.page.findChildren(QAbstractItemView):
            model = view.model()
            if view.isVisible() and model is not None and model.rowCount() > 1:
                return True
        return False

    def _live(self, seconds: float) -> None:
        """Run Qt's own loop, as a person's window does."""
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()


def _pretend_tuned(window: MainWindow) -> None:
    """A finished run of the starter, whose adapter the made-up model does not read."""
    workspace = window.shell.workspace
    starter = workspace.models.get(sample.MODEL)
    run = Run("bench", "Bench", "done", starter.name, starter.sha256, "none", "", "", "runs/bench/adapter.gguf")
    runs.insert(workspace.database, run)
    window.shell.tell("runs")
