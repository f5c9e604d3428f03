"""The preview's tab: which model looks, and what it sees."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine.errors import FormfactError
from engine.tune.browsing import Taught
from engine.types import Message
from store.models import Model
from ui.pages.examples.seen import SeenView
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Column, Row, Text


class Preview(QWidget):
    """Shows a conversation as training gives it to a model.

    Signals:
        model_changed: another model was chosen: its name.
    """

    model_changed = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._messages: tuple[Message, ...] = ()
        self._box = QComboBox()
        self._box.setAccessibleName(self.tr("Model whose template and tokens are shown"))
        self._box.activated.connect(lambda _: self._choose())
        self._seen = SeenView(shell.theme)
        head = Row(Text(self.tr("Model"), "secondary"), self._box, None, margin=(Space.L, Space.M, Space.L, 0))
        column = Column(gap=0)
        column.addLayout(head)
        column.addWidget(self._seen, 1)
        self.setLayout(column)

    @property
    def model(self) -> str | None:
        """The chosen model; None: the usual one."""
        return str(self._box.currentData()) if self._box.count() else None

    @property
    def text(self) -> str:
        """What is shown, as text."""
        return self._seen.text.toPlainText()

    def look_for_models(self) -> None:
        """See which models there are."""
        models = self._shell.workspace.models
        self._shell.look(lambda: (models.list(), models.get()), self._offer, owner=self, key="models")

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show a conversation."""
        self._messages = tuple(messages)
        if not messages:
            self._seen.clear()
            return
        self._seen.wait()
        model, datasets = self.model, self._shell.workspace.datasets
        self._shell.look(
            lambda: datasets.taught(messages, model), self._show, owner=self, failed=self._refuse, key="taught"
        )

    def _show(self, taught: Taught) -> None:
        self._seen.show_taught(taught)

    def _refuse(self, fault: FormfactError) -> None:
        self._seen.refuse(str(fault))

    def _offer(self, found: tuple[list[Model], Model]) -> None:
        known, usual = found
        chosen = self.model or usual.name
        self._box.clear()
        for model in known:
            self._box.addItem(model.name, model.name)
        self._box.setCurrentIndex(max(0, self._box.findData(chosen)))

    def _choose(self) -> None:
        self.model_changed.emit(self.model or "")
        self.show_messages(self._messages)
