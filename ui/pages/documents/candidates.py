"""The inspector's results as rows: two ranks, the fused score, the passage with its matches in bold, its fate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.ground.candidates import Candidate
from engine.ground.query import matches
from engine.types import Passage
from ui.pages.documents.states import tr
from ui.theme.theme import Theme
from ui.theme.tokens import Space, Type

MEANING, WORDS, FUSED, PASSAGE, FATE = range(5)
PASSAGE_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_LINES = 2  # of a passage that a row shows


class CandidatesModel(QAbstractTableModel):
    """What a search considered, best first."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.question = ""
        self.candidates: Sequence[Candidate] = ()

    def show_candidates(self, question: str, candidates: Sequence[Candidate]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.question, self.candidates = question, candidates
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many candidates."""
        return 0 if parent.isValid() else len(self.candidates)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Five."""
        return 0 if parent.isValid() else FATE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' names, and what they mean."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(
                (
                    "Rank and cosine among the passages that mean something like the question",
                    "Rank and BM25 score among the passages that have words of the question",
                    "Both ranks in one: 1 / (60 + rank) of each, added up",
                    "The passage as it is indexed; open it to see it where it stands",
                    "Whether chat is given the passage, and if not, why",
                )[section]
            )
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return tr(("Meaning", "Words", "Fused", "Passage", "In chat")[section])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        one = self.candidates[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(one, column)
        if role == PASSAGE_ROLE:
            return one.passage
        if role == Qt.ItemDataRole.ToolTipRole and column in (PASSAGE, FATE):
            return one.passage.text if column == PASSAGE else fate(one)
        if role == Qt.ItemDataRole.ForegroundRole and column != PASSAGE:
            tokens = self._theme.tokens
            return QColor(tokens.good if column == FATE and not one.cut else tokens.ink2)
        return None

    def _words(self, one: Candidate, column: int) -> str:
        passage = one.passage
        if column == MEANING:
            return _ranked(passage.dense_rank, passage.dense_score, 2)
        if column == WORDS:
            return _ranked(passage.lexical_rank, passage.lexical_score, 1)
        if column == FUSED:
            return f"{passage.score:.4f}"
        return place(passage) if column == PASSAGE else fate(one)


def place(passage: Passage) -> str:
    """Where a passage stands, in one line."""
    page = tr("page {0}").format(passage.page) if passage.page else ""
    return " · ".join(part for part in (passage.document, page, passage.heading) if part)


def fate(one: Candidate) -> str:
    """What became of a candidate, in words."""
    if not one.cut:
        return "✓ " + tr("source [{0}]").format(one.within)
    return {
        "far_behind": tr("– far behind the best"),
        "within": tr("– part of source [{0}]").format(one.within),
        "beyond": tr("– others are better"),
    }[one.cut]


def _ranked(rank: int | None, score: float | None, digits: int) -> str:
    return f"{rank}  ({score:.{digits}f})" if rank is not None and score is not None else "–"


class PassageDelegate(QStyledItemDelegate):
    """Where the passage stands, and under it the first lines of its text with the question's words in bold."""

    def __init__(self, theme: Theme, model: CandidatesModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A line for the place and two for the text."""
        return QSize(200, self._theme.px(row_height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw both."""
        tokens = self._theme.tokens
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.chosen))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.hover))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(tokens.hairline))
        passage: Passage = index.data(PASSAGE_ROLE)
        inside = rect.adjusted(Space.S, Space.S, -Space.S, -Space.XS)
        painter.save()
        font = QFont(option.font)
        font.setPixelSize(self._theme.px(Type.LABEL))
        painter.setFont(font)
        painter.setPen(QColor(tokens.ink3))
        where = painter.fontMetrics().elidedText(place(passage), Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside.topLeft().x(), inside.top() + painter.fontMetrics().ascent(), where)
        top = inside.top() + painter.fontMetrics().height() + 2
        font.setPixelSize(self._theme.px(Type.SECONDARY))
        self._draw_text(painter, font, QRectF(inside.left(), top, inside.width(), inside.bottom() - top), passage.text)
        painter.restore()

    def _draw_text(self, painter: QPainter, font: QFont, rect: QRectF, text: str) -> None:
        flat = " ".join(text.split())
        spans = matches(self._model.question, flat)
        start = max(0, flat.rfind(" ", 0, max(0, spans[0][0] - 40))) if spans and spans[0][0] > 160 else 0
        shown = ("… " if start else "") + flat[start : start + 400].lstrip()
        layout = QTextLayout(shown, font)
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        layout.setFormats([_bold(span) for span in matches(self._model.question, shown)])
        layout.beginLayout()
        height = 0.0
        for _ in range(_LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(rect.width())
            line.setPosition(rect.topLeft().__class__(0, height))
            height += line.height()
        layout.endLayout()
        painter.setPen(QColor(self._theme.tokens.ink))
        layout.draw(painter, rect.topLeft())


def row_height() -> int:
    """Of a candidate, in pixels at a scale of 1."""
    return 3 * Type.BODY + Type.LABEL + 2 * Space.S


def _bold(span: tuple[int, int]) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length = span[0], span[1] - span[0]
    made.format = QTextCharFormat()
    made.format.setFontWeight(QFont.Weight.Bold)
    return made
