"""A text for whoever helps with a fault: the machine, the versions, counts and states, and the ends of the logs.

It is for the user to read before it is saved, and holds nothing of theirs: no text of documents or examples, no
questions or answers, no names of files, and no path of the home folder. What may carry such things (logs, the reasons
of refused files, notes of runs) is shortened, and every name that the workspace knows is struck out of it.
"""

from __future__ import annotations

import getpass
import platform
import re
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine import machine
from engine.errors import FormfactError
from engine.process import ROOT, tail
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.workspace import Workspace

_LOG_BYTES, _LOG_LINES, _LINE = 6000, 25, 240
_PATH = re.compile(
    r"(?<![\w>…])(?:[A-Za-z]:|~)?[/\\](?:[^\s/\\:'\"<>|]+[/\\])+[^\s/\\:'\"<>|]*?(\.\w{1,6})?(?=[\s:,;'\")]|$)"
)
_SHORTEST = 4
"""Names shorter than this are not struck out: they are in every other word."""


def bundle(workspace: Workspace, settings: Settings) -> str:
    """The text, in sections with headings."""
    strike = _Strike(workspace)
    sections = {
        "Versions": _versions(),
        "Machine": _machine(workspace.folder),
        "Settings": _settings(settings),
        "Models": _models(workspace),
        "Documents": _documents(workspace, strike),
        "Examples": _examples(workspace),
        "Runs": _runs(workspace, strike),
        "Logs": _logs(workspace.folder / "logs", strike),
    }
    head = f"Formfact diagnostics, made {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n"
    said = "No text of documents or examples, no questions, no answers, no names of your files, no home paths.\n"
    return head + said + "".join(f"\n{title}\n{_underlined(lines)}" for title, lines in sections.items())


def save(text: str, path: Path) -> None:
    """Write a bundle that was read.

    Raises:
        FormfactError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise FormfactError(f"{path.name} cannot be written there.", "Choose another folder.", str(fault)) from fault


class _Strike:
    """Strikes out of a text what belongs to the user.

    Args:
        workspace: whose documents, questions, datasets and runs are struck out by name.
    """

    def __init__(self, workspace: Workspace) -> None:
        documents, models = workspace.documents.list(), workspace.models.list()
        names = {document.name: "<document>" for document in documents}
        names |= {Path(document.path).stem: "<document>" for document in documents}
        names |= {question.question: "<question>" for question in workspace.chat.comparisons()}
        names |= {dataset.name: "<dataset>" for dataset in workspace.datasets.list()}
        names |= {run.name: "<run>" for run in workspace.tuning.list()}
        names |= {Path(model.gguf).stem: "<model>" for model in models}
        self._names = sorted(((n, w) for n, w in names.items() if len(n) >= _SHORTEST), key=lambda one: -len(one[0]))
        self._places = [(str(ROOT), "<formfact>"), (sys.prefix, "<python>"), (sys.base_prefix, "<python>")]
        self._places += [(str(workspace.folder), "<workspace>"), (str(Path.home()), "~")]
        files = {Path(path).parent for path in (*(d.path for d in documents), *(m.gguf for m in models))}
        self._places += sorted(((str(folder), "<folder>") for folder in files if len(folder.parts) > 2), reverse=True)
        self._who = [(name, word) for name, word in ((_user(), "<user>"), (platform.node(), "<host>")) if name]

    def __call__(self, text: str) -> str:
        for place, word in self._places:
            text = text.replace(place, word)
        for name, word in self._names:
            text = text.replace(name, word)
        text = _PATH.sub(r"…/<file>\1", text)
        for name, word in self._who:
            text = re.sub(rf"\b{re.escape(name)}\b", word, text)
        return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""  # a container without a user of that number


def _underlined(lines: Iterable[str]) -> str:
    return "".join(f"  {line}\n" for line in lines) or "  none\n"


def _versions() -> list[str]:
    found = [f"Formfact {machine.installed('formfact')}", f"Python {platform.python_version()}"]
    found.append(f"Qt {machine.installed('PySide6_Essentials')}")
    found += [f"{library.name} {library.version or 'missing'}" for library in machine.libraries()]
    return [*found, f"llama.cpp for {', '.join(machine.llama_backends()) or 'nothing'}"]


def _machine(folder: Path) -> list[str]:
    here, gib = machine.look(folder), 2**30
    gpus = [f"{gpu.name}, {gpu.free_mib:,} of {gpu.memory_mib:,} MiB free, driver {gpu.driver}" for gpu in here.gpus]
    return [
        here.system,
        f"{here.cpu}, {here.cores} cores ({' '.join(here.flags)})",
        f"{here.free_memory / gib:.1f} of {here.memory / gib:.1f} GiB memory free, {here.free_disk / gib:.0f} GiB disk",
        *(gpus or ["no NVIDIA GPU"]),
        *machine.advice(here, machine.libraries()),
    ]


def _settings(settings: Settings) -> list[str]:
    told = ("theme", "text_scale", "presentation", "motion", "network", "threads", "gpu_layers")
    return [f"{name} = {getattr(settings, name)}" for name in told]


def _models(workspace: Workspace) -> list[str]:
    return [
        f"{model.architecture}, {model.parameters:,} parameters, {model.quantisation}, context {model.context:,}, "
        f"{'with' if model.twin else 'without'} twin, {workspace.models.state(model) or 'ready'}"
        for model in workspace.models.list()
    ]


def _documents(workspace: Workspace, strike: _Strike) -> list[str]:
    documents = workspace.documents.list()
    kinds = Counter((Path(one.path).suffix.lower() or "no suffix", one.status) for one in documents)
    lines = [f"{count} × {kind} {status}" for (kind, status), count in sorted(kinds.items())]
    reasons = Counter(strike(one.reason)[:_LINE] for one in documents if one.reason)
    return [*lines, *(f"{count} × “{reason}”" for reason, count in reasons.most_common(10))]


def _examples(workspace: Workspace) -> list[str]:
    return [f"a dataset of {dataset.rows} examples" for dataset in workspace.datasets.list()]


def _runs(workspace: Workspace, strike: _Strike) -> list[str]:
    return [
        " · ".join(part for part in (run.id, run.state, strike(run.note)[:_LINE]) if part)
        for run in workspace.tuning.list()
    ]


def _logs(folder: Path, strike: _Strike) -> list[str]:
    lines: list[str] = []
    for log in sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)[-6:]:
        said = re.split(r"[\r\n]+", strike(tail(log, _LOG_BYTES)).strip())
        if said != [""]:
            lines += [f"{log.name}:", *(f"  {line[:_LINE]}" for line in said[-_LOG_LINES:])]
    return lines
