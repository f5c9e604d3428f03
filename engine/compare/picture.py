"""The picture of a scorecard: form on x, facts on y, one mark an arm with the cross of its intervals. Geometry only."""

from __future__ import annotations

from dataclasses import dataclass

from engine.compare.scorecard import SideScores
from engine.types import Arm, Interval

LEFT, TOP, SIZE = 84.0, 22.0, 440.0  # the square in which 0…100 % are drawn, in SVG units
_LABEL_WIDTH, _LABEL_HEIGHT, _GAP = 96.0, 22.0, 20.0
_ABOVE, _BELOW = 10.0, 24.0  # from the cross to the line on which a name stands


@dataclass(frozen=True, slots=True)
class Mark:
    """One arm: its place, the ends of its cross, and where its name stands (``anchor`` is SVG's text-anchor)."""

    arm: Arm
    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    label_x: float
    label_y: float
    anchor: str


def marks(form: SideScores, facts: SideScores) -> list[Mark]:
    """Where each arm is drawn; empty unless both sides were checked."""
    placed: list[Mark] = []
    for arm in form.arms:
        if arm in facts.arms:
            placed.append(_mark(arm, form.arms[arm], facts.arms[arm], placed))
    return placed


def _mark(arm: Arm, form: Interval, facts: Interval, placed: list[Mark]) -> Mark:
    x, y = _x(form.mean), _y(facts.mean)
    to_left = form.mean > 0.7  # a name at the right edge would leave the picture
    label_x = x - _GAP if to_left else x + _GAP
    label_y = _free(label_x, y, placed)
    anchor = "end" if to_left else "start"
    return Mark(arm, x, y, _x(form.low), _x(form.high), _y(facts.high), _y(facts.low), label_x, label_y, anchor)


def _free(x: float, y: float, placed: list[Mark]) -> float:
    """The nearest height above the cross at ``y``, or below it, at which a name does not cover another."""
    for step in range(24):
        for height in (y - _ABOVE - step * _LABEL_HEIGHT, y + _BELOW + step * _LABEL_HEIGHT):
            near = (one for one in placed if abs(one.label_x - x) < _LABEL_WIDTH)
            inside = TOP + 12 <= height <= TOP + SIZE - 4
            if inside and all(abs(one.label_y - height) >= _LABEL_HEIGHT for one in near):
                return height
    return y


def _x(share: float) -> float:
    return round(LEFT + share * SIZE, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * SIZE, 1)
