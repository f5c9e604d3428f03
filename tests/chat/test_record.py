"""Conversations as files, and presets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.chat.conversations import Conversations
from engine.chat.presets import Preset
from engine.errors import Refused
from engine.task import Task
from engine.types import Arm, Sampling
from engine.workspace import Workspace
from tests.chat.test_conversations import ask, model, run, talk

__all__ = ["model", "run", "talk"]  # fixtures


def test_export(talk: Conversations, tmp_path: Path) -> None:
    chat = talk.new().id
    first = ask(talk, chat, "Who is\nthere?", Arm.BASE, Arm.TUNED)
    talk.edit(first, "Nobody?", [Arm.BASE], Task())
    talk.select(first)
    talk.vote(first, Arm.TUNED, 1)
    text = talk.export(chat, tmp_path / "ä.md", "markdown").read_text(encoding="utf-8")
    turn = talk.turn(first)
    for wanted in ("# Who is there?", "> there?", "### Tuned", turn.answers[Arm.TUNED].answer, "voted good", "seed 5"):
        assert wanted in text
    assert "Nobody" not in text
    whole = json.loads(talk.export(chat, tmp_path / "ä.json", "json").read_text(encoding="utf-8"))
    assert [(one["question"], one["in_view"]) for one in whole["turns"]] == [
        ("Who is\nthere?", True),
        ("Nobody?", False),
    ]
    assert whole["turns"][0]["answers"][1]["adapter"] == turn.comparison.adapter_sha256
    with pytest.raises(Refused):
        talk.export(chat, tmp_path / "x", "pdf")


def test_presets(workspace: Workspace) -> None:
    presets = workspace.presets
    shipped = presets.list()
    assert shipped and all(preset.name and preset.k for preset in shipped)
    made = presets.save(Preset("  My way ", "Be kind.", Sampling(temperature=0.3), 5))
    assert presets.list() == [*shipped, made] and made.name == "My way"
    presets.save(Preset("My way", "Be brief."))
    assert presets.list()[-1].system == "Be brief." and len(presets.list()) == len(shipped) + 1
    presets.delete("My way")
    assert presets.list() == shipped
    with pytest.raises(Refused):
        presets.save(Preset(" "))
