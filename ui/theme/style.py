"""Tokens → Qt: the palette for Fusion, and the one style sheet. Both are made anew when theme or text size change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor, QPalette

from engine import resources
from ui.theme.tokens import Radius, Space, Tokens, Type

_CARET = (resources.ROOT / "icons" / "caret-down.svg").as_posix()
Px = Callable[[int], str]
"""From a size of the tokens to the scaled size, as ``13px``."""


def palette(t: Tokens) -> QPalette:
    """The palette: what Fusion draws itself, and the colours that widgets ask for by role."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: t.canvas,
        roles.WindowText: t.ink,
        roles.Base: t.surface,
        roles.AlternateBase: t.canvas,
        roles.Text: t.ink,
        roles.PlaceholderText: t.ink3,
        roles.Button: t.surface,
        roles.ButtonText: t.ink,
        roles.BrightText: t.bad,
        roles.ToolTipBase: t.raised,
        roles.ToolTipText: t.ink,
        roles.Highlight: t.chosen,
        roles.HighlightedText: t.ink,
        roles.Link: t.focus,
        roles.LinkVisited: t.focus,
        roles.Mid: t.hairline,
        roles.Accent: t.focus,
    }.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.ink3))
    return made


def sheet(t: Tokens, scale: float) -> str:
    """The style sheet. Widgets are told apart by class and by the properties ``role`` and ``kind``."""

    def px(size: int) -> str:
        return f"{round(size * scale)}px"

    return "\n".join((_text(t, px), _buttons(t, px), _fields(t, px), _views(t, px), _frames(t, px), _bars(t)))


def _text(t: Tokens, px: Px) -> str:
    return f"""
* {{ font-size: {px(Type.BODY)}; }}
QToolTip {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.hairline}; padding: 6px 8px; }}
QLabel {{ color: {t.ink}; background: transparent; }}
QLabel[role="title"] {{ font-size: {px(Type.TITLE)}; font-weight: 600; }}
QLabel[role="section"] {{ font-size: {px(Type.SECTION)}; font-weight: 600; }}
QLabel[role="secondary"] {{ font-size: {px(Type.SECONDARY)}; color: {t.ink2}; }}
QLabel[role="label"] {{ font-size: {px(Type.LABEL)}; color: {t.ink3}; }}
QLabel[role="number"] {{ font-size: {px(Type.TITLE)}; font-weight: 600; }}
QLabel[role="mono"] {{ font-family: monospace; font-size: {px(Type.SECONDARY)}; }}
QLabel[role="answer"] {{ font-size: {px(Type.ANSWER)}; }}
QLabel[tone="good"] {{ color: {t.good}; }}
QLabel[tone="warn"] {{ color: {t.warn}; }}
QLabel[tone="bad"] {{ color: {t.bad}; }}
"""


def _buttons(t: Tokens, px: Px) -> str:
    return f"""
QPushButton {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.control};
  border-radius: {Radius.CONTROL}px; padding: 5px 12px; min-height: {px(18)}; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.chosen}; }}
QPushButton:focus {{ border: 2px solid {t.focus}; padding: 4px 11px; }}
QPushButton:disabled {{ color: {t.ink3}; border-color: {t.hairline}; background: transparent; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {t.ink2}; border-color: {t.ink2}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.focus}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.chosen}; color: {t.ink3}; border-color: {t.chosen}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; color: {t.ink2}; }}
QPushButton[kind="quiet"]:hover {{ background: {t.hover}; color: {t.ink}; }}
QPushButton[kind="quiet"]:focus {{ border: 2px solid {t.focus}; }}
QPushButton[kind="quiet"]:checked {{ background: {t.chosen}; color: {t.ink}; }}
QPushButton[kind="danger"] {{ color: {t.bad}; }}
QPushButton[kind="link"] {{ background: transparent; border: none; color: {t.focus}; padding: 2px 0; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {Radius.CONTROL}px; padding: 4px; color: {t.ink2}; }}
QToolButton:hover {{ background: {t.hover}; color: {t.ink}; }}
QToolButton:checked, QToolButton:pressed {{ background: {t.chosen}; color: {t.ink}; }}
QToolButton:focus {{ border: 2px solid {t.focus}; padding: 3px; }}
QToolButton::menu-indicator {{ image: none; }}
"""


def _fields(t: Tokens, px: Px) -> str:
    return f"""
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: {t.surface}; color: {t.ink};
  border: 1px solid {t.control}; border-radius: {Radius.CONTROL}px; padding: 4px 8px;
  selection-background-color: {t.focus}; selection-color: {t.surface}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ min-height: {px(20)}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{
  border: 2px solid {t.focus}; padding: 3px 7px; }}
QLineEdit[bare="true"], QTextEdit[bare="true"], QPlainTextEdit[bare="true"] {{ border: none; background: transparent; padding: 0; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ color: {t.ink3}; border-color: {t.hairline}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{_CARET}"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.hairline}; selection-background-color: {t.chosen};
  selection-color: {t.ink}; outline: none; padding: 4px; }}
QCheckBox, QRadioButton {{ spacing: 8px; background: transparent; }}
QCheckBox:focus, QRadioButton:focus {{ outline: none; text-decoration: underline; }}
QMenu {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.hairline}; border-radius: {Radius.CARD}px; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: {Radius.CONTROL}px; }}
QMenu::item:selected {{ background: {t.hover}; }}
QMenu::item:disabled {{ color: {t.ink3}; }}
QMenu::separator {{ height: 1px; background: {t.hairline}; margin: 4px 8px; }}
"""


