"""The theme in force: light or dark, text size; applied to the application, and told to whoever paints by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from engine.settings import Settings
from ui.theme import icons, style
from ui.theme.tokens import DARK, LIGHT, MOTION_MS, PRESENTATION, Tokens, Type


class Theme(QObject):
    """Light or dark, as chosen or as the system says.

    Signals:
        changed: colours or sizes are others now.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.tokens: Tokens = LIGHT
        self.scale = 1.0
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """Put the settings' appearance in force."""
        self._settings = settings
        self.tokens = DARK if self._dark() else LIGHT
        self.scale = settings.text_scale * (PRESENTATION if settings.presentation else 1.0)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setStyle("Fusion")
        font = QFont(app.font())
        font.setPixelSize(self.px(Type.BODY))
        app.setFont(font)
        app.setPalette(style.palette(self.tokens))
        app.setStyleSheet(style.sheet(self.tokens, self.scale))
        self.changed.emit()

    @property
    def motion_ms(self) -> int:
        """How long a movement takes; 0 where nothing is to move."""
        return MOTION_MS if self._settings.motion else 0

    def px(self, size: int) -> int:
        """A size of the tokens at the scale in force."""
        return round(size * self.scale)

    def icon(self, name: str, colour: str = "ink2") -> QIcon:
        """An icon by meaning, in a colour by token name. Ask again when ``changed``."""
        return icons.icon(name, str(getattr(self.tokens, colour)))

    def _dark(self) -> bool:
        if self._settings.theme != "system":
            return self._settings.theme == "dark"
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _follow(self) -> None:
        if self._settings.theme == "system":
            self.apply(self._settings)
