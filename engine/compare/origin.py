"""What a scorecard rests on and what it cost: the lists at the end of a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.errors import NotFound

if TYPE_CHECKING:
    from engine.compare.scoring import Scorecard
    from engine.workspace import Workspace
    from store.runs import Run

Fact = tuple[str, str, bool]  # name, value, whether it is a hash


def origin(workspace: Workspace, scorecard: Scorecard) -> list[dict[str, Any]]:
    """Titled lists of ``(name, value, is a hash)``: cost, proof, hashes."""
    row = scorecard.row
    run = _run(workspace, row.run)
    groups = [
        {"title": "What it cost", "rows": [*(_run_cost(run) if run else []), *_score_cost(scorecard)]},
        {"title": "Proof of which weights answered", "rows": [*(_gate(run) if run else []), *_canary(scorecard)]},
        {"title": "What it was made from", "rows": [*_hashes(scorecard), *(_dataset(run) if run else [])]},
    ]
    return [group for group in groups if group["rows"]]


def _run(workspace: Workspace, number: str) -> Run | None:
    """The run of a scorecard, which may have been deleted since."""
    if not number:
        return None
    try:
        found = workspace.tuning.get(number)
    except NotFound:
        return None
    return found if found.id == number else None


def _run_cost(run: Run) -> list[Fact]:
    metrics = _object(run.metrics)
    measured: list[Fact] = []
    if (seconds := metrics.get("seconds")) is not None:
        measured.append(("Tuning", spell_seconds(seconds), False))
    for key, name in (("tokens", "Tokens trained"), ("examples", "Examples"), ("steps", "Steps")):
        if metrics.get(key) is not None:
            measured.append((name, f"{metrics[key]:,.0f}", False))
    if metrics.get("peak_memory"):
        measured.append(("Memory at its peak", f"{metrics['peak_memory'] / 1e9:.1f} GB", False))
    energy = metrics.get("energy_j")
    measured.append(("Energy", f"{energy:,.0f} J" if energy is not None else "not known on this machine", False))
    hardware = _object(run.environment).get("hardware", {})
    if hardware:
        parts = [hardware["processor"], f"{hardware['cores']} cores", *hardware["gpus"]]
        measured.append(("Machine", ", ".join(parts), False))
    return measured


def _score_cost(scorecard: Scorecard) -> list[Fact]:
    tokens = sum(one.answer.answer_tokens for one in scorecard.scored)
    return [
        ("Answering", spell_seconds(scorecard.row.seconds), False),
        ("Answers", f"{len(scorecard.scored):,}", False),
        ("Tokens answered", f"{tokens:,}", False),
        ("Tokens read", f"{sum(one.answer.prompt_tokens for one in scorecard.scored):,}", False),
    ]


def _gate(run: Run) -> list[Fact]:
    """What the parity gate of the run found (``engine.tune.gate.Gate``)."""
    gate = _object(run.gate)
    if not gate:
        return [("Gate", "not run", False)]
    passed = "passed: chat runs the model that was trained" if gate["passed"] else f"FAILED: {gate['cause']}"
    differ = ", ".join(f"{gate[key]['error']:.3%} {words}" for key, words in (("base", "off"), ("tuned", "on")))
    return [("Gate", passed, False), ("Trainer and chat differ by", f"{differ} (logits, adapter off and on)", False)]


def _canary(scorecard: Scorecard) -> list[Fact]:
    canaries = [one.answer.canary for one in scorecard.scored if one.answer.canary]
    if not canaries:
        return []
    bases = {canary.base for canary in canaries}
    divergence = max(canary.divergence for canary in canaries)
    same = f"the same in all {len(canaries)} answers" if len(bases) == 1 else f"{len(bases)} DIFFERENT ones"
    return [
        ("Base weights", same, False),
        ("Adapter changes", _change(divergence), False),
        ("Canary", canaries[0].base, True),
    ]


def _change(divergence: float) -> str:
    return f"{divergence:.0%} of the logits' spread" if divergence else "nothing"


def _hashes(scorecard: Scorecard) -> list[Fact]:
    row = scorecard.row
    facts: list[Fact] = [("Model", row.model, False), ("SHA-256", row.model_sha256, True)]
    if row.run:
        facts += [("Run", row.run, False), ("Adapter", row.adapter_sha256, True)]
    facts += [("Documents", row.documents_sha256, True), ("Questions", row.questions_sha256, True)]
    return [*facts, ("Seed", str(row.seed), False)]


def _dataset(run: Run) -> list[Fact]:
    return [("Dataset", run.dataset, False), ("Version", run.dataset_version, True)]


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}


def spell_seconds(seconds: float) -> str:
    """Seconds as people write them: ``42 s``, ``2 min 5 s``."""
    whole = round(seconds)
    return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60} s"
