"""The workspace's name at the head of the rail, with the way to others: new, open, recent, copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from engine.jobs import Lane
from ui.actions import Action
from ui.shell import Shell


class WorkspaceMenu(QToolButton):
    """Which workspace is open, and the menu of others.

    Args:
        open_other: called with the folder of the workspace that is to be opened.
    """

    def __init__(self, shell: Shell, open_other: Callable[[Path], object]) -> None:
        super().__init__()
        self._shell, self._open = shell, open_other
        name = shell.workspace.folder.name
        self.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 60) + " ▾")
        self.setToolTip(self.tr("Workspace: {0}").format(shell.workspace.folder))
        self.setAccessibleName(self.tr("Workspace {0}").format(name))
        self.clicked.connect(self._show)

    def actions_offered(self) -> list[Action]:
        """For the palette."""
        return [
            Action("workspace.new", self.tr("New workspace…"), self._new, "Ctrl+Shift+N"),
            Action("workspace.open", self.tr("Open a workspace…"), self._choose, "Ctrl+O"),
            Action("workspace.copy", self.tr("Copy this workspace as…"), self._copy),
        ]

    def _show(self) -> None:
        menu = QMenu(self)
        here = str(self._shell.workspace.folder)
        for folder in self._shell.settings.recent:
            if folder != here:
                menu.addAction(folder, partial(self._open, Path(folder)))
        menu.addSeparator()
        for action in self.actions_offered():
            menu.addAction(action.title, action.run)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _new(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Name and place of the new workspace"))
        if name:
            self._open(Path(name))

    def _choose(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, self.tr("Folder of a workspace")):
            self._open(Path(name))

    def _copy(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Copy the workspace as"))
        if not name:
            return
        target = Path(name)
        self._shell.run(
            Lane.DATA,
            self.tr("Copying the workspace"),
            lambda task: self._shell.workspace.copy(target, task),
            owner=self,
            on_done=lambda _: self._copied(target),
        )

    def _copied(self, target: Path) -> None:
        text = self.tr("The workspace was copied to {0}.").format(target)
        self._shell.banner("good", text, actions=[(self.tr("Open the copy"), lambda: self._open(target))])
