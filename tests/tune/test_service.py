"""Runs in a workspace, end to end: dataset, tokens, training, conversion, gate."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from engine import errors, events, resources
from engine.task import Task
from engine.tune.recipe import Recipe
from engine.workspace import Workspace
from store import runs as rows

SMALL = Recipe(max_steps=2, batch=4, rank=4, alpha=8, length=256, eval_every=0, grounded_share=0)


@pytest.fixture
def model(workspace: Workspace, shared_data: Path) -> str:
    """TinyStories-656K: its folder, and the GGUF of it whose vocabulary is 256 tokens longer."""
    folder = shared_data / "models" / "tinystories656k"
    gguf = folder / "derived" / "TinyStories-656K-f32-bytesafe.gguf"
    return workspace.models.add(str(gguf), Task(), pair=folder, name="tiny").name


def data(workspace: Workspace, examples: list[tuple[str, str]], name: str = "stories") -> str:
    path = workspace.folder / f"{name}.jsonl"
    lines = [
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]}
        for asked, said in examples
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return workspace.datasets.import_file(path, Task(), name=name).name


def stories(count: int) -> list[tuple[str, str]]:
    return [
        (f"Tell me of a cat and {n} dogs.", f"Once upon a time there was a cat. It had {n} dogs.") for n in range(count)
    ]


def test_from_a_dataset_to_an_adapter(workspace: Workspace, model: str) -> None:
    told: list[events.Event] = []
    long = ("How long?", "One day, " + "the cat and the dog went to the park and played with the ball. " * 40)
    name = data(workspace, [*stories(20), long])
    run = workspace.tuning.start(name, model, Task(told.append), recipe=SMALL, name="first")
    assert (run.state, run.note) == ("done", "")
    assert Path(run.adapter).exists()
    assert workspace.tuning.get() == workspace.tuning.get("first") == run
    gate = json.loads(run.gate)
    assert gate["passed"]
    assert gate["tokens"]
    assert gate["base"]["error"] < 1e-3
    assert 0 < gate["tuned"]["error"] < 1e-2
    assert gate["effect"] > 0
    assert gate["twin_tokens"] > 0.5
    metrics = json.loads(run.metrics)
    assert metrics["step"] == metrics["steps"] == 2
    environment = json.loads(run.environment)
    assert environment["packages"]["unsloth"]
    assert environment["hardware"]["memory"] > 0
    notices = [event.text for event in told if isinstance(event, events.Notice)]
    assert any("left out: its last answer does not fit" in text for text in notices)
    assert any(isinstance(event, events.Estimated) for event in told)
    assert any(isinstance(event, events.RunBegan) and event.run == run.id for event in told)
    progress = [event for event in told if isinstance(event, events.Progress) and event.what == "Tuning"]
    assert [event.done for event in progress] == [1, 2]
    curve = workspace.tuning.story(run).read_on()
    assert any("left out" in text for text in curve.notices)  # kept, not only told
    samples = curve.samples
    assert {one.step for one in samples} == {0, 2}
    assert len({one.question for one in samples}) == 3
    assert all(one.question.startswith("Tell me of a cat") and one.answer for one in samples)
    with pytest.raises(errors.FormfactError, match="nothing to go on with"):
        workspace.tuning.resume(run.id, Task())
    with pytest.raises(errors.FormfactError, match="not under way"):
        workspace.tuning.stop(run.id)


def test_weights_of_another_model_do_not_pass(workspace: Workspace, shared_data: Path, tmp_path: Path) -> None:
    """The folder fits the GGUF by its sizes, but its weights are others: the run is kept, and marked with the cause."""
    folder = shared_data / "models" / "tinystories656k"
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin, copy_function=shutil.copyfile)
    _scramble(twin / "model.safetensors")
    gguf = folder / "derived" / "TinyStories-656K-f32-bytesafe.gguf"
    other = workspace.models.add(str(gguf), Task(), pair=twin, name="other").name
    run = workspace.tuning.start(data(workspace, stories(12)), other, Task(), recipe=SMALL)
    assert run.state == "failed"
    assert "not those of the GGUF file" in run.note
    assert Path(run.adapter).exists()
    assert not json.loads(run.gate)["passed"]


def test_a_killed_tune_is_interrupted_and_goes_on(workspace: Workspace, model: str) -> None:
    name = data(workspace, stories(20))

    def kill(event: events.Event) -> None:
        if isinstance(event, events.Saved):
            tuner = next(child for child in workspace._children if child.module == "engine.tune.child")
            assert tuner.pid
            os.kill(tuner.pid, signal.SIGKILL)

    recipe = SMALL.with_settings(["max_steps=60", "save_every=2"])
    with pytest.raises(errors.ChildDied):
        workspace.tuning.start(name, model, Task(kill), recipe=recipe)
    run = workspace.tuning.get()
    assert run.state == "interrupted"
    assert "resumed from its last checkpoint" in run.note
    rows.update(workspace.database, run, state="training")  # as a parent that was killed too would have left it
    folder = workspace.folder
    workspace.close()
    with Workspace.open(folder) as again:
        assert again.tuning.get().state == "interrupted"
        done = again.tuning.resume(None, Task())
        assert done.state == "done"
        steps = [event.step for event in again.tuning.events(done) if isinstance(event, events.TrainStep)]
        assert steps == list(range(1, 61))


def test_one_example_from_the_starter_itself(workspace: Workspace) -> None:
    """No Hugging Face folder: the weights come out of the GGUF, verified. One example is said to be too few."""
    if not resources.STARTER.exists():
        pytest.skip("the starter model is not built yet")
    told: list[events.Event] = []
    name = data(workspace, [("Hello?", "Good day.")])
    run = workspace.tuning.start(name, "starter", Task(told.append), recipe=SMALL.with_settings(["max_steps=1"]))
    assert run.state == "done"
    assert json.loads(run.gate)["base"]["error"] < 5e-3
    assert any("Only 1 example" in event.text for event in told if isinstance(event, events.Notice))


def test_nothing_to_learn_from_is_refused(workspace: Workspace, model: str) -> None:
    name = data(workspace, [(f"Hi {n}?", "word " * 500) for n in range(3)])
    with pytest.raises(
        errors.DataRefused, match=r"None of the .* examples can be learnt from: its last answer"
    ) as caught:
        workspace.tuning.start(name, model, Task(), recipe=SMALL.with_settings(["length=64"]))
    assert "example 1" in caught.value.details
    assert workspace.tuning.get().state == "failed"


def test_unknown_names_are_refused_before_anything_is_made(workspace: Workspace) -> None:
    with pytest.raises(errors.NotFound, match="no dataset"):
        workspace.tuning.start("nothing", None, Task())
    with pytest.raises(errors.NotFound, match="no run"):
        workspace.tuning.get("nothing")
    with pytest.raises(errors.NotFound, match="no run yet"):
        workspace.tuning.get()
    assert workspace.tuning.list() == []
    assert not (workspace.folder / "runs").exists()


def _scramble(path: Path) -> None:
    """Put zeros over the last numbers: the same sizes, another model."""
    content = bytearray(path.read_bytes())
    content[-40_000:] = bytes(40_000)
    path.write_bytes(bytes(content))
