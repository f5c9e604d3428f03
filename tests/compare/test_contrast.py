"""Every colour of the report can be read on every background that it stands on (WCAG 2: 4.5 to 1)."""

from __future__ import annotations

import re

import pytest

from engine import resources

TEXT = ("ink", "ink-2", "ink-3", "good", "bad", "base", "tuned", "grounded", "both", "prompted")


def schemes() -> dict[str, dict[str, str]]:
    css = resources.text("report/report.css")
    roots = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    assert len(roots) == 3
    found = [dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6})", root)) for root in roots]
    return dict(zip(("light", "dark", "print"), found, strict=True))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("background", ["canvas", "surface"])
def test_contrast(scheme: str, name: str, background: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[name], colours[background]) >= 4.5


def test_the_formula() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
