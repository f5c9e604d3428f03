"""The page “Documents”: what is indexed, the truth about each file, and what a question finds in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from engine.errors import FormfactError
from engine.events import Event, FileDone, Progress
from engine.jobs import Job
from engine.types import Passage
from store.collections import Collection
from store.documents import Document
from ui.actions import Action
from ui.pages.documents.asks import Asks
from ui.pages.documents.browser import Browser
from ui.pages.documents.head import Head
from ui.pages.documents.indexing import IndexingLine
from ui.pages.documents.inspector import Inspector
from ui.pages.documents.intents import Intents
from ui.pages.documents.question import QuestionLine
from ui.pages.documents.states import SETTLED, Summary
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Column, EmptyState
from ui.widgets.source_view import SourceView

REFRESH_MS = 500
"""How often the table takes over what became of files while they are indexed."""
ELSEWHERE_MS = 2000
"""How often it looks while another part of the window indexes (the first start does)."""
LONG_S = 20
"""Work that took longer is told when it ends: its person may look elsewhere by then."""


class DocumentsPage(Page):
    """The page “Documents”."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        theme = shell.theme
        self.intents = Intents(shell, self)
        self.head = Head(theme)
        self.browser = Browser(self)
        self.indexing = IndexingLine(theme)
        self.question = QuestionLine()
        self.inspector = Inspector(shell)
        self.source = SourceView(shell)
        self.asks = Asks(self)
        self._changed: dict[str, None] = {}  # paths of files whose row is to be read again, in order
        self._since = QElapsedTimer()
        self._elsewhere = QTimer(self, interval=ELSEWHERE_MS, singleShot=True)
        self._listed = False  # whether the table has the files that wait to be read
        self._timer = QTimer(self, interval=REFRESH_MS, singleShot=True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._lay_out()
        self._listen()

    # What the window asks of a page

    def shown(self) -> None:
        """Read the table anew: other pages and programs change documents too."""
        self.refresh()
        self.setFocus()

    def arrive(self, **arguments: Any) -> None:
        """``passage``: show it where it stands. ``path``: select that document. ``paths``: index them."""
        if passage := arguments.get("passage"):
            self.show_passage(passage)
        if path := arguments.get("path"):
            self.browser.select(str(path))
        if paths := arguments.get("paths"):
            self.add(paths)

    def dropped(self, paths: list[Path]) -> bool:
        """Whatever is dropped is indexed, into the collection that is looked at."""
        self.add(paths)
        return True

    def actions_offered(self) -> list[Action]:
        """What can be done here."""

        def chosen() -> bool:
            return bool(self.browser.table.selected)

        def busy() -> bool:
            return self.intents.job is not None

        return [
            Action("documents.add", self.tr("Add files…"), self.asks.files, "Ctrl+O"),
            Action("documents.folder", self.tr("Add a folder…"), self.asks.folder, "Ctrl+Shift+O"),
            Action("documents.rescan", self.tr("Look for changes on disk"), self.intents.rescan, "F5"),
            Action("documents.inspect", self.tr("Search inspector"), self.inspector.field.setFocus, "Ctrl+I"),
            Action("documents.retry", self.tr("Read the chosen documents again"), self.asks.retry, enabled=chosen),
            Action("documents.remove", self.tr("Remove the chosen documents…"), self.asks.remove, enabled=chosen),
            Action("documents.pause", self.tr("Pause or resume indexing"), self.indexing.flip, enabled=busy),
            Action("documents.undo", self.tr("Take back the last removal or move"), self.intents.undo, "Ctrl+Z"),
            Action("documents.collection", self.tr("New collection…"), self.asks.new_collection),
        ]

    @property
    def busy(self) -> bool:
        """Whether documents are indexed, also if someone else asked for it."""
        return self.intents.job is not None or self.shell.workspace.documents.indexing

    # What a person does

    def add(self, paths: Sequence[Path]) -> None:
        """Index files and folders, into the collection that is looked at."""
        self.intents.add([Path(path) for path in paths], self.browser.tabs.name or None)

    def show_passage(self, passage: Passage) -> None:
        """Show a passage where it stands, beside the table."""
        self.source.show()
        self.source.open_passage(passage)

    def show_document(self, document: Document) -> None:
        """Show a document from its beginning, beside the table."""
        self.source.show()
        self.source.open_document(document.path, document.pages)

    # Reading what there is

    def refresh(self) -> None:
        """Read everything anew."""
        documents, busy = self.shell.workspace.documents, self.busy

        def read() -> tuple[list[Document], list[Collection], Summary]:
            found = documents.list()
            return found, documents.collections(), Summary.of(found, busy=busy)

        self.shell.look(read, self._fill, owner=self, key="all")

    def _fill(self, found: tuple[list[Document], list[Collection], Summary]) -> None:
        documents, collections, summary = found
        self.browser.fill(documents, collections)
        self._draw_state(summary)

    def _refresh_some(self) -> None:
        """Take over what became of the files that were told of, and of those under way."""
        under_way = (one.path for one in self.browser.model.documents if one.status not in SETTLED)
        paths = list(dict.fromkeys([*self._changed, *list(under_way)[:20]]))
        self._changed.clear()
        documents = self.shell.workspace.documents
        self.shell.look(lambda: documents.at(paths), self._fill_some, owner=self, key="some")

    def _fill_some(self, documents: list[Document]) -> None:
        self.browser.model.update(documents)
        self._draw_state()
        if self.intents.job:
            self._timer.start()

    def _hear(self, event: Event) -> None:
        self.indexing.hear(event)
        if isinstance(event, Progress) and not self._listed:
            self._listed = True
            self.refresh()  # the files that wait are written down by now
        if isinstance(event, FileDone):
            self._changed[event.path] = None

    def _begun(self) -> None:
        if self.intents.waiting == 0:
            self._since.start()
            self._next()

    def _next(self) -> None:
        """The first of the requests that wait is taken up."""
        self.indexing.begin()
        self._listed = False
        self._timer.start()
        self._draw_state()

    def _ended(self, job: Job) -> None:
        self._timer.stop()
        self._changed.clear()
        if self.intents.job:
            self._next()
        else:
            self.indexing.end()
            if job.state == "done" and self._since.elapsed() > 1000 * LONG_S:
                self.shell.notify(self.tr("Documents are indexed"), job.title)
        self.refresh()

    def _failed(self, fault: FormfactError) -> None:
        self.shell.banner(
            "bad",
            fault.what,
            remedy=f"{fault.remedy} {self.tr('What was finished is kept.')}".strip(),
            details=fault.details,
            actions=[(self.tr("Go on"), self.intents.rescan)],
        )

    # Parts

    def _lay_out(self) -> None:
        theme = self.shell.theme
        self.empty = EmptyState(
            theme,
            "documents",
            self.tr("Drop files or folders here"),
            self.tr(
                "Formfact reads PDF, Word, Excel, PowerPoint, e-mail, web pages, Markdown and plain text. "
                "What it reads stays on this machine, and every answer says where it comes from."
            ),
            [(self.tr("Add files…"), self.asks.files), (self.tr("Add a folder…"), self.asks.folder)],
        )
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.browser)
        self.parts.addWidget(self.inspector)
        self.parts.setStretchFactor(0, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.parts)
        self._stack.addWidget(self.empty)
        main = Column(
            self.head, self.indexing, self.question, gap=Space.M, margin=(Space.XL, Space.L, Space.XL, Space.M)
        )
        main.addWidget(self._stack, 1)
        left = QWidget()
        left.setLayout(main)
        self.sides = QSplitter()
        self.sides.setChildrenCollapsible(False)
        self.sides.addWidget(left)
        self.sides.addWidget(self.source)
        self.sides.setStretchFactor(0, 1)
        self.sides.setSizes([theme.px(760), theme.px(430)])
        self.source.hide()
        whole = Column(gap=0)
        whole.addWidget(self.sides)
        self.setLayout(whole)

    def _listen(self) -> None:
        self.shell.changed.connect(lambda what: self.refresh() if what == "documents" and self.isVisible() else None)
        self.intents.begun.connect(self._begun)
        self.intents.heard.connect(self._hear)
        self.intents.ended.connect(self._ended)
        self.intents.failed.connect(self._failed)
        self.indexing.pausing.connect(self.intents.pause)
        self.indexing.cancelled.connect(self.intents.cancel)
        self.head.add_files.connect(self.asks.files)
        self.head.add_folder.connect(self.asks.folder)
        self.head.rescan.connect(self.intents.rescan)
        self.head.undo.connect(self.intents.undo)
        self.head.only_unwell.connect(self._show_unwell)
        self.browser.collection_chosen.connect(self.inspector.look_into)
        self.browser.tabs.wanted_new.connect(self.asks.new_collection)
        self.browser.tabs.wanted_rename.connect(self.asks.rename)
        self.browser.tabs.wanted_remove.connect(self.asks.remove_collection)
        self.browser.table.opened.connect(self.show_document)
        self.browser.table.unwanted.connect(self.asks.remove)
        self.browser.table.customContextMenuRequested.connect(self.asks.menu)
        self.browser.selection.wanted.connect(self._do)
        self.inspector.opened.connect(self.show_passage)
        self.inspector.grown.connect(self._share_room)
        self.source.closed.connect(self.source.hide)
        self._timer.timeout.connect(self._refresh_some)
        self._elsewhere.timeout.connect(self.refresh)

    def _do(self, what: str) -> None:
        {
            "show": lambda: self.show_document(self.browser.table.selected[0]),
            "retry": self.asks.retry,
            "move": self.asks.move,
            "remove": self.asks.remove,
        }[what]()

    def _show_unwell(self, only: bool) -> None:
        self.browser.show_unwell(only)
        self._draw_state()

    def _share_room(self, both: bool) -> None:
        """What was found gets half of the room, once there is something."""
        if both:
            self.parts.setSizes([self.parts.height() // 2] * 2)

    def _draw_state(self, summary: Summary | None = None) -> None:
        """Say how things stand."""
        busy = self.busy
        self.browser.model.set_busy(busy)
        if busy and self.intents.job is None and self.isVisible():
            self._elsewhere.start()
        summary = summary or Summary.of(self.browser.model.documents, busy=busy)
        self.head.show_summary(summary, busy=busy, last=self.intents.last)
        nothing = not summary.files and len(self.browser.tabs.names) < 2 and not busy
        self._stack.setCurrentWidget(self.empty if nothing else self.parts)
        self.head.add.setVisible(not nothing)
