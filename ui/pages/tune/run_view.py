"""One run: what it is, its picture, its numbers, its answers on the way; and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from ui.pages.tune import said
from ui.pages.tune.chart import Line as ChartLine
from ui.pages.tune.chart import LossChart
from ui.pages.tune.data import Shown
from ui.pages.tune.figures import Figures
from ui.pages.tune.origin import Origin
from ui.pages.tune.samples import SampleAnswers
from ui.shell import Shell
from ui.theme.theme import Theme
from ui.theme.tokens import Space, Type
from ui.widgets import Button, Card, Column, IconButton, Line, Row, Text, repolish
from ui.widgets.scroll import Scroll

_NAME = 320
_CHART = (460, 220)  # its height, at most and at least


class Mark(QLabel):
    """An icon that says in a glance how a run stands; the words beside it say the same."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._name = theme, "info"
        theme.changed.connect(self._draw)

    def show_mark(self, name: str) -> None:
        """Show ``good``, ``warn``, ``bad`` or ``info``."""
        self._name = name
        self._draw()

    def _draw(self) -> None:
        size = self._theme.px(Type.TITLE)
        icon = self._theme.icon(self._name, "focus" if self._name == "info" else self._name)
        self.setPixmap(icon.pixmap(size, size))


class RunView(QWidget):
    """A run, while it goes on and afterwards.

    Signals:
        asked: what is to be done with it: ``chat``, ``resume``, ``stop``, ``discard`` or ``menu``.
        noted: the user has written a note.
        renamed: the user has written another name.
        asked_run: the id of another run that is to be shown.
    """

    asked = Signal(str)
    noted = Signal(str)
    renamed = Signal(str)
    asked_run = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.shown: Shown | None = None
        self._stage = ""
        self.title, self.what = Text("", "title"), Text("", "secondary")
        self.chat = Button(self.tr("Try it in Chat"), "primary", lambda: self.asked.emit("chat"))
        self.resume = Button(self.tr("Resume"), "primary", lambda: self.asked.emit("resume"))
        self.stop = Button(self.tr("Stop and save"), "plain", lambda: self.asked.emit("stop"))
        self.discard = Button(self.tr("Stop and discard"), "danger", lambda: self.asked.emit("discard"))
        self.more = IconButton(shell.theme, "more", self.tr("More"), lambda: self.asked.emit("menu"))
        self.edit = IconButton(shell.theme, "edit", self.tr("Rename"), self.rename, size=15)
        self.naming = QLineEdit(maxLength=120)
        self.naming.setAccessibleName(self.tr("Name of the run"))
        self.naming.setFixedWidth(shell.theme.px(_NAME))
        self.naming.editingFinished.connect(self._named)
        self.naming.hide()
        self.state, self.state_mark = Text("", "body", wrap=True), Mark(shell.theme)
        self.note = QLineEdit(placeholderText=self.tr("Write a note…"))
        self.note.setProperty("bare", True)
        self.note.setTextMargins(-2, 0, 0, 0)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.editingFinished.connect(self._note)
        self.figures, self.chart = Figures(), LossChart(shell.theme, self.tr("Loss over steps"))
        self.samples, self.samples_card = SampleAnswers(shell), QWidget()
        self.notices = Text("", "secondary", wrap=True)
        self.origin = Origin()
        self.origin.asked_run.connect(self.asked_run)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture takes its share of the height, so that the answers under it begin in view."""
        super().resizeEvent(event)
        most, least = (self._shell.theme.px(size) for size in _CHART)
        self.chart.setFixedHeight(min(max(round(0.34 * self.height()), least), most))

    def rename(self) -> None:
        """Write another name where the name stands."""
        if self.shown:
            self.naming.setText(self.shown.one.run.name)
            self._swap(True)
            self.naming.setFocus()
            self.naming.selectAll()

    def show_run(self, shown: Shown) -> None:
        """Show a run as it is now."""
        other = self.shown is None or self.shown.one.run.id != shown.one.run.id
        self.shown = shown
        one = shown.one
        self._stage = "" if other else self._stage
        self.title.setText(one.title)
        self.what.setText(said.what(one))
        if other or not self.note.hasFocus():
            self.note.setText(one.run.remark)
        self._show_buttons()
        self._show_state()
        self.figures.show_run(shown)
        for widget in (self.chart, self.legend):
            widget.setVisible(bool(shown.curve.steps) or one.active)
        planned = shown.curve.estimated.steps if shown.curve.estimated else 0
        self.chart.show_lines([ChartLine(one.title, shown.curve)], planned if one.active else 0)
        self.samples.show_samples(shown.curve.samples)
        self.samples_card.setVisible(bool(shown.curve.samples))
        self.notices.setText("\n".join(shown.curve.notices))
        self.notices.setVisible(bool(shown.curve.notices))
        self.origin.show_run(shown)

    def show_stage(self, what: str) -> None:
        """Say what is being prepared."""
        self._stage = f"{what}…"
        if self.shown and self.shown.one.active:
            self._show_state()

    def _show_buttons(self) -> None:
        assert self.shown
        one = self.shown.one
        self.chat.setVisible(one.usable)
        self.resume.setProperty("kind", "plain" if one.usable else "primary")  # one primary button
        repolish(self.resume)
        self.resume.setVisible(one.resumable)
        self.stop.setVisible(one.active)
        self.discard.setVisible(one.active)
        self.more.setVisible(not one.active)
        step = one.saved_step
        self.resume.setToolTip(self.tr("Goes on from step {0}").format(step) if step else self.tr("Begins anew"))

    def _show_state(self) -> None:
        """One sentence: how far it is, how it ended, or what the gate says."""
        assert self.shown
        one = self.shown.one
        tone, sentence, figures = said.gate(one)
        if one.active:
            tone, sentence, figures = "info", self._under_way(), ""
        elif one.run.state != "done":
            tone, sentence = said.tone(one), one.run.note or said.state(one).capitalize()
        self.state.setText(sentence)
        self.state.tone("" if tone == "info" else tone)
        self.state.setToolTip(figures)
        self.state_mark.show_mark(tone or "info")

    def _under_way(self) -> str:
        assert self.shown
        one = self.shown.one
        stage = {
            "preparing": self._stage or self.tr("Preparing the examples."),
            "training": self.tr("Training."),
            "converting": self.tr("Making the adapter that chat uses."),
            "checking": self.tr("Checking that chat runs what was trained."),
        }[one.run.state]
        if one.run.state == "preparing" and self.shown.curve.steps:
            stage = self.tr("Getting ready to go on.")
        if one.elsewhere:
            return self.tr("{0} It goes on in the background, also when this window is closed.").format(stage)
        return stage

    def _named(self) -> None:
        if self.naming.isVisible() and self.shown:
            self._swap(False)
            if self.naming.text().strip() != self.shown.one.run.name:
                self.renamed.emit(self.naming.text())

    def _swap(self, naming: bool) -> None:
        self.naming.setVisible(naming)
        self.title.setVisible(not naming)
        self.edit.setVisible(not naming)

    def _note(self) -> None:
        if self.shown and self.note.text().strip() != self.shown.one.run.remark:
            self.noted.emit(self.note.text())

    def _lay_out(self) -> None:
        head = Row(
            self.title,
            self.naming,
            self.edit,
            None,
            self.resume,
            self.chat,
            self.stop,
            self.discard,
            self.more,
            gap=Space.S,
        )
        top = Column(head, self.what, self.note, gap=Space.XS)
        state = Row(self.state_mark, gap=Space.S)
        state.addWidget(self.state, 1)
        self.legend = QWidget()
        kept = Text(self.tr("—●— loss on examples that were kept aside"), "label")
        kept.setProperty("arm", "tuned")
        self.legend.setLayout(Row(Text(self.tr("— training loss"), "label"), kept, None, gap=Space.L))
        picture = Card(self.figures, Line(), self.legend, self.chart, gap=Space.M, margin=Space.L)
        self.samples_card = Card(
            Text(self.tr("Sample answers"), "section"),
            Text(self.tr("The same questions, asked again at each measurement: watch the form arrive."), "secondary"),
            self.samples, gap=Space.M, margin=Space.L,
        )  # fmt: skip
        inside = QWidget()
        inside.setLayout(
            Column(
                top,
                state,
                picture,
                self.samples_card,
                self.notices,
                self.origin,
                None,
                gap=Space.L,
                margin=(0, 0, Space.M, Space.L),
            )
        )
        self.setLayout(Column(Scroll(inside), gap=0))
