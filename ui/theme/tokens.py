"""Every colour, size and space of the window. Nothing else in ``ui/`` names one."""

from __future__ import annotations

from dataclasses import dataclass

from engine.types import Arm


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``. Each text colour has a contrast of 4.5:1 or more on each ground."""

    name: str
    canvas: str
    surface: str
    raised: str
    hover: str
    chosen: str
    ink: str
    ink2: str
    ink3: str
    hairline: str
    control: str
    """The border of a control."""
    focus: str
    accent: str
    """The ground of the one primary button."""
    on_accent: str
    base: str
    tuned: str
    grounded: str
    both: str
    prompted: str
    good: str
    warn: str
    bad: str
    good_tint: str
    warn_tint: str
    bad_tint: str
    info_tint: str
    mark: str
    """Behind a passage or a match."""

    def arm(self, arm: Arm | str) -> str:
        """The colour of an arm."""
        return str(getattr(self, str(arm)))


LIGHT = Tokens(
    name="light",
    canvas="#F7F7F5",
    surface="#FFFFFF",
    raised="#FFFFFF",
    hover="#F0F0EC",
    chosen="#E9E9E4",
    ink="#1A1A1E",
    ink2="#55555F",
    ink3="#676771",
    hairline="#E4E4E0",
    control="#CBCBC6",
    focus="#2563EB",
    accent="#1A1A1E",
    on_accent="#FFFFFF",
    base="#5F6B7A",
    tuned="#7A3FF2",
    grounded="#0B7A6B",
    both="#A84C06",
    prompted="#2F5FB3",
    good="#147A3A",
    warn="#8F5A05",
    bad="#B91C1C",
    good_tint="#E8F4EC",
    warn_tint="#FBF2DD",
    bad_tint="#FBEAEA",
    info_tint="#EAF0FC",
    mark="#FCEFB4",
)
DARK = Tokens(
    name="dark",
    canvas="#141416",
    surface="#1B1B1F",
    raised="#232329",
    hover="#26262C",
    chosen="#2E2E36",
    ink="#F2F2F4",
    ink2="#B4B4BE",
    ink3="#9C9CA8",
    hairline="#2E2E36",
    control="#44444F",
    focus="#7AA2FF",
    accent="#F2F2F4",
    on_accent="#141416",
    base="#9AA6B5",
    tuned="#B394FF",
    grounded="#4FD1BC",
    both="#F5B14C",
    prompted="#8FB3F5",
    good="#5BD08A",
    warn="#E8B64C",
    bad="#FF8080",
    good_tint="#1A2A20",
    warn_tint="#2D2618",
    bad_tint="#331D1F",
    info_tint="#1C2437",
    mark="#5A4A12",
)

MARKS = {Arm.BASE: "○", Arm.TUNED: "◆", Arm.GROUNDED: "▣", Arm.BOTH: "◈", Arm.PROMPTED: "◇"}
"""An arm's mark: beside its colour and its word, never instead."""


class Space:
    """Distances in pixels (Qt scales them with the display)."""

    XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32


class Radius:
    """Corners in pixels."""

    CARD, CONTROL, PILL = 8, 6, 999


class Type:
    """Sizes of text in pixels at a scale of 1."""

    LABEL, SECONDARY, BODY, ANSWER, SECTION, TITLE = 11, 12, 13, 14, 15, 20


MEASURE = 76
"""Characters in a line of an answer, at most."""
MOTION_MS = 140
PRESENTATION = 1.35
