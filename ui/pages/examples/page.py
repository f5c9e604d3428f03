"""The page “Examples”."""

from __future__ import annotations

from ui.shell import Page


class ExamplesPage(Page):
    """The page “Examples”."""
