"""Real Unsloth on small real models: one tune child serves as many tests as it can, its imports take seconds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.process import Child
from engine.tune.batches import IGNORED, TokenRow, write_rows
from engine.tune.recipe import Recipe

STEPS = 8
RECIPE = Recipe(max_steps=STEPS, batch=4, learning_rate=5e-3, eval_every=4, save_every=3, rank=4, alpha=8, length=256)


@pytest.fixture(scope="session")
def weights(shared_data: Path) -> Path:
    """The 260,000-parameter Llama that tells stories, as a Hugging Face folder."""
    return shared_data / "models" / "stories260k" / "derived" / "hf"


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    made = new_child(tmp_path_factory.mktemp("tune child"))
    yield made
    made.close()


def new_child(folder: Path) -> Child:
    return Child("engine.tune.child", [str(folder)], folder / "tune.log", threads=1)


def new_run(folder: Path, recipe: Recipe = RECIPE, rows: int = 40) -> Path:
    """A run's folder with tokens in it: questions of random tokens whose answers repeat their beginning."""
    dice = random.Random(7)
    (folder / "tokens").mkdir(parents=True)
    made = []
    for line in range(rows):
        asked = [dice.randrange(10, 500) for _ in range(dice.randrange(4, 40))]
        said = [*asked[:4], 2]
        made.append(TokenRow(line, [1, *asked, *said], [IGNORED] * (len(asked) + 1) + said))
    write_rows(folder / "tokens" / "train.jsonl", made[4:])
    write_rows(folder / "tokens" / "held_out.jsonl", made[:4])
    (folder / "recipe.toml").write_text(recipe.toml())
    return folder
