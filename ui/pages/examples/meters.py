"""Four meters over the table: how many examples, how long, how divided, and what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from engine.tune import amount
from engine.tune.browsing import Divided
from engine.tune.lengths import Lengths
from engine.tune.recipe import Recipe
from ui import words
from ui.pages.examples.drawn import Amount, Histogram, Shares
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Line, Row, Text

if TYPE_CHECKING:
    from engine.tune.lint import Finding  # imports numpy


class Meter(QWidget):
    """A title, a picture, a sentence, and perhaps what to do."""

    def __init__(self, title: str, picture: QWidget | None, button: Button | None = None) -> None:
        super().__init__()
        self.said = Text("", "secondary", wrap=True)
        button = button or Button("", "link")
        keeps_room = button.sizePolicy()  # all four begin at one height, with a button in view or without
        keeps_room.setRetainSizeWhenHidden(True)
        button.setSizePolicy(keeps_room)
        button.setVisible(False)
        head = Row(Text(title, "label"), None, button)
        column = Column(head, gap=Space.S, margin=(Space.L, Space.M, Space.L, Space.M))
        if picture:
            column.addWidget(picture)
        column.addWidget(self.said)
        column.addStretch(1)
        self.setLayout(column)
        self.setMinimumWidth(0)

    def say(self, text: str, tone: str = "") -> None:
        """The sentence under the picture."""
        self.said.setText(text)
        self.said.tone(tone)


class Meters(Card):
    """The four meters.

    Signals:
        count_asked: tokens are to be counted.
        check_asked: the examples are to be looked through.
        long_asked, held_out_asked: these examples are to be shown.
        finding_asked: the examples of this finding are to be shown.
    """

    count_asked = Signal()
    check_asked = Signal()
    long_asked = Signal()
    held_out_asked = Signal()
    finding_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(gap=0, margin=0)
        self._uncounted = 0
        self._amount_bar, self._histogram, self._shares = Amount(theme), Histogram(theme), Shares(theme)
        self._count = Button(self.tr("Count"), "link", self._ask_count)
        self._held = Button(self.tr("Show held out"), "link", self.held_out_asked.emit)
        self._look = Button(self.tr("Check"), "link", self._ask_check)
        self._menu = QMenu(self._look)
        self._amount = Meter(self.tr("How many"), self._amount_bar)
        self._lengths = Meter(self.tr("How long"), self._histogram, self._count)
        self._split = Meter(self.tr("Split"), self._shares, self._held)
        self._findings = Meter(self.tr("To look at"), None, self._look)
        row = Row(gap=0)
        for place, meter in enumerate((self._amount, self._lengths, self._split, self._findings)):
            if place:
                row.addWidget(Line(upright=True))
            row.addWidget(meter, 1)
        self.column.addLayout(row)

    def show_amount(self, rows: int) -> None:
        """How many examples there are, and whether that is enough."""
        advice = {
            "none": self.tr("None yet."),
            "few": self.tr("Too few: the model would repeat them. Aim for hundreds."),
            "some": self.tr("A start. A form is learnt from hundreds to thousands."),
            "enough": self.tr("Hundreds to thousands: where tuning for form works."),
            "many": self.tr("Plenty. More seldom helps the form; fewer and better does."),
        }
        level = amount.level(rows)
        self._amount_bar.show_rows(rows)
        self._amount.say(f"{words.number(rows)} · {advice[level]}", "warn" if level in ("none", "few") else "")

    def show_nothing(self) -> None:
        """There is no example."""
        self.show_amount(0)
        self.show_lengths(Lengths("", 1, ()))
        self.show_split(Divided((), ()))
        self._split.say("")
        self._menu.clear()
        self._look.setVisible(False)
        self._findings.say("")

    def show_lengths(self, lengths: Lengths | None) -> None:
        """How many tokens examples have; None: being read."""
        if lengths is None:
            self._histogram.show_lengths(None)
            self._lengths.say(self.tr("Counting tokens…"))
            self._count.setVisible(False)
            return
        self._histogram.show_lengths(lengths)
        self._count.setVisible(lengths.uncounted > 0 or lengths.over > 0)
        if not lengths.tokens and not lengths.uncounted and not lengths.refused:
            self._lengths.say("")
            return
        if lengths.uncounted:
            self._count.setText(self.tr("Count"))
            said = self.tr("{0} not counted yet.").format(
                words.count(lengths.uncounted, self.tr("example"), self.tr("examples"))
            )
        else:
            self._count.setText(self.tr("Show too long"))
            said = self.tr("Median {0}, longest {1}; up to {2} tokens fit").format(
                *map(words.number, (lengths.median, lengths.longest, lengths.limit))
            )
        if lengths.over:
            said += self.tr("; {0} too long").format(words.number(lengths.over))
        if lengths.refused:
            said += self.tr("; {0} not possible with this model").format(words.number(lengths.refused))
        self._uncounted = lengths.uncounted
        self._lengths.say(said, "warn" if lengths.over or lengths.refused else "")

    def refuse_lengths(self, reason: str) -> None:
        """Say why nothing can be counted."""
        self._histogram.show_lengths(None)
        self._count.setVisible(False)
        self._lengths.say(reason, "warn")

    def show_split(self, divided: Divided) -> None:
        """How the usual recipe divides the examples."""
        train, held = len(divided.train), len(divided.held_out)
        self._shares.show_shares(train, held)
        self._held.setVisible(held > 0)
        self._split.setToolTip(self.tr("Held-out examples are not learnt: a run is measured on them"))
        self._split.say(self.tr("{0} to learn from, {1} held out").format(words.number(train), words.number(held)))

    def show_share(self, rows: int) -> None:
        """How many the usual recipe holds out, about."""
        held = round(rows * Recipe().held_out)
        self._shares.show_shares(rows - held, held)
        self._held.setVisible(True)
        self._split.say(
            self.tr("About {0} to learn from, {1} held out").format(words.number(rows - held), words.number(held))
        )

    def show_findings(self, findings: Sequence[Finding] | None, *, waiting: bool = False) -> None:
        """What was found; None: not looked yet (``waiting``: being looked at)."""
        self._menu.clear()
        self._look.setMenu(None)  # type: ignore[arg-type]
        self._look.setVisible(not waiting)
        if findings is None:
            self._look.setText(self.tr("Check"))
            said = self.tr("Looking…") if waiting else self.tr("Copies, contradictions, leaks: not looked for yet.")
            self._findings.say(said)
            return
        if not findings:
            self._look.setText(self.tr("Check again"))
            self._findings.say(self.tr("✓ Nothing to say against these examples."), "good")
            return
        self._look.setText(self.tr("Show ▾"))
        for finding in findings:
            line = f"{finding.reason}\t{words.number(len(finding.rows))}"
            action = self._menu.addAction(line)
            action.triggered.connect(lambda _=False, one=finding: self.finding_asked.emit(one))
        self._look.setMenu(self._menu)
        first = findings[0].reason
        said = words.count(len(findings), self.tr("finding"), self.tr("findings"))
        self._findings.say(f"{said}: {first[0].lower()}{first[1:]}", "warn")

    def _ask_count(self) -> None:
        (self.count_asked if self._uncounted else self.long_asked).emit()

    def _ask_check(self) -> None:
        if self._look.menu() is None:
            self.check_asked.emit()
