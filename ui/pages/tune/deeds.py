"""What can be done with runs: one small function for each intent of a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from engine.errors import FormfactError
from engine.events import Event, RunBegan, Started
from engine.jobs import Job, Lane
from engine.task import Task
from engine.tune.recipe import Recipe
from store.runs import Run
from ui.shell import Shell

QUANTS = ("", "Q8_0", "Q4_K_M")


class Deeds(QObject):
    """Starts, stops, keeps and gives away runs.

    Signals:
        began: the id of a run that is being worked on now.
        stage: what is being done for it.
    """

    began = Signal(str)
    stage = Signal(str)

    def __init__(self, shell: Shell, page: QWidget) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page
        self._tuning = shell.workspace.tuning

    def start(self, data: str, model: str, recipe: Recipe, name: str) -> None:
        """Start a new run."""
        title = self.tr("Tuning {0}").format(f"“{name}”" if name else data)
        self._work(title, lambda task: self._tuning.start(data, model, task, recipe=recipe, name=name))

    def resume(self, run: Run) -> None:
        """Go on with a run."""
        self._work(self._title(run), lambda task: self._tuning.resume(run.id, task))

    def retune(self, run: Run) -> None:
        """Repeat a run on the examples as they are now."""
        self._work(self._title(run), lambda task: self._tuning.retune(run.id, task))

    def stop(self, run: Run) -> None:
        """Save a run and stop it."""
        self._do(lambda: self._tuning.stop(run.id))

    def discard(self, run: Run) -> None:
        """Stop a run and throw it away. It does not come back, so this is asked."""
        self._shell.banner(
            "warn",
            self.tr("Throw this run away?"),
            remedy=self.tr("Everything that it has learnt so far is lost. “Stop and save” keeps it."),
            actions=[(self.tr("Throw it away"), lambda: self._do(lambda: self._tuning.discard(run.id)))],
        )

    def rename(self, run: Run, name: str) -> None:
        """Give a run another name."""
        self._do(lambda: self._tuning.rename(run.id, name))

    def note(self, run: Run, text: str) -> None:
        """Keep what the user wrote about a run."""
        self._do(lambda: self._tuning.note(run.id, text))

    def delete(self, runs: Sequence[Run]) -> None:
        """Put runs into the bin, with a way back."""

        def deleted(_: object) -> None:
            self._shell.tell("runs")
            name = runs[0].name or runs[0].id
            text = self.tr("Deleted {0}").format(name if len(runs) == 1 else self.tr("{0} runs").format(len(runs)))
            self._shell.toast(text, lambda: self._do(lambda: [self._tuning.restore(run.id) for run in runs]))

        self._shell.look(lambda: [self._tuning.delete(run.id) for run in runs], deleted, owner=self)

    def try_in_chat(self, run: Run) -> None:
        """Switch the run on in Chat."""
        self._shell.go("chat", run=run.id)

    def export(self, run: Run, to: str, quant: str = "") -> None:
        """Ask for a folder and write the tuned model there."""
        if chosen := QFileDialog.getExistingDirectory(self._page, self.tr("Export to which folder?")):
            self.export_to(run, to, Path(chosen), quant)

    def export_to(self, run: Run, to: str, folder: Path, quant: str = "") -> None:
        """Write the tuned model into a folder."""
        workspace = self._shell.workspace

        def work(task: Task) -> list[Path]:
            from engine.models.export import export

            return export(workspace, run.id, to, folder, task, quant)

        def done(files: list[Path]) -> None:
            made = ", ".join(file.name for file in files[:3])
            self._shell.banner("good", self.tr("Exported to {0}").format(folder), remedy=made)

        title = self.tr("Exporting {0}").format(run.name or run.id)
        self._shell.run(Lane.DATA, title, work, owner=self, on_done=done, page="tune")

    def menu(self, run: Run, at: QWidget, rename: Callable[[], None], again: Callable[[], None]) -> QMenu:
        """Everything that can be done with a run that is not under way."""
        menu = QMenu(self._page)
        menu.addAction(self.tr("Rename"), rename)
        menu.addAction(self.tr("Repeat on the examples as they are now"), lambda: self.retune(run))
        menu.addAction(self.tr("New run with these settings"), again)
        out = menu.addMenu(self.tr("Export"))
        out.setEnabled(bool(run.adapter))
        out.addAction(self.tr("Adapter (LoRA folder and GGUF)"), lambda: self.export(run, "adapter"))
        for quant in QUANTS:
            kind = quant or self.tr("as the base is")
            out.addAction(self.tr("Whole model as GGUF, {0}").format(kind), partial(self.export, run, "gguf", quant))
        out.addAction(self.tr("For Ollama"), lambda: self.export(run, "ollama"))
        out.addAction(self.tr("Hugging Face folder"), lambda: self.export(run, "hf"))
        menu.addSeparator()
        menu.addAction(self.tr("Delete"), lambda: self.delete([run]))
        menu.popup(at.mapToGlobal(at.rect().bottomLeft()))
        return menu

    def _work(self, title: str, work: Callable[[Task], Run]) -> None:
        def heard(event: Event) -> None:
            if isinstance(event, RunBegan):
                self._shell.tell("runs")
                self.began.emit(event.run)
            elif isinstance(event, Started):
                self.stage.emit(event.what)

        self._shell.run(
            Lane.TUNE,
            title,
            work,
            owner=self,
            on_event=heard,
            on_done=self.tell_end,
            on_end=self._ended,
            page="tune",
        )

    def tell_end(self, run: Run) -> None:
        """Say that a run has ended, and how."""
        name = run.name or run.id
        if run.state in ("failed", "interrupted"):
            self._shell.notify(self.tr("Tuning “{0}” did not come through").format(name), run.note)
        elif run.adapter:
            self._shell.notify(self.tr("“{0}” is tuned").format(name), self.tr("Try it in Chat."))

    def _ended(self, job: Job) -> None:
        self._shell.tell("runs")

    def _do(self, deed: Callable[[], Any]) -> None:
        self._shell.look(deed, lambda _: self._shell.tell("runs"), owner=self, failed=self._failed)

    def _failed(self, fault: FormfactError) -> None:
        self._shell.fault(fault)
        self._shell.tell("runs")

    def _title(self, run: Run) -> str:
        return self.tr("Tuning {0}").format(f"“{run.name}”" if run.name else run.dataset)
