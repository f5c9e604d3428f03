"""Search, and chips that narrow the table."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from store.examples import Filter
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Row, SearchField, Text


class Chip(Button):
    """A filter that is on or off; on it wears a tick, not the colour alone."""

    def __init__(self, label: str, tip: str) -> None:
        super().__init__(label, "quiet")
        self._label = label
        self.setCheckable(True)
        self.setToolTip(tip)
        self.toggled.connect(lambda _: self.mark())

    def say(self, label: str) -> None:
        """Change its words."""
        self._label = label
        self.mark()

    def mark(self) -> None:
        """Wear the tick, or not."""
        self.setText(f"✓ {self._label}" if self.isChecked() else self._label)


class FilterRow(QWidget):
    """What the table shows.

    Signals:
        changed: search or filter are others now.
    """

    changed = Signal()

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__()
        self.search = SearchField(theme, self.tr("Search questions, answers, tags"), host)
        self.search.setMinimumWidth(theme.px(280))
        self.search.searched.connect(lambda _: self.changed.emit())
        self.edited = Chip(self.tr("Edited"), self.tr("Only examples that were changed or added by hand"))
        self.long = Chip(self.tr("Too long"), self.tr("Only examples that are longer than the context allows"))
        self.some = Chip("", self.tr("Only these examples"))
        self.tags = QPushButton(self.tr("Tags"))
        self.tags.setProperty("kind", "quiet")
        self.tags.setToolTip(self.tr("Only examples with all of the chosen tags"))
        self._menu = QMenu(self.tags)
        self.tags.setMenu(self._menu)
        self._clear = Button(self.tr("Show all"), "link", self.clear)
        self._count = Text("", "secondary")
        self._limit = self._over = 0
        self._quiet = False
        self._ids: tuple[int, ...] = ()
        chips = (self.tags, self.edited, self.long, self.some)
        self.setLayout(Row(self.search, Space.XS, *chips, self._clear, None, self._count, gap=Space.XS))
        for chip in (self.edited, self.long, self.some):
            chip.toggled.connect(lambda _: self._tell())
        self._dress()

    @property
    def text(self) -> str:
        """What is searched."""
        return self.search.text().strip()

    @property
    def filter(self) -> Filter:
        """What the chips let through."""
        return Filter(
            tags=tuple(self._tags_on()),
            edited=self.edited.isChecked(),
            longer_than=self._limit if self.long.isChecked() else None,
            ids=self._ids if self.some.isChecked() else None,
        )

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text) or self.filter != Filter()

    def show_tags(self, tags: dict[str, int]) -> None:
        """Offer these tags, with how many examples have each."""
        on = set(self._tags_on())
        self._menu.clear()
        for tag, count in tags.items():
            action = self._menu.addAction(f"{tag}\t{words.number(count)}")
            action.setData(tag)
            action.setCheckable(True)
            action.setChecked(tag in on)
            action.toggled.connect(lambda _: self._tell())
        self._dress()

    def set_limit(self, limit: int, over: int) -> None:
        """How long an example may be, and how many are longer."""
        self._limit = limit
        self.long.say(self.tr("Too long ({0})").format(words.number(over)))
        self._over = over
        self._dress()

    def only(self, title: str, ids: tuple[int, ...]) -> None:
        """Show these examples alone, under a chip with this title."""
        self._reset()
        self._ids = ids
        self.some.say(f"{title} ({words.number(len(ids))})")
        self.some.setChecked(True)

    def clear(self) -> None:
        """Show everything."""
        self._reset()
        self._tell()

    def show_count(self, shown: int, total: int) -> None:
        """Say how many examples are shown."""
        all_of_them = words.count(total, self.tr("example"), self.tr("examples"))
        said = self.tr("{0} of {1}").format(words.number(shown), all_of_them) if shown != total else all_of_them
        self._count.setText(said)

    def _tags_on(self) -> list[str]:
        return [action.data() for action in self._menu.actions() if action.isChecked()]

    def _reset(self) -> None:
        """Let everything through, without telling."""
        self._quiet = True
        self.search.clear()
        for chip in (self.edited, self.long, self.some):
            chip.setChecked(False)
        for action in self._menu.actions():
            action.setChecked(False)
        self._quiet = False

    def _tell(self) -> None:
        if not self._quiet:
            self._dress()
            self.changed.emit()

    def _dress(self) -> None:
        on = self._tags_on()
        self.some.setVisible(self.some.isChecked())
        self.long.setVisible(self._over > 0 or self.long.isChecked())
        self._clear.setVisible(self.filter != Filter())
        self.tags.setEnabled(bool(self._menu.actions()))
        self.tags.setText(self.tr("✓ Tags: {0}").format(", ".join(on)) if on else self.tr("Tags ▾"))
        self.tags.setCursor(Qt.CursorShape.PointingHandCursor)
