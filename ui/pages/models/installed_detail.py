"""What an installed model is: its facts in words, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from engine.models.overview import Installed
from ui import words
from ui.pages.models.facts import TONES, Facts, breakable, parameters, run_words, tune_words
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Row, Text
from ui.widgets.scroll import Scroll


class InstalledDetail(QWidget):
    """The pane beside the list.

    Signals:
        asked_chat: the model is to be asked something.
        asked_remove: the model is to be taken off the list.
        asked_folder: a training folder is to be added to it.
    """

    asked_chat = Signal()
    asked_remove = Signal()
    asked_folder = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._one: Installed | None = None
        self._name = Text("", "section", wrap=True, select=True)
        self._short = Text("", "secondary", wrap=True)
        self._state = Text("", wrap=True)
        self._state.tone("bad")
        self._facts, self._file = Facts(theme), Facts(theme)
        self._warnings = Text("", "secondary", wrap=True)
        self.chat = Button(self.tr("Ask it in Chat"), "plain", self.asked_chat.emit)
        self.show_file = Button(self.tr("Show the file"), "plain", self._open)
        self.add_folder = Button(self.tr("Add its training folder…"), "plain", self.asked_folder.emit)
        self.remove = Button(self.tr("Remove"), "danger", self.asked_remove.emit)
        inside = QWidget()
        column = Column(self._name, self._short, self._state, gap=Space.XS, margin=(0, 0, Space.S, 0))
        for item in (Space.S, self._facts, Space.S, self._warnings, Space.S, self._file):
            column.addSpacing(item) if isinstance(item, int) else column.addWidget(item)
        column.addSpacing(Space.L)
        column.addLayout(Row(self.chat, self.show_file, None))
        column.addLayout(Row(self.add_folder, None))
        column.addLayout(Row(self.remove, None))
        column.addStretch(1)
        inside.setLayout(column)
        self.setLayout(Column(Scroll(inside), gap=0))

    def show_model(self, one: Installed | None) -> None:
        """Show a model; None: nothing."""
        self._one = one
        self.setVisible(one is not None)
        if one is None:
            return
        model = one.model
        self._name.setText(model.name)
        said = (parameters(model.parameters), self.tr("parameters"), "·", model.quantisation)
        self._short.setText(" ".join((*said, "·", words.size(model.bytes))))
        self._state.setText(self._state_words(one))
        self._state.setVisible(bool(one.state))
        self._warnings.setText("\n".join(one.warnings))
        self._warnings.setVisible(bool(one.warnings))
        self._show_facts(one)
        self.chat.setEnabled(not one.state)
        self.add_folder.setVisible(not model.twin and not one.builtin)
        self.remove.setVisible(not one.builtin)
        self.remove.setText(self.tr("Delete with its files") if one.owned else self.tr("Remove from the list"))

    def _show_facts(self, one: Installed) -> None:
        model, runs, tuning, here = one.model, self.tr("To chat"), self.tr("To tune"), self.tr("Tuning")
        self._facts.show_pairs(
            [
                (self.tr("Architecture"), model.architecture),
                (self.tr("Context"), self.tr("{0} tokens").format(words.number(model.context))),
                (self.tr("Licence"), model.licence or self.tr("not stated in the file")),
                (here, one.tunable.why if one.tunable.can else self.tr("Not possible. {0}").format(one.tunable.why)),
                (runs, run_words(one.needs)),
                (tuning, tune_words(one.needs) if one.tunable.can else ""),
            ],
            {runs: TONES[one.needs.run_fit], tuning: TONES[one.needs.tune_fit], here: "" if one.tunable.can else "bad"},
        )
        self._file.show_pairs(
            [
                (self.tr("File"), breakable(Path(model.gguf).name)),
                (self.tr("From"), breakable(model.source) if model.source else ""),
                (self.tr("SHA-256"), f"{model.sha256[:16]}…"),
                (self.tr("Added"), "" if one.builtin else words.when(model.added_at)),
            ]
        )
        self.show_file.setToolTip(model.gguf)

    def _state_words(self, one: Installed) -> str:
        if one.state == "missing":
            return self.tr("Its file is gone from {0}. Put it back, or remove the model.").format(
                breakable(str(Path(one.model.gguf).parent))
            )
        return self.tr("Its file has changed since it was added. Remove the model and add the file again.")

    def _open(self) -> None:
        if self._one:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._one.model.gguf).parent)))
