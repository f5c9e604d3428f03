"""A view of Markdown that grows while an answer arrives: what is on screen stays, only what is new is put in.

It is made of text and formats, never of HTML, and loads nothing: no image, no style, no page. A link shows its whole
address when it is clicked, and only a second click hands it to the system's browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QSizeF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QCursor,
    QDesktopServices,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QTextBrowser, QWidget

from ui.theme.tokens import Type
from ui.widgets.markdown_format import KIND, PAD, formats, plain
from ui.widgets.markdown_text import Grid, Item, Line, Run, Stream
from ui.widgets.scroll import settle

if TYPE_CHECKING:
    from ui.theme.theme import Theme


class MarkdownView(QTextBrowser):
    """Shows Markdown as high as it is; the page around it scrolls.

    Args:
        theme: colours and sizes.

    Signals:
        cited: the number of a citation that was clicked.
        clicked: it was clicked, and nothing in it was selected.
    """

    cited = Signal(int)
    clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stream = Stream()
        self._shown: list[Item] = []
        self._starts: list[int] = []
        self._sources = 0
        self._lined = False
        self._formats = formats(theme.tokens, theme.px(Type.ANSWER))
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("bare", "true")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.anchorClicked.connect(self._clicked)
        theme.changed.connect(self._restyle)
        self._fit(self.document().size())

    def markdown(self) -> str:
        """The text as it was written."""
        return self._stream.text

    def set_markdown(self, text: str, *, sources: int = 0) -> None:
        """Show ``text``. ``sources``: how many passages there are; ``[1]`` to that number become citations."""
        if text == self._stream.text and sources == self._sources and not self._lined:
            return
        grown = text.startswith(self._stream.text) and sources == self._sources and not self._lined
        if not grown:
            self._sources = sources
            self._stream, self._lined = Stream(), False
            self._show(0)
        self.append_markdown(text[len(self._stream.text) :])
        self.finish()

    def show_lines(self, lines: Sequence[Sequence[Run]]) -> None:
        """Show lines of runs as they are, not as Markdown."""
        self._stream, self._lined = Stream(items=[Line("body", tuple(runs), first=False) for runs in lines]), True
        self._show(0)

    def append_markdown(self, piece: str) -> None:
        """Show more of an answer that arrives."""
        if piece:
            self._show(self._stream.feed(piece))

    def finish(self) -> None:
        """The answer is whole."""
        self._show(self._stream.finish())

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is ever loaded."""
        return None

    def _show(self, kept: int) -> None:
        """Replace the items after ``kept`` by the stream's."""
        items = self._stream.items
        if kept == len(self._shown) == len(items):
            return
        before = self.height()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if kept == len(self._shown) - 1 and kept < len(items) and self._grow(cursor, self._shown[kept], items[kept]):
            kept += 1
        elif kept < len(self._shown):
            self._cut(cursor, kept)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for place in range(kept, len(items)):
            self._starts[place:] = [cursor.position()]
            self._put(cursor, place, items)
        cursor.endEditBlock()
        self._shown = list(items)
        self.viewport().update()
        if self.height() != before and self.isVisible():
            settle()

    def _grow(self, cursor: QTextCursor, old: Item, new: Item) -> bool:
        """Make the last item longer instead of new; False where it is another one."""
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if isinstance(old, Line) and isinstance(new, Line):
            rest = _longer(old, new)
            for run in rest or ():
                cursor.insertText(plain(run.text), self._formats.characters(new, run, self._sources))
            return rest is not None
        return False

    def _cut(self, cursor: QTextCursor, kept: int) -> None:
        cursor.setPosition(self._starts[kept])
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        before = self._shown[kept - 1] if kept else None
        if isinstance(before, Line):
            cursor.setBlockFormat(self._formats.block(before, self._shown[kept - 2] if kept > 1 else None))

    def _put(self, cursor: QTextCursor, place: int, items: list[Item]) -> None:
        item, before = items[place], items[place - 1] if place else None
        if isinstance(item, Grid):
            self._put_grid(cursor, item)
            return
        block, start = self._formats.block(item, before), self._formats.characters(item, Run(""))
        if isinstance(before, Line):
            cursor.insertBlock(block, start)
        else:
            cursor.setBlockFormat(block)
            cursor.setBlockCharFormat(start)
        if item.marker:
            cursor.insertText(f"{item.marker}\t", self._formats.marker())
        for run in item.runs:
            cursor.insertText(plain(run.text), self._formats.characters(item, run, self._sources))

    def _put_grid(self, cursor: QTextCursor, grid: Grid) -> None:
        columns = max(len(row) for row in grid.rows)
        table = cursor.insertTable(len(grid.rows), columns, self._formats.table())
        for number, row in enumerate(grid.rows):
            for column, runs in enumerate(row):
                inside = table.cellAt(number, column).firstCursorPosition()
                inside.setBlockFormat(self._formats.cell(grid.align[column] if column < len(grid.align) else "left"))
                line = Line("body", (Run("", bold=not number),))
                for run in runs:
                    inside.insertText(
                        plain(run.text), self._formats.characters(line, run, self._sources, bold=not number)
                    )
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.setBlockFormat(self._formats.after_table())

    def _restyle(self) -> None:
        """Colours or sizes have changed."""
        self._formats = formats(self._theme.tokens, self._theme.px(Type.ANSWER))
        self.document().clear()
        self._shown, self._starts = [], []
        self._show(0)

    def _fit(self, size: QSizeF) -> None:
        height = max(ceil(size.height()), self.fontMetrics().height())
        if height != self.height():
            self.setFixedHeight(height)

    def _clicked(self, address: QUrl) -> None:
        if address.scheme() == "cite":
            self.cited.emit(int(address.path()))
        else:
            self._offer(address)

    def _offer(self, address: QUrl) -> None:
        """Show where a link leads, and what can be done with it."""
        menu = QMenu(self)
        menu.addAction(address.toDisplayString()).setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.tr("Open in the browser")).triggered.connect(lambda: QDesktopServices.openUrl(address))
        menu.addAction(self.tr("Copy the address")).triggered.connect(
            lambda: QGuiApplication.clipboard().setText(address.toString())
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(QCursor.pos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that selects nothing is told."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.clicked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls, not the answer."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grounds of code, bars of quotes and rules, then the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_grounds(painter, event.rect().top(), event.rect().bottom())
        painter.end()
        super().paintEvent(event)

    def _paint_grounds(self, painter: QPainter, top: int, bottom: int) -> None:
        layout = self.document().documentLayout()
        block = self.document().begin()
        while block.isValid():
            kind = block.blockFormat().property(KIND)
            if kind is None:
                block = block.next()
                continue
            last = _last_of(block, str(kind))
            area = layout.blockBoundingRect(block).united(layout.blockBoundingRect(last))
            if area.top() > bottom:
                return
            if area.bottom() >= top - PAD:
                self._formats.paint(painter, str(kind), area, block.blockFormat().leftMargin(), self.viewport().width())
            block = last.next()


def _last_of(block: QTextBlock, kind: str) -> QTextBlock:
    """The last of the blocks that share one ground with this one."""
    while kind != "rule" and block.next().isValid() and block.next().blockFormat().property(KIND) == kind:
        if block.next().blockFormat().topMargin() > PAD:
            break
        block = block.next()
    return block


def _longer(old: Line, new: Line) -> list[Run] | None:
    """What ``new`` has after the text of ``old``; None where it is more than a continuation."""
    if (old.kind, old.level, old.indent, old.marker, old.first) != (
        new.kind,
        new.level,
        new.indent,
        new.marker,
        new.first,
    ):
        return None
    if not old.runs:
        return list(new.runs)
    last = len(old.runs) - 1
    if len(new.runs) <= last or old.runs[:last] != new.runs[:last]:
        return None
    was, now = old.runs[last], new.runs[last]
    if not now.text.startswith(was.text) or _style(was) != _style(now):
        return None
    return [_styled(now, now.text[len(was.text) :]), *new.runs[last + 1 :]]


def _style(run: Run) -> tuple[object, ...]:
    return run.bold, run.italic, run.struck, run.code, run.link, run.colour


def _styled(run: Run, text: str) -> Run:
    return Run(text, run.bold, run.italic, run.struck, run.code, run.link, run.colour)
