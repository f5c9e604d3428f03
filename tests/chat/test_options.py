"""Threads and GPU layers as a person set them reach llama.cpp; nothing set leaves it alone."""

from __future__ import annotations

import psutil
import pytest

from engine.chat.cores import Cores
from engine.chat.options import Options
from engine.settings import Settings
from engine.workspace import Workspace


@pytest.mark.parametrize("options", [Options(), Options(threads=3), Options(gpu_layers=0), Options(7, 12)])
def test_a_command_line_and_back(options: Options) -> None:
    assert Options.parsed(["/a folder=x", *options.arguments()]) == options


def test_of_settings() -> None:
    assert Options.of(Settings()) == Options(0, -1)
    assert Options.of(Settings(threads=2, gpu_layers=5)) == Options(2, 5)
    assert Options.of(Settings(threads=-3, gpu_layers=-9)) == Options(0, -1)


def test_fixed_threads_go_before_the_load() -> None:
    cores = Cores()
    assert cores.threads(1) == 1
    cores.fixed = 6
    assert cores.threads(1) == 6


def test_new_settings_take_effect_at_the_next_question(workspace: Workspace) -> None:
    child = workspace.chat_child
    child.call("build").result()
    first = child.pid
    assert first and "--threads=0" in psutil.Process(first).cmdline()
    workspace.configure(Settings())
    child.call("build").result()
    assert child.pid == first, "nothing has changed"
    workspace.configure(Settings(threads=2, gpu_layers=0))
    child.call("build").result()
    assert child.pid and child.pid != first
    assert {"--threads=2", "--gpu-layers=0"} <= set(psutil.Process(child.pid).cmdline())
