"""The page “Settings”."""

from __future__ import annotations

from ui.shell import Page


class SettingsPage(Page):
    """The page “Settings”."""
