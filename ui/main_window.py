"""The window: a rail of pages, the page in view with its banners, the job strip; keys, palette, drops, closing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QButtonGroup, QFrame, QMainWindow, QStackedWidget, QToolButton, QWidget
from shiboken6 import isValid

from ui.actions import Action, with_own_keys
from ui.closing import may_close
from ui.command_palette import CommandPalette, ShortcutSheet
from ui.job_strip import JobStrip
from ui.registry import PageInfo, pages
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Banner, Column, IconButton, Row, Toast
from ui.workspaces import WorkspaceMenu

RAIL = 88
SIZE = QSize(1280, 800)
SMALLEST = QSize(960, 600)
BANNERS = 3


class MainWindow(QMainWindow):
    """Formfact's window.

    Args:
        shell: what the pages are given.

    Signals:
        closed: the window was closed, and nothing speaks against ending.
        asked_workspace: another workspace is to be opened: its folder.
    """

    closed = Signal()
    asked_workspace = Signal(object)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self._infos = {info.key: info for info in pages()}
        self._pages: dict[str, Page] = {}
        self._toast: Toast | None = None
        self._shortcuts: list[QShortcut] = []
        self.setWindowTitle(f"{shell.workspace.folder.name} · Formfact")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self._stack = QStackedWidget()
        self._banners = Column(gap=Space.S)
        self._rail = self._made_rail()
        self.strip = JobStrip(shell)
        self._lay_out()
        self._listen()
        self.resize(SIZE)
        if kept := shell.settings.layout.get("window"):
            self.restoreGeometry(QByteArray.fromBase64(kept.encode()))
        self.show_page(next(iter(self._infos)))

    # Pages

    @property
    def page(self) -> Page:
        """The page in view."""
        found = self._stack.currentWidget()
        assert isinstance(found, Page)
        return found

    @property
    def keys(self) -> list[str]:
        """The keys of all pages, in the order of the rail."""
        return list(self._infos)

    @property
    def key(self) -> str:
        """The key of the page in view."""
        return next(key for key, page in self._pages.items() if page is self.page)

    def show_page(self, key: str, arguments: dict[str, Any] | None = None) -> None:
        """Bring a page into view, making it if it is the first time."""
        if key not in self._pages:
            self._pages[key] = self._infos[key].load()(self.shell)
            self._stack.addWidget(self._pages[key])
        changed = self._stack.currentWidget() is not self._pages[key]
        self._stack.setCurrentWidget(self._pages[key])
        self._rail[key].setChecked(True)
        if changed:
            self._clear_banners()
        self._renew_shortcuts()
        self.page.shown()
        if arguments:
            self.page.arrive(**arguments)

    def actions_offered(self) -> list[Action]:
        """Everything that can be done now: what the page offers, then the window; a key is the page's before ours."""
        return with_own_keys([*self.page.actions_offered(), *self._own_actions()])

    def _own_actions(self) -> list[Action]:
        goes = [
            Action(f"go.{key}", self.tr("Go to {0}").format(_title(info)), partial(self.show_page, key), keys)
            for (key, info), keys in zip(self._infos.items(), (f"Ctrl+{n}" for n in range(1, 10)), strict=False)
        ]
        return [
            *goes,
            Action("window.palette", self.tr("Find an action"), self.open_palette, "Ctrl+K"),
            Action("window.keys", self.tr("Show all keys"), self.open_keys, "F1"),
            Action("window.dark", self.tr("Switch between light and dark"), self._flip_theme, "Ctrl+Shift+L"),
            Action("window.present", self.tr("Presentation mode on or off"), self._flip_presentation, "F11"),
            *self._workspaces.actions_offered(),
            Action("window.close", self.tr("Close the window"), self._close, "Ctrl+Q"),
            Action("window.bigger", self.tr("Larger text"), lambda: self._rescale(0.1), "Ctrl++"),
            Action("window.smaller", self.tr("Smaller text"), lambda: self._rescale(-0.1), "Ctrl+-"),
        ]

    def open_palette(self) -> None:
        """Ctrl+K."""
        CommandPalette([one for one in self.actions_offered() if one.enabled()], self).show()

    def open_keys(self) -> None:
        """The sheet of all shortcuts."""
        ShortcutSheet([one for one in self.actions_offered() if one.shortcut], self).show()

    # News

    def show_banner(self, kind: str, text: str, more: dict[str, Any]) -> None:
        """Show a banner above the page; the same one twice stays one, and the oldest of many goes."""
        known = self._shown_banners()
        if any((one.kind, one.text) == (kind, text) for one in known):
            return
        for old in known[: max(0, len(known) + 1 - BANNERS)]:
            old.deleteLater()
        banner = Banner(self.shell.theme, kind, text, **more)
        self._banners.addWidget(banner)
        banner.show()

    def show_toast(self, text: str, undo: Any, seconds: float, gone: Any) -> None:
        """Show a toast; the one before it goes."""
        if self._toast is not None and isValid(self._toast):
            self._toast.leave()
        self._toast = Toast(self._stack, text, undo, seconds, gone)

    def show_notice(self, title: str, text: str) -> None:
        """Tell of ended work: in the window if it is looked at, else by the system."""
        if self.isActiveWindow():
            self.show_toast(f"{title} · {text}" if text else title, None, 8, None)
        else:
            QApplication.alert(self)
            self.show_banner("info", title, {"remedy": text})

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """The page gets what was dropped; what it does not know is said."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and not self.page.dropped(paths):
            text = self.tr(
                "This page does not take files. Documents takes what to search in, Examples what to learn from."
            )
            self.shell.banner("info", text)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask if something would be lost; then keep the window's place and say good-bye."""
        if not may_close(self, [page.leave() for page in self._pages.values()]):
            event.ignore()
            return
        if self._toast is not None and isValid(self._toast):
            self._toast.leave()
        self.shell.remember("window", self.saveGeometry().toBase64().toStdString())
        event.accept()
        self.closed.emit()

    # Parts

    def _made_rail(self) -> dict[str, QToolButton]:
        group = QButtonGroup(self)
        rail = {}
        for number, (key, info) in enumerate(self._infos.items(), 1):
            button = QToolButton()
            button.setText(_title(info))
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(QSize(22, 22))
            button.setToolTip(f"{_title(info)}  ·  Ctrl+{number}")
            button.setAccessibleName(_title(info))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, key=key: self.show_page(key))
            group.addButton(button)
            rail[key] = button
        return rail

    def _lay_out(self) -> None:
        frame = QFrame()
        frame.setObjectName("rail")
        frame.setFixedWidth(self.shell.theme.px(RAIL))
        self._frame = frame
        self._workspaces = WorkspaceMenu(self.shell, self.asked_workspace.emit)
        column = Column(self._workspaces, Space.S, gap=Space.XS, margin=(Space.S, Space.M, Space.S, Space.M))
        for key, info in self._infos.items():
            if info.order >= 90:
                column.addStretch(1)
            self._rail[key].setFixedWidth(frame.width() - 2 * Space.S)
            column.addWidget(self._rail[key])
        keys = IconButton(self.shell.theme, "keys", self.tr("All keys (F1)"), self.open_keys)
        column.addWidget(keys, 0, Qt.AlignmentFlag.AlignHCenter)
        frame.setLayout(column)
        self._banners.setContentsMargins(Space.L, 0, Space.L, 0)
        main = Column(self._banners, gap=0)
        main.addWidget(self._stack, 1)
        top = Row(frame, gap=0)
        top.addLayout(main, 1)
        whole = Column(gap=0)
        whole.addLayout(top, 1)
        whole.addWidget(self.strip)
        centre = QWidget()
        centre.setLayout(whole)
        self.setCentralWidget(centre)
        self._dress()

    def _dress(self) -> None:
        """Icons and widths in the theme in force; presentation mode hides the rail's words and the strip."""
        quiet = self.shell.settings.presentation
        for key, info in self._infos.items():
            self._rail[key].setIcon(self.shell.theme.icon(info.icon, "ink2"))
        self._frame.setVisible(not quiet)
        self.strip.setVisible(not quiet)
        self._frame.setFixedWidth(self.shell.theme.px(RAIL))
        for button in self._rail.values():
            button.setFixedWidth(self._frame.width() - 2 * Space.S)

    def _listen(self) -> None:
        shell = self.shell
        shell.asked_page.connect(self.show_page)
        shell.asked_banner.connect(self.show_banner)
        shell.asked_toast.connect(self.show_toast)
        shell.asked_notice.connect(self.show_notice)
        shell.theme.changed.connect(self._dress)

    def _renew_shortcuts(self) -> None:
        for old in self._shortcuts:
            old.setEnabled(False)
            old.deleteLater()
        self._shortcuts = []
        for action in self.actions_offered():
            if action.shortcut:
                shortcut = QShortcut(QKeySequence(action.shortcut), self)
                shortcut.activated.connect(lambda action=action: action.run() if action.enabled() else None)
                self._shortcuts.append(shortcut)

    def _shown_banners(self) -> list[Banner]:
        items = (self._banners.itemAt(place) for place in range(self._banners.count()))
        return [one for item in items if item and isinstance(one := item.widget(), Banner)]

    def _clear_banners(self) -> None:
        for banner in self._shown_banners():
            banner.deleteLater()

    def _close(self) -> None:
        self.close()

    def _flip_theme(self) -> None:
        self.shell.configure(theme="light" if self.shell.theme.tokens.name == "dark" else "dark")

    def _flip_presentation(self) -> None:
        self.shell.configure(presentation=not self.shell.settings.presentation)

    def _rescale(self, by: float) -> None:
        self.shell.configure(text_scale=min(2.0, max(0.8, round(self.shell.settings.text_scale + by, 1))))


def _title(info: PageInfo) -> str:
    return QCoreApplication.translate("pages", info.title)
