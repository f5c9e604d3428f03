"""The page “Tune”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Tune")), "tune", 40, "ui.pages.tune.page:TunePage")
