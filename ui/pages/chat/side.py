"""The panel on the right: sources and context of the current question, or one source opened at its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.types import Budget, Passage
from ui.pages.chat.budget import ContextBar
from ui.pages.chat.flows import Flow
from ui.pages.chat.sources import SourceList
from ui.pages.chat.turn import TurnView
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, Line, Row

if TYPE_CHECKING:
    from ui.widgets.source_view import SourceView

WIDTH, WIDE = 284, 520


class SidePanel(QWidget):
    """Sources and context; it grows when a source is opened.

    Signals:
        folded: it is to close.
        resized: it takes another width now.
    """

    folded = Signal()
    resized = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._viewer: SourceView | None = None
        self.sources = SourceList(shell)
        self.context = ContextBar(shell)
        column = Column(gap=Space.L, margin=Space.L)
        column.addWidget(self.sources, 1)
        column.addWidget(self.context)
        overview = Card(role="panel", margin=0)
        overview.column.addLayout(column)
        self._stack = QStackedWidget()
        self._stack.addWidget(overview)
        self.setLayout(Row(Line(upright=True), self._stack, gap=0))
        self.sources.opened.connect(self.open)
        self.sources.folded.connect(self.folded)
        shell.theme.changed.connect(self._measure)
        self._measure()

    @property
    def viewing(self) -> bool:
        """Whether a source is open."""
        return self._stack.currentIndex() > 0

    def show_turn(self, view: TurnView | None, *, hidden: bool) -> None:
        """Show what the current question rests on; ``hidden``: votes come first, and sources would give it away."""
        if hidden:
            self.sources.show_passages((), self.tr("Shown once you have voted on each answer."))
            self.context.show_budget(None)
            return
        turn = view.turn if view else None
        running = next((flow for flow in view.flows if flow.passages), None) if view else None
        passages = turn.passages if turn and turn.passages else running.passages or () if running else ()
        self.sources.show_passages(passages, self._why_none(view))
        self.context.show_budget(self._budget(view))

    def follow(self, flow: Flow) -> None:
        """Show what has become known of an answer that is being given."""
        if flow.passages:
            self.sources.show_passages(flow.passages, "")
        if flow.budget:
            self.context.show_budget(flow.budget)

    def open(self, passage: Passage) -> None:
        """Open a source at its page, with the passage marked."""
        if self._viewer is None:
            from ui.widgets.source_view import SourceView

            self._viewer = SourceView(self._shell)
            self._viewer.closed.connect(self.close_source)
            self._stack.addWidget(self._viewer)
        self.show()
        self._viewer.open_passage(passage)
        self._stack.setCurrentIndex(1)
        self._measure()

    def close_source(self) -> None:
        """Back to the list."""
        self._stack.setCurrentIndex(0)
        self._measure()

    def _why_none(self, view: TurnView | None) -> str:
        if view is None:
            return self.tr("Grounded answers show here what they rest on.")
        turn = view.turn
        if turn and not view.flows and any(arm.sourced for arm in turn.answers):
            return self.tr("Nothing in your documents came near this question.")
        return self.tr("Flip to Grounded: then the passages that the answer rests on are listed here.")

    def _budget(self, view: TurnView | None) -> Budget | None:
        answers = view.turn.answers if view and view.turn else {}
        shown = [answers[arm] for arm in view.shown if arm in answers] if view else []
        budgets = [one.budget for one in shown if one.budget]
        return max(budgets, key=lambda one: one.passages + one.system, default=None)

    def _measure(self) -> None:
        self.setFixedWidth(self._shell.theme.px(WIDE if self.viewing else WIDTH))
        self.resized.emit()
