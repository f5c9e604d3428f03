"""The page “Chat”."""

from __future__ import annotations

from ui.shell import Page


class ChatPage(Page):
    """The page “Chat”."""
