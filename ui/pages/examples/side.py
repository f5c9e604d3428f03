"""Beside the table: the editor and the preview of one example, and how it is loaded and saved."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QTabWidget

from engine.errors import FormfactError, NotFound
from engine.types import Example
from store.datasets import Dataset
from ui.pages.examples.editor import Draft, Editor
from ui.pages.examples.edits import Edits, beginning
from ui.pages.examples.preview import Preview
from ui.shell import Shell

_PAUSE_MS = 250


class Side(QTabWidget):
    """Edits one example. What was changed is saved when another one is loaded.

    Signals:
        add_begun: a new example is being written.
        go_on_asked: the example is done with; the next one is to be edited.
    """

    add_begun = Signal()
    go_on_asked = Signal()

    def __init__(self, shell: Shell, edits: Edits) -> None:
        super().__init__()
        self._shell, self._edits = shell, edits
        self.dataset: Dataset | None = None
        self._wanted = 0
        self._focus_next = self._adding = False
        self.editor, self.preview = Editor(shell.theme), Preview(shell)
        self.addTab(self.editor, self.tr("Edit"))
        self.addTab(self.preview, self.tr("As the model sees it"))
        self.setMinimumWidth(shell.theme.px(320))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._show_preview)
        self.currentChanged.connect(lambda _: self._show_preview())
        self.editor.edited.connect(self._pause.start)
        self.editor.save_asked.connect(self._save_and)
        self.editor.discarded.connect(lambda: self.load(self._wanted))

    def load(self, example: int) -> None:
        """Edit another example, or (0) none; the one before is saved."""
        self.save()
        self._wanted = example
        if not example:
            self.editor.clear()
            return
        datasets = self._shell.workspace.datasets
        self._shell.look(
            lambda: datasets.example(example), self._loaded, owner=self, failed=self._missing, key="example"
        )

    def edit(self) -> None:
        """Go to the text."""
        self.setCurrentWidget(self.editor)
        self.editor.focus()

    def add(self) -> None:
        """Begin a new example, with the system text of the one before."""
        self.save()
        draft = self.editor.draft
        self.setCurrentWidget(self.editor)
        self.add_begun.emit()
        self.editor.begin(beginning(draft.messages if draft else ()))

    def flip(self) -> None:
        """From the editor to the preview, and back."""
        self.setCurrentIndex(1 - self.currentIndex())

    def save(self) -> None:
        """Store the example in the editor, if it was changed."""
        draft, before = self.editor.draft, self.editor.saved
        if draft is None or before is None or not self.editor.dirty:
            return
        if draft.example:
            self._edits.save(before, draft, self._kept, lambda fault: self._refused(fault, draft, before))
        elif not self._adding:
            self._adding = True
            name = self.dataset.name if self.dataset else self.tr("My examples")
            self._edits.add(
                name, draft, lambda made: self._added(made, draft), lambda fault: self._refused(fault, draft, before)
            )

    def save_now(self) -> str:
        """Store what was changed before the window closes. Returns what would be lost, or nothing."""
        draft, before = self.editor.draft, self.editor.saved
        if draft is None or before is None or not self.editor.dirty:
            return ""
        if not (reason := self._edits.save_now(before, draft)):
            self.editor.kept(draft)
        return reason

    def close_dataset(self) -> None:
        """Edit nothing."""
        self.dataset = None
        self._wanted = 0
        self.editor.clear()

    def _save_and(self, go_on: bool) -> None:
        new = self.editor.draft is not None and self.editor.draft.example == 0
        self.save()
        if go_on and not new:
            self._focus_next = True
            self.go_on_asked.emit()

    def _loaded(self, example: Example) -> None:
        draft = self.editor.draft
        if draft and self.editor.dirty and draft.example in (0, example.id):
            return  # someone has begun to write meanwhile
        self.editor.show_example(example)
        if self._focus_next:
            self._focus_next = False
            self.edit()

    def _missing(self, fault: FormfactError) -> None:
        if not isinstance(fault, NotFound):
            self._shell.fault(fault)
        self.editor.clear()

    def _kept(self, draft: Draft) -> None:
        if self.editor.draft and self.editor.draft.example == draft.example:
            self.editor.kept(draft)

    def _added(self, made: int, draft: Draft) -> None:
        self._adding = False
        if self.editor.draft and self.editor.draft.example == 0:
            self.editor.kept(Draft(made, draft.messages, draft.tags))

    def _refused(self, fault: FormfactError, draft: Draft, before: Draft) -> None:
        self._adding = False
        here = self.editor.draft
        staying = draft.example in (0, self._wanted)  # else another one is on its way into the editor
        if here and here.example == draft.example and staying:
            self.editor.refuse(str(fault))
            return
        back = (self.tr("Back to it"), lambda: self.editor.put_back(draft, before))
        self._shell.banner("warn", self.tr("Not saved. {0}").format(fault.what), remedy=fault.remedy, actions=[back])

    def _show_preview(self) -> None:
        draft = self.editor.draft
        if self.currentWidget() is self.preview:
            self.preview.show_messages(draft.messages if draft else ())
