"""The report of a scorecard: written into the workspace and opened, or saved where a person wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.pages.scorecard.data import Shown, report_file, source_name
from ui.shell import Shell


class Reports(QObject):
    """Writes reports beside the window.

    Args:
        page: what dialogs stand over.
    """

    def __init__(self, shell: Shell, page: QWidget) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page

    def open(self, shown: Shown) -> None:
        """Write the report, and open it in the browser, where it can be printed too."""
        self._write(shown, report_file(self._shell.workspace, shown.card), show_file)

    def save(self, shown: Shown) -> None:
        """Ask where to, and write the report there."""
        if target := where_to_save(self._page, f"{self._title(shown)}.html"):
            self._write(shown, target, self._saved)

    def _write(self, shown: Shown, target: Path, then: Callable[[Path], Any]) -> None:
        scoring, title = self._shell.workspace.scoring, self._title(shown)
        self._shell.look(lambda: scoring.report(shown.card, target, title=title), then, owner=self)

    def _saved(self, path: Path) -> None:
        actions = [(self.tr("Open"), lambda: show_file(path))]
        self._shell.banner("good", self.tr("The report is saved: {0}").format(path.name), actions=actions)

    def _title(self, shown: Shown) -> str:
        return self.tr("Scorecard of {0}").format(source_name(shown.card.row.source))


def where_to_save(parent: QWidget, name: str) -> Path | None:
    """Ask where to save a file; None: nowhere."""
    chosen, _ = QFileDialog.getSaveFileName(parent, parent.tr("Save"), name.replace("/", "-"))
    return Path(chosen) if chosen else None


def show_file(path: Path) -> None:
    """Open a file in the system's program for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
