"""The journal of a run: stored before told, read on while it grows, whole after a crash."""

from __future__ import annotations

from pathlib import Path

from engine import events
from engine.task import Task
from engine.tune.journal import Journal, Story, read


def step(number: int, loss: float = 1.0) -> events.TrainStep:
    return events.TrainStep(number, 10, loss, 1e-3, 100.0, 1, 1.0, number * 10)


def test_it_is_read_on_where_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    story = Story(path)
    assert story.read_on().steps == ()
    told: list[events.Event] = []
    journal = Journal(path, Task(told.append))
    journal.tell(events.Estimated(10, 1.0, 2.0, 3))
    journal.tell(events.Sample(0, "Who?", "me"))
    journal.tell(step(1, 4.0))
    first = story.read_on()
    assert (first.steps, first.losses) == ((1,), (4.0,))
    assert first.estimated == told[0]
    journal.tell(step(2, 3.0))
    journal.tell(events.Evaluated(2, 3.5))
    journal.tell(events.Notice("so so"))
    journal.tell(events.Sample(2, "Who?", "I am me."))
    second = story.read_on()
    assert second.losses == (4.0, 3.0)
    assert second.held_out == ((2, 3.5),)
    assert [one.answer for one in second.samples] == ["me", "I am me."]
    assert second.notices == ("so so",)
    assert second == Story(path).read_on()
    assert second.last == step(2, 3.0)
    journal.close()


def test_what_came_after_the_last_checkpoint_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    story = Story(path)
    before = [step(1), step(2), events.Evaluated(2, 2.0), step(3, 9.0), events.Evaluated(3, 9.0)]
    before.append(events.Sample(3, "Who?", "nobody"))
    for event in before:
        Journal(path, Task()).tell(event)
    story.read_on()
    for event in (step(3, 1.5), events.Evaluated(3, 1.6), events.Sample(3, "Who?", "me")):
        Journal(path, Task()).tell(event)
    now = story.read_on()
    assert (now.steps, now.losses) == ((1, 2, 3), (1.0, 1.0, 1.5))
    assert now.held_out == ((2, 2.0), (3, 1.6))
    assert [one.answer for one in now.samples] == ["me"]
    assert [one.loss for one in read(path) if isinstance(one, events.TrainStep)] == [1.0, 1.0, 1.5]


def test_a_line_that_is_being_written_waits_and_one_cut_in_two_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    Journal(path, Task()).tell(step(1))
    whole = path.read_bytes()
    half = whole[: len(whole) // 2]
    path.write_bytes(whole + half)
    story = Story(path)
    assert story.read_on().steps == (1,)
    path.write_bytes(whole + half + whole.replace(b'"step":1', b'"step":2'))  # the trainer wrote on after a crash
    assert story.read_on().steps == (1,)
    Journal(path, Task()).tell(step(3))
    assert story.read_on().steps == (1, 3)
    assert len(read(path)) == 2
