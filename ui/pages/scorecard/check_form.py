"""One check as a small form, made from the check's own metadata (``engine.compare.fields``)."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from engine.compare import checks
from engine.compare.checks import Check
from engine.compare.fields import Field, fields, filled, values
from engine.errors import QuestionsRefused
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Column, IconButton, Row, Text

_NUMBER_WIDTH, _LABEL_WIDTH = 72, 64
_LINES_AT_MOST = 8


def tr(text: str) -> str:
    """Translate a title or a help of a check."""
    return QCoreApplication.translate("checks", text)


class CheckForm(QFrame):
    """A check with its fields, and what is wrong with it beneath.

    Args:
        name: the check's name, e.g. ``max_words``.
        check: what to show; None: a new check, with its defaults.

    Signals:
        changed: something was typed.
        remove_asked: the check is to go.
    """

    changed = Signal()
    remove_asked = Signal()

    def __init__(self, shell: Shell, name: str, check: Check | None = None) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.name, self.title = name, tr(checks.kinds()[name].title)
        self._touched = check is not None
        shown = values(check) if check else {}
        self.editors: dict[str, QLineEdit | QPlainTextEdit] = {}
        head = Row(Text(self.title), None, IconButton(shell.theme, "close", self._remove_tip(), self.remove_asked.emit))
        column = Column(head, gap=Space.XS, margin=(Space.M, Space.S, Space.S, Space.M))
        asked = fields(checks.kinds()[name])
        for field in asked:
            column.addLayout(self._row(shell, field, shown.get(field.name, field.default), labelled=len(asked) > 1))
        self.fault = Text("", "secondary", wrap=True)
        self.fault.tone("bad")
        column.addWidget(self.fault)
        self.setLayout(column)
        self.check()

    def check(self) -> Check | None:
        """The check as it is filled in; None if it cannot be used, which is then said beneath."""
        typed = {name: _text(editor) for name, editor in self.editors.items()}
        try:
            check = filled(self.name, typed)
        except QuestionsRefused as fault:
            self.fault.setText(f"{fault.what} {fault.remedy}".strip())
            self.fault.setVisible(self._touched)
            return None
        self.fault.hide()
        return check

    def focus(self) -> None:
        """Go to the first field, if there is one."""
        if self.editors:
            next(iter(self.editors.values())).setFocus()

    def _remove_tip(self) -> str:
        return self.tr("Remove the check “{0}”").format(self.title)

    def _row(self, shell: Shell, field: Field, text: str, *, labelled: bool) -> Row | Column:
        editor = _editor(shell, field, text)
        editor.setAccessibleName(f"{self.title}: {tr(field.title)}")
        editor.textChanged.connect(self._typed)
        self.editors[field.name] = editor
        help_ = Text(tr(field.help), "label", wrap=field.kind != "number")
        if not labelled:
            return Row(editor, help_, None) if field.kind == "number" else Column(editor, help_, gap=Space.XS)
        label = Text(tr(field.title), "secondary")
        label.setBuddy(editor)
        label.setFixedWidth(shell.theme.px(_LABEL_WIDTH))
        return Row(label, editor, help_, None)

    def _typed(self) -> None:
        self._touched = True
        self.check()
        self.changed.emit()


def _editor(shell: Shell, field: Field, text: str) -> QLineEdit | QPlainTextEdit:
    if field.kind in ("text", "number"):
        line = QLineEdit(text)
        line.setPlaceholderText(field.example)
        if field.kind == "number":
            line.setFixedWidth(shell.theme.px(_NUMBER_WIDTH))
        return line
    editor = Lines(text)
    editor.setPlaceholderText(field.example)
    return editor


class Lines(QPlainTextEdit):
    """A field of several lines, as high as its text; Tab goes to the next field."""

    def __init__(self, text: str, at_least: int = 1) -> None:
        super().__init__(text)
        self._at_least = at_least
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def _fit(self) -> None:
        lines = max(self._at_least, min(int(self.document().size().height()), _LINES_AT_MOST))
        height = lines * self.fontMetrics().lineSpacing() + 2 * (Space.S + 2)
        if height != self.height():
            self.setFixedHeight(height)


def _text(editor: QWidget) -> str:
    return editor.toPlainText() if isinstance(editor, QPlainTextEdit) else editor.text()  # type: ignore[attr-defined]
