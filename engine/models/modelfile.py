"""Ollama's Modelfile for a model: which weights, how a conversation is written, when to stop.

Ollama's templates are Go's, those in GGUF files Jinja. Most chat templates put fixed text around each message; that
text is found by rendering short conversations, and the Go template made of it is checked against a longer one. Where
a template does more than that, none is written, and Ollama goes by the template it finds in the GGUF.

Format: https://docs.ollama.com/modelfile
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

from engine.models.facts import GgufFacts
from engine.types import Message


class Part(Protocol):
    """A piece of a rendered conversation: a message's text (``message`` is its index) or the template's own."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> int | None: ...  # noqa: D102


class Renderer(Protocol):
    """What ``engine.chat.template.Template`` does."""

    def render(self, messages: Sequence[Message], *, answer: bool = True) -> Sequence[Part]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Frame:
    """The fixed text around messages.

    ``no_system`` stands where the system message would be when there is none. ``folded``: there is no place for a
    system message, it goes in front of the first question.
    """

    before_system: str
    after_system: str
    no_system: str
    before_user: str
    before_answer: str
    after_answer: str
    folded: bool = False

    def go(self) -> str:
        """The frame as a Go template over ``.System`` and ``.Messages``."""
        without = f"{{{{ else }}}}{self.no_system}" if self.no_system else ""
        head = f"{{{{ if .System }}}}{self.before_system}{{{{ .System }}}}{self.after_system}{without}{{{{ end }}}}"
        question = "{{ .Content }}"
        if self.folded:
            head = "{{ $first := true }}"
            question = "{{ if and $first $.System }}{{ $.System }}\n\n{{ end }}{{ $first = false }}{{ .Content }}"
        user = f'{{{{ if eq .Role "user" }}}}{self.before_user}{question}{self.before_answer}'
        answer = f'{{{{ else if eq .Role "assistant" }}}}{{{{ .Content }}}}{self.after_answer}{{{{ end }}}}'
        return f"{head}{{{{ range .Messages }}}}{user}{answer}{{{{ end }}}}"


def modelfile(facts: GgufFacts, frame: Frame | None, stops: Sequence[str], weights: str, adapter: str) -> str:
    """The text of a Modelfile; ``weights`` and ``adapter`` are file names beside it."""
    lines = [f"FROM ./{weights}"]
    if adapter:
        lines.append(f"ADAPTER ./{adapter}")
    if frame:
        lines.append(f'TEMPLATE """{frame.go()}"""')
    lines.append(f"PARAMETER num_ctx {facts.context}")
    lines.append("PARAMETER temperature 0")
    lines += [f'PARAMETER stop "{stop}"' for stop in stops]
    return "\n".join(lines) + "\n"


def stops(frame: Frame | None, eos: str) -> list[str]:
    """What ends an answer: the text after it, and the end-of-text token."""
    after = frame.after_answer.strip() if frame else ""
    return [stop for stop in dict.fromkeys((after, eos)) if stop and '"' not in stop and "\n" not in stop]


def frame(template: Renderer, bos: str) -> Frame | None:
    """The fixed text around messages, None if the template does more than that.

    Args:
        template: renders conversations.
        bos: text of the begin-of-text token, which Ollama adds itself.
    """
    alone = _texts(template, ["user"], answer=True, bos=bos)
    pair = _texts(template, ["user", "assistant"], answer=False, bos=bos)
    turns = _texts(template, ["user", "assistant", "user"], answer=True, bos=bos)
    if not (alone and pair and turns) or not turns[2].startswith(pair[2]):
        return None
    before_user = turns[2].removeprefix(pair[2])
    if not alone[0].endswith(before_user):
        return None
    no_system = alone[0].removesuffix(before_user)
    system = _texts(template, ["system", "user"], answer=True, bos=bos)
    folded = not system and not no_system
    before, after = (system[0], system[1]) if system else ("", before_user)
    if not (system or folded) or not after.endswith(before_user):
        return None
    after_system = after.removesuffix(before_user)
    made = Frame(before, after_system, no_system, before_user, alone[1], pair[2], folded)
    return made if _holds(made, template, bos) and _safe(made) else None


def _holds(made: Frame, template: Renderer, bos: str) -> bool:
    """Whether the frame says of longer conversations what the template says (white space at seams aside)."""
    later = [made.before_answer, made.after_answer + made.before_user, made.before_answer]
    told = _texts(template, ["user", "assistant", "user"], answer=True, bos=bos)
    same = [text.strip() for text in told] == [text.strip() for text in (made.no_system + made.before_user, *later)]
    if made.folded:
        return same
    told = _texts(template, ["system", "user", "assistant", "user"], answer=True, bos=bos)
    mine = (made.before_system, made.after_system + made.before_user, *later)
    return same and [text.strip() for text in told] == [text.strip() for text in mine]


def _safe(made: Frame) -> bool:
    """Whether the texts can stand in a Go template within a Modelfile's triple quotes."""
    text = "".join(getattr(made, field.name) for field in fields(made) if field.name != "folded")
    return "{{" not in text and '"""' not in text and not text.endswith('"')


def _texts(template: Renderer, roles: Sequence[str], *, answer: bool, bos: str) -> list[str]:
    """The fixed texts before, between and after the messages; empty if they are not in order or cannot be rendered."""
    from engine.errors import ModelRefused

    try:
        parts = template.render([Message(role, f"{role} says") for role in roles], answer=answer)
    except ModelRefused:
        return []  # a template that takes no system turn, for instance
    texts, seen = [""], list[int]()
    for part in parts:
        if part.message is None:
            texts[-1] += part.text
        elif not seen or seen[-1] != part.message:
            seen.append(part.message)
            texts.append("")
    texts[0] = texts[0].removeprefix(bos)
    return texts if seen == list(range(len(roles))) else []
