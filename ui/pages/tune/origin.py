"""Where a run comes from: base, examples, the runs it repeats, its settings, what it was made with."""

from __future__ import annotations

import json
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui import words
from ui.pages.tune.data import Shown
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Fold, Row, Text

_DIGITS = 12  # of a digest


class Origin(Fold):
    """The lineage of a run, behind a fold.

    Signals:
        asked_run: the id of a run that is to be shown.
    """

    asked_run = Signal(str)

    def __init__(self) -> None:
        super().__init__("")
        self.head.setText(self.tr("Where it comes from"))
        self.head.setAccessibleName(self.head.text())
        self._place = QWidget()
        self._column = Column(gap=0)
        self._place.setLayout(self._column)
        self.body.addWidget(self._place)
        self._shown: tuple[object, ...] = ()

    def show_run(self, shown: Shown) -> None:
        """Show the lineage of a run."""
        key = (shown.one.run, shown.lineage.ancestors, shown.lineage.descendants)
        if key == self._shown:
            return
        self._shown = key
        while item := self._column.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(1, 1)
        for name, value in self._facts(shown):
            self._add(name, Text(value, "secondary", wrap=True, select=True))
        self._relatives(shown)
        settings = Text(shown.one.run.recipe.strip(), "mono", wrap=True, select=True)
        self._add(self.tr("Settings"), settings)
        self._column.addWidget(inside)

    def _facts(self, shown: Shown) -> list[tuple[str, str]]:
        run, lineage = shown.one.run, shown.lineage
        here, gone = self.tr("as it was"), self.tr("no longer here as it was")
        found = [
            (self.tr("Base"), f"{run.model} · {run.base_sha256[:_DIGITS]} · {here if lineage.model else gone}"),
            (
                self.tr("Examples"),
                f"{run.dataset} · {run.dataset_version[:_DIGITS]} · {here if lineage.dataset else gone}",
            ),
        ]
        if run.adapter_sha256:
            found.append((self.tr("Adapter"), run.adapter_sha256[:_DIGITS]))
        totals = shown.one.totals
        if totals and totals.energy_j is not None:
            found.append((self.tr("Energy"), f"{words.number(round(totals.energy_j))} J"))
        made = json.loads(run.environment or "{}").get("packages", {})
        main = [f"{name} {made[name]}" for name in ("unsloth", "torch", "transformers", "peft", "trl") if name in made]
        return [*found, (self.tr("Made with"), ", ".join(main))] if main else found

    def _relatives(self, shown: Shown) -> None:
        for name, runs in (
            (self.tr("Repeats"), shown.lineage.ancestors),
            (self.tr("Repeated by"), shown.lineage.descendants),
        ):
            if runs:
                row = Row(gap=Space.M)
                for run in runs:
                    link = Button(run.name or run.id, "link", partial(self.asked_run.emit, run.id))
                    row.addWidget(link)
                row.addStretch(1)
                holder = QWidget()
                holder.setLayout(row)
                self._add(name, holder)

    def _add(self, name: str, widget: QWidget) -> None:
        row = self._grid.rowCount()
        self._grid.addWidget(Text(name, "secondary"), row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(widget, row, 1)
