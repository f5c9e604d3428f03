"""Where a passage comes from: its page with the passage marked, or the text around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QStackedWidget

from engine.errors import FormfactError
from engine.ground.cite import citation
from engine.ground.paths import as_path
from engine.ground.view import AROUND, View
from engine.types import Passage
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets.basic import Column, IconButton, Line, Row, Text
from ui.widgets.page_canvas import PageCanvas
from ui.widgets.reading import Reading

SHARP = 2.0  # pixels a point that a page is drawn with at first
_SHARPEST = 4.0


class SourceView(QFrame):
    """A viewer beside the page: page and zoom buttons, the document's own program, a citation to paste.

    Args:
        shell: the window.

    Signals:
        closed: it is no longer wanted.
    """

    closed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Source"))
        self.shell = shell
        self.passage: Passage | None = None
        self.view: View | None = None
        self._scale = SHARP
        self._title = Text("", "section", select=True)
        self._title.setSizePolicy(self._title.sizePolicy().Policy.Ignored, self._title.sizePolicy().Policy.Preferred)
        self._place = Text("", "secondary", wrap=True)
        self._note = Text("", "secondary", wrap=True)
        self._note.tone("warn")
        self.canvas, self.reading = PageCanvas(), Reading(shell.theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.reading)
        self._lay_out()
        self._listen()
        self._draw_state()

    # What a person does

    def open_passage(self, passage: Passage) -> None:
        """Show a passage where it stands."""
        self.passage, self._scale = passage, SHARP
        self._title.setText(passage.document)
        self._title.setToolTip(passage.path)
        self._ask(None, None, keep=False)

    def open_document(self, path: str, pages: int | None) -> None:
        """Show a document from its beginning."""
        name = as_path(path).name.encode("utf-8", "replace").decode()
        self.open_passage(Passage(1, 0, name, path, 1 if pages else None, 0, 0, ""))

    def turn(self, by: int) -> None:
        """Go to another page, or to earlier or later text."""
        view = self.view
        if view is None or not self._can_turn(by):
            return
        if view.kind == "page":
            self._ask((view.page or 1) + by, None, keep=False)
        else:
            edge = view.start if by < 0 else view.start + len(view.text)
            self._ask(None, max(0, edge + by * AROUND // 2), keep=False, edge=edge)

    def zoom(self, factor: float) -> None:
        """Larger, smaller, or (0) fitted to the width."""
        if self.view and self.view.kind == "page":
            self.canvas.zoom(factor)
        else:
            self.reading.zoom(factor)

    def open_outside(self) -> None:
        """Open the document in the system's own program for it."""
        if self.passage:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(as_path(self.passage.path))))

    def copy_citation(self) -> None:
        """Put document, page and quote on the clipboard."""
        if self.passage:
            QGuiApplication.clipboard().setText(citation(self.passage))
            self.shell.toast(self.tr("Citation copied"))

    # How it comes

    def _ask(self, page: int | None, at: int | None, *, keep: bool, edge: int | None = None) -> None:
        assert self.passage
        passage, scale, documents = self.passage, self._scale, self.shell.workspace.documents

        def read() -> tuple[View, QImage, bool]:
            view = documents.view(passage, page=page, scale=scale, at=at)
            return view, QImage.fromData(view.image), Path(as_path(passage.path)).exists()

        self.shell.look(
            read, lambda found: self._show(*found, keep=keep, edge=edge), owner=self, failed=self._fail, key="source"
        )

    def _show(self, view: View, image: QImage, there: bool, *, keep: bool, edge: int | None = None) -> None:
        if self.passage is None:
            return
        self.view = view
        if view.kind == "page":
            self.canvas.show_page(image, view.width, view.height, view.marks, keep=keep)
            self._stack.setCurrentWidget(self.canvas)
        else:
            self.reading.show_text(view.text, view.mark, None if edge is None else edge - view.start)
            self._stack.setCurrentWidget(self.reading)
        self._note.setText(view.note)
        self._open.setEnabled(there)
        self._draw_state()

    def _fail(self, fault: FormfactError) -> None:
        """Without the viewer there still is the quote."""
        assert self.passage
        quote = replace(self.passage)
        self.view = View("text", quote.path, quote.page, text=quote.text, mark=(0, len(quote.text)), note=fault.what)
        self._show(self.view, QImage(), True, keep=False)

    def _sharpen(self, scale: float) -> None:
        """Draw the page anew for the size that it is shown at."""
        if self._scale < _SHARPEST and self.view and self.view.kind == "page":
            self._scale = min(_SHARPEST, scale)
            self._ask(self.view.page, None, keep=True)

    # Parts

    def _lay_out(self) -> None:
        theme = self.shell.theme
        self._back = IconButton(theme, "left", self.tr("Previous page"), lambda: self.turn(-1))
        self._on = IconButton(theme, "right", self.tr("Next page"), lambda: self.turn(1))
        self._less = IconButton(theme, "zoom-out", self.tr("Smaller"), lambda: self.zoom(1 / 1.25))
        self._more = IconButton(theme, "zoom-in", self.tr("Larger"), lambda: self.zoom(1.25))
        self._fit = IconButton(theme, "fit", self.tr("Fit to the width"), lambda: self.zoom(0))
        self._cite = IconButton(theme, "copy", self.tr("Copy citation"), self.copy_citation)
        self._open = IconButton(theme, "open", self.tr("Open in its own program"), self.open_outside)
        close = IconButton(theme, "close", self.tr("Close"), self.closed.emit)
        head = Row(gap=Space.XS)
        head.addWidget(self._title, 1)
        head.addWidget(close)
        bar = Row(self._back, self._on, Space.S, self._less, self._more, self._fit, None, self._cite, self._open)
        bar.setSpacing(0)
        column = Column(head, self._place, bar, self._note, gap=Space.XS, margin=(Space.L, Space.M, Space.S, Space.S))
        whole = Column(column, Line(), gap=0)
        whole.addWidget(self._stack, 1)
        self.setLayout(whole)

    def _listen(self) -> None:
        self.canvas.sharper.connect(self._sharpen)
        for keys, do in (
            ("Ctrl+PgUp", lambda: self.turn(-1)),
            ("Ctrl+PgDown", lambda: self.turn(1)),
            ("Escape", self.closed.emit),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    def _draw_state(self) -> None:
        """Say where this is, and what can be done here."""
        view, passage = self.view, self.passage
        parts = []
        if view and view.page and view.pages:
            parts.append(self.tr("page {0} of {1}").format(view.page, view.pages))
        if passage and passage.heading:
            parts.append(passage.heading)
        self._place.setText(" · ".join(parts))
        self._place.setVisible(bool(parts))
        self._note.setVisible(bool(view and view.note))
        self._back.setEnabled(self._can_turn(-1))
        self._on.setEnabled(self._can_turn(1))
        paged = bool(view and view.kind == "page")
        self._back.setToolTip(self.tr("Previous page") if paged else self.tr("Earlier text"))
        self._on.setToolTip(self.tr("Next page") if paged else self.tr("Later text"))
        for button in (self._less, self._more, self._fit, self._cite, self._open):
            button.setEnabled(view is not None and (button is not self._open or self._open.isEnabled()))

    def _can_turn(self, by: int) -> bool:
        view = self.view
        if view is None:
            return False
        if view.kind == "page":
            return 1 <= (view.page or 1) + by <= (view.pages or 1)
        return view.start > 0 if by < 0 else view.start + len(view.text) < view.end
