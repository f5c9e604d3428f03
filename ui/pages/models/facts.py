"""How a model's facts are said: pairs of label and value, sizes in words, whether it fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QLayoutItem, QWidget

from engine.models.needs import Fit, Needs
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Text

LABELS = 84
TONES = {"yes": "good", "tight": "warn", "no": "bad"}


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("models", text)


def fit(value: Fit) -> str:
    """Whether something fits: a mark and a word."""
    return {"yes": tr("✓ Fits"), "tight": tr("! Tight"), "no": tr("✗ Too large")}[value]


def run_words(needs: Needs) -> str:
    """What it takes to chat with a model here, as a sentence."""
    size = words.size(needs.run)
    if needs.run_fit == "no":
        return tr("Needs {0} of memory, more than this machine has.").format(size)
    if needs.run_fit == "tight":
        return tr("Needs {0} of memory: close other programs first.").format(size)
    return (
        tr("Needs {0}, and fits on the GPU.").format(size)
        if needs.on_gpu
        else tr("Needs {0} of memory, and fits.").format(size)
    )


def tune_words(needs: Needs) -> str:
    """What it takes to tune a model here, as a sentence."""
    size = words.size(needs.tune)
    sentence = {
        "yes": tr("Needs about {0}, and fits: {1}."),
        "tight": tr("Needs about {0}: close other programs first. {1}."),
        "no": tr("Needs about {0}, more than this machine has. {1}."),
    }[needs.tune_fit]
    return sentence.format(size, needs.method)


def parameters(count: int) -> str:
    """Parameters as people say them: "1.5 billion"."""
    if count >= 1e9:
        return tr("{0} billion").format(f"{count / 1e9:.1f}".removesuffix(".0"))
    return tr("{0} million").format(f"{count / 1e6:,.0f}" if count >= 1e7 else f"{count / 1e6:.1f}")


def short(count: int) -> str:
    """Parameters in a table: "1.5B"."""
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M" if count >= 1e7 else f"{count / 1e6:.1f}M"


def breakable(text: str) -> str:
    """A path or a digest that may be broken into lines: with places of no width where it may."""
    return re.sub(r"([/\\_.\-:])", "\\1\u200b", text)


class Facts(QWidget):
    """Labels to the left, values to the right of them; a value may take several lines.

    Args:
        theme: gives the labels their width, so that facts below each other stand in one line.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        self._grid.setColumnStretch(1, 1)
        self.setLayout(self._grid)

    def show_pairs(self, pairs: Sequence[tuple[str, str]], tones: dict[str, str] | None = None) -> None:
        """Show pairs of label and value; ``tones`` colours values by their label. Empty values are left out."""
        self._grid.setColumnMinimumWidth(0, self._theme.px(LABELS))
        while item := self._grid.takeAt(0):
            _drop(item)
        for place, (label, value) in enumerate((label, value) for label, value in pairs if value):
            said = Text(value, wrap=True, select=True)
            said.setAccessibleName(f"{label}: {value}")
            if tones and label in tones:
                said.tone(tones[label])
            self._grid.addWidget(Text(label, "secondary"), place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, place, 1)


def _drop(item: QLayoutItem) -> None:
    if widget := item.widget():
        widget.hide()
        widget.deleteLater()
