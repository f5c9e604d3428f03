"""News in place: a banner at the top of a page, and a toast that offers to undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from engine.errors import FormfactError
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets.basic import Button, Column, IconButton, Row, Text
from ui.widgets.fold import Fold

Actions = Sequence[tuple[str, Callable[[], object]]]


class Banner(QFrame):
    """What happened, what to do, and the details behind a fold.

    Args:
        kind: ``good``, ``info``, ``warn`` or ``bad``.
        text: what happened.
        remedy: what to do.
        actions: buttons, as label and what it does; each closes the banner.
    """

    def __init__(
        self, theme: Theme, kind: str, text: str, *, remedy: str = "", details: str = "", actions: Actions = ()
    ) -> None:
        super().__init__()
        self.kind, self.text = kind, text
        self.setProperty("banner", kind)
        self.setAccessibleName(f"{text} {remedy}".strip())
        mark = IconButton(theme, kind, "")
        mark.setEnabled(True)
        mark.show_icon(kind, colour="focus" if kind == "info" else kind)
        mark.setFocusPolicy(mark.focusPolicy().NoFocus)
        words = Column(Text(text, wrap=True, select=True), gap=Space.XS)
        if remedy:
            words.addWidget(Text(remedy, "secondary", wrap=True, select=True))
        if details:
            fold = Fold(self.tr("Details"))
            fold.body.addWidget(Text(details, "mono", wrap=True, select=True))
            words.addWidget(fold)
        buttons = [Button(label, "plain", partial(self._act, do)) for label, do in actions]
        close = IconButton(theme, "close", self.tr("Close"), self.deleteLater)
        row = Row(mark, gap=Space.S, margin=(Space.M, Space.S, Space.S, Space.S))
        row.addLayout(words, 1)
        for button in (*buttons, close):
            row.addWidget(button)
        self.setLayout(row)

    @classmethod
    def of(cls, theme: Theme, fault: FormfactError, actions: Actions = ()) -> Banner:
        """The banner of an error."""
        return cls(theme, "bad", fault.what, remedy=fault.remedy, details=fault.details, actions=actions)

    def _act(self, do: Callable[[], object]) -> None:
        self.deleteLater()
        do()


class Toast(QFrame):
    """A line at the bottom that goes by itself, with a way back.

    Args:
        host: the widget over whose lower edge it floats.
        undo: what takes back what was done; None: nothing to take back.
        gone: called when it goes without having been taken back.
    """

    def __init__(
        self,
        host: QWidget,
        text: str,
        undo: Callable[[], object] | None = None,
        seconds: float = 8,
        gone: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(host)
        self.text = text
        self._host, self._undo, self._gone = host, undo, gone
        self.setProperty("role", "toast")
        row = Row(Text(text), gap=Space.L, margin=(Space.L, Space.S, Space.L, Space.S))
        if undo:
            self.button = Button(self.tr("Undo"), "quiet", self.undo)
            row.addWidget(self.button)
        self.setLayout(row)
        host.installEventFilter(self)
        self._timer = QTimer(self, singleShot=True, interval=int(seconds * 1000))
        self._timer.timeout.connect(self.leave)
        self._timer.start()
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()

    def undo(self) -> None:
        """Take back what was done, and go."""
        self._gone = None
        if self._undo:
            self._undo()
        self.leave()

    def leave(self) -> None:
        """Go."""
        self._timer.stop()
        if self._gone:
            self._gone()
        self._gone = self._undo = None
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the lower edge when the host changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        host = self._host
        self.move((host.width() - self.width()) // 2, host.height() - self.height() - Space.XL)
