"""The page “Settings”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Settings")), "settings", 90, "ui.pages.settings.page:SettingsPage")
