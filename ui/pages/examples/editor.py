"""The side editor: the turns of one example, its tags, and whether they are saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QWidget

from engine.types import Example, Message
from ui.pages.examples.turn import TurnEdit
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Row, Text


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the editor: ``example`` is the id it belongs to, 0 for a new one."""

    example: int
    messages: tuple[Message, ...]
    tags: tuple[str, ...]


class Editor(QWidget):
    """Edits one example.

    Signals:
        edited: the text has changed; a preview may want to know.
        save_asked: the draft is to be saved; ``bool``: and the next example edited.
        left: the person wants back to the table.
        discarded: a new example was given up.
    """

    edited = Signal()
    save_asked = Signal(bool)
    left = Signal()
    discarded = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._saved: Draft | None = None
        self._turns: list[TurnEdit] = []
        self._blank = Text(self.tr("Choose an example to see and change it here."), "secondary", wrap=True)
        self._fault = Text("", "secondary", wrap=True)
        self._fault.setVisible(False)
        self._column = Column(gap=Space.M, margin=(Space.L, Space.M, Space.L, Space.L))
        self._add = Button(self.tr("Add a turn"), "quiet", self._add_turn)
        self._tags = QLineEdit()
        self._tags.setPlaceholderText(self.tr("Tags, with commas between them"))
        self._tags.setAccessibleName(self.tr("Tags"))
        self._tags.textChanged.connect(lambda _: self._changed())
        self._tags.returnPressed.connect(lambda: self.save_asked.emit(False))
        self._state = Text("", "secondary")
        self._revert = Button(self.tr("Revert"), "quiet", self.revert)
        self._save = Button(self.tr("Save"), "plain", lambda: self.save_asked.emit(False))
        self._save.setToolTip(self.tr("Ctrl+S; Ctrl+Enter saves and goes on to the next example"))
        self._lay_out()

    def _lay_out(self) -> None:
        inside = QFrame()
        inside.setProperty("role", "panel")
        inside.setLayout(self._column)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(scroll.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        self._scroll = scroll
        self._column.addWidget(self._blank)
        self._column.addWidget(self._add)
        self._column.addWidget(self._tags)
        self._column.addStretch(1)
        foot = Row(self._state, None, self._revert, self._save, margin=(Space.L, Space.S, Space.L, Space.M))
        fault = Row(margin=(Space.L, 0, Space.L, 0))
        fault.addWidget(self._fault, 1)
        column = Column(gap=0)
        column.addWidget(scroll, 1)
        column.addLayout(fault)
        column.addLayout(foot)
        self.setLayout(column)

    @property
    def draft(self) -> Draft | None:
        """What is in the editor; None if nothing is."""
        if self._saved is None:
            return None
        tags = tuple(dict.fromkeys(" ".join(tag.split()) for tag in self._tags.text().split(",") if tag.strip()))
        return Draft(self._saved.example, tuple(turn.message for turn in self._turns), tags)

    @property
    def saved(self) -> Draft | None:
        """What is stored."""
        return self._saved

    @property
    def dirty(self) -> bool:
        """Whether the draft differs from what is stored."""
        return self._saved is not None and self.draft != self._saved

    def show_example(self, example: Example) -> None:
        """Edit a stored example; if it is the one that is shown already, the cursor stays."""
        stored = Draft(example.id, example.messages, example.tags)
        if stored != self._saved or self.dirty:
            self._fill(stored)

    def begin(self, messages: Sequence[Message]) -> None:
        """Write a new example, beginning with these turns."""
        self._fill(Draft(0, tuple(messages), ()))
        self.focus()

    def put_back(self, draft: Draft, saved: Draft) -> None:
        """Show a draft again that could not be saved."""
        self._fill(draft)
        self._saved = saved
        self._changed()

    def clear(self) -> None:
        """Edit nothing."""
        self._saved = None
        self._rebuild(())
        self._tags.clear()
        self._state.clear()
        self._fault.setVisible(False)
        self.edited.emit()

    def kept(self, draft: Draft) -> None:
        """Say that this draft is stored now."""
        self._saved = draft
        self._changed()

    def refuse(self, reason: str) -> None:
        """Say why the draft cannot be stored."""
        self._fault.setText(reason)
        self._fault.tone("bad")
        self._fault.setVisible(True)

    def revert(self) -> None:
        """Back to what is stored; a new example is given up."""
        if self._saved is None:
            return
        if self._saved.example:
            self._fill(self._saved)
            return
        self.clear()
        self.discarded.emit()

    def focus(self) -> None:
        """Go to the first turn that a person would change."""
        for turn in self._turns:
            if turn.message.role != "system":
                turn.text.setFocus()
                return

    def _fill(self, draft: Draft) -> None:
        self._saved = None  # no news while it is filled
        self._rebuild(draft.messages)
        self._tags.setText(", ".join(draft.tags))
        self._saved = draft
        self._scroll.verticalScrollBar().setValue(0)
        self._changed()

    def _rebuild(self, messages: Sequence[Message]) -> None:
        for turn in self._turns:
            self._column.removeWidget(turn)
            turn.hide()
            turn.deleteLater()
        self._turns = []
        for message in messages:
            self._insert(message)
        for part in (self._add, self._tags, self._revert, self._save):
            part.setVisible(bool(messages))
        self._blank.setVisible(not messages)

    def _insert(self, message: Message) -> TurnEdit:
        turn = TurnEdit(self._theme, message)
        turn.changed.connect(self._changed)
        turn.removed.connect(lambda: self._remove(turn))
        turn.text.finished.connect(lambda: self.save_asked.emit(True))
        turn.text.left.connect(self.left)
        self._column.insertWidget(len(self._turns), turn)
        self._turns.append(turn)
        return turn

    def _add_turn(self) -> None:
        asked = self._turns and self._turns[-1].message.role == "user"
        self._insert(Message("assistant" if asked else "user", "")).text.setFocus()
        self._changed()

    def _remove(self, turn: TurnEdit) -> None:
        self._turns.remove(turn)
        self._column.removeWidget(turn)
        turn.hide()
        turn.deleteLater()
        self._changed()

    def _changed(self) -> None:
        if self._saved is None:
            return
        self._fault.setVisible(False)
        dirty = self.dirty
        new = self._saved.example == 0
        self._save.setText(self.tr("Add") if new else self.tr("Save"))
        self._save.setEnabled(dirty)
        self._revert.setText(self.tr("Discard") if new else self.tr("Revert"))
        self._revert.setEnabled(dirty or new)
        self._state.setText(
            self.tr("New, not added yet") if new else self.tr("Not saved yet") if dirty else self.tr("Saved")
        )
        self.edited.emit()
