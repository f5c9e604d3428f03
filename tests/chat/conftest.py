"""Real small models, adapters made for them, and a real chat child."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.process import Child
from engine.task import Task
from engine.types import Answer, Passage
from tests.chat.lora import write_adapter

Ask = Callable[..., list[Answer]]


@pytest.fixture(scope="session")
def stories(shared_data: Path) -> Path:
    """A 260,000-parameter Llama with 512 tokens of context and no chat template."""
    return shared_data / "models/stories260k/derived/stories260K-f32-v3.gguf"


@pytest.fixture(scope="session")
def tiny(shared_data: Path) -> Path:
    """A 656,000-parameter Llama with another vocabulary."""
    return shared_data / "models/tinystories656k/derived/TinyStories-656K-f32-bytesafe.gguf"


@pytest.fixture(scope="session")
def adapter(stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that changes what ``stories`` says."""
    return write_adapter(stories, tmp_path_factory.mktemp("adapter") / "ädapter 空.gguf")


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A chat child of its own for each test module."""
    made = Child("engine.chat.child", [], tmp_path_factory.mktemp("chat") / "chat.log")
    yield made
    made.close()


@pytest.fixture
def ask(child: Child, stories: Path) -> Ask:
    """``ask(arms, question, task=…, **params)``: the answers of the chat child."""

    def run(
        arms: list[str], question: str = "Once upon a time", task: Task | None = None, **params: Any
    ) -> list[Answer]:
        params = {"model": str(stories), "sampling": {"max_tokens": 24}, **params}
        return msgspec.convert(
            child.call("generate", arms=arms, question=question, **params).result(task), list[Answer]
        )

    return run


@pytest.fixture
def passages() -> list[dict[str, Any]]:
    """Two short passages as plain data."""
    texts = ["Lily has a red ball. ", "The dog sleeps in the blue house."]
    made = [Passage(i, i, f"{i}.md", f"/{i}.md", None, 0, len(text), text, "Toys") for i, text in enumerate(texts, 1)]
    return [msgspec.to_builtins(one) for one in made]
