"""What holds for the whole page: the layout, who can answer, what runs are called."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.types import FOUR_ARMS, Arm
from ui.pages.chat.toggle import LAYOUTS, ONE

ADAPTED = tuple(arm for arm in FOUR_ARMS if arm.adapted)


@dataclass(slots=True)
class PageState:
    """How the page is set.

    Attributes:
        layout: ``one``, ``split`` or ``grid``.
        arm: the arm that the next question goes to in the layout ``one``.
        blind: whether it is hidden whose answer is whose.
        difference: whether the current turn shows which words differ.
        allowed: the arms that can answer; those that need a tuned run only once it is known that there is one.
        why_not: why the others cannot.
        runs: what each run is called, by its id.
    """

    layout: str = ONE
    arm: Arm = Arm.TUNED
    blind: bool = False
    difference: bool = False
    allowed: tuple[Arm, ...] = tuple(arm for arm in FOUR_ARMS if not arm.adapted)
    why_not: str = ""
    runs: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[Arm, ...]:
        """The arms that a new question goes to."""
        arms = LAYOUTS.get(self.layout, (self.arm,))
        return tuple(arm for arm in arms if arm in self.allowed) or (Arm.GROUNDED,)

    @property
    def chosen(self) -> Arm:
        """The arm that the conversation goes on from."""
        wanted = self.wanted
        if self.arm in wanted:
            return self.arm
        return Arm.GROUNDED if Arm.GROUNDED in wanted else wanted[0]
