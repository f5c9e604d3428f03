"""The page “Models”."""

from __future__ import annotations

from ui.shell import Page


class ModelsPage(Page):
    """The page “Models”."""
