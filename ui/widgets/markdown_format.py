"""How the parts of an answer look: the formats of a ``MarkdownView``, made from the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QPainter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTableFormat,
)

from ui.theme.tokens import Radius, Space, Tokens
from ui.widgets.markdown_text import Item, Line, Run

KIND = int(QTextFormat.Property.UserProperty) + 1
"""The property of a block that has a ground of its own: ``code``, ``quote`` or ``rule``."""
PAD = Space.S
_LINE = 128.0
"""Per cent of the font's own line height (about 1.17 of its size), which makes 1.5."""
_HEADINGS = {1: 1.3, 2: 1.18, 3: 1.06}
_BREAKS = str.maketrans(
    {"\n": " ", "\r": " ", "\u2029": " ", "\ufdd0": "\ufffd", "\ufdd1": "\ufffd", "\ufffc": "\ufffd"}
)
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


def plain(text: str) -> str:
    """Text without the characters that a document takes for its own borders."""
    return text.translate(_BREAKS)


@lru_cache(maxsize=4)
def formats(tokens: Tokens, size: int) -> Formats:
    """The formats of a theme at a size of text; all views share them."""
    return Formats(tokens, size)


class Formats:
    """The formats of one theme; each is made once."""

    def __init__(self, tokens: Tokens, size: int) -> None:
        self._tokens, self._size = tokens, size
        self._mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families()
        self._known: dict[object, QTextCharFormat] = {}

    def characters(self, line: Line, run: Run, sources: int = 0, *, bold: bool = False) -> QTextCharFormat:
        """The format of a run in a line. ``sources``: how many passages it can cite."""
        cites = run.link.startswith("cite:") and int(run.link[5:]) in range(1, sources + 1)
        link = "" if run.link.startswith("cite:") and not cites else run.link
        key = (line.kind, line.level, run.bold or bold, run.italic, run.struck, run.code, run.colour, link)
        if key not in self._known:
            self._known[key] = self._made(line, run, link, bold)
        return self._known[key]

    def _made(self, line: Line, run: Run, link: str, bold: bool) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(QBrush(QColor(self._tokens.ink2 if line.kind == "quote" else self._tokens.ink)))
        made.setProperty(QTextFormat.Property.FontPixelSize, round(self._size * self._scale(line, run)))
        made.setFontWeight(QFont.Weight.DemiBold if run.bold or bold or line.kind == "heading" else QFont.Weight.Normal)
        made.setFontItalic(run.italic)
        made.setFontStrikeOut(run.struck)
        if run.colour.startswith("mark:"):
            made.setFontUnderline(True)
            made.setForeground(QBrush(QColor(self._tokens.arm(run.colour.removeprefix("mark:")))))
        if run.code:
            made.setFontFamilies(self._mono)
            made.setForeground(QBrush(QColor(self._code_colour(run.colour))))
            if line.kind != "code":
                made.setBackground(QBrush(QColor(self._tokens.hover)))
        if link:
            made.setAnchor(True)
            made.setAnchorHref(link)
            made.setForeground(
                QBrush(QColor(self._tokens.grounded if link.startswith("cite:") else self._tokens.focus))
            )
            made.setFontUnderline(not link.startswith("cite:"))
        return made

    def _scale(self, line: Line, run: Run) -> float:
        if line.kind == "heading":
            return _HEADINGS.get(line.level, 1.0)
        return 0.93 if run.code else 1.0

    def _code_colour(self, kind: str) -> str:
        tokens = self._tokens
        known = {
            "comment": tokens.ink3,
            "keyword": tokens.tuned,
            "string": tokens.grounded,
            "number": tokens.both,
            "name": tokens.focus,
        }
        return known.get(kind, tokens.ink)

    def marker(self) -> QTextCharFormat:
        """The format of a list item's bullet or number."""
        made = QTextCharFormat(self.characters(Line("body"), Run("")))
        made.setForeground(QBrush(QColor(self._tokens.ink3)))
        return made

    def block(self, line: Line, before: Item | None) -> QTextBlockFormat:
        """The format of a line's paragraph, after ``before``."""
        made = QTextBlockFormat()
        made.setLineHeight(_LINE, int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value))
        step = float(self._size * 1.6)
        made.setLeftMargin(line.indent * step)
        if line.marker:
            made.setTextIndent(-step)
            made.setTabPositions([QTextOption.Tab(step, QTextOption.TabType.LeftTab)])
        made.setTopMargin(self._above(line, before))
        if line.kind in ("code", "quote", "rule"):
            made.setProperty(KIND, line.kind)
        if line.kind == "code":
            made.setLeftMargin(line.indent * step + Space.M)
            made.setRightMargin(Space.M)
            made.setNonBreakableLines(False)
        return made

    def _above(self, line: Line, before: Item | None) -> float:
        """The space over a line."""
        if before is None:
            return float(PAD if line.kind == "code" else 0)
        follows = isinstance(before, Line) and before.kind == line.kind and not line.first
        if follows and (isinstance(before, Line) and bool(before.indent) == bool(line.indent)):
            return float(Space.XS / 2 if line.marker else 0)
        gap = Space.M if line.kind == "heading" else Space.S + 2
        gap += PAD if line.kind == "code" else 0
        gap += PAD if isinstance(before, Line) and before.kind == "code" else 0
        return float(gap)

    def table(self) -> QTextTableFormat:
        """The format of a table: hairlines between rows, no box."""
        made = QTextTableFormat()
        made.setBorder(1)
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBorderBrush(QBrush(QColor(self._tokens.hairline)))
        made.setBorderCollapse(True)
        made.setCellPadding(Space.S - 2)
        made.setTopMargin(Space.S)
        made.setBottomMargin(Space.S)
        made.setHeaderRowCount(1)
        made.setWidth(QTextLength())
        return made

    def cell(self, align: str) -> QTextBlockFormat:
        """The format of a table cell's paragraph."""
        made = QTextBlockFormat()
        made.setAlignment(_ALIGN.get(align, Qt.AlignmentFlag.AlignLeft))
        return made

    def after_table(self) -> QTextBlockFormat:
        """The format of the empty paragraph that every table has after it."""
        return QTextBlockFormat()

    def paint(self, painter: QPainter, kind: str, area: QRectF, indent: float, width: int) -> None:
        """Paint the ground of a block, or of several that follow each other."""
        if kind == "code":
            left = max(0.0, indent - Space.M)
            painter.setBrush(QColor(self._tokens.hover))
            ground = QRectF(left, area.top() - PAD, width - left, area.height() + 2 * PAD)
            painter.drawRoundedRect(ground, Radius.CONTROL, Radius.CONTROL)
        elif kind == "quote":
            painter.setBrush(QColor(self._tokens.control))
            painter.drawRoundedRect(QRectF(max(0.0, indent - Space.M), area.top(), 3, area.height()), 1.5, 1.5)
        else:
            painter.setBrush(QColor(self._tokens.hairline))
            painter.drawRect(QRectF(0, area.center().y(), width, 1))
