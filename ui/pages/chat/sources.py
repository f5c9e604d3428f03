"""The sources of the current question: what was found, how well it fits, and a way to open it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from engine.types import Passage
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, IconButton, Row, Text
from ui.widgets.scroll import Scroll

EXCERPT = 220


class SourceCard(Card):
    """One passage.

    Signals:
        opened: it is to be shown in its document.
    """

    opened = Signal()

    def __init__(self, passage: Passage) -> None:
        super().__init__(gap=Space.XS, margin=Space.M)
        self.passage = passage
        name = Text(f"[{passage.rank}] {passage.document}")
        name.setProperty("arm", "grounded")
        name.setToolTip(passage.path)
        name.setSizePolicy(name.sizePolicy().Policy.Ignored, name.sizePolicy().Policy.Fixed)
        excerpt = " ".join(passage.text.split())
        self.column.addWidget(name)
        self.column.addWidget(Text(_scores(self, passage), "label", wrap=True))
        self.column.addWidget(Text(excerpt[:EXCERPT] + ("…" if len(excerpt) > EXCERPT else ""), "secondary", wrap=True))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Source {0}: {1}").format(passage.rank, passage.document))
        self.setToolTip(self.tr("Open the page with this passage marked"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens it."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So does Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        else:
            super().keyPressEvent(event)


class SourceList(QWidget):
    """The passages of a question, best first.

    Signals:
        opened: a ``Passage``.
        folded: the panel is to close.
    """

    opened = Signal(object)
    folded = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shown: tuple[Passage, ...] | None = None
        close = IconButton(shell.theme, "right", self.tr("Fold the sources away"), self.folded.emit, size=16)
        self._empty = Text("", "secondary", wrap=True)
        self._cards = Column(gap=Space.S)
        inside = QWidget()
        inside.setLayout(Column(self._empty, self._cards, None))
        column = Column(Row(Text(self.tr("Sources"), "section"), None, close), gap=Space.M)
        area = Scroll(inside)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its cards take the keys
        column.addWidget(area, 1)
        self.setLayout(column)
        self.show_passages((), "")

    def show_passages(self, passages: Sequence[Passage], why_none: str) -> None:
        """Show passages, or say why there are none."""
        self._empty.setText(why_none)
        self._empty.setVisible(not passages)
        if tuple(passages) == self._shown:
            return
        self._shown = tuple(passages)
        while self._cards.count():
            if (item := self._cards.takeAt(0)) and (old := item.widget()):
                old.hide()
                old.deleteLater()
        for passage in passages:
            card = SourceCard(passage)
            card.opened.connect(lambda passage=passage: self.opened.emit(passage))
            self._cards.addWidget(card)


def _scores(card: QWidget, passage: Passage) -> str:
    """Page, fused score and the rank in each kind of search."""
    parts = [card.tr("page {0}").format(passage.page)] if passage.page else []
    if passage.score:
        parts.append(card.tr("score {0}").format(QLocale().toString(passage.score, "f", 3)))
    if passage.dense_rank:
        parts.append(card.tr("meaning #{0}").format(passage.dense_rank))
    if passage.lexical_rank:
        parts.append(card.tr("words #{0}").format(passage.lexical_rank))
    return "  ·  ".join(part.replace(" ", "\u00a0") for part in parts)
