"""The page “Models”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Models")), "models", 60, "ui.pages.models.page:ModelsPage")
