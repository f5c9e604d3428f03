"""The editor of a question set: questions on the left, the chosen one with its checks on the right. Saves by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHeaderView, QWidget

from engine.compare.questions import Question, QuestionSet
from engine.errors import FormfactError
from ui import words
from ui.pages.scorecard.question_form import QuestionForm
from ui.pages.scorecard.set_table import SetTable
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, EmptyState, IconButton, Row, SearchField, TableView, Text

_PAUSE_MS = 400
_LEFT, _COUNT = 400, 56


class Editor(QWidget):
    """Edits one question set.

    Signals:
        left: back to the scorecard.
    """

    left = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._sets = shell.workspace.question_sets
        self.name = ""
        self._all: list[Question] = []
        self._dirty = self._to_text = False
        self._todo: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
        self.title, self.state = Text("", "title"), Text("", "secondary")
        self.search = SearchField(shell.theme, self.tr("Find a question"), self)
        self.model = SetTable(shell.theme, self)
        self.table = TableView(shell.theme, self.tr("Questions of the set"))
        self.form = QuestionForm(shell)
        self.more = IconButton(shell.theme, "more", self.tr("More for this question set"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._listen()

    # What is shown

    def open(self, name: str, *, question: str = "") -> None:
        """Edit a set, at a question (its id), else at the first."""
        self.flush()
        self.name = name
        self.title.setText(name)
        self.table.setFocus()
        self._reload(question)

    def flush(self) -> None:
        """Save what was changed, at once."""
        self._pause.stop()
        if not self._dirty:
            return
        if (question := self.form.question()) is None:
            self._say(self.tr("Not saved yet: {0}.").format(self.form.incomplete()), "warn")
            return
        self._dirty = False
        name = self.name
        self._queue(lambda: self._sets.change(name, question), lambda _: self._saved(question))

    def add(self) -> None:
        """Add a question, and go to its text."""
        name = self.name
        text = self.tr("New question")
        self._write(lambda: self._sets.add(name, Question("", text, (), ())), self._added)

    def duplicate(self) -> None:
        """Add a copy of the chosen question."""
        name = self.name
        if question := self._current():
            copy = dataclasses.replace(question, id="")
            self._write(lambda: self._sets.add(name, copy), self._added)

    def delete(self) -> None:
        """Delete the chosen questions; the toast brings them back."""
        name, ids = self.name, [self.model.questions[index.row()].id for index in self._selected()]
        if not ids:
            return
        self._dirty = False
        undo: Callable[[], None] = lambda: self._write(  # noqa: E731
            lambda: self._sets.put_back(name, ids), lambda _: self._reload(ids[0])
        )
        said = self.tr("Deleted {0}").format(words.count(len(ids), self.tr("question"), self.tr("questions")))
        self._write(lambda: self._sets.drop(name, ids), lambda _: self._shell.toast(said, undo))

    # Parts

    def _lay_out(self) -> None:
        back = Button(self.tr("‹ Scorecard"), "quiet", self._leave)
        back.setToolTip(self.tr("Back to the scorecard"))
        head = Row(back, self.title, self.more, None, self.state, gap=Space.S, margin=(0, 0, Space.XL, 0))
        self.table.setModel(self.model)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        for column in range(3):
            mode = QHeaderView.ResizeMode.Fixed if column else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
        add = Button(self.tr("Add question"), "primary", self.add)
        copy = IconButton(self._shell.theme, "copy", self.tr("Duplicate the question"), self.duplicate)
        delete = IconButton(self._shell.theme, "delete", self.tr("Delete the chosen questions"), self.delete)
        self._left = QWidget()
        self._left.setLayout(
            Column(self.search, Card(self.table, margin=Space.XS), Row(add, None, copy, delete), gap=Space.M)
        )
        text = self.tr("Add a question, then say how its answer must look and what it must say.")
        actions = [(self.tr("Add question"), self.add)]
        self._empty = EmptyState(self._shell.theme, "scorecard", self.tr("No question yet"), text, actions)
        body = Row(self._left, gap=Space.XL)
        body.addWidget(self.form, 1)
        body.addWidget(self._empty, 1)
        whole = Column(head, gap=Space.L, margin=(Space.L, Space.L, 0, Space.L))
        whole.addLayout(body, 1)
        self.setLayout(whole)

    def _listen(self) -> None:
        self._pause.timeout.connect(self.flush)
        self._shell.theme.changed.connect(self._rescale)
        self._rescale()
        self.search.searched.connect(lambda _: self._refill(self._current_id()))
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.form.changed.connect(self._changed)
        QShortcut(QKeySequence.StandardKey.Delete, self.table, self.delete, context=Qt.ShortcutContext.WidgetShortcut)

    def _rescale(self) -> None:
        self._left.setFixedWidth(self._shell.theme.px(_LEFT))
        self.table.widths(0, _COUNT, _COUNT)

    def _leave(self) -> None:
        self.flush()
        self.left.emit()

    # Reading and writing

    def _write(self, do: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Change the set beside the window, and show it as it is then."""
        self.flush()

        def done(result: Any) -> None:
            self._shell.tell("questions")
            self._reload("")
            then(result)

        self._queue(do, done)

    def _queue(self, do: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """One change after the other, in the order in which they were made."""
        self._todo.append((do, then))
        if len(self._todo) == 1:
            self._next()

    def _next(self) -> None:
        do, then = self._todo[0]

        def go_on() -> None:
            self._todo.pop(0)
            if self._todo:
                self._next()

        def done(result: Any) -> None:
            go_on()
            then(result)

        def failed(fault: FormfactError) -> None:
            go_on()
            self._shell.fault(fault)

        self._shell.look(do, done, owner=self, failed=failed)

    def _reload(self, question: str) -> None:
        name = self.name

        def show(found: QuestionSet) -> None:
            self._all = list(found.questions)
            self._refill(question or self._current_id())

        self._shell.look(lambda: self._sets.get(name), show, owner=self, key="set")

    def _refill(self, wanted: str) -> None:
        text = self.search.text().strip().casefold()
        found = [one for one in self._all if text in f"{one.text} {one.note}".casefold()]
        self.model.set_questions(found)
        self._empty.setVisible(not self._all)
        self._left.setVisible(bool(self._all))
        self.form.setVisible(bool(found))
        place = next((at for at, one in enumerate(found) if one.id == wanted), 0)
        if found:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(self.model.index(place, 0), flags)
            self.table.scrollTo(self.model.index(place, 0))
        if self._to_text and self._current_id() == wanted:
            self._to_text = False
            self.form.focus()
        self._tell_count()

    def _added(self, question: Question) -> None:
        self.search.clear()
        self._to_text = True
        self._reload(question.id)

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if self._dirty and index.isValid() and self.model.questions[index.row()].id == self.form.id:
            return  # the same question in a table that was made anew: what is being typed stays
        if self._dirty:
            self._abandon()
        if index.isValid():
            self.form.show_question(self.model.questions[index.row()])

    def _abandon(self) -> None:
        """Save before another question is shown; what cannot be saved is said."""
        left_out = self.form.incomplete()
        self.flush()
        if self._dirty and left_out:
            self._dirty = False
            self._shell.toast(self.tr("The last change was not saved: {0}.").format(left_out))

    def _changed(self) -> None:
        self._dirty = True
        self._say(self.tr("Saving…"))
        self._pause.start()

    def _saved(self, question: Question) -> None:
        self._all = [question if one.id == question.id else one for one in self._all]
        self.model.replace(question)
        self._shell.tell("questions")
        if not self._dirty:
            self._tell_count(self.tr("Saved"))

    def _tell_count(self, before: str = "") -> None:
        count = words.count(len(self._all), self.tr("question"), self.tr("questions"))
        bare = sum(not one.form and not one.facts for one in self._all)
        missing = self.tr("{0} without a check").format(bare) if bare else ""
        self._say(" · ".join(part for part in (before, count, missing) if part))

    def _say(self, text: str, tone: str = "") -> None:
        self.state.setText(text)
        self.state.tone(tone)

    def _selected(self) -> list[QModelIndex]:
        return self.table.selectionModel().selectedRows()

    def _current(self) -> Question | None:
        place = self.table.currentIndex().row()
        return self.model.questions[place] if 0 <= place < len(self.model.questions) else None

    def _current_id(self) -> str:
        question = self._current()
        return question.id if question else ""
