"""How an answer's context was spent: a thin bar in parts, what each part is, and what had to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from engine.types import Budget
from ui import words
from ui.shell import Shell
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Column, Row, Text

_HEIGHT, _DOT = 8, 10


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the context: its name, its tokens, the token of its colour, and whether it is only kept free."""

    name: str
    tokens: int
    colour: str
    free: bool = False


class ContextBar(QWidget):
    """The budget of one answer; empty until there is one."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._theme = shell.theme
        self._head, self._share = Text(self.tr("Context"), "label"), Text("", "label")
        self._strip = _Strip(shell.theme)
        self._legend = QGridLayout()
        self._legend.setContentsMargins(0, 0, 0, 0)
        self._legend.setHorizontalSpacing(Space.S)
        self._legend.setVerticalSpacing(Space.XS)
        self._legend.setColumnStretch(1, 1)
        self._dropped = Text("", "secondary", wrap=True)
        self._dropped.tone("warn")
        self.setLayout(
            Column(Row(self._head, None, self._share), self._strip, self._legend, self._dropped, gap=Space.S)
        )
        self.setToolTip(self.tr("How the model's context, the text it can hold at once, is spent on this answer."))
        self.show_budget(None)

    def show_budget(self, budget: Budget | None) -> None:
        """Show how an answer's context was spent; None hides it."""
        self.setVisible(budget is not None)
        if budget is None:
            return
        shares = self._shares(budget)
        used = sum(share.tokens for share in shares if not share.free)
        self._share.setText(
            self.tr("{0} of {1} tokens").format(
                words.percent(used / max(1, budget.context)), words.number(budget.context)
            )
        )
        self._strip.show_shares(shares, budget.context)
        self._fill(shares)
        lost = self._lost(budget)
        self._dropped.setText(lost)
        self._dropped.setVisible(bool(lost))
        said = ", ".join(f"{share.name} {words.number(share.tokens)}" for share in shares)
        self.setAccessibleName(f"{self._head.text()}: {self._share.text()}. {said}. {lost}")

    def _shares(self, budget: Budget) -> list[Share]:
        return [
            Share(self.tr("System"), budget.system, "ink2"),
            Share(self.tr("History"), budget.history, "prompted"),
            Share(self.tr("Passages"), budget.passages, "grounded"),
            Share(self.tr("Question"), budget.question, "ink"),
            Share(self.tr("Kept for the answer"), budget.answer, "ink3", free=True),
        ]

    def _lost(self, budget: Budget) -> str:
        """What had to be left out, in words; empty if nothing was."""
        turns, passages = budget.dropped_turns, budget.dropped_passages
        lost = []
        if turns:
            lost.append(
                self.tr("the oldest message") if turns == 1 else self.tr("the {0} oldest messages").format(turns)
            )
        if passages:
            weakest = self.tr("the weakest passage")
            lost.append(weakest if passages == 1 else self.tr("the {0} weakest passages").format(passages))
        if not lost:
            return ""
        return self.tr("Left out to make it fit: {0}.").format(self.tr(" and ").join(lost))

    def _fill(self, shares: Sequence[Share]) -> None:
        while item := self._legend.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for row, share in enumerate(share for share in shares if share.tokens):
            self._legend.addWidget(_Dot(self._theme, share), row, 0)
            self._legend.addWidget(Text(share.name, "label"), row, 1)
            count = Text(words.number(share.tokens), "label")
            self._legend.addWidget(count, row, 2, Qt.AlignmentFlag.AlignRight)


class _Strip(QWidget):
    """The bar: a piece for each share, as wide as its part of the context."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._context = theme, 1
        self._shares: Sequence[Share] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Thin."""
        return QSize(120, _HEIGHT)

    def show_shares(self, shares: Sequence[Share], context: int) -> None:
        """Show these parts of ``context`` tokens."""
        self._shares, self._context = shares, max(1, context)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pieces one after the other; what is empty stays a hairline's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0, 0, self.width(), _HEIGHT)
        shape = QPainterPath()
        shape.addRoundedRect(whole, _HEIGHT / 2, _HEIGHT / 2)
        painter.setClipPath(shape)
        painter.fillRect(whole, QColor(self._theme.tokens.hairline))
        left = 0.0
        for share in self._shares:
            if share.tokens:
                width = max(2.0, self.width() * share.tokens / self._context)
                painter.fillRect(QRectF(left, 0, width - 1, _HEIGHT), _brush(self._theme, share))
                left += width


class _Dot(QWidget):
    """A share's colour in the legend."""

    def __init__(self, theme: Theme, share: Share) -> None:
        super().__init__()
        self._theme, self._share = theme, share
        self.setFixedSize(_DOT, _DOT)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A small square with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_brush(self._theme, self._share))
        painter.drawRoundedRect(QRectF(1, 1, _DOT - 2, _DOT - 2), 2, 2)


def _brush(theme: Theme, share: Share) -> QBrush:
    """A share's colour; what is only kept free is hatched."""
    colour = QColor(getattr(theme.tokens, share.colour))
    return QBrush(colour, Qt.BrushStyle.BDiagPattern if share.free else Qt.BrushStyle.SolidPattern)
