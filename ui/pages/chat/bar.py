"""The compact bar over a conversation: model, run, collection, preset, and behind "more" everything else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from engine.chat.conversations import Asking
from engine.chat.presets import Preset
from ui.pages.chat import choices
from ui.pages.chat.choices import Choices
from ui.pages.chat.sampling import AskingPanel
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, IconButton, Row

_LONGEST = 22


class AskBar(QWidget):
    """How the next question is asked.

    Signals:
        changed: a person chose something else.
    """

    changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell, self._asking, self._choices = shell, Asking(), Choices()
        self.model = _Pick(self.tr("Base model"), self._fill_model)
        self.run = _Pick(self.tr("Run: whose adapter Tuned and Both use"), self._fill_run)
        self.collection = _Pick(self.tr("Collection: where Grounded and Both look for passages"), self._fill_collection)
        self.preset = _Pick(self.tr("Preset: system prompt and sampling"), self._fill_preset)
        self.more = IconButton(shell.theme, "more", self.tr("System prompt, sampling and seed"), self.open_panel)
        picks = (self.model, self.run, self.collection, self.preset)
        self.setLayout(Row(*picks, self.more, None, gap=Space.XS))
        shell.changed.connect(self._heard)
        self._label()
        self.refresh()

    def asking(self) -> Asking:
        """How the next question is asked, as chosen here."""
        return self._asking

    def set_asking(self, asking: Asking) -> None:
        """Show how a conversation asks, without telling it."""
        self._asking = asking
        self._label()

    @property
    def choices(self) -> Choices:
        """What can be chosen, as it was last read."""
        return self._choices

    def refresh(self) -> None:
        """Read again what can be chosen."""
        workspace = self._shell.workspace
        self._shell.look(lambda: choices.read(workspace), self._show, owner=self, key="choices")

    def open_panel(self) -> None:
        """Show system prompt and sampling under the bar; closed by a click beside it or Escape."""
        panel = AskingPanel(self._shell, self._asking, self._choices, self)
        panel.changed.connect(self._set)
        corner = self.more.mapToGlobal(QPoint(self.more.width(), self.more.height() + Space.XS))
        panel.move(max(0, corner.x() - panel.width()), corner.y())
        panel.show()

    def _heard(self, what: str) -> None:
        if what in ("models", "runs", "documents", "presets"):
            self.refresh()

    def _show(self, found: Choices) -> None:
        self._choices = found
        self._label()

    def _set(self, asking: Asking) -> None:
        if asking != self._asking:
            self._asking = asking
            self._label()
            self.changed.emit()

    def _change(self, **changes: object) -> None:
        self._set(dataclasses.replace(self._asking, **changes))  # type: ignore[arg-type]

    def _label(self) -> None:
        self.model.show_value(self._model_name())
        self.run.show_value(self._run_name())
        self.collection.show_value(self._collection_name())
        self.preset.show_value(self._preset_name())

    def _model_name(self) -> str:
        return self._choices.model(self._asking) or (self.tr("No model") if self._choices.known else "…")

    def _preset_name(self) -> str:
        preset = self._choices.preset(self._asking)
        return preset.name if preset else self.tr("Own settings") if self._choices.known else "…"

    def _run_name(self) -> str:
        run = self._choices.run(self._asking)
        if run:
            return self.tr("Run “{0}”").format(run.name or run.id)
        if not self._choices.known:
            return "…"
        return self.tr("Run removed") if self._asking.run else self.tr("No tuned run")

    def _collection_name(self) -> str:
        name = self._asking.collection
        if name is None:
            return self.tr("All documents")
        there = name in self._choices.collections or not self._choices.known
        return name if there else self.tr("{0} (removed)").format(name)

    def _fill_model(self, menu: QMenu) -> None:
        chosen = self._choices.model(self._asking)
        for name in self._choices.models:
            _entry(menu, name, name == chosen, partial(self._change, model=name, run=None))
        menu.addSeparator()
        menu.addAction(self.tr("Add a model…"), lambda: self._shell.go("models"))

    def _fill_run(self, menu: QMenu) -> None:
        runs = self._choices.of_model(self._asking)
        if runs:
            newest = self.tr("The newest run")
            _entry(menu, newest, self._asking.run is None, lambda: self._change(run=None))
            menu.addSeparator()
        for run in runs:
            label = f"{run.name} ({run.id})" if run.name and run.name != run.id else run.id
            _entry(menu, label, run.id == self._asking.run, partial(self._change, model=run.model, run=run.id))
        menu.addSeparator()
        menu.addAction(self.tr("Tune one…"), lambda: self._shell.go("tune"))

    def _fill_collection(self, menu: QMenu) -> None:
        every = self._asking.collection is None
        _entry(menu, self.tr("All documents"), every, lambda: self._change(collection=None))
        menu.addSeparator()
        for name in self._choices.collections:
            chosen = name == self._asking.collection
            _entry(menu, name, chosen, partial(self._change, collection=name))
        menu.addSeparator()
        menu.addAction(self.tr("Add documents…"), lambda: self._shell.go("documents"))

    def _fill_preset(self, menu: QMenu) -> None:
        chosen = self._choices.preset(self._asking)
        for preset in self._choices.presets:
            _entry(menu, preset.name, preset == chosen, partial(self._use, preset))
        menu.addSeparator()
        menu.addAction(self.tr("Change or save as a preset…"), self.open_panel)

    def _use(self, preset: Preset) -> None:
        self._change(system=preset.system, sampling=preset.sampling, k=preset.k)


class _Pick(Button):
    """A quiet button that shows what is chosen and opens a menu of what could be.

    Args:
        what: what is chosen here, for the tip and for screen readers.
        fill: puts the choices into the menu each time before it opens.
    """

    def __init__(self, what: str, fill: Callable[[QMenu], None]) -> None:
        super().__init__("", "quiet")
        self._what, self._fill = what, fill
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._about_to_show)
        self.setMenu(self._menu)

    @property
    def value(self) -> str:
        """What is shown as chosen."""
        return self.text().removesuffix(" ▾").replace("&&", "&")

    def entries(self) -> Iterable[str]:
        """The menu's entries as they would show now."""
        self._about_to_show()
        return [action.text() for action in self._menu.actions() if not action.isSeparator()]

    def show_value(self, value: str) -> None:
        """Show what is chosen."""
        short = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
        self.setText(f"{short} ▾".replace("&", "&&"))
        self.setToolTip(f"{self._what}\n{value}")
        self.setAccessibleName(f"{self._what}: {value}")

    def _about_to_show(self) -> None:
        self._menu.clear()
        self._fill(self._menu)


def _entry(menu: QMenu, label: str, chosen: bool, do: Callable[[], object]) -> None:
    action = menu.addAction(label.replace("&", "&&"), do)
    action.setCheckable(True)
    action.setChecked(chosen)
