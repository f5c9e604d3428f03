"""The bridge: everything arrives on the GUI thread, gathered, in order, and only where someone still listens."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from engine.errors import FormfactError, NotFound
from engine.events import ArmDone, Event, Notice, Progress, Token
from engine.jobs import Job, Lane
from engine.task import Task
from ui.bridge import _merged
from ui.shell import Shell


def test_callbacks_come_on_the_gui_thread(qtbot: QtBot, shell: Shell) -> None:
    here, said = threading.get_ident(), []

    def work(task: Task) -> str:
        assert threading.get_ident() != here
        task.emit(Notice("hello"))
        return "done"

    def note(what: Any) -> None:
        said.append((what, threading.get_ident()))

    shell.run(Lane.DATA, "test", work, owner=shell, on_event=note, on_done=note)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said == [(Notice("hello"), here), ("done", here)]


def test_a_stream_of_tokens_arrives_whole_and_in_few_pieces(qtbot: QtBot, shell: Shell) -> None:
    pieces: list[Token] = []

    def work(task: Task) -> None:
        for number in range(2000):
            task.emit(Token("base", f"{number} "))
            task.emit(Token("tuned", f"{number} "))

    def hear(event: Event) -> None:
        assert isinstance(event, Token)
        pieces.append(event)

    job = shell.run(Lane.CHAT, "test", work, owner=shell, on_event=hear)
    qtbot.waitUntil(lambda: job.ended and not shell.bridge.jobs.active)
    whole = "".join(f"{number} " for number in range(2000))
    qtbot.waitUntil(lambda: sum(len(piece.text) for piece in pieces) == 2 * len(whole))
    for arm in ("base", "tuned"):
        assert "".join(piece.text for piece in pieces if piece.arm == arm) == whole
    assert len(pieces) < 400


def test_an_error_goes_to_its_caller_or_else_to_everyone(qtbot: QtBot, shell: Shell) -> None:
    mine: list[FormfactError] = []
    everyones: list[str] = []
    shell.asked_banner.connect(lambda kind, text, more: everyones.append(text))

    def fail(task: Task) -> None:
        raise NotFound("Gone.", "Look elsewhere.")

    shell.run(Lane.DATA, "mine", fail, owner=shell, on_failed=mine.append)
    shell.run(Lane.DATA, "nobody's", fail, owner=shell)
    qtbot.waitUntil(lambda: bool(mine and everyones))
    assert (mine[0].what, mine[0].remedy, everyones) == ("Gone.", "Look elsewhere.", ["Gone."])


def test_nobody_is_called_who_is_gone(qtbot: QtBot, shell: Shell) -> None:
    owner, called, go = QObject(), [], threading.Event()
    shell.run(Lane.DATA, "test", lambda task: go.wait(20), owner=owner, on_done=called.append, on_end=called.append)
    shell.look(lambda: go.wait(20), called.append, owner=owner)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not _alive(owner))
    go.set()
    ended: list[Job] = []
    shell.bridge.job_changed.connect(lambda job: ended.append(job) if job.ended else None)
    qtbot.waitUntil(lambda: bool(ended))
    assert called == []


def _alive(thing: QObject) -> bool:
    from shiboken6 import isValid

    return bool(isValid(thing))


def test_a_newer_look_replaces_an_older_one(qtbot: QtBot, shell: Shell) -> None:
    got: list[str] = []
    go = threading.Event()

    def slow() -> str:
        assert go.wait(20)
        return "old"

    shell.look(slow, got.append, owner=shell, key="list")
    shell.look(lambda: "new", got.append, owner=shell, key="list")
    shell.look(lambda: "other", got.append, owner=shell, key="count")
    qtbot.waitUntil(lambda: len(got) == 2)
    go.set()
    shell.look(lambda: "last", got.append, owner=shell)
    qtbot.waitUntil(lambda: "last" in got)
    assert sorted(got) == ["last", "new", "other"]


EVENTS = st.one_of(
    st.builds(Token, st.sampled_from(["base", "tuned"]), st.text(max_size=3)),
    st.builds(Progress, st.sampled_from(["a", "b"]), st.integers(0, 9)),
    st.builds(Notice, st.text(max_size=2)),
    st.builds(ArmDone, st.sampled_from(["base", "tuned"]), st.just({})),
)


@given(st.lists(st.tuples(st.integers(0, 1), EVENTS)))
def test_gathering_loses_no_text_and_no_event_and_keeps_the_last_progress(told: list[tuple[int, Event]]) -> None:
    jobs = [Job(number, Lane.DATA, "", "", lambda task: None) for number in range(2)]
    merged: list[tuple[Job, Event]] = _merged([(jobs[number], event) for number, event in told])
    for job in jobs:
        before = [event for number, event in told if number == job.id]
        after = [event for owner, event in merged if owner is job]
        assert _texts(before) == _texts(after)
        borders = (Notice, ArmDone)
        assert [e for e in before if isinstance(e, borders)] == [e for e in after if isinstance(e, borders)]
        for what in ("a", "b"):
            assert _last(before, what) == _last(after, what)


def _texts(events: list[Event]) -> list[tuple[str, str]]:
    """What each arm said between two events that are neither text nor progress."""
    out: list[dict[str, str]] = [{}]
    for event in events:
        if isinstance(event, Token):
            out[-1][event.arm] = out[-1].get(event.arm, "") + event.text
        elif not isinstance(event, Progress):
            out.append({})
    return [(str(place), str(sorted(texts.items()))) for place, texts in enumerate(out)]


def _last(events: list[Event], what: str) -> Event | None:
    return next((e for e in reversed(events) if isinstance(e, Progress) and e.what == what), None)
