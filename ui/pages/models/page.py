"""The page “Models”: what is installed, what is worth having, and what this machine can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMenu, QStackedWidget

from ui.actions import Action
from ui.pages.models.catalogue import CatalogueView
from ui.pages.models.installed import InstalledView
from ui.pages.models.machine import MachineView
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Row, SearchField, Segments, Text, repolish

SEARCH = 200


class ModelsPage(Page):
    """Three views under one heading; files may be dropped on any of them."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.installed, self.catalogue, self.machine = InstalledView(shell), CatalogueView(shell), MachineView(shell)
        self._views: dict[str, InstalledView | CatalogueView | MachineView] = {
            "installed": self.installed,
            "catalogue": self.catalogue,
            "machine": self.machine,
        }
        choices = [
            ("installed", self.tr("Installed")),
            ("catalogue", self.tr("Catalogue")),
            ("machine", self.tr("This machine")),
        ]
        self.tabs = Segments(choices, self.tr("What to show"))
        self._stack = QStackedWidget()
        for view in self._views.values():
            self._stack.addWidget(view)
        self.add = Button(self.tr("Add a model…"), "primary", self._add_menu)
        self.search = SearchField(shell.theme, self.tr("Search models"), self)
        self.search.setFixedWidth(shell.theme.px(SEARCH))
        head = Row(Text(self.tr("Models"), "title"), Space.L, self.tabs, None, self.search, self.add, gap=Space.M)
        column = Column(head, gap=Space.L, margin=(Space.XL, Space.L, Space.XL, Space.L))
        column.addWidget(self._stack, 1)
        self.setLayout(column)
        self.tabs.chosen.connect(self.show_view)
        self.installed.asked_catalogue.connect(lambda: self.show_view("catalogue"))
        self.catalogue.asked_installed.connect(self._show_installed)
        for view in (self.installed, self.catalogue):
            self.search.searched.connect(view.search)
        shell.changed.connect(self._changed)
        self.show_view("installed")

    @property
    def view(self) -> str:
        """The view that is shown: ``installed``, ``catalogue`` or ``machine``."""
        return self.tabs.key

    def show_view(self, key: str) -> None:
        """Show one of the views, read anew."""
        self.tabs.choose(key)
        self._stack.setCurrentWidget(self._views[key])
        self._views[key].reload()
        self.search.setVisible(key != "machine")
        self.add.setProperty("kind", "primary" if key == "installed" else "plain")  # one primary button at a time
        repolish(self.add)

    def shown(self) -> None:
        """Read anew: memory and files may be others since."""
        self._views[self.view].reload()

    def arrive(self, **arguments: Any) -> None:
        """Someone was sent to a view (``view``)."""
        self.show_view(arguments.get("view", "installed"))

    def dropped(self, paths: list[Path]) -> bool:
        """A GGUF file, a Hugging Face folder, or both forms of one model."""
        files = [path for path in paths if path.suffix.lower() == ".gguf"]
        folders = [path for path in paths if path.is_dir()]
        if not files and not folders:
            return False
        self.show_view("installed")
        if len(files) == len(folders) == 1:
            self.installed.add(files[0], folders[0])
        else:
            for path in (*files, *folders):
                self.installed.add(path)
        return True

    def actions_offered(self) -> list[Action]:
        """What can be done here."""
        return [
            Action("models.add-file", self.tr("Add a model from a GGUF file"), self.add_file),
            Action("models.add-folder", self.tr("Add a model from a Hugging Face folder"), self.add_folder),
            Action("models.catalogue", self.tr("Show the catalogue of models"), lambda: self.show_view("catalogue")),
            Action("models.machine", self.tr("Show what this machine can do"), lambda: self.show_view("machine")),
        ]

    def add_file(self) -> None:
        """Ask for GGUF files and add them."""
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Add a model"), "", self.tr("Models (*.gguf)"))
        self.dropped([Path(name) for name in names])

    def add_folder(self) -> None:
        """Ask for a Hugging Face folder and add it."""
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Add a Hugging Face folder")):
            self.dropped([Path(folder)])

    def _show_installed(self, source: str) -> None:
        self.search.clear()
        self.show_view("installed")
        self.installed.show_source(source)

    def _add_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("A GGUF file…"), self.add_file)
        menu.addAction(self.tr("A Hugging Face folder…"), self.add_folder)
        menu.addAction(self.tr("From the catalogue"), lambda: self.show_view("catalogue"))
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _changed(self, what: str) -> None:
        if what == "models":
            for view in (self.installed, self.catalogue):
                view.reload()
