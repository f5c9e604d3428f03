"""What ``formfact doctor`` says rests on facts: of this machine, and of made-up ones."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine import machine
from engine.machine import Gpu, Library, Machine

SMALL = Machine("Linux", "3.11.7", "a CPU", ("avx2",), 2, 8 * 2**30, 6 * 2**30, 50 * 2**30, ())


def test_looks_at_this_machine(tmp_path: Path) -> None:
    here = machine.look(tmp_path / "not" / "there" / "yet")
    assert here.memory == psutil.virtual_memory().total
    assert here.cores == len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else here.cores >= 1
    assert here.free_disk > 0
    assert here.cpu


def test_reads_what_nvidia_smi_prints() -> None:
    table = "NVIDIA RTX A2000, 6138, 5900, 580.65.06\nNVIDIA H200, 143771, 143000, 580.65.06\n"
    assert machine.parse_gpus(table) == (
        Gpu("NVIDIA RTX A2000", 6138, 5900, "580.65.06"),
        Gpu("NVIDIA H200", 143771, 143000, "580.65.06"),
    )
    assert machine.parse_gpus("NVIDIA GPU, [N/A], [N/A], 580.65.06\nNo devices were found\n") == ()


def test_a_driver_that_fails_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'; exit 9\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert machine.gpus() == ()
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771, 143000, 580.65.06'\n")
    assert [gpu.name for gpu in machine.gpus()] == ["NVIDIA H200"]


def test_what_fits_grows_with_memory() -> None:
    small, method = machine.tunable_parameters(SMALL)
    twice, _ = machine.tunable_parameters(dataclasses.replace(SMALL, free_memory=2 * SMALL.free_memory))
    none, _ = machine.tunable_parameters(dataclasses.replace(SMALL, free_memory=machine.TRAINER[False] // 2))
    gpu, on_gpu = machine.tunable_parameters(dataclasses.replace(SMALL, gpus=(Gpu("G", 24_000, 24_000, "580"),)))
    assert none == 0 < small < twice - small
    assert gpu > small
    assert ("CPU" in method, "GPU" in on_gpu) == (True, True)


def test_advice_names_what_is_missing() -> None:
    broken = [Library("chromadb", None, "search documents"), Library("torch", "2.13.0", "tune")]
    said = machine.advice(dataclasses.replace(SMALL, free_memory=2**30, free_disk=2**30), broken)
    assert said[0] == "chromadb is missing, so Formfact cannot search documents here."
    assert any("bootstrap.py" in line for line in said)
    assert any("fp32" in line for line in said)
    assert sum("Less than 2 GiB" in line for line in said) == 2
    assert machine.advice(dataclasses.replace(SMALL, flags=("bf16",)), [broken[1]]) == []


def test_every_library_that_is_needed_is_installed() -> None:
    assert [library.name for library in machine.libraries() if library.missing] == []
    assert "cpu" in machine.llama_backends()


def test_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "main", "--workspace", str(tmp_path / "wörk"), "doctor"]
    said = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert said["ready"] is True
    assert said["machine"]["cores"] >= 1
    assert said["tunable"]["parameters"] > 0
    plain = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Nothing is missing." in plain or "→" in plain
    assert not (tmp_path / "wörk").exists()  # looking makes nothing
