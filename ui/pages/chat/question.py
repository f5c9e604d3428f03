"""The head of a turn: the question, its other versions, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from ui import words
from ui.pages.chat.ask import AskBox
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Column, IconButton, Row, Text

BUTTONS = 5
SHOWN = 700
"""Characters of a question that are shown; the rest is said in words."""


class QuestionView(QWidget):
    """A question.

    Signals:
        edited: the question in other words.
        stepped: -1 or 1: the version before or after is to be shown.
        repeated: it is to be answered under a new seed.
        kept: it is to become a question of the scorecard.
        deleted: the turn is to go.
        touched: it was clicked.
    """

    edited = Signal(str)
    stepped = Signal(int)
    repeated = Signal()
    kept = Signal()
    deleted = Signal()
    touched = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._question = ""
        self._box: AskBox | None = None
        self._text = Text("", "section", wrap=True, select=True)
        self._text.installEventFilter(self)
        self._steps: list[QWidget] = []
        self._icons: dict[str, IconButton] = {}
        self._row = Row(gap=Space.XS)
        self._row.addWidget(self._text, 1)
        self._room = QWidget()  # where the buttons will be: the words must not move when they come
        self._room.setFixedWidth(BUTTONS * (16 + 2 * Space.XS + 2 + Space.XS))
        self._row.addWidget(self._room)
        self._column = Column(self._row)
        self.setLayout(self._column)
        self._whole = False

    def show_question(self, question: str, place: int, versions: int, *, whole: bool) -> None:
        """Show a question; ``whole``: it is in the store, so that things can be done with it."""
        self._question = question
        self._text.setText(_shown(question))
        self._whole = whole
        if versions > 1:
            self._offer_versions(place, versions)
        for widget in self._steps:
            widget.setVisible(versions > 1)
        for button in self._icons.values():
            button.setVisible(whole)

    def offer(self) -> None:
        """Make the buttons of what can be done, once the mouse or the toggle is here."""
        if self._icons:
            return
        made = {
            "copy": (self.tr("Copy the question"), self._copy),
            "edit": (self.tr("Edit the question"), self.edit),
            "dice": (self.tr("Answer under a new seed"), self.repeated.emit),
            "scorecard": (self.tr("Add to the questions of the scorecard"), self.kept.emit),
            "delete": (self.tr("Delete from here on"), self.deleted.emit),
        }
        for icon, (tip, do) in made.items():
            self._icons[icon] = button = IconButton(self._shell.theme, icon, tip, do, size=16)
            button.setVisible(self._whole)
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._room.hide()
        self._emphasise("ink3")

    @property
    def stops(self) -> list[QWidget]:
        """What the Tab key goes through, in order."""
        return [*self._steps[::2], *self._icons.values()]

    def edit(self) -> None:
        """Change the question in place; the answers to the old one are kept beside it."""
        if self._box:
            return
        self._box = AskBox(self._shell, self.tr("Ask in other words"))
        self._box.put(self._question)
        self._box.asked.connect(self._ask)
        self._box.escaped.connect(self._close)
        self._box.column.addWidget(Text(self.tr("Enter asks, Esc leaves it as it was."), "label"))
        self._column.addWidget(self._box)
        self._box.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the words that selects none of them is told."""
        if event.type() == QEvent.Type.MouseButtonRelease and not self._text.hasSelectedText():
            self.touched.emit()
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """What can be done stands out while the mouse is here."""
        self.offer()
        self._emphasise("ink2")
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """And recedes again."""
        self._emphasise("ink3")
        super().leaveEvent(event)

    def _ask(self, question: str) -> None:
        self._close()
        if question != self._question:
            self.edited.emit(question)

    def _close(self) -> None:
        if self._box:
            self._box.deleteLater()
            self._box = None

    def _offer_versions(self, place: int, versions: int) -> None:
        """Show which version this is, and the way to the others."""
        if not self._steps:
            theme = self._shell.theme
            self._before = IconButton(theme, "left", self.tr("Version before"), lambda: self.stepped.emit(-1), size=14)
            self._after = IconButton(theme, "right", self.tr("Version after"), lambda: self.stepped.emit(1), size=14)
            self._place = Text("", "label")
            self._steps = [self._before, self._place, self._after]
            for at, widget in enumerate(self._steps, 1):
                self._row.insertWidget(at, widget, 0, Qt.AlignmentFlag.AlignTop)
        self._place.setText(f"{place + 1}/{versions}")
        self._place.setAccessibleName(self.tr("Version {0} of {1}").format(place + 1, versions))
        self._before.setEnabled(place > 0)
        self._after.setEnabled(place < versions - 1)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._question)

    def _emphasise(self, colour: str) -> None:
        for name, button in self._icons.items():
            button.show_icon(name, colour=colour)


def _shown(question: str) -> str:
    if len(question) <= SHOWN:
        return question
    rest = words.size(len(question.encode(errors="replace")))
    return f"{question[:SHOWN]}… ({rest})"
