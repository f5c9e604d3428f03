"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A fresh workspace in a folder whose name has a space and non-Latin letters."""
    with Workspace.open(tmp_path / "wörk space 空") as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real documents, datasets and models beside the checkout; a test that needs them skips without them."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared test data at {SHARED_DATA}")
    return SHARED_DATA
