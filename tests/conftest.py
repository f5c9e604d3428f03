"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.workspace import Workspace
from tests import guard

# No timings in tests; and CI tries the same examples each time, so that a red run is the change's own doing.
settings.register_profile(
    "formfact", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("formfact")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def network_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that tells of attempts to reach the network; from here on every process of the tests is watched."""
    return guard.install(tmp_path_factory.mktemp("guard"))


@pytest.fixture(autouse=True)
def no_network(network_log: Path) -> Iterator[Path]:
    """Fail the test in which anything, in any process, tried to leave this machine."""
    before = network_log.stat().st_size
    yield network_log
    if said := network_log.read_bytes()[before:].decode():
        pytest.fail(f"something tried to reach the network:\n{said}")


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
