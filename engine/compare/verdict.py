"""What follows from a scorecard, in one plain sentence. The rules, in order; the first that fits decides:

1. *Unclear*: fewer than ``ENOUGH`` questions, or the arms that the rules compare were not asked.
2. *Prompt*: the base model is good on every side that was checked (its whole interval is above ``GOOD``).
3. *Both*: tuning brings the form **and** the documents bring the facts. If a few examples in the prompt bring the form
   as well as tuning does, *retrieve* (with that prompt) is enough. If the two together lose what one of them had
   brought, the sentence says so; *some of the facts* are less than ``GOOD``.
4. *Tune*: only tuning brings something. 5. *Retrieve*: only the documents do.
6. *Prompt*: neither does, but a few examples in the prompt do.
7. *Unclear*: nothing helps measurably.

An arm *brings* something over another when its mean is better by ``GAIN`` or more and the 95 % interval of the paired
difference lies above zero. The adapter and the passages may each prove themselves alone (tuned over base) or in company
(both over grounded).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.compare.checks import Side
from engine.compare.scorecard import SideScores
from engine.types import FOUR_ARMS, Arm

ENOUGH = 10
GOOD = 0.7
GAIN = 0.1


class Follows(StrEnum):
    """What to do."""

    PROMPT = "prompt"
    RETRIEVE = "retrieve"
    TUNE = "tune"
    BOTH = "both"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows, and the sentence that says it."""

    follows: Follows
    sentence: str


def verdict(form: SideScores, facts: SideScores) -> Verdict:
    """Apply the rules above."""
    evidence = _Evidence(form, facts)
    if lack := evidence.lack():
        return Verdict(Follows.UNCLEAR, f"Not enough evidence: {lack}")
    if evidence.base_is_good():
        return Verdict(Follows.PROMPT, f"Prompt: the base model does this already ({evidence.of(Arm.BASE)}).")
    tuning, sources = evidence.brings("form", adapter=True), evidence.brings("facts", adapter=False)
    if tuning and sources:
        return _both(evidence)
    if tuning:
        return Verdict(Follows.TUNE, f"Tune: {_tuning(evidence)}; {_no_facts(evidence)}.")
    if sources:
        return Verdict(Follows.RETRIEVE, f"Retrieve: {_sources(evidence)}; {_no_form(evidence)}.")
    if evidence.gained("form", Arm.PROMPTED, Arm.BASE):
        change = evidence.change("form", Arm.BASE, Arm.PROMPTED)
        return Verdict(Follows.PROMPT, f"Prompt: a few examples in the prompt bring the form ({change}).")
    return Verdict(
        Follows.UNCLEAR,
        "Not enough evidence: neither tuning nor documents helped measurably; look at the answers, then improve the "
        "examples, the documents or the checks.",
    )


def _both(evidence: _Evidence) -> Verdict:
    tuning, sources = _tuning(evidence), _sources(evidence)
    if evidence.prompt_suffices():
        words = f"{sources}, and a few examples in the prompt bring the form as well as tuning does"
        return Verdict(Follows.RETRIEVE, f"Retrieve, and prompt: {words}.")
    kept: list[tuple[Side, Arm]] = [("form", Arm.TUNED), ("facts", Arm.GROUNDED)]
    lost = [
        f"{side} ({evidence.change(side, arm, Arm.BOTH)})" for side, arm in kept if evidence.gained(side, arm, Arm.BOTH)
    ]
    if lost:
        words = f"{tuning}; {sources}; but together they lose {' and '.join(lost)}"
        return Verdict(Follows.BOTH, f"Do both, with more examples trained with sources: {words}.")
    return Verdict(Follows.BOTH, f"Do both: {tuning}; {sources}; together they keep both ({evidence.of(Arm.BOTH)}).")


def _tuning(evidence: _Evidence) -> str:
    alone = evidence.gained("form", Arm.TUNED, Arm.BASE)
    pair = (Arm.BASE, Arm.TUNED) if alone else (Arm.GROUNDED, Arm.BOTH)
    return f"tuning brings {evidence.much('form', pair[1])} ({evidence.change('form', *pair)})"


def _sources(evidence: _Evidence) -> str:
    alone = evidence.gained("facts", Arm.GROUNDED, Arm.BASE)
    pair = (Arm.BASE, Arm.GROUNDED) if alone else (Arm.TUNED, Arm.BOTH)
    return f"documents bring {evidence.much('facts', pair[1])} ({evidence.change('facts', *pair)})"


def _no_facts(evidence: _Evidence) -> str:
    if not evidence.sides["facts"].questions:
        return "facts were not checked"
    return f"documents did not bring facts measurably ({evidence.change('facts', Arm.BASE, Arm.GROUNDED)})"


def _no_form(evidence: _Evidence) -> str:
    if not evidence.sides["form"].questions:
        return "form was not checked"
    return f"tuning did not bring form measurably ({evidence.change('form', Arm.BASE, Arm.TUNED)})"


class _Evidence:
    """Questions that the rules ask of the scores."""

    def __init__(self, form: SideScores, facts: SideScores) -> None:
        self.sides: dict[Side, SideScores] = {"form": form, "facts": facts}
        self.checked: list[Side] = [side for side, scores in self.sides.items() if scores.questions]

    def lack(self) -> str:
        """What is missing for any verdict; empty if nothing is."""
        if not self.checked:
            return "no question has been answered by every arm."
        fewest = min(self.sides[side].questions for side in self.checked)
        if fewest < ENOUGH:
            return f"{fewest} {'question is' if fewest == 1 else 'questions are'} too few; ask at least {ENOUGH}."
        missing = [arm for arm in FOUR_ARMS if arm not in self.sides[self.checked[0]].arms]
        return f"score {', '.join(missing)} too, to compare." if missing else ""

    def base_is_good(self) -> bool:
        return all(self.sides[side].arms[Arm.BASE].low >= GOOD for side in self.checked)

    def gained(self, side: Side, better: Arm, worse: Arm) -> bool:
        gain = self.sides[side].gains.get((better, worse))
        return gain is not None and gain.mean >= GAIN and gain.low > 0

    def brings(self, side: Side, *, adapter: bool) -> bool:
        alone, company = (Arm.TUNED, Arm.GROUNDED) if adapter else (Arm.GROUNDED, Arm.TUNED)
        return self.gained(side, alone, Arm.BASE) or self.gained(side, Arm.BOTH, company)

    def prompt_suffices(self) -> bool:
        behind = self.sides["form"].gains.get((Arm.TUNED, Arm.PROMPTED))
        return behind is not None and behind.high < GAIN

    def change(self, side: Side, before: Arm, after: Arm) -> str:
        arms = self.sides[side].arms
        return f"{percent(arms[before].mean)} → {percent(arms[after].mean)}"

    def much(self, side: Side, arm: Arm) -> str:
        return f"the {side}" if self.sides[side].arms[arm].mean >= GOOD else f"some of the {side}"

    def of(self, arm: Arm) -> str:
        return ", ".join(f"{side} {percent(self.sides[side].arms[arm].mean)}" for side in self.checked)


def percent(share: float) -> str:
    """A share as people read it: ``92 %``."""
    return f"{100 * share:.0f} %"


def unbroken(sentence: str) -> str:
    """A verdict with spaces that do not break inside ``2 % → 80 %``."""
    return sentence.replace(" %", "\u00a0%").replace(" → ", "\u00a0→\u00a0")
