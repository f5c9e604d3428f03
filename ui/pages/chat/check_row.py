"""What the checks of a question say of an answer: ✓ or ✗, form and facts, each in its own colour."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.pages.chat.proof import Verdict
from ui.theme.tokens import Space
from ui.widgets import Row, Text


class CheckRow(QWidget):
    """Two words, or none where the question has no checks."""

    def __init__(self) -> None:
        super().__init__()
        self._names = {"form": self.tr("form"), "facts": self.tr("facts")}
        self._labels = {key: Text("", "secondary") for key in self._names}
        self.setLayout(Row(*self._labels.values(), None, gap=Space.L))

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what they say; the reasons are in the tips."""
        for key, good in (("form", verdict.form), ("facts", verdict.facts)):
            label = self._labels[key]
            label.setVisible(good is not None)
            label.setText(("✓ " if good else "✗ ") + self._names[key])
            label.setToolTip("\n".join(verdict.faults) or self.tr("Every check of this question is passed."))
            toned(label, "good" if good else "bad")
        self.setVisible(verdict.form is not None or verdict.facts is not None)


def toned(text: Text, tone: str) -> None:
    """Colour a text; the style sheet is only asked where that is a change."""
    if (text.property("tone") or "") != tone:
        text.tone(tone)
