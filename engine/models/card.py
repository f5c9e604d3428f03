"""What goes beside exported weights: where they come from, and a model card."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.models import Model
    from store.runs import Run


def lineage(run: Run, model: Model) -> dict[str, Any]:
    """What the weights were made from, as plain data: base, data, recipe and adapter with their digests."""
    return {
        "made_with": "Formfact",
        "run": run.id,
        "created_at": run.created_at,
        "base": {
            "name": model.name,
            "source": model.source,
            "sha256": run.base_sha256,
            "architecture": model.architecture,
            "licence": model.licence,
        },
        "dataset": {"name": run.dataset, "version": run.dataset_version},
        "recipe": run.recipe,
        "adapter_sha256": run.adapter_sha256,
        "gate": _parsed(run.gate),
        "metrics": _parsed(run.metrics),
    }


def card(run: Run, model: Model) -> str:
    """A model card in the hub's form: front matter, then what a reader should know."""
    base = model.source.partition(":")[0] or model.name
    licence = f"license: {model.licence}\n" if model.licence else ""
    metrics = _parsed(run.metrics)
    facts = "\n".join(f"| {key} | {value} |" for key, value in metrics.items() if isinstance(value, (int, float, str)))
    return (
        f"---\nbase_model: {base}\nlibrary_name: peft\n{licence}tags: [lora, formfact]\n---\n\n"
        f"# {run.name or run.id}\n\n"
        f"A LoRA adapter for **{model.name}** ({model.architecture}), tuned with Formfact for the form of its answers; "
        "facts belong in retrieved passages.\n\n"
        f"| | |\n|---|---|\n| run | {run.id} |\n| base SHA-256 | {run.base_sha256} |\n"
        f"| dataset | {run.dataset} |\n| dataset version | {run.dataset_version} |\n"
        f"| adapter SHA-256 (GGUF) | {run.adapter_sha256} |\n{facts}\n\n"
        f"## Recipe\n\n```toml\n{run.recipe.strip()}\n```\n"
    )


def _parsed(text: str) -> dict[str, Any]:
    """A row's JSON column; a run that was stopped early has none."""
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}
