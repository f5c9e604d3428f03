"""Paths of documents: as text that survives every name a disk can hold, and the files that a folder holds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Bytes of a name that are no UTF-8 come from Python as lone surrogates, which neither SQLite nor JSON can hold.
# As text they become characters of a private plane, and back.
_PRIVATE = 0x10FE00
_AWAY = {0xDC00 + byte: _PRIVATE + byte for byte in range(0x80, 0x100)}
_BACK = {private: lone for lone, private in _AWAY.items()}


def as_text(path: Path) -> str:
    """The absolute form of ``path`` as valid Unicode; ``as_path`` undoes it."""
    absolute = os.path.abspath(path)  # noqa: PTH100  resolve() would replace a link by what it points to
    return absolute.translate(_AWAY)


def as_path(text: str) -> Path:
    """The path that ``as_text`` wrote down."""
    return Path(text.translate(_BACK))


@dataclass(frozen=True, slots=True)
class Found:
    """A file on disk: ``path`` and ``root`` as text (``root`` is what the user added), size in bytes, mtime in ns."""

    path: str
    root: str
    size: int
    modified_ns: int


def walk(roots: Iterable[str]) -> Iterator[Found]:
    """The files under ``roots`` (files or folders, as text), each once, in the order of their names.

    Hidden files and folders inside a folder are left out. Links are followed; a folder that was walked already
    (a link that leads back up) is not walked again.
    """
    seen: set[str] = set()
    for root in roots:
        top = as_path(root)
        for path in _files(top) if top.is_dir() else [top]:
            text = as_text(path)
            try:
                facts = path.stat()
            except OSError:
                continue  # it vanished, or is a link to nothing
            if text not in seen and path.is_file():
                seen.add(text)
                yield Found(text, root, facts.st_size, facts.st_mtime_ns)


def _files(top: Path) -> Iterator[Path]:
    walked: set[tuple[int, int]] = set()
    _new(top, walked)
    for folder, folders, names in os.walk(top, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and _new(Path(folder, name), walked))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _new(folder: Path, walked: set[tuple[int, int]]) -> bool:
    try:
        facts = folder.stat()
    except OSError:
        return False
    identity = (facts.st_dev, facts.st_ino)
    if identity in walked:
        return False
    walked.add(identity)
    return True
