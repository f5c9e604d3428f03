"""Icons by what they mean: glyphs of the Phosphor font, which ships with qtawesome, drawn in a colour of the theme.

Only the font and its table are taken from that package: importing all of it costs a third of a second at start.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache

NAMES = {
    "chat": "chat-circle",
    "documents": "files",
    "examples": "list-numbers",
    "tune": "sliders-horizontal",
    "scorecard": "crosshair",
    "models": "cube",
    "settings": "gear-six",
    "add": "plus",
    "search": "magnifying-glass",
    "close": "x",
    "more": "dots-three",
    "menu": "list",
    "left": "caret-left",
    "right": "caret-right",
    "down": "caret-down",
    "up": "caret-up",
    "send": "arrow-up",
    "stop": "stop",
    "play": "play",
    "pause": "pause",
    "again": "arrow-clockwise",
    "dice": "shuffle",
    "copy": "copy",
    "edit": "pencil-simple",
    "delete": "trash",
    "pin": "push-pin",
    "folder": "folder",
    "file": "file-text",
    "open": "arrow-square-out",
    "download": "download-simple",
    "upload": "upload-simple",
    "export": "export",
    "up-vote": "thumbs-up",
    "down-vote": "thumbs-down",
    "difference": "git-diff",
    "blind": "eye-slash",
    "show": "eye",
    "example": "bookmark-simple",
    "sources": "quotes",
    "good": "check-circle",
    "warn": "warning",
    "bad": "warning-circle",
    "info": "info",
    "filter": "funnel",
    "tag": "tag",
    "chart": "chart-line",
    "network": "wifi-high",
    "offline": "wifi-slash",
    "keys": "keyboard",
    "star": "star",
    "list": "columns",
    "add-folder": "folder-plus",
    "undo": "arrow-counter-clockwise",
    "fit": "arrows-out-line-horizontal",
    "zoom-out": "magnifying-glass-minus",
    "zoom-in": "magnifying-glass-plus",
}
"""Meaning → glyph."""


class _Glyph(QIconEngine):
    """Draws one character at any size, sharp at any scale of the display."""

    def __init__(self, character: str, family: str, colour: str) -> None:
        super().__init__()
        self._character, self._family, self._colour = character, family, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into ``rect``, paler when disabled."""
        if rect.isEmpty():  # a button may be smaller than its border while a layout is made
            return
        font = QFont(self._family)
        font.setPixelSize(rect.height())
        painter.save()
        painter.setFont(font)
        painter.setOpacity(0.4 if mode == QIcon.Mode.Disabled else 1.0)
        painter.setPen(QColor(self._colour))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The glyph on a transparent ground; drawn once, for a page shows dozens and repaints them often."""
        key = f"{self._character}{self._colour}{size.width()}x{size.height()}{mode}"
        made = QPixmap()
        if QPixmapCache.find(key, made):
            return made
        made = QPixmap(size.expandedTo(QSize(1, 1)))
        if made.isNull():
            return made  # asked for nothing, while a layout is being found
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        QPixmapCache.insert(key, made)
        return made

    def clone(self) -> QIconEngine:
        """A copy, which Qt asks for."""
        return _Glyph(self._character, self._family, self._colour)


@lru_cache(maxsize=1)
def _font() -> tuple[str, dict[str, str]]:
    """The family of the icon font, once loaded, and its table from names to hexadecimal code points."""
    found = find_spec("qtawesome")
    assert found and found.origin, "qtawesome is installed with Formfact"
    folder = Path(found.origin).parent / "fonts"
    number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor-*.ttf"))))
    table = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text(encoding="utf-8"))
    return QFontDatabase.applicationFontFamilies(number)[0], table


@lru_cache(maxsize=512)
def icon(name: str, colour: str) -> QIcon:
    """The icon of a meaning in a colour (``#rrggbb``); made once and kept."""
    family, table = _font()
    return QIcon(_Glyph(chr(int(table[NAMES[name]], 16)), family, colour))
