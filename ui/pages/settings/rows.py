"""How a setting is shown: what it is called, what it does, and the control for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QSpinBox, QWidget

from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Line, Row, Segments, Text

FIELD = 110


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("settings", text)


class Section(Card):
    """A heading and settings under it, with hairlines between them."""

    def __init__(self, title: str) -> None:
        super().__init__(Text(title, "section"), gap=Space.M)
        self._empty = True

    def add(self, title: str, explanation: str, control: QWidget) -> Text:
        """Add a setting; returns its explanation, which may change."""
        if not self._empty:
            self.column.addWidget(Line())
        self._empty = False
        said = Text(explanation, "secondary", wrap=True)
        if not control.accessibleName():
            control.setAccessibleName(title)
        row = Row(gap=Space.XL)
        row.addLayout(Column(Text(title), said, gap=Space.XS), 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(row)
        return said


class Switch(Segments):
    """Off or on, in words."""

    def __init__(self, name: str, changed: Callable[[bool], object]) -> None:
        super().__init__([("off", tr("Off")), ("on", tr("On"))], name)
        self.chosen.connect(lambda key: changed(key == "on"))

    def show_state(self, on: bool) -> None:
        """Show a state, without telling it."""
        self.choose("on" if on else "off")


class Stepper(QWidget):
    """A number between a minus and a plus; it can be typed, too.

    Args:
        name: for screen readers.
        low, high, step: its range, and how far a press goes.
        special: what its lowest value is called; empty: by its number.
        suffix: its unit.

    Signals:
        changed: the number that a person chose.
    """

    changed = Signal(int)

    def __init__(self, name: str, low: int, high: int, step: int, *, special: str = "", suffix: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.field = QSpinBox()
        self.field.setRange(low, high)
        self.field.setSingleStep(step)
        self.field.setSpecialValueText(special)
        self.field.setSuffix(suffix)
        self.field.setAccessibleName(name)
        self.field.setKeyboardTracking(False)
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setMinimumWidth(FIELD)
        self.less, self.more = Button("−", "plain", self.field.stepDown), Button("+", "plain", self.field.stepUp)
        self.less.setAccessibleName(tr("Less: {0}").format(name))
        self.more.setAccessibleName(tr("More: {0}").format(name))
        self.setLayout(Row(self.less, self.field, self.more, gap=Space.XS))
        self.field.valueChanged.connect(self.changed)

    def show_value(self, value: int) -> None:
        """Show a number, without telling it."""
        if self.field.value() != value:
            self.field.blockSignals(True)
            self.field.setValue(value)
            self.field.blockSignals(False)
