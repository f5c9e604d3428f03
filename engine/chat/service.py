"""Chat, for the window, the command line and scoring: finds model, adapter and passages, asks the chat child, and
stores every answer before anyone is told that it is done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events
from engine.chat.prompt import CONTEXT
from engine.chat.template import clean
from engine.errors import AdapterRefused, ChildDied, ModelRefused, NotFound, QuestionsRefused, WrongWeights
from engine.ground.relevant import relevant
from engine.task import Task
from engine.types import Answer, Arm, Message, Passage, Sampling
from store import answers as rows
from store.answers import AnswerRow, ComparisonRow

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model
    from store.runs import Run

Shots = Sequence[tuple[str, str]]
"""Pairs of a user turn and how the assistant answers it."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Weights:
    """What answers: a model, and the run whose adapter the tuned arms use."""

    model: Model
    run: Run | None


class Chat:
    """Answers of one arm or several.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._database = workspace.database
        self._build = ""

    def answer(
        self,
        question: str,
        arms: Sequence[Arm],
        task: Task,
        *,
        model: str | None = None,
        run: str | None = None,
        seed: int = 1,
        sampling: Sampling | None = None,
        history: Sequence[Message] = (),
        system: str = "",
        passages: Sequence[Passage] | None = None,
        shots: Shots = (),
        k: int = 3,
        conversation: str = "",
        keep: bool = True,
    ) -> list[Answer]:
        """Answer a question in several arms, which share everything but the adapter and the passages.

        Args:
            arms: which; each once.
            task: hears ArmPrepared, Token and ArmDone of each arm; its cancel stops them all at the next token.
            model: the base model; None: the run's, else the default.
            run: whose adapter the tuned arms use; None: the newest finished run of the model.
            passages: for the sourced arms; None: of the ``k`` best of the indexed documents, searched
                once, those that come near the best (``engine.ground.relevant``).
            shots: examples for the prompted arm.
            conversation: the chat that this is a turn of.
            keep: store the comparison.

        Returns:
            The answers in the order of ``arms``. After a cancel, what there is: such answers end in ``"stopped"``.

        Raises:
            NotFound, ModelRefused, AdapterRefused, ContextOverflow, WrongWeights, ChildDied: see ``engine.errors``.
        """
        question, arms = clean(question).strip(), tuple(dict.fromkeys(arms))
        if not question:
            raise QuestionsRefused("There is no question.", "Ask one.")
        sampling = sampling or Sampling()
        weights = self._weights(model, run, arms)
        found = self._passages(question, arms, passages, k, weights.model, task)
        comparison = ComparisonRow(
            id=0,
            conversation=conversation,
            question=question,
            system=clean(system),
            history=_json([Message(turn.role, clean(turn.content)) for turn in history]),
            passages=_json(found),
            arms=_json(arms),
            model=weights.model.name,
            model_sha256=weights.model.sha256,
            run=weights.run.id if weights.run else "",
            adapter_sha256=weights.run.adapter_sha256 if weights.run else "",
            sampling=_json(sampling),
            seed=seed,
            state="asking",
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return self._kept(comparison, weights, shots, task) if keep else self._ask(comparison, weights, shots, task)

    def prepare(self, model: str | None = None, run: str | None = None) -> None:
        """Load model and adapter ahead of the first question (``run`` None: no adapter)."""
        weights = self._weights(model, run, [Arm.TUNED] if run else [])
        adapter = weights.run.adapter if weights.run else None
        self._call("prepare", weights.model, Task(), adapter=adapter)

    def history(self, conversation: str, arm: Arm) -> list[Message]:
        """The turns of a conversation as one arm had them, for the next question's ``history``."""
        turns: list[Message] = []
        for comparison in rows.comparisons(self._database, conversation):
            for answer in self.answers(comparison.id):
                if answer.arm is arm:
                    turns += [Message("user", comparison.question), Message("assistant", answer.answer)]
        return turns

    def answers(self, comparison: int) -> list[Answer]:
        """The stored answers of a comparison."""
        return [msgspec.json.decode(row.answer, type=Answer) for row in rows.answers(self._database, comparison)]

    def comparisons(self, conversation: str | None = None) -> Sequence[ComparisonRow]:
        """Stored comparisons, of one conversation or all; oldest first."""
        return rows.comparisons(self._database, conversation)

    def _kept(self, comparison: ComparisonRow, weights: _Weights, shots: Shots, task: Task) -> list[Answer]:
        """Ask, with every answer in the store before its ArmDone is passed on."""
        if not self._build:
            self._build = self._workspace.chat_child.call("build").result()
        number = rows.begin(self._database, comparison)

        def heard(event: events.Event) -> None:
            if isinstance(event, events.ArmDone):
                answer = msgspec.convert(event.answer, Answer)
                self._check(weights, answer)
                rows.add(self._database, AnswerRow(number, event.arm, _json(answer)))
            task.emit(event)

        listening = Task(heard)
        task.on_cancel(listening.cancel)
        try:
            answers = self._ask(comparison, weights, shots, listening)
        except BaseException:
            rows.finish(self._database, number, "stopped" if task.cancelled else "failed")
            raise
        rows.finish(self._database, number, "stopped" if task.cancelled else "done")
        return answers

    def _ask(self, comparison: ComparisonRow, weights: _Weights, shots: Shots, task: Task) -> list[Answer]:
        found = self._call(
            "generate",
            weights.model,
            task,
            adapter=weights.run.adapter if weights.run else None,
            arms=msgspec.json.decode(comparison.arms),
            question=comparison.question,
            history=msgspec.json.decode(comparison.history),
            system=comparison.system,
            passages=msgspec.json.decode(comparison.passages),
            shots=[[clean(asked), clean(told)] for asked, told in shots],
            sampling=msgspec.json.decode(comparison.sampling),
            seed=comparison.seed,
        )
        return msgspec.convert(found or [], list[Answer])

    def _call(self, method: str, model: Model, task: Task, **params: Any) -> Any:
        """A request about a model. When llama.cpp takes the process down, the error says which model it was."""
        call = self._workspace.chat_child.call(method, model=model.gguf, **params)
        try:
            return call.result(task)
        except ChildDied as fault:
            raise ChildDied(
                f"llama.cpp ended unexpectedly while it worked with the model {model.name}.",
                "Ask again, it starts anew; if it happens each time, the file is not sound: use another GGUF of it.",
                fault.details,
            ) from fault
        except BaseException:
            call.cancel()  # a listener's error (a full disk, wrong weights) must not leave the child answering
            raise

    def _weights(self, model: str | None, run: str | None, arms: Sequence[Arm]) -> _Weights:
        if not any(arm.adapted for arm in arms):
            return _Weights(self._served(model), None)
        tuned = self._workspace.tuning.get(run) if run else None
        base = self._served(model or (tuned.model if tuned else None))
        tuned = tuned or self._newest(base)
        if not tuned.adapter:
            raise NotFound(f"Run {tuned.id} has no adapter ({tuned.state}).", "Finish it: formfact tune resume.")
        if tuned.base_sha256 != base.sha256:
            raise AdapterRefused(
                f"Run {tuned.id} was tuned on another base model than {base.name}.",
                f"Use it with {tuned.model}, or tune {base.name}.",
            )
        return _Weights(base, tuned)

    def _served(self, name: str | None) -> Model:
        model = self._workspace.models.get(name)
        if not model.gguf:
            raise ModelRefused(f"The model {model.name} has no GGUF file to chat with.", "Add it with its GGUF file.")
        return model

    def _newest(self, base: Model) -> Run:
        done = [one for one in self._workspace.tuning.list() if one.model == base.name and one.state == "done"]
        if not done:
            raise NotFound(
                f"There is no finished run of {base.name}.",
                "Tune it first (formfact tune start), or name a run (--run).",
            )
        return max(done, key=lambda one: one.created_at)

    def _passages(
        self,
        question: str,
        arms: Sequence[Arm],
        given: Sequence[Passage] | None,
        k: int,
        model: Model,
        task: Task,
    ) -> list[Passage]:
        """The passages of the sourced arms, the same for all of them."""
        if not any(arm.sourced for arm in arms):
            return []
        if given is None:
            window = min(model.context, CONTEXT)
            documents = self._workspace.documents
            found = documents.list() and documents.search(question, k, passage_chars=passage_chars(window), task=task)
            given = relevant(found) if found else []
            if not given:
                task.emit(events.Notice("No passages were found: the grounded arms answer without sources."))
        return [
            dataclasses.replace(one, text=clean(one.text), document=clean(one.document), heading=clean(one.heading))
            for one in given
        ]

    def _check(self, weights: _Weights, answer: Answer) -> None:
        """Compare what answered with what is recorded: the adapter's file, and what the canary says of the base."""
        model, run = weights.model, weights.run
        if run and answer.adapter not in (None, run.adapter_sha256):
            raise WrongWeights(
                f"The adapter that answered is not the one that run {run.id} made.",
                "Its file was changed: tune again, or put the file back.",
                f"{answer.adapter}, recorded {run.adapter_sha256}",
            )
        if answer.canary is None:
            return
        recorded = rows.recorded_base(self._database, model.sha256, self._build, answer.canary.base)
        if recorded != answer.canary.base:
            raise WrongWeights(
                f"The weights that answered are not those of {model.name} as they were recorded.",
                "Close Formfact and open it again; if this repeats, add the model again.",
                f"canary {answer.canary.base}, recorded {recorded}",
            )


def passage_chars(context: int) -> int:
    """How long a passage may be, in characters, for a context in tokens: 420 at 2,048, longer in larger ones."""
    return max(420, min(420 * context // 2048, 2400))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
