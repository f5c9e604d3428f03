"""The page “Tune”."""

from __future__ import annotations

from ui.shell import Page


class TunePage(Page):
    """The page “Tune”."""
