"""A control for each setting of a recipe, made from the metadata of its field: nothing here knows a setting by name."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from engine.tune.recipe import Recipe
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Text


class RecipeFields(QWidget):
    """All settings of a recipe, each with a plain explanation.

    Signals:
        changed: a setting is another now.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._controls: dict[str, QWidget] = {}
        self._quiet = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(2, 1)
        for row, field in enumerate(dataclasses.fields(Recipe)):
            title, explain = _title(field), _explained(field)
            control = self._control(field)
            control.setAccessibleName(title)
            control.setAccessibleDescription(explain)
            control.setToolTip(_range(field))
            control.setFixedWidth(theme.px(132))
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            control.installEventFilter(self)
            self._controls[field.name] = control
            grid.addWidget(Text(title), row, 0)
            grid.addWidget(control, row, 1)
            grid.addWidget(Text(explain, "secondary", wrap=True), row, 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A wheel over a control scrolls the page; it does not change a setting in passing."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def control(self, name: str) -> QWidget:
        """The control of a setting."""
        return self._controls[name]

    def recipe(self) -> Recipe:
        """The recipe that is set.

        Raises:
            DataRefused: a setting cannot be what it is set to.
        """
        return Recipe.of({name: _value(control) for name, control in self._controls.items()})

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe, without telling."""
        self._quiet = True
        for name, control in self._controls.items():
            _set(control, getattr(recipe, name))
        self._quiet = False

    def _control(self, field: dataclasses.Field[Any]) -> QWidget:
        if field.metadata["choices"]:
            choice = QComboBox()
            for one in field.metadata["choices"]:
                choice.addItem(one, one)
            choice.currentIndexChanged.connect(self._tell)
            return choice
        if field.type == "bool":
            check = QCheckBox()
            check.toggled.connect(self._tell)
            return check
        number = QLineEdit()
        number.textEdited.connect(self._tell)
        return number

    def _tell(self) -> None:
        if not self._quiet:
            self.changed.emit()


def title_of(name: str) -> str:
    """What a setting is called; other names as they are."""
    return next((_title(field) for field in dataclasses.fields(Recipe) if field.name == name), name.capitalize())


def _tr(text: str) -> str:
    return QCoreApplication.translate("recipe", text)


def _title(field: dataclasses.Field[Any]) -> str:
    return _tr(field.metadata["title"] or field.name.replace("_", " ").capitalize())


def _explained(field: dataclasses.Field[Any]) -> str:
    unit = f" ({_tr(field.metadata['unit'])})" if field.metadata["unit"] else ""
    return _tr(field.metadata["explain"]) + unit


def _range(field: dataclasses.Field[Any]) -> str:
    low, high, unit = (field.metadata[key] for key in ("low", "high", "unit"))
    if low is None:
        return ""
    return _tr("From {0} to {1}").format(f"{low:,g}", f"{high:,g}") + (f" {_tr(unit)}" if unit else "")


def _value(control: QWidget) -> Any:
    if isinstance(control, QComboBox):
        return control.currentData()
    if isinstance(control, QCheckBox):
        return control.isChecked()
    assert isinstance(control, QLineEdit)
    return control.text().strip()


def _set(control: QWidget, value: Any) -> None:
    if isinstance(control, QComboBox):
        control.setCurrentIndex(control.findData(value))
    elif isinstance(control, QCheckBox):
        control.setChecked(value)
    elif isinstance(control, QLineEdit):
        control.setText(f"{value:g}")
