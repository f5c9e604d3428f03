"""Installed base models: adding, listing, finding, forgetting. Files are referenced where they are, never copied."""

from __future__ import annotations

import dataclasses
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine import resources
from engine.errors import ModelRefused, NotFound, Unavailable
from engine.events import Notice, Started
from engine.models import files, naming
from engine.models.facts import GgufFacts, read_facts
from engine.models.folder import check_pair, read_folder
from engine.models.row import forms, row
from engine.models.tunable import Tunable, tunable
from engine.task import Task
from store import models as rows
from store.models import Model

if TYPE_CHECKING:
    from engine.chat.build import Build
    from engine.models.downloads import Downloads
    from engine.workspace import Workspace

_HUB = re.compile(r"[\w.-]+/[\w.-]+(:[^:]+)?")  # org/repo or org/repo:file.gguf


class Models:
    """The models of a workspace, and the starter model, which every workspace has."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._database = workspace.database

    def add(
        self, source: str, task: Task, *, name: str | None = None, pair: Path | None = None, network: bool = False
    ) -> Model:
        """Install a model from a GGUF file, a Hugging Face folder, or (``network``) a hub repository.

        Args:
            source: a path, or ``org/repo`` or ``org/repo:file.gguf`` on the hub. For a folder without a GGUF (and
                without ``pair``) one is written into the workspace, and its tokenizer compared with the folder's.
            task: told about reading and downloading.
            name: what to call it; made from the file's name by default.
            pair: the other form of the same model: a GGUF for a folder, a folder for a GGUF.
            network: whether a download is allowed.

        Raises:
            ModelRefused: it cannot be served, the reason says why; or the name is taken.
            NetworkFault: a download was needed and did not work, or is not allowed.
        """
        path = Path(source).expanduser()
        origin = hub_licence = ""
        if not path.exists() and _HUB.fullmatch(source) and path.suffix != ".gguf":
            from engine.models import hub

            arrived = hub.download(source, self._workspace.folder / "models", task, allowed=network)
            path, origin, hub_licence = arrived.path, source, arrived.licence
        return self.install(path, task, name=name, pair=pair, origin=origin, licence=hub_licence)

    def install(
        self,
        path: Path,
        task: Task,
        *,
        name: str | None = None,
        pair: Path | None = None,
        origin: str = "",
        licence: str = "",
    ) -> Model:
        """Install what is on this machine: as ``add``.

        Args:
            origin: where it was downloaded from.
            licence: the licence to note if the files name none.
        """
        gguf, twin = forms(path.absolute(), pair.expanduser().absolute() if pair else None)
        if gguf is None:
            gguf = self._built(twin or path, task)
        facts = read_facts(gguf)
        licence = facts.licence or licence
        if twin:
            folder = read_folder(twin)
            check_pair(folder, facts)
            licence = licence or folder.licence
        task.emit(Started(f"Reading {gguf.name}"))
        model = row(naming.suggested(gguf, facts.name), gguf, twin, facts, files.sha256(gguf, task))
        model = dataclasses.replace(model, licence=licence, source=origin)
        for warning in facts.warnings:
            task.emit(Notice(warning))
        return self._keep(model, name, task)

    def list(self) -> list[Model]:
        """The starter model, then the added ones in the order they were added."""
        starter = [self._starter()] if resources.STARTER.exists() else []
        return [*starter, *(self._placed(model) for model in rows.listed(self._database))]

    def get(self, name: str | None = None) -> Model:
        """The model called ``name``; without a name the one added last, or the starter.

        Raises:
            NotFound: there is no model of that name.
            ModelRefused: its file is gone, or has changed since it was added.
        """
        if name is None:
            added = rows.listed(self._database)
            name = added[-1].name if added else naming.STARTER
        if name == naming.STARTER:
            return self._starter()
        return self._unchanged(self._find(name))

    def info(self, name: str | None = None) -> GgufFacts:
        """The facts of a model, read from its file now."""
        return read_facts(Path(self.get(name).gguf))

    def tunable(self, model: Model) -> Tunable:
        """Whether a model can be tuned, and from which weights, or why not."""
        return tunable(model)

    @cached_property
    def downloads(self) -> Downloads:
        """The catalogue's models and how far they are here."""
        from engine.models.downloads import Downloads

        return Downloads(self._workspace)

    def remove(self, name: str) -> None:
        """Forget a model. Its files stay where they are; runs made from it stay too."""
        if name == naming.STARTER:
            raise ModelRefused("The starter model is part of Formfact and cannot be removed.")
        rows.delete(self._database, self._find(name).name)

    def restore(self, model: Model) -> None:
        """Take back ``remove``.

        Raises:
            ModelRefused: its name has been taken since.
        """
        if rows.named(self._database, model.name):
            raise ModelRefused(f"The name {model.name} is taken by another model now.", "Add the file again.")
        rows.insert(self._database, self._movable(model))

    def erase(self, model: Model) -> None:
        """Delete the files of a removed model that lie in this workspace; others are never touched."""
        used = {path for other in self.list() for path in (other.gguf, other.twin)}
        for path in {model.gguf, model.twin} - used - {""}:
            if Path(path).is_relative_to(self._workspace.folder):
                files.erase(Path(path))

    def build(self, task: Task) -> Build:
        """Which llama.cpp serves the models, and with what."""
        from engine.chat.build import parse

        return parse(self._workspace.chat_child.call("build").result(task))

    def state(self, model: Model) -> str:
        """``""`` if the file of a model is what it was, else ``"missing"`` or ``"changed"`` (size or time)."""
        try:
            seen = Path(model.gguf).stat()
        except OSError:
            return "missing"
        return "" if (seen.st_size, seen.st_mtime_ns) == (model.bytes, model.modified_ns) else "changed"

    def _built(self, folder: Path, task: Task) -> Path:
        """The GGUF of a Hugging Face folder, written into the workspace; the same folder again gives the same file."""
        from engine.models.build import build
        from engine.models.verify import verify

        home, name = self._workspace.folder / "models", naming.slug(folder.name) or "model"
        before = sorted(home.glob(f"{name}*.gguf"))
        target = home / f"{naming.unique(name, {file.stem for file in before})}.gguf"
        build(folder, target, task)
        try:
            verify(folder, target, self._workspace.chat_child, task)
            digest = files.sha256(target, task)
            same = next((file for file in before if files.sha256(file, task) == digest), None)
        except BaseException:
            target.unlink()
            raise
        if same:
            target.unlink()
        return same or target

    def _find(self, name: str) -> Model:
        found = rows.named(self._database, name) or rows.named(self._database, naming.slug(name))
        if found is None:
            known = ", ".join(model.name for model in self.list()) or "none"
            raise NotFound(f"There is no model {name!r}.", f"Add it with: formfact models add PATH. Known: {known}.")
        return self._placed(found)

    def _placed(self, model: Model) -> Model:
        """A row with the paths of downloads, which are kept relative so that a workspace can be moved, made whole."""
        twin = str(self._workspace.folder / model.twin) if model.twin else ""
        return dataclasses.replace(model, gguf=str(self._workspace.folder / model.gguf), twin=twin)

    def _movable(self, model: Model) -> Model:
        """The inverse of ``_placed``: paths inside the workspace become relative."""
        return dataclasses.replace(model, gguf=self._relative(model.gguf), twin=self._relative(model.twin))

    def _relative(self, path: str) -> str:
        inside = bool(path) and Path(path).is_relative_to(self._workspace.folder)
        return str(Path(path).relative_to(self._workspace.folder)) if inside else path

    def _keep(self, model: Model, name: str | None, task: Task) -> Model:
        """Store a new model under a free name; the same file again updates the row it has."""
        with self._database.transaction():
            added = [self._placed(old) for old in rows.listed(self._database)]
            same = next((old for old in added if (old.gguf, old.sha256) == (model.gguf, model.sha256)), None)
            if same and name in (None, same.name):
                model = dataclasses.replace(model, name=same.name, twin=model.twin or same.twin)
                rows.replace(self._database, self._movable(model))
                task.emit(Notice(f"This model is installed already, as {same.name}."))
                return model
            taken = {naming.STARTER, *(old.name for old in added)}
            if name is not None:
                chosen = naming.slug(name)
                if not chosen or chosen in taken:
                    raise ModelRefused(f"The name {name!r} is taken or empty.", "Choose another with --name.")
            else:
                chosen = naming.unique(model.name, taken)
            model = dataclasses.replace(model, name=chosen)
            rows.insert(self._database, self._movable(model))
        return model

    def _unchanged(self, model: Model) -> Model:
        state = self.state(model)
        path = Path(model.gguf)
        if state == "missing":
            raise ModelRefused(
                f"The file of model {model.name} is gone: {path}.",
                f"Put it back, or forget the model with: formfact models remove {model.name}.",
            )
        if state == "changed":
            if files.sha256_cached(path) != model.sha256:
                raise ModelRefused(
                    f"The file of model {model.name} has changed since it was added: {path}.",
                    f"Add it anew: formfact models remove {model.name}, then formfact models add '{path}'.",
                )
            if not self._workspace.read_only:  # only touched: the content is the same
                seen = path.stat()
                model = dataclasses.replace(model, bytes=seen.st_size, modified_ns=seen.st_mtime_ns)
                rows.replace(self._database, self._movable(model))
        return model

    def _starter(self) -> Model:
        path = resources.STARTER
        if not path.exists():
            raise Unavailable("The starter model is missing from this copy of Formfact.", "Install Formfact again.")
        return row(naming.STARTER, path, None, read_facts(path), files.sha256_cached(path))
