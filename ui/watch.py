"""Keeps an eye on the child processes: one that has gone silent is said, with a way out; nothing waits for it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from engine.process import Child
from ui import words
from ui.shell import Shell

PERIOD_MS = 2000
PATIENCE_S = 20.0
"""A loaded machine may keep a process from its heartbeat for some seconds."""


class Watch(QObject):
    """Looks at the children of a workspace every two seconds.

    Args:
        shell: whose children, and where to say it.
        patience_s: how long a child may be silent.
    """

    def __init__(self, shell: Shell, patience_s: float = PATIENCE_S) -> None:
        super().__init__(shell)
        self._shell, self._patience = shell, patience_s
        self._said: set[int] = set()
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(PERIOD_MS)

    def look(self) -> None:
        """Say which children are silent; each once, until it is heard of again."""
        silent = {child.pid: child for child in self._shell.workspace.silent(self._patience) if child.pid}
        for pid in silent.keys() - self._said:
            self._say(silent[pid])
        self._said = set(silent)

    def _say(self, child: Child) -> None:
        text = self.tr("The {0} process does not respond; it was last heard of {1} ago.")
        self._shell.banner(
            "warn",
            text.format(child.name, words.duration(child.silent_s)),
            remedy=self.tr(
                "It may go on by itself. Ending it loses only what it was just doing; it starts anew when needed."
            ),
            actions=[(self.tr("End it"), partial(self._end, child))],
        )

    def _end(self, child: Child) -> None:
        self._shell.look(child.kill, lambda _: None, owner=self)
