"""A recipe: every number that decides how a run trains. Validated, frozen, and written as TOML.

The metadata of each field carries what a person needs to choose it: a plain explanation, its unit and its
range. A form or ``formfact tune start --set`` needs nothing else.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from engine import resources
from engine.errors import DataRefused

PRESETS = ("quick", "balanced", "thorough")
_UNSUPPORTED = {
    "dora": "DoRA scales whole columns of a weight, which a GGUF adapter cannot express.",
    "rslora": "rank-stabilised scaling is the same as a larger alpha; set alpha.",
    "modules_to_save": "fully trained modules cannot be part of a GGUF adapter.",
    "rank_pattern": "a rank per layer cannot be checked against llama.cpp yet.",
    "alpha_pattern": "an alpha per layer cannot be expressed in a GGUF adapter.",
}


def _field(
    default: Any,
    explain: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    title: str = "",
) -> Any:
    """A field with what a person needs to know to set it; ``title`` where its name does not say it."""
    metadata = {"explain": explain, "unit": unit, "low": low, "high": high, "choices": choices, "title": title}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train one adapter.

    Raises:
        DataRefused: a value is outside its range; the message names the field and the range.
    """

    rank: int = _field(16, "How much the adapter can learn. Higher learns more and needs more memory.", low=1, high=256)
    alpha: float = _field(32.0, "How strongly the adapter acts; usually rank or twice the rank.", low=0.1, high=1024)
    dropout: float = _field(0.0, "Share of the adapter switched off at random in each step.", low=0.0, high=0.5)
    targets: str = _field(
        "all", "Which layers learn: all linear ones, or attention alone.", choices=("all", "attention"), title="Layers"
    )
    learning_rate: float = _field(
        0.0, "How large each step is. 0 chooses by the size of the model: small models need larger steps.",
        low=0.0, high=0.1,
    )  # fmt: skip
    epochs: float = _field(3.0, "How often each example is seen.", unit="passes", low=0.01, high=1000, title="Passes")
    max_steps: int = _field(
        0, "Stop after this many steps; 0 lets the passes decide.", unit="steps", low=0, high=10**7, title="Most steps"
    )
    batch: int = _field(
        8,
        "Examples worked on at once. More is faster and needs more memory.",
        low=1,
        high=1024,
        title="Examples at once",
    )
    accumulation: int = _field(
        1, "Batches that make one step, for larger steps in little memory.", low=1, high=1024, title="Batches a step"
    )
    length: int = _field(
        1024,
        "Longest example; longer ones are cut at the end of a turn.",
        unit="tokens",
        low=16,
        high=131072,
        title="Longest example",
    )
    warmup: float = _field(0.06, "Share of the steps in which the learning rate rises.", low=0.0, high=0.5)
    schedule: str = _field(
        "cosine", "How the learning rate falls after that.", choices=("cosine", "linear", "constant")
    )
    weight_decay: float = _field(0.01, "Pull towards small weights, against overfitting.", low=0.0, high=1.0)
    seed: int = _field(1, "The same seed gives the same run.", low=0, high=2**31 - 1)
    held_out: float = _field(
        0.1, "Share of the examples kept aside to measure on.", low=0.0, high=0.5, title="Kept aside"
    )
    eval_every: int = _field(
        50,
        "Measure on held-out examples after so many steps; 0 only at the end.",
        unit="steps",
        low=0,
        high=10**6,
        title="Measure every",
    )
    samples: int = _field(
        3,
        "Held-out questions that are answered at each measurement, to see the form arrive.",
        low=0,
        high=12,
        title="Sample answers",
    )
    save_every: int = _field(
        50,
        "Save a checkpoint after so many steps; 0 only when stopped.",
        unit="steps",
        low=0,
        high=10**6,
        title="Save every",
    )
    grounded_share: float = _field(
        0.25,
        "Share of the examples trained with passages from your documents in the prompt.",
        low=0.0,
        high=1.0,
        title="With sources",
    )
    quantise: bool = _field(
        False, "Hold the base model in 4 bits while training (QLoRA; needs an NVIDIA GPU).", title="Four-bit base"
    )
    precision: str = _field(
        "auto", "Number format of the arithmetic: auto takes bf16 where the machine is fast at it.",
        choices=("auto", "bf16", "fp32"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check(field, getattr(self, field.name))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """A recipe from plain values (of a TOML file or a form); what is missing has its default.

        Raises:
            DataRefused: an unknown or unsupported key, a wrong type, a value outside its range.
        """
        known = {field.name: field for field in dataclasses.fields(cls)}
        return cls(**{key: _typed(_known(known, key), value) for key, value in values.items()})

    @classmethod
    def load(cls, path: Path) -> Self:
        """A recipe from a TOML file.

        Raises:
            DataRefused: the file is missing, is not TOML, or ``of`` refuses it.
        """
        try:
            return cls.of(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            raise DataRefused(f"The recipe {path} cannot be read.", "Give a TOML file.", str(fault)) from fault

    @classmethod
    def preset(cls, name: str) -> Self:
        """A recipe that ships with Formfact: ``quick``, ``balanced`` or ``thorough``."""
        if name not in PRESETS:
            raise DataRefused(f"There is no recipe called {name!r}.", f"Choose one of {', '.join(PRESETS)}.")
        return cls.load(resources.ROOT / "recipes" / f"{name}.toml")

    def with_settings(self, settings: Iterable[str]) -> Self:
        """This recipe with ``key=value`` settings of a command line applied.

        Raises:
            DataRefused: a setting is not ``key=value``, or ``of`` refuses it.
        """
        values = dataclasses.asdict(self)
        for setting in settings:
            key, equals, value = setting.partition("=")
            if not equals:
                raise DataRefused(f"{setting!r} is not a setting.", "Write it as key=value, e.g. rank=8.")
            values[key.strip()] = value.strip()
        return type(self).of(values)

    @property
    def modules(self) -> list[str]:
        """The layers that learn, by the names that PEFT knows."""
        attention = ["q_proj", "k_proj", "v_proj", "o_proj"]
        return attention if self.targets == "attention" else [*attention, "gate_proj", "up_proj", "down_proj"]

    def toml(self) -> str:
        """The recipe as TOML; ``of(tomllib.loads(recipe.toml()))`` gives it back."""
        lines = [f"{key} = {_toml_value(value)}" for key, value in dataclasses.asdict(self).items()]
        return "\n".join(lines) + "\n"

    def resolved(self, parameters: int) -> Self:
        """The recipe with its automatic values decided for a model of ``parameters`` weights."""
        if self.learning_rate:
            return self
        return dataclasses.replace(self, learning_rate=automatic_learning_rate(parameters))


def automatic_learning_rate(parameters: int) -> float:
    """A LoRA learning rate by model size: 2e-4 at a billion weights, larger for smaller models, at most 5e-3.

    The slope is set by the starter (5.6 million weights), which forgot how to read its sources at 3e-3 and not at 1e-3.
    """
    rate = 2e-4 * (1e9 / max(parameters, 1)) ** 0.3
    return float(f"{min(max(rate, 5e-5), 5e-3):.2g}")


def shrunk(recipe: Recipe) -> Recipe | None:
    """The recipe with less need of memory, in the order that costs least: batch (steps stay as large), length, rank."""
    if recipe.batch > 1 and recipe.accumulation <= 512:
        return dataclasses.replace(recipe, batch=recipe.batch // 2, accumulation=recipe.accumulation * 2)
    if recipe.length > 256:
        return dataclasses.replace(recipe, length=recipe.length // 2)
    return dataclasses.replace(recipe, rank=recipe.rank // 2) if recipe.rank > 4 else None


def smaller(recipe: Recipe) -> str:
    """What to change when memory runs out, in words for the command line."""
    less = shrunk(recipe)
    if less is None:
        return "Close other programs, or choose a smaller model."
    if less.batch < recipe.batch:
        return f"Try --set batch={less.batch} --set accumulation={less.accumulation}: the same result."
    if less.length < recipe.length:
        return f"Try --set length={less.length}: longer examples are cut at the end of a turn."
    return f"Try --set rank={less.rank}, or a smaller model."


def _known(known: Mapping[str, dataclasses.Field[Any]], key: str) -> dataclasses.Field[Any]:
    if key in known:
        return known[key]
    if reason := _UNSUPPORTED.get(key.removeprefix("use_")):
        raise DataRefused(f"{key} is not supported: {reason}", "Leave it out.")
    close = difflib.get_close_matches(key, known, 1)
    hint = f"Did you mean {close[0]}?" if close else f"Known settings: {', '.join(known)}."
    raise DataRefused(f"A recipe has no setting called {key!r}.", hint)


def _typed(field: dataclasses.Field[Any], value: Any) -> Any:
    """``value`` as the field's type; text, as it comes from a command line, is converted."""
    kind = {"int": int, "float": float, "bool": bool, "str": str}[str(field.type)]
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "false": False}[value.lower()]
        if kind is float and isinstance(value, (int, str)) and not isinstance(value, bool):
            return float(value)
        if kind is int and isinstance(value, str):
            return int(value)
    except (ValueError, KeyError):
        pass
    else:
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}[kind]
    raise DataRefused(f"{field.name} is {words}, not {value!r}.", field.metadata["explain"])


def _check(field: dataclasses.Field[Any], value: Any) -> None:
    choices, low, high = (field.metadata[key] for key in ("choices", "low", "high"))
    if choices and value not in choices:
        raise DataRefused(f"{field.name} cannot be {value!r}.", f"Choose one of {', '.join(choices)}.")
    if low is not None and not low <= value <= high:  # a NaN fails both comparisons
        unit = f" {field.metadata['unit']}" if field.metadata["unit"] else ""
        raise DataRefused(f"{field.name} cannot be {value}.", f"It goes from {low:g} to {high:g}{unit}.")


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
