"""What the GPUs tell: through a stand-in for NVML, since few machines that run tests have one."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from engine.tune.ledger import Energy


class Nvml(ModuleType):
    """Two GPUs."""

    NVML_TEMPERATURE_GPU = 0
    NVMLError = type("NVMLError", (Exception,), {})

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__("pynvml")
        self.broken = broken

    def nvmlInit(self) -> None: ...

    def nvmlShutdown(self) -> None: ...

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:
        return number

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: int) -> int:
        return 1000 * (handle + 1)

    def nvmlDeviceGetTemperature(self, handle: int, kind: int) -> int:
        if self.broken:
            raise self.NVMLError
        return (61, 58)[handle]

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=(handle + 1) * 2**30)


def test_the_hottest_and_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", Nvml())
    with Energy() as gpus:
        assert gpus.temperature() == 61
        assert gpus.memory() == 3 * 2**30
        assert gpus.joules() == 3


def test_what_is_not_told_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", Nvml(broken=True))
    with Energy() as gpus:
        assert gpus.temperature() is None
    monkeypatch.setitem(sys.modules, "pynvml", None)  # as where the package is missing
    with Energy() as gpus:
        assert (gpus.temperature(), gpus.memory(), gpus.joules()) == (None, None, None)
