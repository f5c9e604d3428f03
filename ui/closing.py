"""Closing the window while work goes on: one question, asked once, with every way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox

from engine.errors import FormfactError
from engine.jobs import Job, Lane

if TYPE_CHECKING:
    from ui.main_window import MainWindow


def may_close(window: MainWindow, objections: list[str]) -> bool:
    """Whether the window may close. Training under way can be saved, or left to go on in the background.

    Args:
        objections: what pages say would be lost; empty strings are none.
    """
    said = [one for one in objections if one]
    if said and not _ask(window, said):
        return False
    training = next((job for job in window.shell.bridge.jobs.active if job.lane is Lane.TUNE), None)
    return training is None or _ask_training(window, training)


def _tr(text: str) -> str:
    return QCoreApplication.translate("closing", text)


def _ask(window: MainWindow, objections: list[str]) -> bool:
    box = QMessageBox(QMessageBox.Icon.Question, "Formfact", "\n".join(objections), parent=window)
    leave = box.addButton(_tr("Close anyway"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(_tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is leave


def _ask_training(window: MainWindow, job: Job) -> bool:
    box = QMessageBox(QMessageBox.Icon.Question, "Formfact", _tr("A model is being tuned."), parent=window)
    box.setInformativeText(_tr("Save it and stop, to go on later, or let it go on without the window?"))
    save = box.addButton(_tr("Save and stop"), QMessageBox.ButtonRole.AcceptRole)
    background = box.addButton(_tr("Go on in the background"), QMessageBox.ButtonRole.ActionRole)
    box.addButton(_tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.exec()
    if box.clickedButton() is save:
        job.cancel()
        return True
    return box.clickedButton() is background and _detached(window)


def _detached(window: MainWindow) -> bool:
    """Hand every run under way to a process of its own; an error is said, and the window stays."""
    tuning = window.shell.workspace.tuning
    try:
        for run in tuning.active():
            tuning.detach(run.id)
    except FormfactError as fault:
        window.shell.fault(fault)
        return False
    return True
