"""The chat child: the process that owns llama.cpp. Run by ``Workspace.chat_child``; see ``engine.serve``.

Every request names its files, so the child can die and start anew between any two. All requests share one lane:
one model, one at a time.
"""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import Any

from engine.chat import encode as rows
from engine.chat import llama
from engine.chat.arms import answer
from engine.chat.context import CORES
from engine.chat.encode import IGNORED, encode_file
from engine.chat.format import Format
from engine.chat.generate import Request
from engine.chat.loaded import Loaded, Shelf
from engine.chat.logits import save_logits
from engine.chat.options import Options
from engine.errors import NotFound
from engine.events import Started
from engine.serve import serve
from engine.task import Task
from engine.types import Answer, Arm, Message, Passage, Sampling

_ROLES = ("user", "assistant")

_shelf = Shelf()


def generate(
    task: Task,
    model: str,
    arms: list[str],
    question: str,
    adapter: str | None = None,
    history: list[dict[str, str]] | None = None,
    system: str = "",
    passages: list[dict[str, Any]] | None = None,
    shots: list[list[str]] | None = None,
    sampling: dict[str, Any] | None = None,
    seed: int = 1,
    context: int | None = None,
    stop: list[str] | None = None,
    turns: int | None = None,
) -> list[Answer]:
    """Answer a question in several arms; ArmPrepared, Token and ArmDone tell of each as it goes.

    Args:
        model: the GGUF file.
        arms: names of ``types.Arm``; the adapted ones need ``adapter``, the GGUF file of a LoRA.
        passages: fields of ``types.Passage``, best first, for the sourced arms.
        shots: pairs of user and assistant turns, for the prompted arm.
        sampling: fields of ``types.Sampling``.
        context: tokens for prompt and answer; None: what the model was trained for, at most ``prompt.CONTEXT``.
        stop: strings that end an answer.
        turns: how many messages of the history are kept, at most; None: as many as there is room for.
    """
    chosen = tuple(Arm(arm) for arm in arms)
    request = Request(
        arms=chosen,
        question=question,
        history=tuple(Message(**turn) for turn in history or ()),
        system=system,
        passages=tuple(Passage(**passage) for passage in passages or ()),
        shots=tuple(Message(role, text) for shot in shots or () for role, text in zip(_ROLES, shot, strict=True)),
        sampling=Sampling(**sampling or {}),
        seed=seed,
        stop=tuple(stop or ()),
        turns=turns,
    )
    if any(arm.adapted for arm in chosen) and adapter is None:
        raise NotFound("There is no adapter for the tuned arms.", "Tune one: formfact tune start.")
    loaded = _full(task, model)
    return answer(loaded, request, Path(adapter) if adapter else None, context, task)


def encode(
    task: Task, model: str, source: str, target: str, context: int, vocabulary: int | None = None
) -> dict[str, int]:
    """Training rows → ids and labels; see ``engine.chat.encode``."""
    form = _shelf.words(Path(model)).format
    return encode_file(form, Path(source), Path(target), context, task, vocabulary)


def lengths(task: Task, model: str, conversations: list[list[dict[str, str]]]) -> list[int]:
    """How many tokens each conversation has in training; see ``engine.chat.encode.length``."""
    form = _shelf.words(Path(model)).format
    counted = []
    for messages in conversations:
        task.check()
        counted.append(rows.length(form, [Message(**message) for message in messages]))
    return counted


def taught(task: Task, model: str, messages: list[dict[str, str]], context: int) -> dict[str, Any]:
    """One example exactly as training gets it: its tokens as in ``render``, how many were cut, why it is left out."""
    form = _shelf.words(Path(model)).format
    made = rows.encode(form, rows.Row([Message(**message) for message in messages]), context)
    tokens = _shown(form, made["ids"], made["labels"])
    return {"tokens": tokens, "cut": made["cut"], "bad": made.get("bad", "")}


