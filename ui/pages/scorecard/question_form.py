"""A question with its checks, to be edited in place."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QMenu, QScrollArea

from engine.compare.checks import Check, Side
from engine.compare.fields import choices
from engine.compare.questions import Question
from ui.pages.scorecard.check_form import CheckForm, Lines, tr
from ui.pages.scorecard.view import Content
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Row, Text

SIDES: tuple[Side, Side] = ("form", "facts")


class QuestionForm(QScrollArea):
    """The form of one question.

    Signals:
        changed: something in it was changed.
    """

    changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.id = ""
        self.checks: dict[Side, list[CheckForm]] = {"form": [], "facts": []}
        self._boxes: dict[Side, Column] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text, self.note, self.fault = Lines(""), QLineEdit(), Text("", "secondary")

    def show_question(self, question: Question) -> None:
        """Show another question."""
        self.id = question.id
        self.checks = {"form": [], "facts": []}
        self.text, self.note = Lines(question.text, at_least=2), QLineEdit(question.note)
        self.text.setAccessibleName(self.tr("Question"))
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setPlaceholderText(self.tr("Where the answer stands, or why this is asked; only for you"))
        self.fault = Text(self.tr("The question is empty."), "secondary")
        self.fault.tone("bad")
        self._lay_out()
        for side in SIDES:
            for check in question.form if side == "form" else question.facts:
                self._insert(side, CheckForm(self._shell, str(check.__struct_config__.tag), check))
        self.fault.setVisible(not question.text.strip())
        self.text.textChanged.connect(self._typed)
        self.note.textChanged.connect(self.changed)

    def question(self) -> Question | None:
        """The question as it is filled in; None while something in it cannot be used."""
        found = {side: [form.check() for form in forms] for side, forms in self.checks.items()}
        text = self.text.toPlainText().strip()
        if not text or any(check is None for side in found.values() for check in side):
            return None
        good: dict[Side, tuple[Check, ...]] = {
            side: tuple(check for check in given if check is not None) for side, given in found.items()
        }
        return Question(self.id, text, good["form"], good["facts"], self.note.text().strip())

    def incomplete(self) -> str:
        """What cannot be used yet, in a few words; empty if nothing."""
        if not self.text.toPlainText().strip():
            return self.tr("the question is empty")
        bad = [form.title for forms in self.checks.values() for form in forms if form.check() is None]
        return self.tr("“{0}” is not complete").format(bad[0]) if bad else ""

    def focus(self) -> None:
        """Go to the question's text."""
        self.text.setFocus()
        self.text.selectAll()

    def add(self, side: Side, name: str) -> CheckForm:
        """Add an empty check."""
        form = CheckForm(self._shell, name)
        self._insert(side, form)
        form.focus()
        self.changed.emit()
        return form

    def _lay_out(self) -> None:
        titles = {
            "form": (self.tr("Form"), self.tr("Does it look as it should? An answer must pass all of these.")),
            "facts": (self.tr("Facts"), self.tr("Does it say what is true? An answer must pass all of these.")),
        }
        column = Column(Text(self.tr("Question"), "secondary"), self.text, self.fault, gap=Space.S)
        for side in SIDES:
            title, why = titles[side]
            self._boxes[side] = Column(gap=Space.S)
            head = Row(Text(title, "section"), Text(why, "secondary"), None, gap=Space.M)
            for item in (Space.M, head, self._boxes[side], Row(self._adder(side, title), None)):
                if isinstance(item, int):
                    column.addSpacing(item)
                else:
                    column.addLayout(item)
        column.addSpacing(Space.M)
        for widget in (Text(self.tr("Note"), "secondary"), self.note):
            column.addWidget(widget)
        column.addStretch(1)
        column.setContentsMargins(0, 0, Space.L, Space.L)
        content = Content()
        content.setLayout(column)
        self.setWidget(content)

    def _adder(self, side: Side, title: str) -> Button:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name, kind in choices(side):
            action = menu.addAction(tr(kind.title), partial(self.add, side, name))
            sample = self.tr("Passes: {0}\nFails: {1}")
            action.setToolTip(sample.format(" / ".join(kind.sample.passes.split("\n")), kind.sample.fails))
        said = self.tr("Add a form check") if side == "form" else self.tr("Add a fact check")
        button = Button(said)
        button.setMenu(menu)
        return button

    def _insert(self, side: Side, form: CheckForm) -> None:
        self.checks[side].append(form)
        self._boxes[side].addWidget(form)
        form.changed.connect(self.changed)
        form.remove_asked.connect(partial(self._remove, side, form))

    def _remove(self, side: Side, form: CheckForm) -> None:
        self.checks[side].remove(form)
        form.hide()
        form.deleteLater()
        self.changed.emit()

    def _typed(self) -> None:
        self.fault.setVisible(not self.text.toPlainText().strip())
        self.changed.emit()
