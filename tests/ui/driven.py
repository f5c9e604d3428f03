"""A window in a process of its own that begins some work, says so, and waits to be killed.

Arguments: the workspace, and what to begin: ``chat``, ``index`` or ``tune``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine import resources
from engine.events import Event, FileDone, Saved
from engine.jobs import Lane
from engine.task import Task
from engine.tune.recipe import Recipe
from tests.ui.names import DATA, QUESTION, many_files
from ui.app import App
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage

HALF = 20


def begin_chat(window: MainWindow) -> None:
    """Ask a model that talks slowly in four panes; it is under way once all of them have said something."""
    workspace = window.shell.workspace
    workspace.__dict__["chat_child"] = workspace.child("bench.talker", "chat", "20")
    page = window.page
    assert isinstance(page, ChatPage)
    page.sight.show_layout("grid")
    ready = QTimer(window, interval=50)
    ready.timeout.connect(lambda: page.ask(QUESTION) if len(page.state.allowed) == 4 and not page.busy else None)
    ready.start()
    page.flows.heard.connect(lambda flow, _: say() if flow.texts and all(flow.texts.values()) else None)


def begin_index(window: MainWindow) -> None:
    """Index many files; it is under way at half of them."""
    shell, done = window.shell, []
    folder = many_files(shell.workspace.folder.parent / "files", 2 * HALF)

    def hear(event: Event) -> None:
        if isinstance(event, FileDone):
            done.append(event.path)
            if len(done) == HALF:
                say()

    shell.run(
        Lane.INDEX, "Indexing", lambda task: shell.workspace.documents.add([folder], task), owner=window, on_event=hear
    )


def begin_tune(window: MainWindow) -> None:
    """Tune the starter; it is under way once a checkpoint is on disk."""
    shell = window.shell
    shell.workspace.datasets.import_file(resources.SAMPLE / "examples.jsonl", Task(), name=DATA)
    recipe = Recipe.of({"max_steps": 400, "save_every": 4, "eval_every": 0, "length": 128})

    def hear(event: Event) -> None:
        if isinstance(event, Saved):
            say()

    tuning = shell.workspace.tuning
    shell.run(
        Lane.TUNE, "Tuning", lambda task: tuning.start(DATA, None, task, recipe=recipe), owner=window, on_event=hear
    )


def say() -> None:
    """Tell whoever started us that the work is under way."""
    print("under way", flush=True)


def main() -> None:
    """Open the window and begin."""
    application = QApplication(sys.argv[:1])
    app = App()
    assert app.open(Path(sys.argv[1]))
    assert app.window
    {"chat": begin_chat, "index": begin_index, "tune": begin_tune}[sys.argv[2]](app.window)
    application.exec()


if __name__ == "__main__":
    main()
