"""The page “Chat”."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from ui.registry import PageInfo

PAGE = PageInfo(str(QT_TRANSLATE_NOOP("pages", "Chat")), "chat", 10, "ui.pages.chat.page:ChatPage")
