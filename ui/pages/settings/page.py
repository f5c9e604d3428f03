"""The page “Settings”: how Formfact looks, how it uses this machine, and whether it may use the network."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from engine import settings as settings_file
from engine.machine import usable_cores
from ui.actions import Action
from ui.pages.settings.diagnostics import DiagnosticsDialog
from ui.pages.settings.keys import KeyList
from ui.pages.settings.rows import Section, Stepper, Switch
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, Segments, Text
from ui.widgets.scroll import Scroll

if TYPE_CHECKING:
    from ui.main_window import MainWindow

WIDTH = 780
MOST_LAYERS = 200


class SettingsPage(Page):
    """Every change is in force at once, and kept."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._keys = KeyList()
        inside = QWidget()
        inside.setLayout(
            Column(
                Text(self.tr("Settings"), "title"),
                Space.S,
                self._appearance(),
                self._engine(),
                self._network(),
                self._folders(),
                self._key_section(),
                self._help(),
                None,
                gap=Space.M,
                margin=(Space.XL, Space.L, Space.XL, Space.XL),
            )
        )
        self._scroll = Scroll(inside, widest=shell.theme.px(WIDTH))
        self.setLayout(Column(self._scroll, gap=0))
        shell.settings_changed.connect(self._show)
        shell.theme.changed.connect(self._rescale)
        self._show()

    def shown(self) -> None:
        """The keys are those of now: a page that was opened since has brought some."""
        window = self.window()
        if hasattr(window, "actions_offered"):
            self._keys.show_actions(cast("MainWindow", window).actions_offered())

    def actions_offered(self) -> list[Action]:
        """What can be done here."""
        return [Action("settings.diagnostics", self.tr("Read the diagnostics"), self.open_diagnostics)]

    def open_diagnostics(self) -> None:
        """Gather the diagnostics and show them."""
        dialog = DiagnosticsDialog(self.shell, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _appearance(self) -> Section:
        section, change = Section(self.tr("Appearance")), self.shell.configure
        themes = [("system", self.tr("System")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        self.theme = Segments(themes, self.tr("Theme"))
        self.theme.chosen.connect(lambda key: change(theme=key))
        self.text_size = Stepper(self.tr("Size of text"), 70, 200, 10, suffix=" %")
        self.text_size.changed.connect(lambda value: change(text_scale=value / 100))
        self.presentation = Switch(self.tr("Presentation mode"), lambda on: change(presentation=on))
        self.motion = Switch(self.tr("Motion"), lambda on: change(motion=on))
        section.add(self.tr("Theme"), self.tr("Light, dark, or as the system is."), self.theme)
        section.add(self.tr("Size of text"), self.tr("Also with Ctrl + and Ctrl −."), self.text_size)
        said = self.tr("Large type and nothing at the edges, for a projector. F11 switches it on and off.")
        section.add(self.tr("Presentation mode"), said, self.presentation)
        section.add(self.tr("Motion"), self.tr("Short movements where something changes."), self.motion)
        return section

    def _engine(self) -> Section:
        section, auto = Section(self.tr("Answering")), self.tr("Automatic")
        cores = usable_cores()
        self.threads = Stepper(self.tr("Threads"), 0, cores, 1, special=auto)
        self.layers = Stepper(self.tr("Layers on the GPU"), -1, MOST_LAYERS, 1, special=auto)
        self.threads.changed.connect(lambda value: self._set(threads=value))
        self.layers.changed.connect(lambda value: self._set(gpu_layers=value))
        said = self.tr(
            "How many of this machine's {0} cores llama.cpp computes on. Automatic leaves those alone that other "
            "programs are using. In force from the next question on."
        )
        section.add(self.tr("Threads"), said.format(cores), self.threads)
        said = self.tr(
            "How much of a model is put on the graphics card. Automatic takes all of it, or nothing if it does not "
            "fit; 0 stays on the processor."
        )
        section.add(self.tr("Layers on the GPU"), said, self.layers)
        return section

    def _network(self) -> Section:
        section = Section(self.tr("Network"))
        self.network = Switch(self.tr("Network"), lambda on: self.shell.configure(network=on))
        said = self.tr(
            "Off: Formfact works alone on this machine. On: it may ask the model hub and download, and only when you "
            "press a button for it. Nothing of yours is ever sent."
        )
        section.add(self.tr("Downloads from the hub"), said, self.network)
        return section

    def _folders(self) -> Section:
        section = Section(self.tr("Folders"))
        workspace, kept = self.shell.workspace.folder, settings_file.path().parent
        for title, said, folder in (
            (
                self.tr("This workspace"),
                self.tr("Everything of this project; copy it and it works elsewhere."),
                workspace,
            ),
            (self.tr("Logs"), self.tr("What the parts of Formfact wrote while they ran."), workspace / "logs"),
            (self.tr("These settings"), self.tr("One small file, for all workspaces."), kept),
        ):
            button = Button(self.tr("Open"), "plain", partial(_open, folder))
            button.setAccessibleName(self.tr("Open the folder: {0}").format(title))
            button.setToolTip(str(folder))
            section.add(title, f"{said}\n{_short(folder)}", button)
        return section

    def _key_section(self) -> Section:
        section = Section(self.tr("Keys"))
        section.column.addWidget(self._keys)
        return section

    def _help(self) -> Section:
        section = Section(self.tr("When something is wrong"))
        said = self.tr(
            "A text about this machine, the versions and the last errors, for whoever helps you. You read it before it "
            "is saved; it holds none of your texts, questions or names of files."
        )
        button = Button(self.tr("Read the diagnostics…"), "plain", self.open_diagnostics)
        section.add(self.tr("Diagnostics"), said, button)
        return section

    def _set(self, **changes: int) -> None:
        """Keep a setting of llama.cpp, and have it run so from the next question on."""
        self.shell.configure(**changes)
        workspace, settings = self.shell.workspace, self.shell.settings
        self.shell.look(lambda: workspace.configure(settings), lambda _: None, owner=self)

    def _show(self) -> None:
        """Show the settings in force, whoever changed them."""
        now = self.shell.settings
        self.theme.choose(now.theme)
        self.presentation.show_state(now.presentation)
        self.motion.show_state(now.motion)
        self.network.show_state(now.network)
        self.text_size.show_value(round(now.text_scale * 100))
        self.threads.show_value(now.threads)
        self.layers.show_value(now.gpu_layers)

    def _rescale(self) -> None:
        self._scroll.widest = self.shell.theme.px(WIDTH)
        self._scroll.fit()


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _short(folder: Path) -> str:
    """A folder as a person writes it, with places where it may be broken into lines."""
    text = str(folder)
    home = str(Path.home())
    text = f"~{text[len(home) :]}" if text.startswith(home) else text
    return text.replace("/", "/\u200b").replace("\\", "\\\u200b")
