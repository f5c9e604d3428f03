"""Runs as they are kept: names, notes, the bin, lineage, a glance at them, and what a new one would need."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine import errors
from engine.task import Task
from engine.tune.holding import held
from engine.tune.overview import differences, overview, overviews, preset_of
from engine.tune.recipe import PRESETS, Recipe, shrunk
from engine.workspace import Workspace
from store import runs as rows
from store.runs import Run
from tests.tune.test_service import data, stories

Kept = Callable[..., Run]
TOTALS = {"step": 20, "steps": 20, "seconds": 10.0, "tokens": 16000, "examples": 36, "held_out": [[20, 0.5]]}


@pytest.fixture
def kept(workspace: Workspace) -> Kept:
    """Makes a run as if it had been through."""

    def make(name: str, **changes: str) -> Run:
        run = Run(
            id=f"run-{name}", name=name, state="done", model="starter", base_sha256="0" * 64, dataset="stories",
            dataset_version="1" * 64, recipe=Recipe.preset("balanced").resolved(10**9).toml(),
            metrics=json.dumps(TOTALS), created_at=f"2026-01-0{1 + len(workspace.tuning.list())}T00:00:00+00:00",
        )  # fmt: skip
        run = replace(run, **changes)
        folder = workspace.tuning.folder(run)
        folder.mkdir(parents=True)
        (folder / "events.jsonl").touch()
        rows.insert(workspace.database, run)
        return run

    return make


def test_a_name_and_a_note_stay(workspace: Workspace, kept: Kept) -> None:
    run = kept("first")
    assert workspace.tuning.rename(run.id, "  house \n style 空 ").name == "house style 空"
    assert workspace.tuning.note("house style 空", "Take this one.\n").remark == "Take this one."
    folder = workspace.folder
    workspace.close()
    with Workspace.open(folder) as again:
        found = again.tuning.get(run.id)
        assert (found.name, found.remark, found.note) == ("house style 空", "Take this one.", "")


def test_deleted_it_can_be_restored_until_the_next_start(workspace: Workspace, kept: Kept) -> None:
    run, other = kept("first"), kept("second")
    workspace.tuning.delete(run.id)
    assert [one.id for one in workspace.tuning.list()] == [other.id]
    with pytest.raises(errors.NotFound):
        workspace.tuning.get(run.id)
    assert workspace.tuning.restore(run.id) == run
    assert {one.id for one in workspace.tuning.list()} == {run.id, other.id}
    workspace.tuning.delete(run.id)
    folder, place = workspace.folder, workspace.tuning.folder(run)
    workspace.close()
    with Workspace.open(folder, read_only=True) as looking:
        assert [one.id for one in looking.tuning.list()] == [other.id]
        assert place.exists()
    with Workspace.open(folder) as again:
        assert [one.id for one in again.tuning.list()] == [other.id]
        assert not place.exists()
        with pytest.raises(errors.NotFound, match="not in the bin"):
            again.tuning.restore(run.id)


def test_a_run_under_way_is_not_deleted(workspace: Workspace, kept: Kept) -> None:
    run = kept("first", state="training")
    with held(workspace.tuning.folder(run)), pytest.raises(errors.FormfactError, match="is under way"):
        workspace.tuning.delete(run.id)
    assert workspace.tuning.get(run.id).state == "interrupted"  # and once nobody holds it, it is said so


def test_where_a_run_comes_from(workspace: Workspace, kept: Kept) -> None:
    dataset = workspace.datasets.get(data(workspace, stories(4)))
    model = workspace.models.list()[0]
    first = kept("first")
    second = kept("second", parent=first.id, dataset_version=dataset.version, base_sha256=model.sha256)
    third = kept("third", parent=second.id)
    found = workspace.tuning.lineage(second.id)
    assert [one.id for one in found.ancestors] == [first.id]
    assert [one.id for one in found.descendants] == [third.id]
    assert found.dataset == dataset
    assert found.model and found.model.sha256 == model.sha256
    gone = workspace.tuning.lineage(third.id)
    assert [one.id for one in gone.ancestors] == [second.id, first.id]
    assert (gone.dataset, gone.model) == (None, None)


def test_at_a_glance(workspace: Workspace, kept: Kept) -> None:
    one = overview(workspace, kept("first"))
    assert (one.title, one.preset, one.held_out) == ("first", "balanced", 0.5)
    assert one.totals and one.totals.step == 20
    assert one.complete and not one.resumable and not one.active
    assert not one.usable  # it has no gate, so nobody knows what chat would run
    other = replace(Recipe.preset("quick"), rank=8).resolved(10**9)
    half = json.dumps({**TOTALS, "step": 10, "stopped": True})
    stopped = overview(workspace, kept("second", state="stopped", recipe=other.toml(), metrics=half))
    assert stopped.resumable and stopped.preset == ""
    unlike = dict(differences([one, stopped]))
    assert unlike["rank"] == ["16", "8"]
    assert "alpha" not in unlike and "model" not in unlike
    assert [each.title for each in overviews(workspace)] == ["second", "first"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_known_again_when_its_rate_was_chosen(name: str) -> None:
    assert preset_of(Recipe.preset(name).resolved(5_000_000)) == name


def test_what_a_run_would_need(workspace: Workspace, kept: Kept) -> None:
    name = data(workspace, stories(300))
    quick, thorough = Recipe.preset("quick"), Recipe.preset("thorough")
    one = workspace.tuning.preflight(name, None, quick, Task())
    more = workspace.tuning.preflight(name, None, thorough, Task())
    assert one.fits and not one.known
    assert 0 < one.seconds_low < one.seconds_high
    assert one.seconds_high < more.seconds_high
    assert one.memory < more.memory <= one.free
    assert one.examples == 300
    assert one.steps == 68  # 270 to learn from, twice, eight at a time
    kept("before", base_sha256=workspace.models.get().sha256)
    known = workspace.tuning.preflight(name, None, quick, Task())
    assert known.known


@pytest.mark.parametrize(
    "count, settings, says",
    [
        (3, [], "too few"),
        (40, [], "40 examples are few"),
        (40, ["held_out=0"], "Nothing is kept aside"),
        (40, ["length=16"], "longer than 16 tokens"),
        (40, ["batch=1024", "length=131072", "rank=256"], ""),
    ],
)
def test_what_one_should_know_before(workspace: Workspace, count: int, settings: list[str], says: str) -> None:
    recipe = Recipe.preset("quick").with_settings(settings)
    found = workspace.tuning.preflight(data(workspace, stories(count)), None, recipe, Task())
    assert any(says in warning for warning in found.warnings)


def test_what_does_not_fit_says_what_to_change(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import machine

    here = machine.look()
    monkeypatch.setattr(machine, "look", lambda folder: replace(here, free_memory=10**8, gpus=()))
    found = workspace.tuning.preflight(data(workspace, stories(200)), None, Recipe.preset("quick"), Task())
    assert not found.fits
    assert "smaller batches" in found.warnings[0]


def test_less_memory_step_by_step() -> None:
    """Batches first: the steps stay as large, so the result stays the same."""
    recipe: Recipe | None = Recipe(batch=4, length=512, rank=8)
    seen = []
    while recipe := shrunk(recipe):
        seen.append((recipe.batch, recipe.accumulation, recipe.length, recipe.rank))
    assert seen == [(2, 2, 512, 8), (1, 4, 512, 8), (1, 4, 256, 8), (1, 4, 256, 4)]
