"""The tokens hold what they promise: text can be read on every ground, in both themes; arms can be told apart."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtWidgets import QApplication

from engine.settings import Settings
from engine.types import Arm
from ui.theme import icons
from ui.theme.theme import Theme
from ui.theme.tokens import DARK, LIGHT, MARKS, Tokens

TEXT = ("ink", "ink2", "ink3", "base", "tuned", "grounded", "both", "prompted", "good", "warn", "bad", "focus")
GROUNDS = ("canvas", "surface", "raised", "hover")
PAIRS = [
    *itertools.product(TEXT, GROUNDS),
    ("ink", "chosen"),
    ("ink2", "chosen"),
    ("on_accent", "accent"),
    *itertools.product(("ink", "ink2"), ("good_tint", "warn_tint", "bad_tint", "info_tint")),
    ("ink", "mark"),
    ("canvas", "ink"),
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


def test_arms_differ_in_mark_and_colour() -> None:
    assert len(set(MARKS.values())) == len(Arm)
    for tokens in (LIGHT, DARK):
        assert len({tokens.arm(arm) for arm in Arm}) == len(Arm)


def test_every_icon_is_a_glyph_of_the_font(qapp: QApplication) -> None:
    for name in icons.NAMES:
        image = icons.icon(name, "#000000").pixmap(24, 24).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), name


def test_the_theme_follows_the_settings(qapp: QApplication) -> None:
    theme = Theme(Settings(theme="light"))
    assert theme.tokens is LIGHT
    theme.apply(Settings(theme="dark", text_scale=2.0, presentation=True))
    assert theme.tokens is DARK
    assert theme.px(100) == 270
    assert DARK.canvas in qapp.styleSheet()  # type: ignore[attr-defined]
    theme.apply(Settings())
