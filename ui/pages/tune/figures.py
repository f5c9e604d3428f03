"""The four numbers of a run: step, speed, memory, time."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui import words
from ui.pages.tune.data import Shown
from ui.theme.tokens import Space
from ui.widgets import Column, Row, Text


class Figure(QWidget):
    """A number with what it counts above it, and one line more below."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what, self.number, self.more = Text(what, "label"), Text("–", "number"), Text("", "label")
        self.setLayout(Column(self.what, self.number, self.more, gap=0))

    def show_figure(self, number: str, more: str = "") -> None:
        """Show a value."""
        self.number.setText(number)
        self.more.setText(more)
        self.setAccessibleName(f"{self.what.text()}: {number} {more}".strip())


class Figures(QWidget):
    """The four numbers beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Figure(self.tr("step"))
        self.speed = Figure(self.tr("tokens a second"))
        self.memory = Figure(self.tr("memory"))
        self.time = Figure(self.tr("time left"))
        row = Row(gap=Space.XL)
        for figure in (self.step, self.speed, self.memory, self.time):
            row.addWidget(figure, 1)
        self.setLayout(row)

    def show_run(self, shown: Shown) -> None:
        """Show the numbers of a run: live ones while it goes on, totals afterwards."""
        one, last = shown.one, shown.curve.last
        totals = one.totals
        self._show_steps(shown)
        self.time.what.setText(self.tr("time left") if one.active else self.tr("took"))
        if last is None:
            waiting = self.tr("measuring…") if one.active else "–"
            for figure in (self.speed, self.memory, self.time):
                figure.show_figure(waiting if figure is self.time else "–")
            return
        mean = totals.tokens / totals.seconds if totals and totals.seconds and not one.active else last.tokens_per_s
        so_far = self.tr("{0} so far") if one.active else self.tr("{0} in all")
        self.speed.show_figure(words.number(round(mean)), so_far.format(words.number(last.tokens)))
        memory = totals.peak_memory if totals and not one.active else last.gpu_memory or last.memory
        self.memory.show_figure(words.size(memory), self._gpu(shown))
        if one.active:
            self.time.show_figure(words.duration(last.eta_s))
        else:
            self.time.show_figure(words.duration(totals.seconds) if totals else "–")

    def _show_steps(self, shown: Shown) -> None:
        last, estimated, totals = shown.curve.last, shown.curve.estimated, shown.one.totals
        steps = last.steps if last else estimated.steps if estimated else totals.steps if totals else 0
        done = f"{words.number(last.step if last else 0)} / {words.number(steps)}" if steps else "–"
        rate = self.tr("learning rate {0}").format(f"{last.learning_rate:.2g}") if last else ""
        self.step.show_figure(done, rate)

    def _gpu(self, shown: Shown) -> str:
        last = shown.curve.last
        if last is None or last.temperature is None:
            return self.tr("at most") if not shown.one.active else ""
        return self.tr("GPU at {0} °C").format(round(last.temperature))
