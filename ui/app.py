"""The application: one window on one workspace; the first start; changing to another workspace."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from engine import sample
from engine import settings as settings_file
from engine.errors import FormfactError
from engine.jobs import Lane
from engine.workspace import Workspace, default_folder
from ui.main_window import MainWindow
from ui.shell import Shell
from ui.theme.theme import Theme
from ui.watch import Watch


def run(folder: Path | None) -> int:
    """Open the window on a workspace, and stay until it is closed.

    Args:
        folder: the workspace; None: the last one, or at the first start a new one with the sample in it.

    Returns:
        The exit status.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Formfact")
    application.setDesktopFileName("formfact")
    signal.signal(signal.SIGINT, lambda *_: application.closeAllWindows())
    beat = QTimer(interval=500)  # Python hears a signal only when it runs
    beat.timeout.connect(lambda: None)
    beat.start()
    app = App()
    if not app.open(folder or app.usual()):
        return 1
    return application.exec()


class App:
    """Holds the window and what it stands on."""

    def __init__(self) -> None:
        self.settings = settings_file.load()
        self.theme = Theme(self.settings)
        self.window: MainWindow | None = None

    def usual(self) -> Path:
        """The workspace to open when none is named: the last one; else the default, with the sample if it is new."""
        for known in self.settings.recent:
            if (Path(known) / "workspace.sqlite3").exists():
                return Path(known)
        folder = default_folder()
        if not (folder / "workspace.sqlite3").exists():
            sample.want(folder)
        return folder

    def open(self, folder: Path) -> bool:
        """Open a workspace in the window; if it cannot be, say why and keep what is open. Returns whether it was."""
        try:
            workspace = Workspace.open(folder)
        except FormfactError as fault:
            if self.window:
                self.window.shell.fault(fault)
            else:
                _refuse(fault)
            return False
        self.close()
        self.settings = settings_file.opened(settings_file.load(), workspace.folder)
        shell = Shell(workspace, self.settings, self.theme)
        shell.configure(recent=self.settings.recent)
        Watch(shell)
        self.window = MainWindow(shell)
        self.window.asked_workspace.connect(self.open)
        self.window.closed.connect(self.close)
        self.window.show()
        if sample.wanted(workspace):
            prepare_sample(shell)
        return True

    def close(self) -> None:
        """End the window's work, then close its workspace: children save first."""
        if self.window is None:
            return
        window, self.window = self.window, None
        window.hide()
        window.shell.bridge.close()
        window.shell.workspace.close()
        window.deleteLater()


def prepare_sample(shell: Shell) -> None:
    """Fill the sample workspace in the background; chat works meanwhile, with the arms that are ready."""

    def ready(_: object) -> None:
        text = shell.tr("The sample is ready: ask something, and flip between the four answers.")
        shell.banner("good", text)

    def changed(_: object) -> None:
        for what in ("documents", "datasets", "runs", "questions"):
            shell.tell(what)

    shell.run(
        Lane.TUNE,
        shell.tr("Preparing the sample"),
        lambda task: sample.prepare(shell.workspace, task),
        owner=shell,
        on_done=ready,
        on_end=changed,
        page="tune",
    )


def _refuse(fault: FormfactError) -> None:
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":  # nobody sees a box there
        print(f"{fault.what} {fault.remedy}".strip(), file=sys.stderr)
        return
    box = QMessageBox(QMessageBox.Icon.Information, "Formfact", fault.what)
    box.setInformativeText(fault.remedy)
    box.setDetailedText(fault.details)
    box.exec()