def logits(task: Task, model: str, adapter: str | None, prompts: list[list[int]], target: str) -> list[int]:
    """Logits of token ids, without any state reused; see ``engine.chat.logits``."""
    loaded = _full(task, model)
    lora = loaded.adapter(Path(adapter))[0] if adapter else None
    return save_logits(loaded.model, lora, prompts, Path(target), task)


def tokenise(task: Task, model: str, text: str, special: bool = False) -> list[int]:
    """Text → ids, without BOS."""
    return _shelf.words(Path(model)).model.vocabulary.tokenise(text, special=special)


def pieces(task: Task, model: str) -> list[str]:
    """The bytes of every token, each as Latin-1 text, for a process that has token ids and no tokenizer."""
    vocabulary = _shelf.words(Path(model)).model.vocabulary
    return [vocabulary.piece(token).decode("latin-1") for token in range(vocabulary.size)]


def render(task: Task, model: str, messages: list[dict[str, str]], answer: bool = True) -> dict[str, Any]:
    """A conversation as the model gets it, for previews: its text, ids, and its tokens.

    Each token is ``{"text", "id", "label", "control"}``; the label is -100 for what training reads but does not learn.
    """
    form = _shelf.words(Path(model)).format
    turns = [Message(**message) for message in messages]
    encoded = form.encode(turns, answer=answer)
    learnt = form.learnt(encoded)
    labels = [token if learn else IGNORED for token, learn in zip(encoded.ids, learnt, strict=True)]
    return {
        "text": "".join(part.text for part in form.template.render(turns, answer=answer)),
        "ids": encoded.ids,
        "tokens": _shown(form, encoded.ids, labels),
    }


def prepare(task: Task, model: str, adapter: str | None = None) -> None:
    """Load ahead of the first question."""
    _full(task, model).canary(Path(adapter) if adapter else None)


def build(task: Task) -> str:
    """What a canary's digest depends on besides the model's bytes: llama.cpp's build and instructions."""
    return llama.build()


def quantise(task: Task, source: str, target: str, kind: str) -> None:
    """Write a GGUF file in another quantisation."""
    llama.quantise(Path(source), Path(target), kind)


def facts(task: Task, model: str) -> dict[str, Any]:
    """What llama.cpp says of a model: its context, vocabulary and control tokens."""
    loaded = _shelf.words(Path(model))
    vocabulary = loaded.model.vocabulary
    return {
        "context": loaded.model.trained_context,
        "vocabulary": vocabulary.size,
        "template": loaded.model.template is not None,
        "control": [{"id": i, "text": vocabulary.text(i)} for i in sorted(vocabulary.control)],
        "bos": vocabulary.bos,
        "add_bos": vocabulary.add_bos,
        "eos": vocabulary.eos,
        "end": loaded.format.end,
        "build": llama.build(),
    }


def _shown(form: Format, ids: list[int], labels: list[int]) -> list[dict[str, Any]]:
    """Tokens for people; of a character that several tokens spell, the last has it and the others are empty."""
    vocabulary, decoder = form.vocabulary, codecs.getincrementaldecoder("utf-8")("replace")
    shown = []
    for token, label in zip(ids, labels, strict=True):
        piece = vocabulary.piece(token)
        text = decoder.decode(piece) if piece else vocabulary.text(token)
        shown.append({"text": text, "id": token, "label": label, "control": token in vocabulary.control})
    return shown


def _full(task: Task, model: str) -> Loaded:
    return _shelf.full(Path(model), lambda what: task.emit(Started(what)))


if __name__ == "__main__":
    options = Options.parsed(sys.argv[1:])
    CORES.fixed, _shelf.gpu_layers = options.threads, options.gpu_layers
    handlers = (generate, encode, lengths, taught, logits, tokenise, pieces, render, prepare, build, quantise, facts)
    serve({f.__name__: f for f in handlers})
