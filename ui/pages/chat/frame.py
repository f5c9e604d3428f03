"""The page's parts and their places: conversations, the middle, sources; what folds away, and what has room."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.pages.chat.ask import AskBox
from ui.pages.chat.bar import AskBar
from ui.pages.chat.listing import ConversationList
from ui.pages.chat.side import SidePanel
from ui.pages.chat.turns import TurnList
from ui.pages.chat.welcome import Welcome
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, IconButton, Line, Row

LIST_WIDTH, MIDDLE = 248, 600
LIST, SOURCES = "chat.list", "chat.sources"
"""Under these names it is remembered that a panel is folded."""


class Frame(QWidget):
    """Lays out list | bar, turns, question box | sources.

    Args:
        bar: how questions are asked.
        turns: what the middle shows.
    """

    def __init__(self, shell: Shell, bar: AskBar, turns: TurnList) -> None:
        super().__init__()
        self._shell, self._bar, self._turns = shell, bar, turns
        self.list = ConversationList(shell)
        self.side = SidePanel(shell)
        self.box = AskBox(shell, self.tr("Ask…"))
        self.welcome = Welcome(shell)
        self._left = Card(self.list, margin=0, role="panel")
        self._edge = Line(upright=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(turns)
        self._lay_out()
        self.side.folded.connect(self.fold_sources)
        self.side.resized.connect(self.dress)
        shell.theme.changed.connect(self.dress)
        self.dress()

    def show_turns(self, any_: bool) -> None:
        """Show the turns, or what there is before the first one."""
        self._stack.setCurrentWidget(self._turns if any_ else self.welcome)

    def fold_list(self) -> None:
        """Show the conversations, or fold them away."""
        self._fold(LIST, self._left)
        self._edge.setVisible(not self._left.isHidden())

    def fold_sources(self) -> None:
        """Show the sources, or fold them away."""
        self._fold(SOURCES, self.side)

    def search(self) -> None:
        """Search the conversations."""
        self._left.show()
        self.list.search.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for other panels."""
        super().resizeEvent(event)
        self.dress()

    def dress(self) -> None:
        """Sizes in the theme in force; panels where there is room for them, and none in presentation mode."""
        px, folded = self._shell.theme.px, self._shell.settings.layout
        quiet, room = self._shell.settings.presentation, self.width() - px(MIDDLE)
        sources = not quiet and not folded.get(SOURCES) and (self.side.viewing or room >= self.side.width())
        room -= self.side.width() if sources else 0
        listed = not quiet and not folded.get(LIST) and room >= px(LIST_WIDTH)
        self._left.setFixedWidth(px(LIST_WIDTH))
        self._left.setVisible(listed)
        self._edge.setVisible(listed)
        self.side.setVisible(sources)
        self.fit()

    def fit(self) -> None:
        """The question box is as wide as the turns."""
        self._turns.measure()
        self.box.setMaximumWidth(self._turns.widest - 2 * Space.L)

    def _lay_out(self) -> None:
        theme = self._shell.theme
        head = Row(gap=Space.S, margin=(Space.M, Space.S, Space.M, Space.S))
        head.addWidget(IconButton(theme, "list", self.tr("Show or fold the conversations"), self.fold_list))
        head.addWidget(self._bar, 1)
        head.addWidget(IconButton(theme, "sources", self.tr("Show or fold the sources"), self.fold_sources))
        foot = Row(gap=0, margin=(Space.L, Space.S, Space.L, Space.M))
        foot.addStretch(1)
        foot.addWidget(self.box, 1000)
        foot.addStretch(1)
        middle = Column(gap=0)
        middle.addLayout(head)
        middle.addWidget(self._stack, 1)
        middle.addLayout(foot)
        whole = Row(self._left, self._edge, gap=0)
        whole.addLayout(middle, 1)
        whole.addWidget(self.side)
        self.setLayout(whole)

    def _fold(self, name: str, panel: QWidget) -> None:
        shown = panel.isHidden()
        panel.setVisible(shown)
        self._shell.remember(name, "" if shown else "folded")
