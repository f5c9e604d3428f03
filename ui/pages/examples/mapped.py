"""The wizard's form (which column is what) and the first rows as they would be imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QFormLayout, QHeaderView, QLineEdit, QSplitter, QTextEdit, QWidget

from engine.tune.mapping import MappedField, MappingPreview
from engine.types import BadRow, Example
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Row, TableView, Text

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_FIXED = 2  # rows of the form that every format has


class MappingForm(QWidget):
    """Name, format, and a column for each of the format's fields.

    Args:
        name: the field for the dataset's name.

    Signals:
        changed: a person chose otherwise.
    """

    changed = Signal()

    def __init__(self, name: QLineEdit) -> None:
        super().__init__()
        self._titles = {
            "prompt": self.tr("What is asked"),
            "completion": self.tr("What is answered"),
            "system": self.tr("System text"),
            "history": self.tr("Earlier turns"),
            "messages": self.tr("Messages"),
            "role": self.tr("Who speaks"),
            "content": self.tr("What is said"),
            "instruction": self.tr("Instruction"),
            "input": self.tr("Input"),
            "output": self.tr("Answer"),
            "pairs": self.tr("Pairs of turns"),
            "user": self.tr("What is asked"),
            "assistant": self.tr("What is answered"),
        }
        self._format = QComboBox()
        self._format.setAccessibleName(self.tr("Format of the rows"))
        self._format.activated.connect(self._reformat)
        self._fields: dict[str, QComboBox] = {}
        self._rows = QFormLayout()
        self._rows.setSpacing(Space.S)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._rows.addRow(self.tr("Name"), name)
        self._rows.addRow(self.tr("Format"), self._format)
        self.setLayout(self._rows)

    @property
    def format(self) -> str:
        """The chosen format, empty before any is known."""
        return str(self._format.currentData() or "")

    @property
    def mapping(self) -> dict[str, str] | None:
        """Field → column; None: to be guessed."""
        return {name: str(box.currentData() or "") for name, box in self._fields.items()} or None

    def clear(self) -> None:
        """Forget everything: to be guessed."""
        self._format.clear()
        self._drop_fields()

    def show_fields(self, seen: MappingPreview) -> None:
        """Show how a file is read."""
        self._format.clear()
        for title in seen.formats:
            self._format.addItem(title[0].upper() + title[1:], title)
        self._format.setCurrentIndex(max(0, self._format.findData(seen.format)))
        if [field.name for field in seen.fields] != list(self._fields):
            self._drop_fields()
            for field in seen.fields:
                self._add_field(field)
        for field in seen.fields:
            self._fill(self._fields[field.name], field)

    def _add_field(self, field: MappedField) -> None:
        box = QComboBox()
        box.setAccessibleName(field.name)
        box.activated.connect(lambda _: self.changed.emit())
        self._fields[field.name] = box
        self._rows.addRow(self._titles.get(field.name, field.name), box)

    def _fill(self, box: QComboBox, field: MappedField) -> None:
        box.clear()
        box.addItem(self.tr("Choose…") if field.required else self.tr("Not used"), "")
        for choice in field.choices:
            box.addItem(choice, choice)
        box.setCurrentIndex(max(0, box.findData(field.column)))

    def _drop_fields(self) -> None:
        while self._rows.rowCount() > _FIXED:
            self._rows.removeRow(_FIXED)
        self._fields = {}

    def _reformat(self) -> None:
        """Another format: its fields are guessed anew."""
        self._drop_fields()
        self.changed.emit()


class RowsSeen(Card):
    """The first rows: those that become examples, and those that do not and why; the chosen one in full."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(gap=0, margin=0)
        self._theme = theme
        self._title = Text("", "secondary")
        self._next = Button(self.tr("Show the next one left out"), "link", self._show_next)
        self._model = SeenRows(theme, self)
        self.table = TableView(theme, self.tr("First rows"))
        self.table.setModel(self._model)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.widths(64)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._detail(now.row()))
        self._whole = QTextEdit()
        self._whole.setReadOnly(True)
        self._whole.setProperty("bare", True)
        self._whole.setAccessibleName(self.tr("The chosen row as it would be imported"))
        below = QWidget()
        below.setLayout(Column(self._whole, margin=(Space.L, Space.M, Space.L, Space.M)))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(below)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self.column.addLayout(Row(self._title, None, self._next, margin=(Space.L, Space.S, Space.L, Space.S)))
        self.column.addWidget(split, 1)

    def clear(self) -> None:
        """Show nothing."""
        self._model.show_rows((), ())
        self._next.setVisible(False)
        self._title.setText("")
        self._whole.clear()

    def show_rows(self, seen: MappingPreview) -> None:
        """Show a file's first rows."""
        self._model.show_rows(seen.examples, seen.bad)
        good, bad = len(seen.examples), len(seen.bad)
        choose = self.tr("Choose the columns on the left. This is how their first values begin:")
        counted = self.tr("{0} become examples, {1} are left out").format(good, bad)
        self._title.setText(counted if good or bad else choose)
        self._title.tone("warn" if bad else "")
        self._next.setVisible(bool(bad))
        self.table.setVisible(bool(good or bad))
        if good or bad:
            self.table.selectRow(0)
        else:
            self._whole.setPlainText("\n\n".join(f"{name}\n    {value}" for name, value in seen.columns))

    def _show_next(self) -> None:
        self.table.selectRow(self._model.next_bad(self.table.currentIndex().row()))

    def _detail(self, place: int) -> None:
        self._whole.setPlainText(self._model.whole(place))


class SeenRows(QAbstractTableModel):
    """Examples and bad rows in the order of the file."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[Example | BadRow] = []
        self._heads = (self.tr("Line"), self.tr("What is asked"), self.tr("What is answered"))

    def show_rows(self, examples: Sequence[Example], bad: Sequence[BadRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = sorted([*examples, *bad], key=lambda row: row.line)
        self.endResetModel()

    def next_bad(self, place: int) -> int:
        """The place of the next bad row after one, from the start again after the last."""
        bad = [i for i, row in enumerate(self._rows) if isinstance(row, BadRow)]
        return next((i for i in bad if i > place), bad[0] if bad else place)

    def whole(self, place: int) -> str:
        """A row in full."""
        if not 0 <= place < len(self._rows):
            return ""
        row = self._rows[place]
        if isinstance(row, BadRow):
            return self.tr("Left out: {0}").format(row.reason) + f"\n\n{row.text}"
        return "\n\n".join(f"{turn.role.upper()}\n{turn.content}" for turn in row.messages)

    def rowCount(self, parent: Index | None = None) -> int:
        """As many as were looked at."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Three."""
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """The headings."""
        return self._heads[section] if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """What a cell shows; a bad row says why instead of what."""
        row = self._rows[index.row()]
        if role == Role.ForegroundRole and isinstance(row, BadRow) and index.column() == 1:
            return QColor(self._theme.tokens.warn)
        if role != Role.DisplayRole:
            return None
        if index.column() == 0:
            return str(row.line)
        if isinstance(row, BadRow):
            return self.tr("⚠ left out: {0}").format(row.reason) if index.column() == 1 else _line(row.text)
        who = ("user", "system") if index.column() == 1 else ("assistant",)
        return _line(next((turn.content for role_ in who for turn in row.messages if turn.role == role_), ""))


def _line(text: str) -> str:
    return " ".join(text[:400].split())[:200]
