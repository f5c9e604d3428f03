"""What proves an answer, in words: the one line at the foot of a pane, and the whole of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from engine.types import Answer, Passage
from ui import words


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("proof", text)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks of a question say of an answer; None where it has no such checks."""

    form: bool | None = None
    facts: bool | None = None
    faults: tuple[str, ...] = ()


def state(answer: Answer) -> tuple[str, str]:
    """What the canary says, as a short text and a tone."""
    canary = answer.canary
    if canary is None:
        return tr("no proof"), "warn"
    if answer.adapter and canary.divergence == 0:
        return tr("adapter changes nothing"), "warn"
    return tr("proof ✓"), ""


def foot(answer: Answer, run: str) -> str:
    """The proof on one line. ``run`` is the name of the run whose adapter was on."""
    parts = []
    if answer.adapter:
        parts.append(tr("{0} · {1}").format(run or tr("adapter"), answer.adapter[:4]))
    else:
        parts.append(tr("no adapter"))
    if answer.arm.sourced:
        parts.append(words.count(len(answer.passages), tr("passage"), tr("passages")))
    parts.append(state(answer)[0])
    if answer.tokens_per_s:
        parts.append(tr("{0} tokens/s").format(words.number(round(answer.tokens_per_s))))
    if answer.answer_tokens:
        parts.append(tr("first token {0}").format(_seconds(answer.first_token_s)))
    return "  ·  ".join(part.replace(" ", "\u00a0") for part in parts)  # a part is not broken over two lines


def whole(answer: Answer, run: str, model: str) -> str:
    """Everything that is known of an answer, a line each."""
    canary = answer.canary
    lines = [
        (tr("Base model"), model),
        (tr("Adapter"), f"{run} {answer.adapter}" if answer.adapter else tr("off")),
        (tr("Canary, adapter off"), canary.base if canary else tr("not taken")),
        (tr("Canary, adapter on"), _effect(answer)),
        (tr("Passages"), ", ".join(_place(number, one.document, one.page) for number, one in _numbered(answer))),
        (tr("Seed"), str(answer.seed)),
        (tr("Prompt"), words.count(answer.prompt_tokens, tr("token"), tr("tokens"))),
        (tr("Answer"), words.count(answer.answer_tokens, tr("token"), tr("tokens"))),
        (tr("First token after"), _seconds(answer.first_token_s)),
        (tr("Ended"), ended(answer) or tr("by itself")),
    ]
    return "\n".join(f"{name}: {value}" for name, value in lines if value)


def ended(answer: Answer) -> str:
    """Why an answer stops where it does; empty if it ended by itself."""
    return {"length": tr("cut off at the longest answer allowed"), "stopped": tr("stopped")}.get(answer.stop_reason, "")


def _numbered(answer: Answer) -> list[tuple[int, Passage]]:
    return list(enumerate(answer.passages, 1))


def _place(number: int, document: str, page: int | None) -> str:
    return f"[{number}] {document}" + (tr(", page {0}").format(page) if page else "")


def _effect(answer: Answer) -> str:
    if answer.canary is None or not answer.adapter:
        return ""
    share = answer.canary.divergence
    return tr("differs by {0} %").format(QLocale().toString(100 * share, "f", 1)) if share else tr("changes nothing")


def _seconds(seconds: float) -> str:
    if seconds < 0.0995:
        return f"{round(1000 * seconds)} ms"
    return f"{QLocale().toString(seconds, 'f', 1)} s"
