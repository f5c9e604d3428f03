"""The panel behind the bar's "more": system prompt, sampling and seed with plain explanations; kept as presets."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from engine.chat.conversations import Asking
from engine.chat.presets import Preset
from engine.types import Sampling
from ui.pages.chat.choices import Choices
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Fold, Line, Row, Text

_WIDTH, _NUMBER = 400, 76


class AskingPanel(QFrame):
    """How a question is asked, in full.

    Signals:
        changed: an ``Asking`` with what was just changed.
    """

    changed = Signal(object)

    def __init__(self, shell: Shell, asking: Asking, choices: Choices, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self.setFixedWidth(shell.theme.px(_WIDTH))
        self._shell, self._asking, self._choices = shell, asking, choices
        self._fields: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self.system = QPlainTextEdit(asking.system)
        self.system.setPlaceholderText(self.tr("None. For example: Answer as our support team does."))
        self.system.setAccessibleName(self.tr("System prompt"))
        self.system.setFixedHeight(shell.theme.px(72))
        self.system.setTabChangesFocus(True)
        self.system.textChanged.connect(self._changed)
        self.name = QLineEdit()
        self._column = Column(*self._parts(), gap=Space.M, margin=Space.L)
        self.setLayout(self._column)
        self._show_name()
        self._fit()

    def number(self, field: str) -> QSpinBox | QDoubleSpinBox:
        """The field of one of the numbers of ``Sampling``, or ``seed`` or ``k``."""
        return self._fields[field]

    def _parts(self) -> list[QWidget | Row | Column]:
        fold = Fold(self.tr("Finer sampling"))
        for part in self._finer():
            fold.body.addLayout(part)
        fold.toggled.connect(lambda _: self._fit())
        system = Column(Text(self.tr("System prompt"), "body"), gap=Space.XS)
        system.addWidget(Text(self.tr("Said to the model before the conversation; all arms get it."), "label"))
        system.addWidget(self.system)
        return [system, *self._main(), fold, Line(), self._keeping()]

    def _main(self) -> list[Row]:
        sampling, asking = self._asking.sampling, self._asking
        return [
            self._row(
                "temperature",
                self.tr("Temperature"),
                self.tr("0: always the likeliest word. Higher: more varied."),
                _decimal(sampling.temperature, 2.0, 0.1),
            ),
            self._row(
                "max_tokens",
                self.tr("Longest answer"),
                self.tr("In tokens; one is about three quarters of a word."),
                _whole(sampling.max_tokens, 1, 32_768, 64),
            ),
            self._row(
                "k",
                self.tr("Passages"),
                self.tr("How many Grounded and Both may read, at most."),
                _whole(asking.k, 1, 20, 1),
            ),
            self._row(
                "seed",
                self.tr("Seed"),
                self.tr("The same seed gives the same answer; all arms share it."),
                _whole(asking.seed, 0, 2**31 - 1, 1),
            ),
        ]

    def _finer(self) -> list[Row]:
        sampling = self._asking.sampling
        return [
            self._row(
                "top_k",
                self.tr("Top k"),
                self.tr("Draw from so many of the likeliest words. 0: from all."),
                _whole(sampling.top_k, 0, 1000, 5),
            ),
            self._row(
                "top_p",
                self.tr("Top p"),
                self.tr("Draw from the likeliest that make up this share."),
                _decimal(sampling.top_p, 1.0, 0.05),
            ),
            self._row(
                "min_p",
                self.tr("Min p"),
                self.tr("Leave out words rarer than this share of the likeliest."),
                _decimal(sampling.min_p, 1.0, 0.01),
            ),
            self._row(
                "repeat_penalty",
                self.tr("Repeat penalty"),
                self.tr("Above 1: repeats itself less. Can harm a learnt form."),
                _decimal(sampling.repeat_penalty, 2.0, 0.05),
            ),
        ]

    def _row(self, field: str, label: str, tip: str, number: QSpinBox | QDoubleSpinBox) -> Row:
        self._fields[field] = number
        number.setFixedWidth(self._shell.theme.px(_NUMBER))
        number.setAlignment(Qt.AlignmentFlag.AlignRight)
        number.lineEdit().setTextMargins(0, 0, Space.S, 0)
        number.setAccessibleName(f"{label}. {tip}")
        number.setToolTip(tip)
        number.valueChanged.connect(self._changed)
        return Row(Column(Text(label), Text(tip, "label", wrap=True), gap=0), number, gap=Space.M)

    def _keeping(self) -> Row:
        self.name.setPlaceholderText(self.tr("Name of the preset"))
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self.name.returnPressed.connect(self.save)
        self._save = Button(self.tr("Save preset"), "plain", self.save)
        self._delete = Button(self.tr("Delete"), "quiet", self.delete)
        self.name.textChanged.connect(self._offer)
        return Row(self.name, self._save, self._delete)

    def asking(self) -> Asking:
        """How a question is asked, as the panel shows it."""
        values: dict[str, Any] = {name: field.value() for name, field in self._fields.items()}
        seed, k = values.pop("seed"), values.pop("k")
        values = {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
        system = self.system.toPlainText().strip()
        return dataclasses.replace(self._asking, system=system, sampling=Sampling(**values), seed=seed, k=k)

    def save(self) -> None:
        """Keep what is shown as a preset of the name in the field."""
        asking, name = self.asking(), self.name.text().strip()
        if not name:
            self.name.setFocus()
            return
        preset = Preset(name, asking.system, asking.sampling, asking.k)
        _keep(self._shell, preset, self.tr("Saved the preset “{0}”"))
        self.close()

    def delete(self) -> None:
        """Forget the preset of the name in the field."""
        preset = self._named()
        if preset is None:
            return
        presets, shell = self._shell.workspace.presets, self._shell
        shell.look(lambda: presets.delete(preset.name), lambda _: shell.tell("presets"), owner=shell)
        text = self.tr("The preset “{0}” is back")
        shell.toast(self.tr("Deleted the preset “{0}”").format(preset.name), lambda: _keep(shell, preset, text))
        self.close()

    def _named(self) -> Preset | None:
        name = " ".join(self.name.text().split())
        return next((preset for preset in self._choices.presets if preset.name == name), None)

    def _changed(self) -> None:
        self.changed.emit(self.asking())

    def _show_name(self) -> None:
        preset = self._choices.preset(self._asking)
        self.name.setText(preset.name if preset else "")
        self._offer()

    def _fit(self) -> None:
        """As high as what is in it needs at this width."""
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(self.width()))

    def _offer(self) -> None:
        self._delete.setVisible(self._named() is not None)


def _keep(shell: Shell, preset: Preset, text: str) -> None:
    """Save a preset, whether or not the panel is still open."""

    def done(kept: Preset) -> None:
        shell.tell("presets")
        shell.toast(text.format(kept.name))

    shell.look(lambda: shell.workspace.presets.save(preset), done, owner=shell)


def _decimal(value: float, most: float, step: float) -> QDoubleSpinBox:
    field = QDoubleSpinBox(minimum=0.0, maximum=most, singleStep=step, decimals=2)
    field.setValue(value)
    return field


def _whole(value: int, least: int, most: int, step: int) -> QSpinBox:
    field = QSpinBox(minimum=least, maximum=most, singleStep=step)
    field.setValue(value)
    return field
