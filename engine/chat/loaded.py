"""What the chat child keeps in memory: one model, its adapters, and one context for each adapter state."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

from engine.chat import canary, llama
from engine.chat.format import Format
from engine.chat.session import Session
from engine.errors import ModelRefused
from engine.types import Canary

Identity = tuple[str, int, int]
"""Path, time of the last change in ns, size in bytes: another one is another file."""


def identity(path: Path) -> Identity:
    """What tells whether a file is still the one that was loaded.

    Raises:
        ModelRefused: there is no such file.
    """
    try:
        found = path.stat()
    except OSError as fault:
        raise ModelRefused(f"There is no file {path}.", "Add the model again.", str(fault)) from fault
    return str(path), found.st_mtime_ns, found.st_size


class Loaded:
    """A model in memory with everything that hangs on it.

    Args:
        path: the GGUF file.
        vocabulary_only: enough to tokenise and render, without the weights.
        gpu_layers: see ``llama.Model``.
    """

    def __init__(self, path: Path, *, vocabulary_only: bool = False, gpu_layers: int = -1) -> None:
        self.identity = identity(path)
        self.model = llama.Model(path, vocabulary_only=vocabulary_only, gpu_layers=gpu_layers)
        self.format = Format(self.model.vocabulary, self.model.template)
        self._adapters: dict[Identity, tuple[llama.Adapter, str]] = {}
        self._sessions: dict[str | None, Session] = {}
        self._base: canary.Proof | None = None

    def adapter(self, path: Path) -> tuple[llama.Adapter, str]:
        """The adapter in a GGUF file and the SHA-256 of that file; loaded once."""
        key = identity(path)
        if key not in self._adapters:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            self._adapters[key] = llama.Adapter(self.model, path), digest
        return self._adapters[key]

    def session(self, adapter: Path | None) -> Session:
        """The session whose context has this adapter on, or (None) none. A session never changes its adapter."""
        loaded, digest = self.adapter(adapter) if adapter else (None, None)
        if digest not in self._sessions:
            if digest:  # memory for two: the base and the newest adapter
                for old in [key for key in self._sessions if key]:
                    self._sessions.pop(old).close()
            self._sessions[digest] = Session(self.model, loaded, digest)
        return self._sessions[digest]

    def canary(self, adapter: Path | None) -> Canary:
        """Which weights answer with and without ``adapter``; taken once for each context."""
        if None in self._sessions:
            self._base = self._sessions[None].proof
        elif self._base is None:  # only adapted arms are asked: a passing context says what the base is
            passing = Session(self.model, None, None)
            self._base = passing.proof
            passing.close()
        if adapter is None:
            return canary.compare(self._base, None, None)
        session = self.session(adapter)
        return canary.compare(self._base, session.proof, session.digest)

    def close(self) -> None:
        """Free everything, contexts before the model that they point to."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self.model.close()


class Shelf:
    """Keeps the model that was used last, and reloads it when its file has changed."""

    def __init__(self) -> None:
        self.gpu_layers = -1
        self._full: Loaded | None = None
        self._vocabulary: Loaded | None = None

    def full(self, path: Path, told: Callable[[str], None] | None = None) -> Loaded:
        """The model at ``path`` with its weights. ``told`` hears when it has to be loaded first."""
        if self._full is None or self._full.identity != identity(path):
            self.clear()
            if told:
                told(f"Loading {path.name}")
            print(f"loading {path}", file=sys.stderr, flush=True)  # what a log ends with if llama.cpp aborts
            self._full = Loaded(path, gpu_layers=self.gpu_layers)
        return self._full

    def words(self, path: Path) -> Loaded:
        """The model at ``path`` for its vocabulary and template alone."""
        wanted = identity(path)
        if self._full and self._full.identity == wanted:
            return self._full
        if self._vocabulary is None or self._vocabulary.identity != wanted:
            if self._vocabulary:
                self._vocabulary.close()
                self._vocabulary = None
            self._vocabulary = Loaded(path, vocabulary_only=True)
        return self._vocabulary

    def clear(self) -> None:
        """Free everything."""
        for loaded in (self._full, self._vocabulary):
            if loaded:
                loaded.close()
        self._full = self._vocabulary = None
