"""A scorecard as one HTML file that needs nothing outside itself: to mail, to print, to show on a projector.

Answers, questions and passages are untrusted text: the template escapes everything, and the page's own content
policy forbids loading anything. The template is in ``resources/report``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import resources
from engine.compare import picture
from engine.compare.origin import origin
from engine.compare.rows import TITLES, rows
from engine.compare.scorecard import Scored
from engine.compare.verdict import percent, unbroken
from engine.errors import FormfactError, disk_errors
from engine.types import Arm, Interval, Passage

if TYPE_CHECKING:
    from engine.compare.scoring import Scorecard
    from engine.workspace import Workspace

MARKS = {Arm.BASE: "○", Arm.TUNED: "◆", Arm.GROUNDED: "▣", Arm.BOTH: "◈", Arm.PROMPTED: "◇"}
_WHAT = {
    Arm.BASE: "the model as it is",
    Arm.TUNED: "with the adapter",
    Arm.GROUNDED: "with passages",
    Arm.BOTH: "adapter and passages",
    Arm.PROMPTED: "with a few examples",
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def write(workspace: Workspace, scorecard: Scorecard, target: Path, title: str = "") -> Path:
    """Write the report to ``target`` (folders are made); an existing file is replaced in one step.

    Raises:
        ReadOnly, DiskFull, FormfactError: the file cannot be written.
    """
    html = render(scorecard, origin(workspace, scorecard), title or f"Scorecard of {scorecard.row.model}")
    draft = target.with_name(f"{target.name}.part")
    try:
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(html, encoding="utf-8")
            draft.replace(target)
    except OSError as fault:
        if draft.is_file():
            draft.unlink()
        raise FormfactError(f"No report can be written to {target}.", "Name a new file.", str(fault)) from fault
    return target.absolute()


def render(scorecard: Scorecard, groups: Sequence[dict[str, Any]], title: str) -> str:
    """The page; ``groups`` are the titled lists of ``(name, value, is a hash)`` at its end."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(resources.ROOT / "report")
    environment = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    questions = _questions(scorecard)
    html = environment.get_template("report.html.jinja").render(
        title=title,
        about=_about(scorecard),
        verdict=unbroken(scorecard.verdict.sentence),
        marks=picture.marks(scorecard.form, scorecard.facts),
        frame={"left": picture.LEFT, "top": picture.TOP, "size": picture.SIZE},
        table=_table(scorecard),
        columns=min(4, len(scorecard.arms)),
        filters=_filters(questions),
        questions=questions,
        groups=groups,
    )
    return _UNPRINTABLE.sub("\ufffd", html).lstrip()


def _about(scorecard: Scorecard) -> str:
    row = scorecard.row
    parts = [f"{len(scorecard.questions)} questions", f"{len(scorecard.arms)} arms", f"model {row.model}"]
    return " · ".join([*parts, f"{row.created_at[:10]}"])


def _table(scorecard: Scorecard) -> list[dict[str, Any]]:
    return [
        {
            "arm": arm,
            "mark": MARKS[arm],
            "what": _WHAT[arm],
            "form": _range(scorecard.form.arms.get(arm)),
            "facts": _range(scorecard.facts.arms.get(arm)),
        }
        for arm in scorecard.arms
    ]


def _range(score: Interval | None) -> dict[str, str] | None:
    if score is None:
        return None
    return {"mean": percent(score.mean), "low": percent(score.low), "high": percent(score.high)}


def _questions(scorecard: Scorecard) -> list[dict[str, Any]]:
    """The questions with their answers, in the order of ``engine.compare.rows``."""
    return [
        {
            "text": row.question.text,
            "tags": sorted(row.tags),
            "answers": [_answer(row.said[arm]) for arm in scorecard.arms if arm in row.said],
            "passages": [{"title": _title(passage), "text": passage.text} for passage in row.passages],
        }
        for row in rows(scorecard)
    ]


def _answer(one: Scored) -> dict[str, Any]:
    sides = (("form", one.form), ("facts", one.facts))
    return {
        "arm": one.arm,
        "mark": MARKS[one.arm],
        "text": one.answer.answer.strip(),
        "judged": [(side, bool(score)) for side, score in sides if score is not None],
        "faults": [_one(faults) for faults in (one.form_faults, one.facts_faults[::-1]) if faults],
    }


def _one(faults: Sequence[str]) -> str:
    """One reason, and how many more there are: four reasons under each answer hide the answers."""
    return faults[0] + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else "")


def _title(passage: Passage) -> str:
    page = f", page {passage.page}" if passage.page else ""
    return f"{passage.document}{page}" + (f" › {passage.heading}" if passage.heading else "")


def _filters(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [{"tag": "", "label": "All", "count": len(questions)}]
    for tag, label in TITLES.items():
        if count := sum(tag in question["tags"] for question in questions):
            found.append({"tag": tag, "label": label, "count": count})
    return found
