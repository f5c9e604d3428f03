"""What a page is given, and what a page is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine import settings as settings_file
from engine.errors import FormfactError
from engine.settings import Settings
from engine.workspace import Workspace
from ui.actions import Action
from ui.bridge import Bridge
from ui.theme.theme import Theme


class Shell(QObject):
    """The window as its pages see it: the open workspace, background work, the theme, the way to other pages.

    Attributes:
        run: does long work beside the window, shown in the job strip (``Bridge.run``).
        look: reads something beside the window (``Bridge.look``).

    Signals:
        changed: something in the workspace is other than it was: ``documents``, ``datasets``, ``runs``, ``models``,
            ``scorecards``, ``questions`` or ``conversations``.
        settings_changed: the settings are others now.
        asked_page: a page is to be shown: its key and the arguments of ``Page.arrive``.
        asked_banner: kind, text, and the other arguments of ``Banner``.
        asked_toast: text, undo (or None), seconds, what to do when it went (or None).
        asked_notice: title and text of something that ended.
    """

    changed = Signal(str)
    settings_changed = Signal()
    asked_page = Signal(str, dict)
    asked_banner = Signal(str, str, dict)
    asked_toast = Signal(str, object, float, object)
    asked_notice = Signal(str, str)

    def __init__(self, workspace: Workspace, settings: Settings, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace, self.settings, self.theme = workspace, settings, theme
        self.bridge = Bridge(self)
        self.bridge.failed.connect(self.fault)
        self.run, self.look = self.bridge.run, self.bridge.look

    def tell(self, what: str) -> None:
        """Say that something in the workspace has changed."""
        self.changed.emit(what)

    def configure(self, **changes: Any) -> None:
        """Change settings: in force at once, and kept."""
        self.settings = msgspec.structs.replace(self.settings, **changes)
        if {"theme", "text_scale", "presentation", "motion"} & changes.keys():
            self.theme.apply(self.settings)
        self.settings_changed.emit()
        self.look(lambda: settings_file.save(self.settings), lambda _: None, owner=self)  # as they are by then

    def remember(self, name: str, value: str) -> None:
        """Keep how something in the window was left."""
        if self.settings.layout.get(name) != value:
            self.configure(layout={**self.settings.layout, name: value})

    def go(self, page: str, **arguments: Any) -> None:
        """Show a page, and tell it what for."""
        self.asked_page.emit(page, arguments)

    def banner(
        self,
        kind: str,
        text: str,
        *,
        remedy: str = "",
        details: str = "",
        actions: Sequence[tuple[str, Callable[[], object]]] = (),
    ) -> None:
        """Say something at the top of the page; ``kind`` is ``good``, ``info``, ``warn`` or ``bad``."""
        self.asked_banner.emit(kind, text, {"remedy": remedy, "details": details, "actions": actions})

    def fault(self, fault: FormfactError) -> None:
        """Say an error at the top of the page."""
        self.banner("bad", fault.what, remedy=fault.remedy, details=fault.details)

    def toast(
        self,
        text: str,
        undo: Callable[[], object] | None = None,
        seconds: float = 8,
        gone: Callable[[], object] | None = None,
    ) -> None:
        """Say what was done, with a way back; ``gone`` is called once the way back is closed."""
        self.asked_toast.emit(text, undo, seconds, gone)

    def notify(self, title: str, text: str) -> None:
        """Say that long work has ended, also to someone who looks elsewhere."""
        self.asked_notice.emit(title, text)


class Page(QWidget):
    """A page of the window. Made when it is first shown.

    Args:
        shell: see ``Shell``.
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell

    def shown(self) -> None:
        """The page has become visible."""

    def arrive(self, **arguments: Any) -> None:
        """Someone was sent here with a purpose (``Shell.go``)."""

    def dropped(self, paths: list[Path]) -> bool:
        """Files were dropped on the page. Returns whether it took them."""
        return False

    def actions_offered(self) -> list[Action]:
        """What can be done here, for the palette and the shortcuts."""
        return []

    def leave(self) -> str:
        """Called before the window closes: a sentence if something would be lost, else empty."""
        return ""
