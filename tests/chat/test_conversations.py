"""Conversations: branches, further arms, answers anew, votes and edits, and what is left after a kill."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.chat.conversations import Asking, Conversations
from engine.errors import ChildDied, NotFound, WrongWeights
from engine.events import Asked, Event, Token
from engine.process import ROOT
from engine.task import Task
from engine.types import FOUR_ARMS, Arm, Message, Sampling
from engine.workspace import Workspace
from store import runs
from store.models import Model
from tests.chat.test_service import SOURCE, add_run

ASKING = Asking(sampling=Sampling(max_tokens=12), seed=5)
LIVELY = Asking(sampling=Sampling(max_tokens=12, temperature=1.5), seed=5)


@pytest.fixture
def model(workspace: Workspace, stories: Path) -> Model:
    return workspace.models.add(str(stories), Task())


@pytest.fixture
def run(workspace: Workspace, model: Model, adapter: Path) -> runs.Run:
    copy = workspace.folder / "adapter.gguf"
    copy.write_bytes(adapter.read_bytes())
    return add_run(workspace, model, copy)


@pytest.fixture
def talk(workspace: Workspace, run: runs.Run) -> Conversations:
    return workspace.conversations


KILLED = """
import os, sys
from pathlib import Path
from engine.chat.conversations import Asking
from engine.events import Token
from engine.task import Task
from engine.types import Arm
from engine.workspace import Workspace

