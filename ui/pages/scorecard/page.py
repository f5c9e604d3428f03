"""The page “Scorecard”."""

from __future__ import annotations

from ui.shell import Page


class ScorecardPage(Page):
    """The page “Scorecard”."""
