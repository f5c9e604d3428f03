"""A new run as a sentence: teach a model the form of some examples with a recipe. And what that will need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QWidget

from engine.errors import FormfactError
from engine.task import Task
from engine.tune.overview import Overview
from engine.tune.preflight import Preflight
from engine.tune.recipe import PRESETS, Recipe, shrunk
from engine.workspace import Workspace
from store.datasets import Dataset
from store.models import Model
from store.runs import Run
from ui import words
from ui.pages.tune import said
from ui.pages.tune.fields import RecipeFields
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, EmptyState, Fold, Row, Segments, Text
from ui.widgets.scroll import Scroll

_DIGITS = 16  # of a version
_WIDEST = 860
_PAUSE_MS = 250


@dataclass(frozen=True, slots=True)
class Choices:
    """What a run can be made from."""

    models: tuple[Model, ...]
    datasets: tuple[Dataset, ...]


def read_choices(workspace: Workspace) -> Choices:
    """The models and datasets of a workspace."""
    return Choices(tuple(workspace.models.list()), tuple(workspace.datasets.list()))


class RunForm(QWidget):
    """The form of a new run.

    Signals:
        started: dataset, model, recipe and name of the run that is to be started.
        asked_examples: there are none, and the user wants to import some.
        asked_resume: the run that was interrupted is to be gone on with.
    """

    started = Signal(str, str, object, str)
    asked_examples = Signal()
    asked_resume = Signal(object)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._wanted = ""
        self.model, self.data = self._choice(self.tr("Model")), self._choice(self.tr("Examples"))
        self.presets = Segments([(name, said.preset(name)) for name in PRESETS], self.tr("Recipe"))
        self.words = Text("", "secondary", wrap=True)
        self.name = QLineEdit(placeholderText=self.tr("A name for this run"))
        self.name.setAccessibleName(self.tr("Name of the run"))
        self.name.setMaxLength(120)
        self.need, self.warnings = Text("", "body", wrap=True), Text("", "secondary", wrap=True)
        self.smaller = Button(self.tr("Use less memory"), "link", self.shrink)
        self.start = Button(self.tr("Start"), "primary", self._start)
        self.fields = RecipeFields(shell.theme)
        self.fold = Fold(self.tr("All settings"))
        self.fold.body.addWidget(self.fields)
        self.empty = EmptyState(
            shell.theme,
            "examples",
            self.tr("No examples yet"),
            self.tr("Tuning teaches a model how answers should look, from examples of good ones. Import some first."),
            [(self.tr("Import examples"), self.asked_examples.emit)],
        )
        self.left_off, self._left = Text("", "body", wrap=True), QFrame()
        self._left_off: Run | None = None
        self._body = self._laid_out()
        self.setLayout(Column(self._body, self.empty, gap=0))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self.presets.chosen.connect(self.choose_preset)
        self.fields.changed.connect(self._edited)
        self.choose_preset("balanced")
        self._show(Choices((), ()))

    def show_left_off(self, one: Overview | None) -> None:
        """Offer to go on with a run that was interrupted, or (None) nothing."""
        self._left_off = one.run if one else None
        self._left.setVisible(one is not None)
        if one:
            step = self.tr("at step {0}").format(one.saved_step) if one.saved_step else self.tr("before its first step")
            self.left_off.setText(self.tr("“{0}” was interrupted {1}.").format(one.title, step))

    def reload(self, data: str = "") -> None:
        """Read anew what can be chosen; choose the dataset ``data`` if it is named."""
        self._wanted = data or self._wanted
        workspace = self._shell.workspace
        self._shell.look(lambda: read_choices(workspace), self._show, owner=self, key="choices")

    def choose_preset(self, name: str) -> None:
        """Take a preset."""
        self.presets.choose(name)
        self.words.setText(said.preset_words(name))
        self.fields.show_recipe(Recipe.preset(name))
        self._pause.start()

    def show_recipe(self, recipe: Recipe, preset: str) -> None:
        """Take a recipe, of an earlier run for example."""
        self.presets.choose(preset)
        self.words.setText(said.preset_words(preset))
        self.fields.show_recipe(recipe)
        self._pause.start()

    def shrink(self) -> None:
        """Take smaller batches, else shorter examples, else a smaller adapter."""
        if less := shrunk(self.fields.recipe()):
            self.fields.show_recipe(less)
            self._edited()

    def _choice(self, name: str) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(name)
        choice.setToolTip(name)
        choice.setProperty("role", "sentence")
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        choice.currentIndexChanged.connect(lambda: self._pause.start())
        return choice

    def _laid_out(self) -> QWidget:
        first = Row(
            self._word(self.tr("Teach")), self.model, self._word(self.tr("the form of")), self.data, None, gap=Space.M
        )
        second = Row(self._word(self.tr("with the")), self.presets, self._word(self.tr("recipe.")), None, gap=Space.M)
        named = Row(Text(self.tr("Call it"), "secondary"), gap=Space.M)
        self.name.setFixedWidth(self._shell.theme.px(260))
        named.addWidget(self.name)
        named.addStretch(1)
        card = Card(first, second, self.words, gap=Space.L, margin=Space.XL)
        needs = Column(self.need, self.warnings, self.smaller, gap=Space.XS)
        row = Row(margin=(Space.M, Space.S, Space.S, Space.S))
        row.addWidget(self.left_off, 1)
        row.addWidget(Button(self.tr("Resume"), "plain", lambda: self.asked_resume.emit(self._left_off)))
        self._left.setLayout(row)
        self._left.setProperty("banner", "warn")
        self._left.hide()
        self.smaller.hide()
        column = Column(
            self._left,
            card, needs, named, Row(self.start, None), self.fold, None, gap=Space.L,
            margin=(0, 0, Space.M, Space.L),
        )  # fmt: skip
        inside = QWidget()
        inside.setLayout(column)
        return Scroll(inside, widest=self._shell.theme.px(_WIDEST))

    def _word(self, text: str) -> Text:
        return Text(text, "title")

    def _show(self, found: Choices) -> None:
        self._body.setVisible(bool(found.datasets))
        self.empty.setVisible(not found.datasets)
        self._fill(self.model, [(one.name, one.name) for one in found.models], "")
        self._fill(self.data, self._versions(found.datasets), self._wanted)
        self._wanted = ""
        self._pause.start()

    def _versions(self, datasets: Sequence[Dataset]) -> list[tuple[str, str]]:
        """Label and name of each dataset, and of earlier imports under the same name that are still here."""
        found: dict[str, str] = {}
        seen: set[str] = set()
        for one in datasets:
            rows = words.count(one.rows, self.tr("example"))
            if one.name not in seen:
                found[one.name] = f"{one.name} ({rows})"
            elif one.version:
                label = self.tr("{0} of {1} ({2})").format(one.name, words.when(one.imported_at), rows)
                found.setdefault(f"{one.name}@{one.version[:_DIGITS]}", label)
            seen.add(one.name)
        return [(label, name) for name, label in found.items()]

    def _fill(self, choice: QComboBox, rows: list[tuple[str, str]], wanted: str) -> None:
        held = wanted or choice.currentData()
        choice.blockSignals(True)
        choice.clear()
        for label, name in rows:
            choice.addItem(label, name)
        place = choice.findData(held)
        last = choice.count() - 1 if choice is self.model else 0
        choice.setCurrentIndex(place if place >= 0 else last)
        choice.blockSignals(False)

    def _edited(self) -> None:
        self.presets.choose("")
        self.words.setText(said.preset_words(""))
        self._pause.start()

    def _look(self) -> None:
        """Estimate what it will need, off the window's thread."""
        data, model = self.data.currentData(), self.model.currentData()
        if not data or not model:
            self.start.setEnabled(False)
            return
        try:
            recipe = self.fields.recipe()
        except FormfactError as fault:
            self._refused(fault)
            return
        tuning = self._shell.workspace.tuning
        self._shell.look(
            lambda: tuning.preflight(data, model, recipe, Task()),
            self._estimated,
            owner=self,
            failed=self._refused,
            key="preflight",
        )

    def _estimated(self, found: Preflight) -> None:
        self.need.setText(said.need(found))
        self.need.tone("" if found.fits else "bad")
        self.warnings.setText("\n".join(found.warnings))
        self.warnings.setVisible(bool(found.warnings))
        self.smaller.setVisible(not found.fits and shrunk(self.fields.recipe()) is not None)
        self.start.setEnabled(True)

    def _refused(self, fault: FormfactError) -> None:
        self.need.setText(fault.what)
        self.need.tone("bad")
        self.smaller.hide()
        self.warnings.setText(fault.remedy)
        self.warnings.setVisible(bool(fault.remedy))
        self.start.setEnabled(False)

    def _start(self) -> None:
        self.started.emit(
            self.data.currentData(), self.model.currentData(), self.fields.recipe(), self.name.text().strip()
        )
        self.name.clear()
