"""What a run depended on and what it costs: package versions, hardware, energy, temperature."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

_PACKAGES = (
    "torch", "unsloth", "unsloth_zoo", "transformers", "trl", "peft", "accelerate", "datasets", "bitsandbytes",
    "llama-cpp-python", "gguf", "numpy",
)  # fmt: skip


def environment() -> dict[str, Any]:
    """The packages (name → version) and the hardware that a run uses, as plain data."""
    return {"python": platform.python_version(), "packages": _packages(), "hardware": _hardware()}


def _packages() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # not every machine has the GPU extras
    return found


def _hardware() -> dict[str, Any]:
    import psutil

    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        "memory": psutil.virtual_memory().total,
        "gpus": Energy.names(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - the kernel's file, not ours
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


class Energy:
    """What NVIDIA GPUs tell of themselves through NVML (energy, temperature, memory); without them, nothing."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._handles: list[Any] = []

    def __enter__(self) -> Self:
        try:
            import pynvml

            pynvml.nvmlInit()
        except Exception:  # no package, no driver, no GPU: each has its own exception, and all mean "not told"
            return self
        self._nvml = pynvml
        self._handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._nvml:
            self._nvml.nvmlShutdown()

    def joules(self) -> float | None:
        """Joules used by all GPUs since the driver was loaded; None where that is not told."""
        if not self._handles:
            return None
        try:
            return float(sum(self._nvml.nvmlDeviceGetTotalEnergyConsumption(h) for h in self._handles)) / 1000
        except self._nvml.NVMLError:  # GPUs before Volta do not count
            return None

    def temperature(self) -> float | None:
        """Degrees Celsius of the hottest GPU; None where that is not told."""
        found = self._told(lambda nvml, gpu: nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU))
        return max(found, default=None)

    def memory(self) -> int | None:
        """Bytes that all GPUs hold, whoever uses them; None where that is not told."""
        found = self._told(lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu).used)
        return int(sum(found)) if found else None

    def _told(self, ask: Callable[[Any, Any], float]) -> list[float]:
        """What each GPU answers; nothing when one of them cannot."""
        try:
            return [float(ask(self._nvml, handle)) for handle in self._handles]
        except self._nvml.NVMLError:
            return []

    @staticmethod
    def names() -> list[str]:
        """The names of the GPUs."""
        with Energy() as energy:
            return [str(energy._nvml.nvmlDeviceGetName(handle)) for handle in energy._handles]
