"""The chat child: the process that owns llama.cpp. Run by ``Workspace.chat_child``; see ``engine.serve``.

Every request names its files, so the child can die and start anew between any two. All requests share one lane:
one model, one at a time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.chat import llama
from engine.chat.encode import encode_file
from engine.chat.loaded import Shelf
from engine.chat.logits import save_logits
from engine.events import Started
from engine.serve import serve
from engine.task import Task
from engine.types import Message

_shelf = Shelf()


def encode(
    task: Task, model: str, source: str, target: str, context: int, vocabulary: int | None = None
) -> dict[str, int]:
    """Training rows → ids and labels; see ``engine.chat.encode``."""
    form = _shelf.words(Path(model)).format
    return encode_file(form, Path(source), Path(target), context, task, vocabulary)


def logits(task: Task, model: str, adapter: str | None, prompts: list[list[int]], target: str) -> list[int]:
    """Logits of token ids, without any state reused; see ``engine.chat.logits``."""
    loaded = _shelf.full(Path(model), lambda what: task.emit(Started(what)))
    lora = loaded.adapter(Path(adapter))[0] if adapter else None
    return save_logits(loaded.model, lora, prompts, Path(target), task)


def tokenise(task: Task, model: str, text: str, special: bool = False) -> list[int]:
    """Text → ids, without BOS."""
    return _shelf.words(Path(model)).model.vocabulary.tokenise(text, special=special)


def render(task: Task, model: str, messages: list[dict[str, str]], answer: bool = True) -> dict[str, Any]:
    """A conversation as the model gets it, for previews: its text, ids, and each token with its label."""
    form = _shelf.words(Path(model)).format
    turns = [Message(**message) for message in messages]
    encoded = form.encode(turns, answer=answer)
    learnt = form.learnt(encoded)
    pieces = [form.vocabulary.text(token) for token in encoded.ids]
    return {
        "text": "".join(part.text for part in form.template.render(turns, answer=answer)),
        "ids": encoded.ids,
        "tokens": [
            {"text": text, "id": token, "label": learn}
            for text, token, learn in zip(pieces, encoded.ids, learnt, strict=True)
        ],
    }


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


if __name__ == "__main__":
    serve({f.__name__: f for f in (encode, logits, tokenise, render, quantise, facts)})
