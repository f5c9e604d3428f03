"""The page “Tune”: a sentence that starts a run, the run as it goes, and all runs that there were."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.tune.overview import Overview, overviews
from ui.actions import Action
from ui.pages.tune import chart
from ui.pages.tune.data import Reader, Shown
from ui.pages.tune.deeds import Deeds
from ui.pages.tune.form import RunForm
from ui.pages.tune.listing import RunList
from ui.pages.tune.overlay import Overlay
from ui.pages.tune.run_view import RunView
from ui.qt_classes import ClassMaker
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Line, Row, Text

_LIST = 264
_FOLLOW_MS, _UNSEEN_MS = 600, 3000


class TunePage(Page):
    """The list of runs at the left; at the right a new run, one run, or several compared."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._reader = Reader(shell.workspace)
        self._ready = False  # the library of charts is imported
        self._maker: ClassMaker | None = None
        self._ids: list[str] = []
        self._first = True
        self.deeds = Deeds(shell, self)
        self.list = RunList(shell, self)
        self.form, self.view, self.overlay = RunForm(shell), RunView(shell), Overlay(shell)
        self.new = Button(self.tr("New run"), "plain", self.new_run)
        self._stack = QStackedWidget()
        for widget in (self.form, self.view, self.overlay):
            self._stack.addWidget(widget)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._timer = QTimer(self, singleShot=True, interval=_FOLLOW_MS)
        self._timer.timeout.connect(self._read)
        self.list.chosen.connect(self._chosen)
        self.deeds.began.connect(self.show_run)
        self.deeds.stage.connect(self.view.show_stage)
        self.form.asked_resume.connect(self.deeds.resume)
        self.form.started.connect(self.deeds.start)
        self.form.asked_examples.connect(lambda: shell.go("examples"))
        self.view.asked.connect(self._asked)
        self.view.asked_run.connect(self.show_run)
        self.view.noted.connect(lambda text: self._with_run(lambda one: self.deeds.note(one.run, text)))
        self.view.renamed.connect(lambda name: self._with_run(lambda one: self.deeds.rename(one.run, name)))
        shell.changed.connect(self._changed)

    def shown(self) -> None:
        """Read anew; a run that goes on is followed."""
        self.setFocus()
        self.form.reload()
        self._reload()
        if self._maker is None:
            self._maker = ClassMaker(self, lambda: self.shell.look(chart.load, self._loaded, owner=self))

    def arrive(self, **arguments: Any) -> None:
        """Someone was sent here with a dataset (``data``) or for a run (``run``)."""
        if run := arguments.get("run"):
            self.show_run(run)
        elif data := arguments.get("data"):
            self.form.reload(data)
            self.new_run()

    def actions_offered(self) -> list[Action]:
        """What can be done here."""
        return [
            Action("tune.new", self.tr("New run"), self.new_run, "Ctrl+N"),
            Action("tune.stop", self.tr("Stop and save this run"), lambda: self._asked("stop"), enabled=self._active),
            Action("tune.resume", self.tr("Resume this run"), lambda: self._asked("resume"), enabled=self._resumable),
            Action("tune.chat", self.tr("Try this run in Chat"), lambda: self._asked("chat"), enabled=self._usable),
            Action("tune.delete", self.tr("Delete the chosen runs"), self._delete, "Del", enabled=self._deletable),
        ]

    def new_run(self) -> None:
        """Show the form."""
        self._ids = []
        self.list.choose()
        self._stack.setCurrentWidget(self.form)
        self.form.start.setFocus()

    def show_run(self, run: str) -> None:
        """Show a run."""
        self._ids = [run]
        self.list.choose(run)
        self._read()

    def _lay_out(self) -> None:
        left = Column(Row(Text(self.tr("Tune"), "title"), None, self.new, gap=Space.S), gap=Space.M)
        left.addWidget(self.list, 1)
        holder = QWidget()
        holder.setLayout(left)
        holder.setFixedWidth(self.shell.theme.px(_LIST))
        self.shell.theme.changed.connect(lambda: holder.setFixedWidth(self.shell.theme.px(_LIST)))
        row = Row(holder, Line(upright=True), gap=Space.XL, margin=(Space.XL, Space.L, Space.M, Space.S))
        row.addWidget(self._stack, 1)
        self.setLayout(row)

    def _loaded(self, _: object) -> None:
        self._ready = True
        self._read()

    def _reload(self) -> None:
        workspace = self.shell.workspace
        self.shell.look(lambda: overviews(workspace), self._list, owner=self, key="list")

    def _list(self, rows: list[Overview]) -> None:
        self.list.show_rows(rows)
        known = {one.run.id for one in rows}
        self._ids = [run for run in self._ids if run in known]
        if not self._ids and self._stack.currentWidget() is not self.form:
            self._stack.setCurrentWidget(self.form)
        going = next((one.run.id for one in rows if one.active), "")
        if going and self._first and not self._ids:  # whoever opens the page while a run goes on wants to see it
            self._ids = [going]
        self._first = False
        self.form.show_left_off(next((one for one in rows if one.run.state == "interrupted"), None))
        self.list.choose(*self._ids)
        self._read()

    def _chosen(self, ids: list[str]) -> None:
        if ids:
            self._ids = ids
            self._read()
        else:
            self._ids = []

    def _read(self) -> None:
        ids = list(self._ids)
        if ids and self._ready:
            self.shell.look(lambda: self._reader.read(ids), self._show, owner=self, key="runs")

    def _show(self, shown: list[Shown]) -> None:
        if not shown or not self._ids:
            return
        if len(shown) == 1:
            before = self.view.shown
            self.view.show_run(shown[0])
            self._stack.setCurrentWidget(self.view)
            if before and before.one.run.id == shown[0].one.run.id and before.one.run.state != shown[0].one.run.state:
                self._moved_on(before, shown[0])
        else:
            self.overlay.show_runs(shown)
            self._stack.setCurrentWidget(self.overlay)
        if any(one.one.active for one in shown):
            self._timer.start(_FOLLOW_MS if self.isVisible() else _UNSEEN_MS)

    def _moved_on(self, before: Shown, now: Shown) -> None:
        """The run that is shown has reached another state; one in the background tells nobody else."""
        self.shell.tell("runs")
        if before.one.elsewhere and not now.one.active:
            self.deeds.tell_end(now.one.run)

    def _changed(self, what: str) -> None:
        if not self.isVisible():
            return
        if what == "runs":
            self._reload()
        elif what in ("datasets", "models"):
            self.form.reload()

    def _asked(self, what: str) -> None:
        shown = self.view.shown
        if shown is None:
            return
        run, deeds = shown.one.run, self.deeds
        if what == "chat":
            deeds.try_in_chat(run)
        elif what == "resume":
            deeds.resume(run)
        elif what == "stop":
            deeds.stop(run)
        elif what == "discard":
            deeds.discard(run)
        else:
            deeds.menu(run, self.view.more, self.view.rename, self._again)

    def _again(self) -> None:
        """A new run with the settings of the one that is shown."""
        self._with_run(lambda one: self.form.show_recipe(one.recipe, one.preset))
        self.new_run()

    def _delete(self) -> None:
        self.deeds.delete([one.run for one in self.list.rows if one.run.id in self.list.ids and not one.active])

    def _with_run(self, do: Any) -> None:
        if self.view.shown:
            do(self.view.shown.one)

    def _one(self) -> Overview | None:
        return self.view.shown.one if self.view.shown and self._stack.currentWidget() is self.view else None

    def _active(self) -> bool:
        one = self._one()
        return bool(one and one.active)

    def _resumable(self) -> bool:
        one = self._one()
        return bool(one and one.resumable)

    def _usable(self) -> bool:
        one = self._one()
        return bool(one and one.usable)

    def _deletable(self) -> bool:
        return bool(self.list.ids)