opened = Workspace.open(Path(sys.argv[1]))
task = Task(lambda event: os._exit(9) if isinstance(event, Token) else None)
opened.conversations.ask(sys.argv[2], "Who?", [Arm.BASE], task, asking=Asking(), chosen=Arm.BASE)
"""
"""A process that is gone in the middle of an answer."""


def ask(talk: Conversations, conversation: str, question: str, *arms: Arm, task: Task | None = None) -> int:
    """Ask in ``arms`` (base if none); returns the comparison."""
    chosen = arms[0] if arms else Arm.BASE
    talk.ask(conversation, question, arms or [Arm.BASE], task or Task(), asking=ASKING, chosen=chosen)
    return talk.turns(conversation)[-1].comparison.id


def test_a_question_is_stored_before_the_first_token(talk: Conversations) -> None:
    chat = talk.new()
    seen: list[tuple[str, Any]] = []

    def heard(event: Event) -> None:
        stored = [(turn.comparison.id, turn.state) for turn in talk.turns(chat.id)]
        seen.append((type(event).__name__, stored))

    number = ask(talk, chat.id, "Who is\n there?", task=Task(heard))
    names = [name for name, _ in seen]
    assert names[0] == "Asked" and {"Token", "ArmDone"} <= set(names)
    assert all(stored == [(number, "asking")] for _, stored in seen)
    [turn] = talk.turns(chat.id)
    assert (turn.state, turn.chosen, turn.siblings, turn.place) == ("done", Arm.BASE, (number,), 0)
    assert talk.list()[0].title == "Who is there?" and talk.list()[0].turns == 1
    assert talk.asking(chat.id) == ASKING


def test_history_is_that_of_the_chosen_arm_and_the_same_for_all(talk: Conversations) -> None:
    chat = talk.new("Named").id
    first = ask(talk, chat, "Who?", Arm.BASE, Arm.TUNED)
    turn = talk.turn(first)
    assert turn.answers[Arm.BASE].answer != turn.answers[Arm.TUNED].answer
    talk.choose(first, Arm.TUNED)
    second = talk.turn(ask(talk, chat, "Why?", Arm.TUNED, Arm.BASE))
    past = [Message("user", "Who?"), Message("assistant", turn.answers[Arm.TUNED].answer)]
    assert json.loads(second.comparison.history) == [{"role": one.role, "content": one.content} for one in past]
    assert talk.list()[0].title == "Named"
    talk.correct(first, Arm.TUNED, "A mouse.")
    third = talk.turn(ask(talk, chat, "Where?"))
    assert json.loads(third.comparison.history)[1]["content"] == "A mouse."


def test_further_arms_answer_as_if_they_had_been_asked_together(
    workspace: Workspace, talk: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.chat.sources.find", lambda *_: [SOURCE])
    together = talk.turn(ask(talk, talk.new().id, "Who?", *FOUR_ARMS))
    number = ask(talk, talk.new().id, "Who?")
    assert talk.turn(number).passages == () and talk.turn(number).comparison.run == ""
    told: list[Event] = []
    talk.more(number, [Arm.BOTH], Task(told.append))
    assert isinstance(told[0], Asked) and told[0].passages[0]["text"] == SOURCE.text
    monkeypatch.setattr("engine.chat.sources.find", lambda *_: pytest.fail("passages are frozen"))
    talk.more(number, [Arm.TUNED, Arm.GROUNDED], Task())
    alone = talk.turn(number)
    assert alone.passages == together.passages == (SOURCE,)
    assert {arm: one.answer for arm, one in alone.answers.items()} == {
        arm: one.answer for arm, one in together.answers.items()
    }
    assert alone.comparison.adapter_sha256 == together.comparison.adapter_sha256
    assert alone.missing == ()


def test_further_arms_have_no_more_history_than_the_first(talk: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    long = dataclasses.replace(SOURCE, text="Lily has a red ball. " * 12)
    monkeypatch.setattr("engine.chat.sources.find", lambda *_: [long])
    chat = talk.new().id
    for question in ("One?", "Two?", "Three?"):
        talk.correct(ask(talk, chat, question), Arm.BASE, "The dog sleeps in the house. " * 8)
    first = ask(talk, chat, "Four?", Arm.GROUNDED)
    talk.more(first, [Arm.BASE], Task())
    lost = {arm: one.budget.dropped_turns for arm, one in talk.turn(first).answers.items() if one.budget}
    assert lost[Arm.BASE] == lost[Arm.GROUNDED] > 0
    alone = talk.edit(first, "Four?", [Arm.BASE], Task()).answers[Arm.BASE].budget
    assert alone and alone.dropped_turns < lost[Arm.BASE], "there was room for more"


def test_further_arms_of_other_weights_are_refused(
    workspace: Workspace, talk: Conversations, run: runs.Run, tiny: Path
) -> None:
    number = ask(talk, talk.new().id, "Who?", Arm.TUNED)
    before = talk.turn(number)
    file = Path(run.adapter)
    good = file.read_bytes()
    file.write_bytes(good[:-4] + b"\x00\x00\x01\x00")
    with pytest.raises(WrongWeights, match="no longer"):
        talk.more(number, [Arm.BOTH], Task())
    file.unlink()
    with pytest.raises(WrongWeights):
        talk.more(number, [Arm.BOTH], Task())
    assert talk.turn(number) == before
    file.write_bytes(good)
    assert talk.more(number, [Arm.TUNED], Task())
    workspace.models.remove(before.comparison.model)
    workspace.models.add(str(tiny), Task(), name=before.comparison.model)
    with pytest.raises(WrongWeights):
        talk.more(number, [Arm.BASE], Task())


def test_a_new_seed_and_an_edit_make_siblings_and_lose_nothing(talk: Conversations) -> None:
    chat = talk.new().id
    first = ask(talk, chat, "Who?")
    second = ask(talk, chat, "Why?")
    seeded = talk.again(first, Task(), seed=6, arms=[Arm.BASE])
    assert (seeded.comparison.seed, seeded.comparison.question) == (6, "Who?")
    assert seeded.siblings == (first, seeded.comparison.id) and seeded.place == 1
    assert [turn.comparison.id for turn in talk.turns(chat)] == [seeded.comparison.id]
    talk.select(first)
    assert [turn.comparison.id for turn in talk.turns(chat)] == [first, second]
    edited = talk.edit(second, "How?", [Arm.BASE], Task())
    assert [turn.comparison.question for turn in talk.turns(chat)] == ["Who?", "How?"]
    assert edited.siblings == (second, edited.comparison.id)
    assert edited.comparison.history == talk.turn(second).comparison.history
    given = talk.again(second, Task(), seed=None, arms=[Arm.GROUNDED], passages=[SOURCE])
    assert given.passages == (SOURCE,) and given.place == 2 and given.comparison.seed == ASKING.seed


def test_the_same_seed_replaces_a_stopped_answer(talk: Conversations) -> None:
    chat = talk.new().id
    task = Task(lambda event: task.cancel() if isinstance(event, Token) else None)
    long = Asking(sampling=Sampling(max_tokens=200))
    talk.ask(chat, "Once", [Arm.BASE, Arm.TUNED], task, asking=long, chosen=Arm.BASE)
    [turn] = talk.turns(chat)
    assert turn.state == "stopped"
    assert [one.stop_reason for one in turn.answers.values()] == ["stopped", "stopped"]
    talk.vote(turn.comparison.id, Arm.BASE, 1)
    again = talk.again(turn.comparison.id, Task(), seed=None, arms=[Arm.BASE, Arm.TUNED])
    assert again.comparison.id == turn.comparison.id and again.state == "done"
    assert again.answers[Arm.BASE].answer.startswith(turn.answers[Arm.BASE].answer)
    assert again.votes == {}, "another answer has not been voted on"
    talk.vote(turn.comparison.id, Arm.BASE, -1)
    same = talk.again(turn.comparison.id, Task(), seed=None, arms=[Arm.BASE])
    assert same.answers[Arm.BASE].answer == again.answers[Arm.BASE].answer and same.votes == {Arm.BASE: -1}


def test_votes_and_edits(talk: Conversations) -> None:
    chat = talk.new().id
    number = ask(talk, chat, "Who?")
    said = talk.turn(number).answers[Arm.BASE].answer
    talk.vote(number, Arm.BASE, 1)
    talk.correct(number, Arm.BASE, " Better 空. ")
    turn = talk.turn(number)
    assert (turn.votes, turn.edits, turn.text(Arm.BASE)) == ({Arm.BASE: 1}, {Arm.BASE: "Better 空."}, "Better 空.")
    assert turn.answers[Arm.BASE].answer == said
    talk.correct(number, Arm.BASE, said)
    talk.vote(number, Arm.BASE, 0)
    assert (talk.turn(number).edits, talk.turn(number).votes) == ({}, {})


def test_the_list_finds_orders_and_undoes(talk: Conversations) -> None:
    one, two, three = talk.new("Äpfel 空"), talk.new("Birnen"), talk.new()
    number = ask(talk, three.id, "Was ist STRASSE im Süden?")
    talk.pin(one.id, True)
    assert [chat.id for chat in talk.list()] == [one.id, three.id, two.id]
    assert [chat.id for chat in talk.list("äpfel")] == [one.id]
    assert [chat.id for chat in talk.list("straße  IM süden")] == [three.id]
    said = talk.turn(number).answers[Arm.BASE].answer
    assert [chat.id for chat in talk.list(said[2:10].upper())] == [three.id]
    assert talk.list("stop_reason") == [], "what belongs to the record of an answer is not its text"
    talk.rename(two.id, "  Pears \n and more ")
    talk.rename(one.id, " ")
    assert {chat.title for chat in talk.list()} >= {"Pears and more", "Äpfel 空"}
    talk.delete(two.id)
    assert two.id not in {chat.id for chat in talk.list()}
    talk.restore(two.id)
    assert two.id in {chat.id for chat in talk.list()}


def test_a_deleted_turn_takes_what_follows_and_comes_back(talk: Conversations) -> None:
    chat = talk.new().id
    numbers = [ask(talk, chat, question) for question in ("One?", "Two?", "Three?")]
    assert talk.delete_turn(numbers[1]) == 2
    assert [turn.comparison.id for turn in talk.turns(chat)] == numbers[:1]
    assert talk.list("three") == [] or talk.list("three")[0].id == chat
    talk.restore_turn(numbers[1])
    assert [turn.comparison.id for turn in talk.turns(chat)] == numbers


def test_what_was_deleted_goes_at_the_next_start(tmp_path: Path, stories: Path) -> None:
    with Workspace.open(tmp_path / "w") as workspace:
        workspace.models.add(str(stories), Task())
        talk = workspace.conversations
        kept, gone = talk.new("kept").id, talk.new("gone").id
        first = ask(talk, kept, "One?")
        ask(talk, kept, "Two?")
        other = ask(talk, kept, "Three?")
        ask(talk, gone, "Lost?")
        talk.delete_turn(other)
        talk.delete(gone)
        workspace.chat.answer("By itself?", [Arm.BASE], Task(), sampling=ASKING.sampling)
    with Workspace.open(tmp_path / "w") as workspace:
        talk = workspace.conversations
        assert [chat.id for chat in talk.list()] == [kept]
        assert [one.question for one in workspace.chat.comparisons()] == ["One?", "Two?", "By itself?"]
        talk.delete_turn(first)
    with Workspace.open(tmp_path / "w") as workspace:
        assert workspace.conversations.turns(kept) == []
        assert [one.question for one in workspace.chat.comparisons()] == ["By itself?"]


def test_a_killed_window_leaves_an_interrupted_question(tmp_path: Path, stories: Path) -> None:
    folder = tmp_path / "w"
    with Workspace.open(folder) as workspace:
        workspace.models.add(str(stories), Task())
        chat = workspace.conversations.new("Named").id
    gone = subprocess.run([sys.executable, "-c", KILLED, str(folder), chat], cwd=ROOT, timeout=300)
    assert gone.returncode == 9
    with Workspace.open(folder) as workspace:
        [turn] = workspace.conversations.turns(chat)
        assert (turn.state, turn.missing, turn.answers) == ("interrupted", (Arm.BASE,), {})
        again = workspace.conversations.again(turn.comparison.id, Task(), seed=None, arms=turn.missing)
        assert again.state == "done" and again.missing == ()


def test_a_failure_is_told_in_words(workspace: Workspace, talk: Conversations) -> None:
    chat = talk.new().id
    killer = Task(lambda event: workspace.chat_child.kill() if isinstance(event, Token) else None)
    with pytest.raises(ChildDied):
        talk.ask(chat, "Who?", [Arm.BASE], killer, asking=Asking(sampling=Sampling(max_tokens=300)), chosen=Arm.BASE)
    [turn] = talk.turns(chat)
    assert turn.state == "failed" and turn.missing == (Arm.BASE,) and "ended unexpectedly" in turn.error
    with pytest.raises(NotFound):
        talk.ask(chat, "Who?", [Arm.TUNED], Task(), asking=Asking(run="none"), chosen=Arm.TUNED)
    assert len(talk.turns(chat)) == 1, "a question that could not begin is not in the conversation"
    with pytest.raises(NotFound):
        talk.ask("nowhere", "Who?", [Arm.BASE], Task(), asking=ASKING, chosen=Arm.BASE)
