"""The page “Documents”."""

from __future__ import annotations

from ui.shell import Page


class DocumentsPage(Page):
    """The page “Documents”."""
