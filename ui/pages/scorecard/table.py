"""The questions of a scorecard as a table: a question a line, and for each arm whether form and facts passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from engine.compare.rows import Row
from engine.types import Arm
from ui.theme.theme import Theme
from ui.widgets import arm_label

Index = QModelIndex | QPersistentModelIndex
SCORES = Qt.ItemDataRole.UserRole
"""The role of a cell's ``(form, facts)``: each 1, 0 or None."""


class Questions(QAbstractTableModel):
    """Frozen rows; the first column is the question, then an arm a column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()
        self.arms: Sequence[Arm] = ()

    def set_rows(self, rows: Sequence[Row], arms: Sequence[Arm]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self.rows, self.arms = rows, arms
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """How many questions."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """The question and the arms."""
        return 0 if parent.isValid() else 1 + len(self.arms)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The arms' names."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            if not section:
                return self.tr("Question")
            return f"{arm_label(self.arms[section - 1])}\n{self.tr('form')}    {self.tr('facts')}"
        if role == Qt.ItemDataRole.ToolTipRole and section:
            return self.tr("Form, then facts: ✓ passes all its checks, ✗ fails one, – has none")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A question's text, or an arm's scores."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if index.column() == 0:
            return row.question.text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None
        one = row.said.get(self.arms[index.column() - 1])
        scores = (one.form, one.facts) if one else (None, None)
        if role == SCORES:
            return scores
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.tr("form {0}, facts {1}").format(*(self._word(score) for score in scores))
        return None

    def _word(self, score: int | None) -> str:
        if score is None:
            return self.tr("not checked")
        return self.tr("passes") if score else self.tr("fails")


class ScoreDelegate(QStyledItemDelegate):
    """Draws an arm's two scores as ✓, ✗ or –."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The cell's ground, then form on the left and facts on the right."""
        super().paint(painter, option, index)
        scores = index.data(SCORES)
        if scores is None:
            return
        tokens = self._theme.tokens
        area = QRectF(option.rect)
        width = self._theme.px(38)
        painter.save()
        for place, score in enumerate(scores):
            colour = tokens.ink3 if score is None else tokens.good if score else tokens.bad
            painter.setPen(QColor(colour))
            at = QRectF(area.left() + self._theme.px(8) + place * width, area.top(), width, area.height())
            text = "–" if score is None else "✓" if score else "✗"
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()
