"""The page “Scorecard”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Scorecard")), "scorecard", 50, "ui.pages.scorecard.page:ScorecardPage")
