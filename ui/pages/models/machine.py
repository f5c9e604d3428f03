"""What this machine can do, in plain words."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.chat.build import Build
from engine.machine import Machine
from engine.models.catalogue import Entry
from engine.models.overview import Abilities, abilities
from engine.task import Task
from ui import words
from ui.pages.models.facts import Facts
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, Fold, Text
from ui.widgets.scroll import Scroll

WIDTH = 760


class MachineView(QWidget):
    """Sentences first, figures under them, versions behind a fold."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._found: Abilities | None = None
        self._built: Build | None = None
        self._chat, self._tune = Text("", wrap=True), Text("", wrap=True)
        self._advice = Text("", wrap=True)
        self._figures, self._versions = Facts(shell.theme), Facts(shell.theme)
        self._build = Text("", "mono", wrap=True, select=True)
        fold = Fold(self.tr("Versions and instructions"))
        fold.body.addWidget(self._versions)
        fold.body.addWidget(self._build)
        inside = QWidget()
        column = Column(
            self._card(self.tr("Chat"), self._chat),
            self._card(self.tr("Tuning"), self._tune),
            self._card(self.tr("What could be better"), self._advice),
            self._card(self.tr("The machine"), self._figures, fold),
            None,
            gap=Space.M,
            margin=(0, 0, Space.S, 0),
        )
        inside.setLayout(column)
        self.setLayout(Column(Scroll(inside, widest=shell.theme.px(WIDTH)), gap=0))

    def reload(self) -> None:
        """Look at the machine anew; llama.cpp is asked in its own process."""
        workspace = self._shell.workspace
        self._shell.look(lambda: abilities(workspace), self._show, owner=self, key="machine")
        self._shell.look(lambda: workspace.models.build(Task()), self._show_build, owner=self, key="build")

    def _card(self, title: str, *widgets: QWidget) -> Card:
        return Card(Text(title, "section"), *widgets)

    def _show(self, found: Abilities) -> None:
        self._found = found
        self._show_chat()
        self._tune.setText(self._tune_words(found))
        self._advice.setText("\n".join(found.advice) or self.tr("Nothing is missing."))
        self._figures.show_pairs(self._figure_pairs(found.machine))
        missing = self.tr("missing")
        self._versions.show_pairs([(library.name, library.version or missing) for library in found.libraries])

    def _show_build(self, build: Build) -> None:
        self._built = build
        self._build.setText(self.tr("llama.cpp {0}").format(build.text))
        self._show_chat()

    def _show_chat(self) -> None:
        """The two answers come in any order."""
        said = [self._chat_words(self._found)] if self._found else []
        if self._built and self._built.instructions:
            uses = self.tr("llama.cpp {0} uses {1} of the processor.")
            said.append(uses.format(self._built.version, self._built.instructions))
        self._chat.setText("\n".join(said))

    def _chat_words(self, found: Abilities) -> str:
        if "cuda" in found.backends and found.machine.gpus:
            where = self.tr("Models answer on the GPU, {0}.").format(found.machine.gpus[0].name)
        elif {"metal", "vulkan"} & set(found.backends):
            where = self.tr("Models answer on the GPU.")
        else:
            where = self.tr("Models answer on the processor: no GPU is used.")
        return f"{where} {self._largest(found.runs, self.tr('answer with'))}"

    def _tune_words(self, found: Abilities) -> str:
        most = found.rule.free / found.rule.bytes_a_parameter
        room = self.tr("{0} of memory are free for it, enough for about {1} billion parameters.").format(
            words.size(found.rule.free), f"{most / 1e9:.1f}"
        )
        return f"{found.rule.method}. {room} {self._largest(found.tunes, self.tr('tune'))}"

    def _largest(self, entry: Entry | None, verb: str) -> str:
        if entry is None:
            return self.tr("No model of the catalogue fits into what is free now; the starter model does.")
        return self.tr("The largest of the catalogue that it can {0} now is {1}.").format(verb, entry.name)

    def _figure_pairs(self, machine: Machine) -> list[tuple[str, str]]:
        of = self.tr("{0} free of {1}")
        gpus = [
            f"{gpu.name}, {of.format(words.size(gpu.free_mib << 20), words.size(gpu.memory_mib << 20))}"
            for gpu in machine.gpus
        ]
        return [
            (self.tr("Processor"), self.tr("{0}, {1} cores").format(machine.cpu, machine.cores)),
            (self.tr("Memory"), of.format(words.size(machine.free_memory), words.size(machine.memory))),
            (self.tr("GPU"), "\n".join(gpus) or self.tr("none that Formfact can use")),
            (self.tr("Disk"), self.tr("{0} free where the workspace lies").format(words.size(machine.free_disk))),
            (self.tr("System"), f"{machine.system}, Python {machine.python}"),
        ]
