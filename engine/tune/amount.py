"""How many examples are enough. A form is learnt from hundreds to thousands of good examples; more seldom helps it."""

from __future__ import annotations

import math
from typing import Literal

ENOUGH, PLENTY = 200, 5000
"""Between these two is where tuning for form works best."""
_LOW, _HIGH = 10, 100_000
Level = Literal["none", "few", "some", "enough", "many"]


def level(rows: int) -> Level:
    """A word for a number of examples: below 50 are ``few``, up to ``ENOUGH`` ``some``, above ``PLENTY`` ``many``."""
    if rows == 0:
        return "none"
    if rows < 50:
        return "few"
    return "some" if rows < ENOUGH else "enough" if rows <= PLENTY else "many"


def place(rows: int) -> float:
    """Where a number of examples lies from 0 to 1 on a scale that gives each power of ten the same room."""
    if rows <= 0:
        return 0.0
    share = (math.log10(rows) - math.log10(_LOW)) / (math.log10(_HIGH) - math.log10(_LOW))
    return min(1.0, max(0.0, share))
