"""What a model of the catalogue is, its licence, and the way of it onto this machine."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QWidget

from engine.models.catalogue import Entry
from engine.models.downloads import Held, Offer
from engine.models.overview import Suggested
from ui import words
from ui.pages.models.facts import TONES, Facts, breakable, parameters, run_words, tune_words
from ui.pages.models.transfers import Transfer
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Fold, Line, ProgressLine, Row, Text
from ui.widgets.scroll import Scroll


class OfferPane(QWidget):
    """The pane beside the catalogue.

    Signals:
        asked_offer: the hub is to be asked what it has.
        asked_fetch: the licence is accepted; download, or go on.
        asked_pause, asked_discard, asked_forget: see ``Transfers``.
        asked_network: the network is to be switched on.
        asked_installed: the installed model is to be shown.
    """

    asked_offer = Signal()
    asked_fetch = Signal()
    asked_pause = Signal()
    asked_discard = Signal()
    asked_forget = Signal()
    asked_network = Signal()
    asked_installed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._one: Suggested | None = None
        self._name, self._note = Text("", "section", wrap=True), Text("", "secondary", wrap=True)
        self._facts = Facts(shell.theme)
        self._licence, self._summary = Text("", wrap=True), Text("", "secondary", wrap=True)
        self._read = Button(self.tr("Read the licence in the browser"), "link", self._open_licence)
        self._full = Fold(self.tr("The licence as the repository holds it"))
        self._text = Text("", "secondary", wrap=True, select=True)
        self._full.body.addWidget(self._text)
        self.twin = QCheckBox(self.tr("With the weights to tune it from"))
        self._twin_size = Text("", "secondary", wrap=True)
        self._said = Text("", wrap=True)
        self._remedy = Text("", "secondary", wrap=True)
        self._bar = ProgressLine()
        self._buttons = self._made_buttons()
        self._lay_out()

    def show_entry(self, one: Suggested | None, transfer: Transfer | None) -> None:
        """Show an entry, as far as it is here; None: nothing."""
        changed = one is not None and (self._one is None or self._one.entry != one.entry)
        self._one = one
        self.setVisible(one is not None)
        if one is None:
            return
        if changed:
            self.twin.setChecked(one.needs.tune_fit != "no")
        self._describe(one)
        self._show_licence(one.entry, transfer.offer if transfer else None)
        self._show_step(one, transfer)

    def _describe(self, one: Suggested) -> None:
        entry, chat, tune = one.entry, self.tr("To chat"), self.tr("To tune")
        self._name.setText(entry.name)
        self._note.setText(f"{entry.maker}. {entry.note}")
        self._facts.show_pairs(
            [
                (self.tr("Size"), f"{parameters(entry.parameters)} {self.tr('parameters')}"),
                (self.tr("Context"), self.tr("{0} tokens").format(words.number(entry.context))),
                (chat, run_words(one.needs)),
                (tune, tune_words(one.needs)),
                (self.tr("Repository"), breakable(entry.repo)),
                (self.tr("File"), breakable(entry.file)),
            ],
            {chat: TONES[one.needs.run_fit], tune: TONES[one.needs.tune_fit]},
        )

    def _show_licence(self, entry: Entry, offer: Offer | None) -> None:
        self._licence.setText(entry.licence.name)
        self._summary.setText(entry.licence.summary)
        self._read.setToolTip(entry.licence.url)
        lines = offer.licence_text.splitlines() if offer else []
        self._text.setText("\n".join(line.strip() for line in lines))
        self._full.setVisible(bool(offer and offer.licence_text))
        size = offer.twin_bytes if offer and offer.twin_bytes else entry.twin_bytes
        self._twin_size.setText(self.tr("{0} more, from {1}").format(words.size(size), breakable(entry.twin)))

    def _show_step(self, one: Suggested, transfer: Transfer | None) -> None:
        """Words, bar and buttons for where the model is on its way."""
        step = _step(one.held, transfer, self._shell.settings.network)
        said, remedy, shown = self._words(step, one, transfer)
        self._said.setText(said)
        self._said.tone({"failed": "bad", "installed": "good"}.get(step, ""))
        self._remedy.setText(remedy)
        for text in (self._said, self._remedy):
            text.setVisible(bool(text.text()))
        self._bar.setVisible(step in ("asking", "fetching"))
        if step in ("asking", "fetching"):
            self._bar.show_progress(transfer.progress if transfer else None)
        for name, button in self._buttons.items():
            button.setVisible(name in shown)
        for widget in (self.twin, self._twin_size):
            widget.setVisible(step != "installed")
        self.twin.setEnabled(step in ("none", "offline", "part", "failed"))

    def _words(self, step: str, one: Suggested, transfer: Transfer | None) -> tuple[str, str, tuple[str, ...]]:
        """For a step: what is said, what to do, and the names of its buttons."""
        if step == "installed":
            return self.tr("✓ Installed"), "", ("show",)
        if step == "offline":
            text = self.tr("The network is off: nothing is asked or sent until you allow it.")
            return text, self.tr("A GGUF file that you already have can be added without it."), ("network",)
        if step == "offered" and transfer and transfer.offer:
            return *self._offer_words(transfer.offer), ("accept", "back")
        if step == "failed" and transfer and transfer.error:
            again = ("again", "discard") if one.held.state == "part" else ("again",)
            return transfer.error.what, transfer.error.remedy, again
        if step == "part":
            arrived = words.size(one.held.bytes)
            return self.tr("Paused: {0} have arrived.").format(arrived), "", ("resume", "discard")
        return "", "", {"fetching": ("pause",), "asking": ("stop",)}.get(step, ("download",))

    def _offer_words(self, offer: Offer) -> tuple[str, str]:
        total = offer.bytes + offer.twin_bytes
        text = self.tr("{0} to download; {1} are free here.").format(words.size(total), words.size(offer.free))
        names = self.tr("The hub names the licence “{0}”. By downloading you accept it.")
        return text, names.format(offer.licence or self.tr("not stated"))

    def _made_buttons(self) -> dict[str, Button]:
        plain, primary = "plain", "primary"
        return {
            "download": Button(self.tr("Download…"), plain, self.asked_offer.emit),
            "accept": Button(self.tr("Accept the licence and download"), primary, self.asked_fetch.emit),
            "back": Button(self.tr("Not now"), "quiet", self.asked_forget.emit),
            "stop": Button(self.tr("Stop"), plain, self.asked_pause.emit),
            "pause": Button(self.tr("Pause"), plain, self.asked_pause.emit),
            "resume": Button(self.tr("Resume"), plain, self.asked_fetch.emit),
            "again": Button(self.tr("Try again"), plain, self.asked_offer.emit),
            "discard": Button(self.tr("Throw away"), "danger", self.asked_discard.emit),
            "network": Button(self.tr("Switch the network on"), plain, self.asked_network.emit),
            "show": Button(self.tr("Show it"), plain, self.asked_installed.emit),
        }

    def _lay_out(self) -> None:
        inside = QWidget()
        column = Column(self._name, self._note, gap=Space.XS, margin=(0, 0, Space.S, 0))
        column.addSpacing(Space.S)
        column.addWidget(self._facts)
        column.addSpacing(Space.M)
        column.addWidget(Line())
        column.addSpacing(Space.M)
        for widget in (self._licence, self._summary, self._read, self._full):
            column.addWidget(widget)
        column.addSpacing(Space.M)
        column.addWidget(self.twin)
        column.addLayout(Row(Space.XL, self._twin_size, gap=0))
        column.addStretch(1)
        inside.setLayout(column)
        row = Row(gap=Space.S)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        foot = Column(Line(), Space.XS, self._said, self._remedy, self._bar, row, gap=Space.S)
        whole = Column(gap=Space.M)
        whole.addWidget(Scroll(inside), 1)
        whole.addLayout(foot)
        self.setLayout(whole)

    def _open_licence(self) -> None:
        if self._one:
            QDesktopServices.openUrl(QUrl(self._one.entry.licence.url))


def _step(held: Held, transfer: Transfer | None, network: bool) -> str:
    """Where a model is on its way here."""
    if held.state == "installed":
        return "installed"
    if transfer:
        return transfer.step
    if held.state == "part":
        return "part"
    return "none" if network else "offline"
