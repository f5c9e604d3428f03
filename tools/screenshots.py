"""Takes the pictures of the user guide from the real window, light and dark: ``python -m tools.screenshots``.

It prepares the sample in a workspace of its own (two minutes on two cores), asks some questions, scores the sample's
question set, and opens every page. ``--workspace DIR`` keeps that workspace and uses it again; ``--size 1920x1080``
looks at another size; ``--out DIR`` puts the pictures elsewhere.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from engine import sample
from engine.chat.asking import Asking
from engine.task import Task
from engine.types import FOUR_ARMS, Arm
from engine.workspace import Workspace
from ui.app import App
from ui.main_window import MainWindow
from ui.pages.documents.page import DocumentsPage

OUT = Path(__file__).resolve().parent.parent / "docs" / "images"
TALKS = (
    ("What is your return charge?",),
    ("How long is the refund window?",),
    ("How expensive is the repair service?", "What is the deposit?"),
)
QUESTIONS = sample.QUESTIONS


def main() -> None:
    """Prepare, then take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--pages", nargs="*", help="only these")
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FORMFACT_SETTINGS"] = str(Path(folder) / "settings.json")
        workspace = asked.workspace or Path(folder) / "Brightwell"
        prepare(workspace)
        application = QApplication(["screenshots"])
        for theme in ("light", "dark"):
            photograph(workspace, theme, QSize(width, height), asked.out, asked.pages)
        application.quit()


def prepare(folder: Path) -> None:
    """Fill the workspace with what a person would have after an hour; what is there is left."""
    with Workspace.open(folder) as workspace:
        task = Task()
        if not workspace.tuning.list():
            sample.prepare(workspace, task)
        if not workspace.conversations.list():
            for talk in reversed(TALKS):
                conversation = workspace.conversations.new()
                for question in talk:
                    workspace.conversations.ask(
                        conversation.id, question, FOUR_ARMS, task, asking=Asking(), chosen=Arm.BOTH
                    )
        if not workspace.scoring.list():
            workspace.scoring.score(QUESTIONS, task)


def photograph(folder: Path, theme: str, size: QSize, out: Path, pages: list[str] | None) -> None:
    """Open the window in one theme and take a picture of every page."""
    app = App()
    assert app.open(folder)
    assert app.window
    window = app.window
    window.shell.configure(theme=theme)
    window.resize(size)
    out.mkdir(parents=True, exist_ok=True)
    for name, arrange in scenes(window).items():
        if pages and name not in pages:
            continue
        arrange()
        settle(window)
        window.grab().save(str(out / f"{name}-{theme}.png"))
        print(f"{name}-{theme}.png", flush=True)
    app.close()


def scenes(window: MainWindow) -> dict[str, Callable[[], None]]:
    """Name → what brings the window into that state."""

    def page(key: str, *actions: str) -> Callable[[], None]:
        def arrange() -> None:
            window.show_page(key)
            settle(window)
            for action in actions:
                do(window, action)

        return arrange

    def run() -> None:
        window.show_page("tune")
        settle(window)
        window.shell.go("tune", run=window.shell.workspace.tuning.get().id)

    def inspector() -> None:
        window.show_page("documents")
        settle(window)
        documents = window.page
        assert isinstance(documents, DocumentsPage)
        documents.inspector.field.setText(TALKS[0][0])

    return {
        "chat": page("chat", "chat.split"),
        "chat-grid": page("chat", "chat.grid"),
        "chat-difference": page("chat", "chat.split", "chat.difference"),
        **{key: page(key) for key in window.keys if key != "chat"},
        "tune-run": run,
        "documents-inspector": inspector,
    }


def do(window: MainWindow, key: str) -> None:
    """Do one of the window's actions."""
    next(action for action in window.actions_offered() if action.key == key).run()
    settle(window)


def settle(window: MainWindow, quiet_ms: int = 700) -> None:
    """Let the window live until nothing runs any more, and a moment longer."""
    bridge = window.shell.bridge
    for _ in range(2):  # what the end of a job asked for, too
        loop = QEventLoop()
        QTimer.singleShot(quiet_ms, loop.quit)
        loop.exec()
        while bridge.jobs.active or bridge.reads:
            loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


if __name__ == "__main__":
    main()
