"""The diagnostics bundle: read first, then saved or copied. It goes nowhere by itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPlainTextEdit, QWidget

from engine import diagnostics
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Row, Text


class DiagnosticsDialog(QDialog):
    """The text of the bundle, and what can be done with it.

    Args:
        shell: whose workspace and settings it tells of.
        parent: the window that it belongs to.
    """

    def __init__(self, shell: Shell, parent: QWidget) -> None:
        super().__init__(parent)
        self._shell = shell
        self.setWindowTitle(self.tr("Diagnostics"))
        self.resize(shell.theme.px(780), shell.theme.px(620))
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.tr("The diagnostics as they would be saved"))
        self.text.setPlaceholderText(self.tr("Gathering…"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._state = Text("", "secondary", wrap=True)
        self.copy = Button(self.tr("Copy"), "plain", self._copy)
        self.save = Button(self.tr("Save…"), "primary", self._ask_where)
        for button in (self.copy, self.save):
            button.setEnabled(False)
        about = self.tr(
            "This is everything that would be in the file: read it before you share it. It holds no text of documents "
            "or examples, no questions or answers, no names of your files, and no path of your home folder. Nothing "
            "is sent."
        )
        foot = Row(gap=Space.S)
        foot.addWidget(self._state, 1)
        for button in (Button(self.tr("Close"), "quiet", self.close), self.copy, self.save):
            foot.addWidget(button)
        head = (Text(self.tr("Read before you share"), "section"), Text(about, "secondary", wrap=True))
        column = Column(*head, gap=Space.S, margin=Space.XL)
        column.addSpacing(Space.S)
        column.addWidget(self.text, 1)
        column.addSpacing(Space.S)
        column.addLayout(foot)
        self.setLayout(column)
        workspace, settings = shell.workspace, shell.settings
        shell.look(lambda: diagnostics.bundle(workspace, settings), self._filled, owner=self)

    def save_to(self, path: Path) -> None:
        """Write what is shown."""
        text = self.text.toPlainText()
        said = self.tr("Saved as {0}.").format(path.name)
        self._shell.look(
            lambda: diagnostics.save(text, path),
            lambda _: self._say(said, ""),
            owner=self,
            failed=lambda fault: self._say(f"{fault.what} {fault.remedy}", "bad"),
        )

    def _filled(self, text: str) -> None:
        self.text.setPlainText(text)
        self.copy.setEnabled(True)
        self.save.setEnabled(True)
        self.save.setFocus()

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the diagnostics"), "formfact-diagnostics.txt")
        if name:
            self.save_to(Path(name))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())
        self._say(self.tr("Copied."), "")

    def _say(self, text: str, tone: str) -> None:
        self._state.setText(text)
        self._state.tone(tone)
