"""Makes PySide's classes ahead, on the GUI thread, so that a library that uses Qt can be imported on another.

PySide makes a class when its name is first used, in several steps during which another thread may run. Two threads that
meet there see half a class ("QGradient has no attribute Preset"). Once all are made, nothing of that can happen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer

SLICE_S = 0.004
"""How long the GUI thread is kept at a time."""


class ClassMaker(QObject):
    """Makes every class of QtCore, QtGui and QtWidgets, a few milliseconds at a time; a tenth of a second in all.

    Args:
        then: called once all are made.
    """

    def __init__(self, parent: QObject, then: Callable[[], None]) -> None:
        super().__init__(parent)
        self._then = then
        self._left = _makers()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(0)

    def _go_on(self) -> None:
        until = time.perf_counter() + SLICE_S
        for make in self._left:
            make()
            if time.perf_counter() > until:
                return
        self._timer.stop()
        self._then()


def _makers() -> Iterator[Callable[[], object]]:
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            yield partial(getattr, module, name)
