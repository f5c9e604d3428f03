"""The page “Documents”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Documents")), "documents", 20, "ui.pages.documents.page:DocumentsPage")
