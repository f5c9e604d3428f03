"""Runs on the Tune page as if they had been through, and the page itself."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel

from engine import events
from engine.task import Task
from engine.tune.journal import FILE, Journal
from engine.tune.recipe import Recipe
from engine.workspace import Workspace
from store import runs as rows
from store.runs import Run
from ui.main_window import MainWindow
from ui.pages.tune.page import TunePage

GATE = {
    "passed": True, "cause": "", "quantised": False, "tokens": True, "base": {"error": 1e-3, "top1": 1.0},
    "tuned": {"error": 2e-3, "top1": 1.0}, "effect": 0.4,
}  # fmt: skip
Settled = Callable[[], None]


def kept(workspace: Workspace, name: str, state: str = "done", steps: int = 20, **recipe: Any) -> Run:
    """A run as if it had been through, with its journal."""
    totals = {"step": steps, "steps": 20, "seconds": 12.0, "tokens": 900, "held_out": [[steps, 1 / steps]]}
    run = Run(
        id=f"run-{name}", name=name, state=state, model="starter", base_sha256="0" * 64, dataset="replies",
        dataset_version="1" * 64, recipe=dataclasses.replace(Recipe.preset("balanced"), **recipe).toml(),
        adapter=f"runs/run-{name}/adapter.gguf", adapter_sha256="2" * 64,
        gate=json.dumps(GATE) if state == "done" else "{}",
        metrics=json.dumps(totals), created_at=f"2026-01-02T00:00:{len(workspace.tuning.list()):02}+00:00",
    )  # fmt: skip
    folder = workspace.tuning.folder(run)
    folder.mkdir(parents=True)
    rows.insert(workspace.database, run)
    journal = Journal(folder / FILE, Task())
    journal.tell(events.Estimated(20, 1.0, 2.0, 10**9))
    journal.tell(events.Sample(0, "Who are you?", "A model."))
    for number in range(1, steps + 1):
        journal.tell(step(number))
    journal.tell(events.Evaluated(steps, 1 / steps))
    journal.tell(events.Sample(steps, "Who are you?", "Dear customer,\nI am a model."))
    journal.close()
    return run


def step(number: int) -> events.TrainStep:
    return events.TrainStep(number, 20, 4 / number, 1e-3, 400.0, 10**9, 20.0 - number, number * 45, 61.0, 2 * 10**9)


@pytest.fixture
def page(window: MainWindow, settled: Settled) -> Callable[[], TunePage]:
    """Opens the page; what was put into the workspace before is there."""

    def open_page(**arguments: Any) -> TunePage:
        window.resize(1280, 800)
        window.shell.go("tune", **arguments)
        settled()
        found = window.findChild(TunePage)
        assert isinstance(found, TunePage)
        return found

    return open_page


def texts(page: TunePage) -> str:
    """Everything that can be read on the page."""
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def row(page: TunePage, number: int) -> QPoint:
    view = page.list.view
    return view.visualRect(view.model().index(number, 0)).center()