def _views(t: Tokens, px: Px) -> str:
    return f"""
QScrollArea {{ border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget#content {{ background: transparent; }}
QTableView, QListView, QTreeView {{ background: {t.surface}; alternate-background-color: {t.surface}; color: {t.ink};
  border: none; outline: none; gridline-color: {t.hairline}; selection-background-color: {t.chosen}; selection-color: {t.ink}; }}
QListView[role="side"] {{ background: transparent; }}
QListView[role="side"]:focus {{ border: none; }}
QTableView::item {{ padding: 4px 8px; border-bottom: 1px solid {t.hairline}; }}
QTableView::item:hover, QListView::item:hover, QTreeView::item:hover {{ background: {t.hover}; }}
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected {{ background: {t.chosen}; color: {t.ink}; }}
QTableView[keyed="true"]::item:selected {{ background: {t.info_tint}; }}
QListView:focus, QTreeView:focus {{ border: 1px solid {t.focus}; }}
QHeaderView {{ background: {t.surface}; }}
QHeaderView::section {{ background: {t.surface}; color: {t.ink3}; border: none; border-bottom: 1px solid {t.hairline};
  padding: 6px 8px 6px 11px; font-size: {px(Type.LABEL)}; }}
QHeaderView::section:hover {{ color: {t.ink}; }}
QListView::item {{ padding: 6px 8px; border-radius: {Radius.CONTROL}px; }}
QSplitter::handle {{ background: {t.hairline}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QTabBar::tab {{ background: transparent; color: {t.ink2}; padding: 6px 12px; border: none; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.ink}; border-bottom-color: {t.ink}; }}
QTabBar::tab:hover {{ color: {t.ink}; }}
QTabBar::tab:focus {{ border-bottom-color: {t.focus}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {t.hairline}; }}
"""


def _frames(t: Tokens, px: Px) -> str:
    line = int(px(18).removesuffix("px"))  # Qt draws no corner at all where a radius is more than half the height
    pill, segment = (line + 16) // 2, (line + 10) // 2
    return f"""
QMainWindow, QDialog {{ background: {t.canvas}; }}
QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.hairline}; border-radius: {Radius.CARD}px; }}
QFrame[role="panel"] {{ background: {t.surface}; border: none; }}
QFrame[role="line"] {{ background: {t.hairline}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[role="upright"] {{ background: {t.hairline}; border: none; max-width: 1px; min-width: 1px; }}
QFrame#rail {{ background: {t.canvas}; border: none; border-right: 1px solid {t.hairline}; }}
QFrame#strip {{ background: {t.canvas}; border: none; border-top: 1px solid {t.hairline}; }}
QFrame#rail QToolButton {{ border-radius: {Radius.CARD}px; padding: 6px 2px; color: {t.ink2}; font-size: {px(Type.LABEL)}; }}
QFrame#rail QToolButton:checked {{ background: {t.chosen}; color: {t.ink}; }}
QFrame[banner="good"] {{ background: {t.good_tint}; border-radius: {Radius.CARD}px; }}
QFrame[banner="info"] {{ background: {t.info_tint}; border-radius: {Radius.CARD}px; }}
QFrame[banner="warn"] {{ background: {t.warn_tint}; border-radius: {Radius.CARD}px; }}
QFrame[banner="bad"] {{ background: {t.bad_tint}; border-radius: {Radius.CARD}px; }}
QFrame[role="toast"] {{ background: {t.ink}; border-radius: {Radius.CARD}px; }}
QFrame[role="toast"] QLabel {{ color: {t.canvas}; }}
QFrame[role="toast"] QPushButton {{ background: transparent; border: none; color: {t.canvas}; font-weight: 600; text-decoration: underline; }}
QFrame[role="popup"] {{ background: {t.raised}; border: 1px solid {t.hairline}; border-radius: {Radius.CARD}px; }}
QFrame[role="segments"] {{ background: {t.hover}; border: 1px solid {t.hairline}; border-radius: {pill}px; }}
QFrame[role="segments"] QPushButton {{ background: transparent; border: 1px solid transparent; border-radius: {segment}px; padding: 4px 14px;
  color: {t.ink2}; min-height: {px(18)}; }}
QFrame[role="segments"] QPushButton:hover {{ color: {t.ink}; }}
QFrame[role="segments"] QPushButton:checked {{ background: {t.surface}; color: {t.ink}; border-color: {t.control}; }}
QFrame[role="segments"] QPushButton:focus {{ border: 2px solid {t.focus}; padding: 3px 13px; }}
{_arms(t)}
"""


def _arms(t: Tokens) -> str:
    rules = []
    for arm in ("base", "tuned", "grounded", "both", "prompted"):
        colour = t.arm(arm)
        rules.append(f'QLabel[arm="{arm}"] {{ color: {colour}; font-weight: 600; }}')
        rules.append(f'QFrame[role="segments"] QPushButton[arm="{arm}"]:checked {{ color: {colour}; }}')
        rules.append(f'QFrame[role="card"][arm="{arm}"] {{ border-top: 2px solid {colour}; }}')
    return "\n".join(rules)


def _bars(t: Tokens) -> str:
    return f"""
QProgressBar {{ background: {t.hairline}; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {t.focus}; border-radius: 2px; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: {t.control}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: {Space.XXL}px; }}
QScrollBar::handle:horizontal {{ min-width: {Space.XXL}px; }}
QScrollBar::handle:hover {{ background: {t.ink3}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSlider::groove:horizontal {{ background: {t.hairline}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {t.ink}; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {t.focus}; }}
"""
