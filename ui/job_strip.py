"""The strip at the bottom: what runs, what waits, what has failed; with cancel and the way to its page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QMenu, QProgressBar, QSizePolicy, QToolButton, QWidget

from engine.jobs import Job
from ui import words
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import IconButton, Row, Text

QUIET_MS = 400
"""Work that is through sooner is not shown: it would only flicker."""


class JobStrip(QFrame):
    """One line for background work.

    Args:
        shell: whose jobs.
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._shell = shell
        self._jobs: dict[int, Job] = {}
        self._failed: list[Job] = []
        self._what = Text("", "secondary")
        self._what.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(120)
        self._stop = IconButton(shell.theme, "close", self.tr("Cancel"), self._cancel, size=14)
        self._more = self._button(self._menu)
        self._faults = self._button(self._faults_menu)
        self._network = Text("", "secondary")
        row = Row(gap=Space.M, margin=(Space.L, Space.XS, Space.L, Space.XS))
        for widget in (self._bar, self._what, self._stop, self._more, self._faults, self._network):
            row.addWidget(widget, 1 if widget is self._what else 0)
        self.setLayout(row)
        shell.bridge.job_changed.connect(self._heard)
        shell.settings_changed.connect(self._draw)
        self._draw()

    def _button(self, menu: object) -> QToolButton:
        button = QToolButton()
        assert callable(menu)
        button.clicked.connect(lambda: menu(button))
        return button

    @property
    def current(self) -> Job | None:
        """The job that the strip shows: the first that runs, else the first that waits."""
        jobs = list(self._jobs.values())
        return next((job for job in jobs if job.state == "running"), jobs[0] if jobs else None)

    def _heard(self, job: Job) -> None:
        if job.ended:
            self._jobs.pop(job.id, None)
            if job.state == "failed" and job not in self._failed:  # news of one job may come twice
                self._failed = [*self._failed, job][-9:]
            self._draw()
        elif job.id in self._jobs:
            self._draw()
        else:
            QTimer.singleShot(QUIET_MS, self, lambda: self._begin(job))

    def _begin(self, job: Job) -> None:
        if not job.ended:
            self._jobs[job.id] = job
            self._draw()

    def _draw(self) -> None:
        job, others = self.current, len(self._jobs) - 1
        for widget in (self._bar, self._stop):
            widget.setVisible(job is not None)
        self._more.setVisible(others > 0)
        self._more.setText(self.tr("+{0} more").format(others))
        self._faults.setVisible(bool(self._failed))
        self._faults.setText(self.tr("{0} failed").format(len(self._failed)))
        on = self._shell.settings.network
        self._network.setText(self.tr("Network on") if on else self.tr("Network off"))
        self._what.setText(line(job) if job else self.tr("Nothing under way in this window"))
        if job:
            self._show_bar(job)

    def _show_bar(self, job: Job) -> None:
        progress = job.progress
        if progress is None or not progress.total:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * min(1.0, progress.done / progress.total)))
        self._stop.show_icon("close", self.tr("Cancel “{0}”").format(job.title))

    def _cancel(self) -> None:
        if job := self.current:
            job.cancel()

    def _menu(self, at: QWidget) -> None:
        menu = QMenu(self)
        for job in self._jobs.values():
            entry = menu.addMenu(line(job))
            entry.addAction(self.tr("Cancel"), job.cancel)
            if job.page:
                entry.addAction(self.tr("Show"), partial(self._shell.go, job.page))
        menu.popup(at.mapToGlobal(at.rect().topLeft()))

    def _faults_menu(self, at: QWidget) -> None:
        menu = QMenu(self)
        for job in self._failed:
            what = job.error.what if job.error else ""
            menu.addAction(f"{job.title}: {what}"[:120], partial(self._show_fault, job))
        menu.addSeparator()
        menu.addAction(self.tr("Clear"), self._clear)
        menu.popup(at.mapToGlobal(at.rect().topLeft()))

    def _show_fault(self, job: Job) -> None:
        if job.page:
            self._shell.go(job.page)
        if job.error:
            self._shell.fault(job.error)

    def _clear(self) -> None:
        self._failed = []
        self._draw()


def line(job: Job) -> str:
    """A job in one line."""
    if job.state == "queued":
        return f"{job.title} · {words.tr('waiting')}"
    said = words.progress(job.progress) if job.progress else ""
    return " · ".join(part for part in (job.title, said) if part)
