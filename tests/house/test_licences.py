"""``docs/licences.md`` names every package that is pinned, and the licence that the package itself states."""

from __future__ import annotations

import importlib.metadata
import os

import pytest

from tools import licences


def listed() -> dict[str, str]:
    """The page's table: package → licence."""
    rows = licences.PAGE.read_text(encoding="utf-8").split(licences.MARK)[1].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {name: licence for name, licence, _ in cells}


def test_every_pinned_package_is_listed_with_a_licence() -> None:
    assert set(listed()) == set(licences.pins())
    assert [name for name, licence in listed().items() if not licence] == []


def test_the_licences_are_those_of_the_installed_packages() -> None:
    here = {name for name in licences.pins() if is_installed(name)}
    assert len(here) > 50
    assert {name: listed()[name] for name in here} == {name: licences.licence(name) for name in here}


def test_what_is_installed_is_what_is_pinned() -> None:
    """A package at another version, or (in CI) one that is not pinned, would differ on the next machine."""
    if is_installed("nvidia-cublas"):
        pytest.skip("this environment has the CUDA build of torch, whose packages torch itself pins")
    pinned = {
        licences.normal(name): version.strip()
        for group in licences.GROUPS
        if group != "gpu"
        for line in (licences.ROOT / "constraints" / f"{group}.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for name, version in [line.split("==")]
    }
    have = {licences.normal(d.metadata["Name"]): d.version.split("+")[0] for d in importlib.metadata.distributions()}
    assert {name: (have[name], pin) for name, pin in pinned.items() if have.get(name, pin) != pin} == {}
    if os.environ.get("CI"):
        assert set(have) - set(pinned) == {"formfact"}


def is_installed(name: str) -> bool:
    """Whether this environment has the package."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
