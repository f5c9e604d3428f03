"""``bootstrap.py``: what it decides, says and returns. That it sets up a bare machine is what CI shows."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(bootstrap.__file__).parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for other programs are shell scripts")
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without an environment, a GPU, or any wish of the user."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "BIN", venv / "bin")
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", venv / "setup.json")
    monkeypatch.setattr(bootstrap, "LOG", tmp_path / "log")
    for name in ("FORMFACT_DEVICE", "FORMFACT_TORCH_INDEX", "CMAKE_ARGS"):
        monkeypatch.delenv(name, raising=False)
    gpu(tmp_path, monkeypatch, "exit 9")
    return tmp_path


def gpu(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an ``nvidia-smi`` that runs ``script`` first on the path."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
    (tools / "nvidia-smi").chmod(0o755)
    if not os.environ["PATH"].startswith(str(tools)):
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")


def words(plan: bootstrap.Plan) -> dict[str, str]:
    """Title → command line of each step."""
    return {title: " ".join(command) for title, command in bootstrap.base_steps(plan, anew=False)}


def test_an_old_python_can_read_it() -> None:
    source = (ROOT / "bootstrap.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_another_python_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (3, 99))
    assert bootstrap.main(["demo"]) == 1
    assert "needs Python 3.99 to 3.14" in capsys.readouterr().err


def test_a_python_without_environments_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert bootstrap.main(["demo"]) == 1
    assert "apt install python3-venv" in capsys.readouterr().err


def test_a_machine_without_a_gpu(bare: Path) -> None:
    plan = bootstrap.Plan()
    steps = words(plan)
    assert (plan.device, plan.nvcc) == ("cpu", False)
    assert "index" not in " ".join(steps.values())  # pip's own settings say where packages come from
    assert not any(name in " ".join(steps.values()) for name in ("bitsandbytes", "xformers", "torchvision", "gpu.txt"))
    titles = list(steps)
    assert titles[:3] == ["Python environment", "pip", "torch"]  # nothing before torch may pull another build of it
    assert "--no-deps" in steps["Unsloth"]


@pytest.mark.parametrize("driver, device", [("580.65.06", "cuda"), ("535.104.05", "cpu")])
def test_a_machine_with_a_gpu(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], driver: str, device: str
) -> None:
    gpu(bare, monkeypatch, f"echo {driver}")
    (bare / "tools" / "nvcc").write_text("#!/bin/sh\n")
    (bare / "tools" / "nvcc").chmod(0o755)
    plan = bootstrap.Plan()
    assert (plan.device, plan.nvcc) == (device, device == "cuda")
    if device == "cpu":
        bootstrap.check_machine(plan)
        assert "older than 580" in capsys.readouterr().out
        return
    steps = words(plan)
    assert "gpu.txt" in steps["torch"]
    assert "cpu.txt" not in steps["torch"]
    assert all(name in steps["Tuning"] for name in bootstrap.GPU_EXTRAS)
    bootstrap.step("x", [sys.executable, "-c", "import os; print(os.environ['CMAKE_ARGS'])"], plan)
    assert "-DGGML_CUDA=on" in bootstrap.LOG.read_text()
    monkeypatch.setenv("FORMFACT_DEVICE", "cpu")
    assert bootstrap.Plan().device == "cpu"


def test_the_users_torch_index_is_used(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bootstrap.Plan().digest(tools=False)
    monkeypatch.setenv("FORMFACT_TORCH_INDEX", "file:///somewhere")
    assert "--extra-index-url file:///somewhere torch" in words(bootstrap.Plan())["torch"]
    assert bootstrap.Plan().digest(tools=False) != before


def test_a_full_disk_is_told_before_anything_is_done(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**9))
    with pytest.raises(bootstrap.Problem, match=r"1\.0 GB free; about 3 GB are needed"):
        bootstrap.check_machine(bootstrap.Plan())


def test_a_missing_compiler_is_told_before_anything_is_done(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = bootstrap.Plan()
    monkeypatch.setenv("PATH", str(bare))
    with pytest.raises(bootstrap.Problem, match=r"no C\+\+ compiler was found"):
        bootstrap.check_machine(plan)


@pytest.mark.parametrize(
    "said, remedy",
    [
        ("OSError: [Errno 28] No space left on device", "Free some disk space"),
        ("CMake Error: CMAKE_CXX_COMPILER not set, after EnableLanguage", "Install a C++ compiler"),
        ("Failed to establish a new connection: Temporary failure in name resolution", "Connect to the network"),
        ("ERROR: No matching distribution found for torch==2.13.0", "which pinned version"),
    ],
)
def test_a_failed_step_says_why_and_what_to_do(bare: Path, said: str, remedy: str) -> None:
    script = f"print('before'); print({said!r}); raise SystemExit(1)"
    with pytest.raises(bootstrap.Problem) as caught:
        bootstrap.step("[1/9] torch", [sys.executable, "-c", script], bootstrap.Plan())
    assert all(words in str(caught.value) for words in ("torch failed", said, remedy, str(bootstrap.LOG)))


def test_a_second_start_does_nothing(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(bootstrap, "step", lambda title, *_: done.append(title))
    bootstrap.VENV.mkdir()
    bootstrap.set_up(bootstrap.Plan(), tests=False)
    assert len(done) == 10
    bootstrap.BIN.mkdir()
    bootstrap.PYTHON.touch()
    bootstrap.set_up(bootstrap.Plan(), tests=False)
    assert len(done) == 10
    bootstrap.set_up(bootstrap.Plan(), tests=True)
    assert [title for title in done[10:]] == ["[1/1] Tools for the tests"]
    bootstrap.STAMP.write_text(json.dumps(json.loads(bootstrap.STAMP.read_text()) | {"base": "other pins"}))
    bootstrap.set_up(bootstrap.Plan(), tests=False)
    assert len(done) == 11 + 9  # the environment is kept, the packages are brought in step


def test_a_damaged_stamp_is_no_stamp(bare: Path) -> None:
    bootstrap.BIN.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    for text in ("", "{", "[]"):
        bootstrap.STAMP.write_text(text)
        assert bootstrap.stamp() == {}


@pytest.mark.parametrize("check, tests, status", [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 5, 5)])
def test_the_exit_status_counts_and_pytest_has_the_last_word(
    bare: Path, capfd: pytest.CaptureFixture[str], check: int, tests: int, status: int
) -> None:
    bootstrap.BIN.mkdir(parents=True)
    for name in ("ruff", "mypy", "lint-imports", "python"):
        code, line = (tests, "3 passed in 1 s") if name == "python" else (check, f"{name} says")
        (bootstrap.BIN / name).write_text(f"#!/bin/sh\necho {line}\nexit {code}\n")
        (bootstrap.BIN / name).chmod(0o755)
    assert bootstrap.test([]) == status
    lines = capfd.readouterr().out.splitlines()
    assert lines[-1] == "3 passed in 1 s"
    assert any(line.startswith("mypy: FAILED" if check else "mypy: passed") for line in lines)


def test_ci_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 bootstrap.py demo" in readme
    assert "python3 bootstrap.py test" in readme
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("python3")]
    assert commands == ["python3 bootstrap.py test"]


def test_an_unknown_word_prints_the_usage() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "bootstrap.py"), "dance"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "python3 bootstrap.py demo" in done.stdout
