"""A converted adapter does in llama.cpp what it does in PEFT, for every architecture that is said to work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.models.adapter import REORDERED, to_gguf
from tests.models import tiny_gguf
from tests.models.sides import distance, llama_logits, run, torch_job

KINDS = {"gemma3": "gemma3_text"}  # where transformers calls it otherwise


def _real(shared_data: Path) -> dict[str, tuple[Path, Path, dict[str, Any]]]:
    """Real models: (Hugging Face folder, GGUF, LoRA options)."""
    models = shared_data / "models"
    story = models / "stories260k" / "derived"
    tiny = models / "tinystories656k"
    bytesafe = tiny / "derived" / "TinyStories-656K-f32-bytesafe.gguf"
    return {
        "stories260k": (story / "hf", story / "stories260K-f32-v3.gguf", {}),
        "tinystories656k": (tiny, bytesafe, {}),
        "rank-stabilised": (tiny, bytesafe, {"use_rslora": True, "r": 8}),
        "two modules": (tiny, bytesafe, {"target_modules": ["q_proj", "k_proj"], "lora_alpha": 40}),
    }


@pytest.fixture(scope="module")
def both_sides(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Logits of both sides for every case: one torch process, one llama.cpp process."""
    folder = tmp_path_factory.mktemp("parity")
    real = _real(shared_data)
    jobs = [torch_job(folder, name, hf, **options) for name, (hf, _, options) in real.items()]
    jobs += [torch_job(folder, kind, folder / kind, KINDS.get(kind, kind)) for kind in REORDERED]
    run("torch_side", jobs, folder)
    bases = {name: gguf for name, (_, gguf, _) in real.items()}
    for kind in REORDERED:
        bases[kind] = folder / f"{kind}.gguf"
        assert tiny_gguf.write(folder / kind, bases[kind], real["stories260k"][1]) == kind
    adapters = {name: folder / f"{name}.adapter.gguf" for name in bases}
    for name, base in bases.items():
        to_gguf(folder / f"{name}-peft", base, adapters[name])
    pairs = [(base, adapter) for name, base in bases.items() for adapter in (None, adapters[name])]
    logits = iter(llama_logits(folder, pairs))
    torch_side = {job["adapter"]: dict(np.load(job["out"])) for job in jobs}
    return {
        name: {
            "torch": torch_side[str(folder / f"{name}-peft")],
            "llama": {"base": next(logits), "tuned": next(logits)},
        }
        for name in bases
    }


@pytest.mark.parametrize(
    "name", ["stories260k", "tinystories656k", "rank-stabilised", "two modules", *sorted(REORDERED)]
)
def test_llama_cpp_says_what_peft_says(both_sides: dict[str, dict[str, Any]], name: str) -> None:
    torch_side, llama_side = both_sides[name]["torch"], both_sides[name]["llama"]
    assert distance(llama_side["base"], torch_side["base"]) < 1e-3
    assert distance(llama_side["tuned"], torch_side["tuned"]) < 1e-3
    assert distance(torch_side["base"], torch_side["tuned"]) > 0.1, (
        "the adapter must matter, or the test proves nothing"
    )
