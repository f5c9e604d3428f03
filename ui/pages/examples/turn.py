"""One turn of a conversation, to be edited: who speaks, and what is said."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QTextEdit, QWidget

from engine.types import Message
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Column, IconButton, Row

_LEAST, _MOST = 2, 24  # lines


class TurnText(QTextEdit):
    """Plain text that is as high as what is in it.

    Args:
        content: what is in it.

    Signals:
        finished: Ctrl+Enter: save and go on.
        left: Escape: back to the table.
    """

    finished = Signal()
    left = Signal()

    def __init__(self, content: str) -> None:
        super().__init__()
        self._given: str | None = content
        self.setPlainText(content)
        self.textChanged.connect(self._touch)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.updateGeometry())

    @property
    def content(self) -> str:
        """The text. Untouched it is what was given, to the letter; Qt's plain text would lose hard spaces and CR."""
        return self.document().toRawText().replace("\u2029", "\n") if self._given is None else self._given

    def sizeHint(self) -> QSize:
        """The height of the text within bounds."""
        line = self.fontMetrics().lineSpacing()
        frame = 3 * Space.XS
        text = round(self.document().size().height())
        return QSize(super().sizeHint().width(), min(max(text, _LEAST * line), _MOST * line) + frame)

    def _touch(self) -> None:
        self._given = None

    def minimumSizeHint(self) -> QSize:
        """No smaller than what is in it."""
        return QSize(0, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the signals."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TurnEdit(QWidget):
    """A turn.

    Signals:
        changed: role or text.
        removed: the turn is to go.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, message: Message) -> None:
        super().__init__()
        self.role = QComboBox()
        self.role.setAccessibleName(self.tr("Who speaks"))
        for role, title in (
            ("system", self.tr("System: how to answer")),
            ("user", self.tr("User asks")),
            ("assistant", self.tr("Model answers: this is learnt")),
        ):
            self.role.addItem(title, role)
        self.role.setCurrentIndex(self.role.findData(message.role))
        self.text = TurnText(message.content)
        self._name()
        remove = IconButton(theme, "close", self.tr("Remove this turn"), self.removed.emit, size=14)
        self.setLayout(Column(Row(self.role, None, remove), self.text, gap=Space.XS))
        self.role.currentIndexChanged.connect(lambda _: self._name())
        self.role.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.text.textChanged.connect(self.changed.emit)

    @property
    def message(self) -> Message:
        """The turn as it stands."""
        return Message(self.role.currentData(), self.text.content)

    def _name(self) -> None:
        hints = {
            "system": self.tr("How to answer, whatever is asked"),
            "user": self.tr("What someone would ask"),
            "assistant": self.tr("The answer as you would write it"),
        }
        self.text.setAccessibleName(self.role.currentText())
        self.text.setPlaceholderText(hints[self.role.currentData()])
