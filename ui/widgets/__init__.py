"""The few building blocks that all pages are made of."""

from ui.widgets.banner import Banner, Toast
from ui.widgets.basic import Button, Card, Column, IconButton, Line, Row, Text, repolish
from ui.widgets.fold import Fold
from ui.widgets.notes import EmptyState, ProgressLine
from ui.widgets.segments import Segments, arm_colour, arm_label, arm_name
from ui.widgets.table import SearchField, TableView

__all__ = [
    "Banner",
    "Button",
    "Card",
    "Column",
    "EmptyState",
    "Fold",
    "IconButton",
    "Line",
    "ProgressLine",
    "Row",
    "SearchField",
    "Segments",
    "TableView",
    "Text",
    "Toast",
    "arm_colour",
    "arm_label",
    "arm_name",
    "repolish",
]
