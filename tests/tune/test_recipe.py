from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataRefused
from engine.tune.recipe import PRESETS, Recipe, automatic_learning_rate, smaller


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    values: dict[str, object] = {}
    for field in dataclasses.fields(Recipe):
        low, high, choices = (field.metadata[key] for key in ("low", "high", "choices"))
        if choices:
            values[field.name] = draw(st.sampled_from(choices))
        elif field.type == "bool":
            values[field.name] = draw(st.booleans())
        elif field.type == "int":
            values[field.name] = draw(st.integers(int(low), int(high)))
        else:
            values[field.name] = draw(st.floats(low, high))
    return Recipe.of(values)


@given(recipes())
def test_toml_and_back(recipe: Recipe) -> None:
    assert Recipe.of(tomllib.loads(recipe.toml())) == recipe


@given(recipes())
def test_settings_and_back(recipe: Recipe) -> None:
    settings = [f"{key}={value}" for key, value in dataclasses.asdict(recipe).items()]
    assert Recipe().with_settings(settings) == recipe


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str) -> None:
    assert Recipe.preset(name).grounded_share > 0


def test_every_field_explains_itself() -> None:
    for field in dataclasses.fields(Recipe):
        assert field.metadata["explain"].endswith((".", ")."))
        bounded = field.metadata["high"] is not None
        assert bounded or field.metadata["choices"] or field.type == "bool"


@pytest.mark.parametrize(
    "setting, says",
    [
        ("rank=0", "rank cannot be 0. It goes from 1 to 256."),
        ("rank=lots", "rank is a whole number, not 'lots'."),
        ("rank=1.5", "rank is a whole number"),
        ("quantise=maybe", "true or false"),
        ("learning_rate=nan", "learning_rate cannot be nan"),
        ("schedule=wobbly", "Choose one of cosine, linear, constant."),
        ("leraning_rate=0.1", "Did you mean learning_rate?"),
        ("use_dora=true", "DoRA scales whole columns"),
        ("modules_to_save=embed_tokens", "fully trained modules"),
        ("rank", "'rank' is not a setting. Write it as key=value"),
    ],
)
def test_refusals_say_what_and_what_else(setting: str, says: str) -> None:
    with pytest.raises(DataRefused) as caught:
        Recipe().with_settings([setting])
    assert says in str(caught.value)


@pytest.mark.parametrize("content", [b"rank = ", b"\xff\xfe", b"[rank]\n"])
def test_files_that_are_no_recipe(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(content)
    with pytest.raises(DataRefused):
        Recipe.load(path)


def test_smaller_models_take_larger_steps() -> None:
    rates = [automatic_learning_rate(size) for size in (10**5, 5 * 10**6, 135 * 10**6, 10**9, 7 * 10**10)]
    assert rates == sorted(rates, reverse=True)
    assert automatic_learning_rate(10**9) == 2e-4
    assert Recipe().resolved(10**9).learning_rate == 2e-4
    assert Recipe(learning_rate=0.003).resolved(10**9).learning_rate == 0.003


def test_what_to_change_when_memory_runs_out() -> None:
    assert "batch=4 --set accumulation=2" in smaller(Recipe())
    assert "length=512" in smaller(Recipe(batch=1))
    assert "rank=8" in smaller(Recipe(batch=1, length=256))
    assert "smaller model" in smaller(Recipe(batch=1, length=256, rank=4))
