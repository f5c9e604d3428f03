"""What the page shows before the first question: what it does, and questions to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Text

WIDTH = 520
OFFERED = 4


class Welcome(QWidget):
    """An empty conversation.

    Signals:
        chosen: a question to ask.
    """

    chosen = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        title = Text(self.tr("Ask once, see four answers"), "title")
        text = Text(
            self.tr(
                "The same question, the same seed: as the model is, with your tuned form, with your documents, and"
                " with both. Flip between them and see what each one changes."
            ),
            "secondary",
            wrap=True,
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setFixedWidth(WIDTH)
        self._offers = Column(gap=Space.S)
        column = Column(None, gap=Space.M)
        for widget in (title, text):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(Space.M)
        column.addLayout(self._offers)
        column.addStretch(2)
        self.setLayout(column)
        self.read()

    def read(self) -> None:
        """Read which questions there are to begin with: some of the question sets'."""
        self._shell.look(self._questions, self._show, owner=self, key="offers")

    def _questions(self) -> list[str]:
        sets = self._shell.workspace.question_sets
        found = [question.text for one in sets.list()[:1] for question in sets.get(one.name).questions]
        step = max(1, len(found) // OFFERED)
        return found[::step][:OFFERED]

    def _show(self, questions: Sequence[str]) -> None:
        while self._offers.count():
            if (item := self._offers.takeAt(0)) and (old := item.widget()):
                old.deleteLater()
        for question in questions:
            button = Button(question, "plain", partial(self.chosen.emit, question))
            self._offers.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
