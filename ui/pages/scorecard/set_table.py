"""The questions of a set as a table: the question, and how many checks it has on each side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor

from engine.compare.questions import Question
from ui.pages.scorecard.table import Index
from ui.theme.theme import Theme


class SetTable(QAbstractTableModel):
    """Frozen questions; a question without a check is marked."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.questions: Sequence[Question] = ()

    def set_questions(self, questions: Sequence[Question]) -> None:
        """Show these."""
        self.beginResetModel()
        self.questions = questions
        self.endResetModel()

    def replace(self, question: Question) -> None:
        """Show a question in its new form."""
        for place, one in enumerate(self.questions):
            if one.id == question.id:
                self.questions = [*self.questions[:place], question, *self.questions[place + 1 :]]
                self.dataChanged.emit(self.index(place, 0), self.index(place, self.columnCount() - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """How many questions."""
        return 0 if parent.isValid() else len(self.questions)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """Question, form checks, fact checks."""
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Question"), self.tr("Form"), self.tr("Facts"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text, and the numbers of checks."""
        if not index.isValid() or index.row() >= len(self.questions):
            return None
        question = self.questions[index.row()]
        unchecked = not question.form and not question.facts
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("No check yet: it is left out when the set is scored") if unchecked else question.text
        if role == Qt.ItemDataRole.ForegroundRole and unchecked and index.column():
            return QColor(self._theme.tokens.warn)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() == 0:
            return " ".join(question.text.split())
        count = len(question.form if index.column() == 1 else question.facts)
        return str(count) if count else "–"
