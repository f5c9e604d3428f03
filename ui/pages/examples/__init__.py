"""The page “Examples”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Examples")), "examples", 30, "ui.pages.examples.page:ExamplesPage")
