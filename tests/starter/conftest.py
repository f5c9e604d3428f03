"""What the starter's tests share: the shipped GGUF, loaded once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STARTER = Path(__file__).parents[2] / "resources" / "starter" / "starter.gguf"


@pytest.fixture(scope="session")
def starter_path() -> Path:
    return STARTER


@pytest.fixture(scope="session")
def llama(starter_path: Path) -> Iterator[Any]:
    llama_cpp = pytest.importorskip("llama_cpp")
    model = llama_cpp.Llama(str(starter_path), n_ctx=2048, n_threads=2, logits_all=True, verbose=False)
    yield model
    model.close()
