"""A pane: what one arm says, what can be done with it, and its proof."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from engine.types import Answer, Arm
from ui.pages.chat import proof
from ui.pages.chat.answer_edit import AnswerEdit
from ui.pages.chat.check_row import CheckRow, toned
from ui.pages.chat.proof import Verdict
from ui.shell import Shell
from ui.theme.tokens import MEASURE, Space, Type
from ui.widgets import Button, Card, IconButton, Row, Text, arm_label, repolish
from ui.widgets.markdown import MarkdownView
from ui.widgets.markdown_text import Run

ROOMY = 300
VOTES = {"up-vote": 1, "down-vote": -1}
NEEDED = (*VOTES, "more")
"""The icons that stay where a pane is narrow."""


class Pane(Card):
    """One arm's answer.

    Args:
        arm: whose.

    Signals:
        voted: 1, -1, or 0 to take a vote back.
        corrected: the answer as a person put it.
        exampled: the answer is to become a training example.
        wanted: the answer is to be given: ``more`` (the first time, or after it was cut off), ``reseed``, ``anew``
            (the question is asked again, as it would be today), or ``edit`` (it cannot be as it is).
        cited: a citation's number was clicked.
        continued: the conversation is to go on from this answer.
        touched: the pane was clicked.
    """

    voted = Signal(int)
    corrected = Signal(str)
    exampled = Signal()
    wanted = Signal(str)
    cited = Signal(int)
    continued = Signal()
    touched = Signal()

    def __init__(self, shell: Shell, arm: Arm) -> None:
        super().__init__(gap=Space.S, margin=Space.L)
        self.shell, self.arm = shell, arm
        self.answer: Answer | None = None
        self._edit: AnswerEdit | None = None
        self._text, self._edited, self._vote = "", "", 0
        self._letter = ""
        self.saying = False
        self._label = Text(arm_label(arm))
        self._note = Text("", "label")
        self.view = MarkdownView(shell.theme)
        self._gap = Text("", "secondary", wrap=True)
        self._how = "more"
        self._ask = Button("", "plain", lambda: self.wanted.emit(self._how))
        self._foot = Text("", "label", wrap=True)
        self.checks = CheckRow()
        self._more = IconButton(shell.theme, "more", self.tr("More"), self._open_menu, size=16)
        self._icons = {"more": self._more}
        self._label.setMinimumHeight(self._more.sizeHint().height())  # the head is as high without its icons
        self._head = Row(self._label, self._note, None, self._more, gap=Space.XS)
        self.column.addLayout(self._head)
        self.column.addWidget(self.view)
        self.column.addWidget(self._gap)
        self.column.addWidget(self._ask)
        self.column.addStretch(1)
        self.column.addWidget(self.checks)
        self.column.addWidget(self._foot)
        self.view.cited.connect(self.cited)
        self.view.clicked.connect(self.touched)
        shell.theme.changed.connect(self._measure)
        self._measure()
        self._name_arm()
        self.show_gap("")

    # What it shows

    def show_answer(self, answer: Answer, *, run: str, model: str, edit: str = "", vote: int = 0) -> None:
        """Show an answer that is whole, or was stopped."""
        self.answer, self._edited, self._vote = answer, edit, vote
        self.saying = False
        self._text = edit or answer.answer
        self._fill(True)
        self._how = "more"
        self._ask.setText(self.tr("Answer again"))
        self._ask.setVisible(answer.stop_reason == "stopped")
        self.view.set_markdown(self._text, sources=0 if self._letter else len(answer.passages))
        self.view.setAccessibleName(self.tr("Answer of {0}").format(self._label.text()))
        ended = proof.ended(answer)
        self._note.setText(" · ".join(part for part in (ended, self.tr("edited") if edit else "") if part))
        self._note.setToolTip(answer.answer if edit else "")
        self._foot.setText("" if self._letter else proof.foot(answer, run))
        self._foot.setToolTip("" if self._letter else proof.whole(answer, run, model))
        toned(self._foot, proof.state(answer)[1])
        self._emphasise()

    def show_said(self, text: str, sources: int) -> None:
        """Show what has been said so far of an answer that is being given."""
        self.answer, self._text, self._edited = None, text, ""
        self.saying = True
        self._fill(True)
        self.view.set_markdown(text, sources=sources)
        self._note.setText(self.tr("answering…"))
        self._foot.setText("")
        self.show_verdict(Verdict())

    def append(self, piece: str) -> None:
        """More has been said."""
        self._text += piece
        self.view.append_markdown(piece)

    def show_gap(self, why: str, offer: str = "", how: str = "more") -> None:
        """Say why there is no answer; ``offer`` labels the button that asks for it, ``how`` is as in ``wanted``."""
        self._how = how
        self.answer, self._text = None, ""
        self.saying = False
        self.view.set_markdown("")
        self._fill(False)
        self._gap.setText(why)
        self._ask.setText(offer)
        self._ask.setVisible(bool(offer))
        self._note.setText("")
        self._foot.setText("")
        self.show_verdict(Verdict())

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what the question's checks say of the answer."""
        self.checks.show_verdict(verdict)

    def show_difference(self, lines: Sequence[Sequence[Run]] | None) -> None:
        """Show the answer as plain lines with marked words; None: as it was."""
        if lines is not None:
            self.view.show_lines(lines)
        elif self.answer:
            self.view.set_markdown(self._text, sources=0 if self._letter else len(self.answer.passages))

    def blind(self, letter: str) -> None:
        """Hide whose answer it is behind a letter; empty: show it."""
        if letter != self._letter:
            self._letter = letter
            self._name_arm()

    @property
    def text(self) -> str:
        """The answer as it stands: edited, or as it was said."""
        return self._text

    @property
    def editing(self) -> bool:
        """Whether a person is changing the answer."""
        return self._edit is not None

    # What it does

    def copy(self) -> None:
        """Put the answer on the clipboard, as it was written."""
        from PySide6.QtGui import QGuiApplication
        from PySide6.QtWidgets import QToolTip

        QGuiApplication.clipboard().setText(self._text)
        QToolTip.showText(self._more.mapToGlobal(QPoint(0, self._more.height())), self.tr("Copied"), self._more)

    def edit(self) -> None:
        """Change the answer in place."""
        if self._edit or self.answer is None:
            return
        self._edit = AnswerEdit(self._text, changed=bool(self._edited))
        self._edit.saved.connect(self._save)
        self._edit.closed.connect(self._close_edit)
        self.column.insertWidget(1, self._edit)
        self.view.hide()
        self._edit.take_focus()

    def vote(self, value: int) -> None:
        """Vote, or take the same vote back."""
        self._vote = 0 if value == self._vote else value
        self._emphasise()
        self.voted.emit(self._vote)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for all icons, the menu has what they do."""
        super().resizeEvent(event)
        self._show_icons()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere makes its question the current one."""
        super().mouseReleaseEvent(event)
        self.touched.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """What can be done stands out while the mouse is here."""
        self.offer()
        self._emphasise("ink2")
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """And recedes again."""
        self._emphasise()
        super().leaveEvent(event)

    # Parts

    def offer(self) -> None:
        """Make the buttons of what is done most. Until the mouse or the toggle comes here, the menu has it all."""
        if len(self._icons) > 1:
            return
        made = {
            "copy": (self.tr("Copy"), self.copy),
            "up-vote": (self.tr("Good answer"), lambda: self.vote(1)),
            "down-vote": (self.tr("Bad answer"), lambda: self.vote(-1)),
            "example": (self.tr("Use as example"), self.exampled.emit),
        }
        for icon, (tip, do) in made.items():
            button = IconButton(self.shell.theme, icon, tip, do, size=16)
            self._head.insertWidget(self._head.count() - 1, button)
            self._icons[icon] = button
        self._emphasise()
        self._show_icons()

    @property
    def stops(self) -> list[QWidget]:
        """What the Tab key goes through, in order."""
        return [*(button for name, button in self._icons.items() if name != "more"), self._more, self.view, self._ask]

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy"), self.copy)
        menu.addAction(self.tr("Good answer"), lambda: self.vote(1))
        menu.addAction(self.tr("Bad answer"), lambda: self.vote(-1))
        menu.addAction(self.tr("Use as example"), self.exampled.emit)
        menu.addAction(self.tr("Edit the answer"), self.edit)
        if self._edited:
            menu.addAction(self.tr("Back to what was said"), lambda: self.corrected.emit(""))
        menu.addAction(self.tr("Go on from this answer"), self.continued.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Answer again, same seed"), lambda: self.wanted.emit("more"))
        menu.addAction(self.tr("Answer again, new seed"), lambda: self.wanted.emit("reseed"))
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _fill(self, filled: bool) -> None:
        self.view.setVisible(filled and not self._edit)
        self._gap.setVisible(not filled)
        if filled:
            self._ask.hide()
        self._show_icons()

    def _show_icons(self) -> None:
        room = self.width() >= self.shell.theme.px(ROOMY)
        filled = self.view.isVisibleTo(self) or self._edit is not None
        for name, button in self._icons.items():
            button.setVisible(filled and (room or name in NEEDED))

    def _save(self, text: str) -> None:
        self._close_edit()
        self.corrected.emit(text)

    def _close_edit(self) -> None:
        if self._edit:
            self._edit.deleteLater()
            self._edit = None
        self.view.show()

    def _emphasise(self, colour: str = "ink3") -> None:
        for name, button in self._icons.items():
            cast = VOTES.get(name, 0)
            button.show_icon(name, colour="ink" if cast and cast == self._vote else colour)
            if cast:
                button.setCheckable(True)
                button.setChecked(cast == self._vote)

    def _name_arm(self) -> None:
        self._label.setText(self.tr("Answer {0}").format(self._letter) if self._letter else arm_label(self.arm))
        for widget in (self, self._label):
            widget.setProperty("arm", "" if self._letter else str(self.arm))
            repolish(widget)
        self.setAccessibleName(self._label.text())

    def _measure(self) -> None:
        """Lines of a length that reads well."""
        font = self.font()
        font.setPixelSize(self.shell.theme.px(Type.ANSWER))
        self.view.setMaximumWidth(QFontMetrics(font).horizontalAdvance("x") * MEASURE)
