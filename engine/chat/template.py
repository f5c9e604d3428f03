"""Chat templates: Jinja from a GGUF file, rendered in a sandbox, with text and structure kept apart.

A rendered conversation is a list of parts: what the template wrote, where control tokens mean something, and
what people wrote, where they never do. Templates trim, slice and search the content they are given, so the
parts cannot be cut apart by looking for the content afterwards. Instead the content carries marks through the
rendering: Unicode noncharacters, which no text may contain (they are taken out of what comes in).

========  ==========================================================================================
mark      where
========  ==========================================================================================
OPEN      before a message's first visible character, followed by its index in four hexadecimal marks
CLOSE     after its last visible character (inside the white space around it, so that ``trim`` works)
BREAK     inside every control token's text in a message, so that no slice of it spells a control token
========  ==========================================================================================

When a template slices a message so that its marks come out unbalanced, each message is replaced by a
placeholder that holds nothing to slice; when that fails too, the template is refused with a reason.
"""

from __future__ import annotations

import datetime
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine import resources
from engine.errors import ModelRefused
from engine.types import Message

OPEN, CLOSE, BREAK = "\ufdd0", "\ufdd1", "\ufdd2"
_DIGITS = [chr(0xFDE0 + digit) for digit in range(16)]
_FOREIGN = re.compile("[\ufdd0-\ufdef\ud800-\udfff]")
_MARKED = re.compile(f"({OPEN}[{_DIGITS[0]}-{_DIGITS[15]}]{{4}}|{CLOSE})")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a rendered prompt: a message's text with its index and role, or (None) the template's."""

    text: str
    message: int | None = None
    role: str = ""


def clean(text: str) -> str:
    """Text without our marks, lone surrogates shown as U+FFFD (they cannot be encoded)."""
    return _FOREIGN.sub(lambda found: "\ufffd" if found[0] >= "\ud800" and found[0] < "\ue000" else "", text)


class Template:
    """A chat template, compiled once.

    Args:
        source: the Jinja text; None: the plain default for models without one.
        bos: text of the begin-of-sequence token, for templates that write it themselves.
        eos: text of the end-of-sequence token.
        guarded: texts of the tokens that content must not spell.

    Raises:
        ModelRefused: the template is not valid Jinja.
    """

    def __init__(self, source: str | None, *, bos: str = "", eos: str = "", guarded: Iterable[str] = ()) -> None:
        self.source = source or resources.text("prompts/plain.jinja")
        self._variables = {"bos_token": bos, "eos_token": eos, "documents": None}
        longest_first = sorted((text for text in guarded if len(text) > 1), key=len, reverse=True)
        self._guarded = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    @cached_property
    def _compiled(self) -> Any:
        import jinja2

        try:
            return _environment().from_string(self.source)
        except jinja2.TemplateError as fault:
            raise ModelRefused(
                f"The chat template of this model is not valid: {fault}.", "Use another GGUF file of this model."
            ) from fault

    def render(self, messages: Sequence[Message], *, answer: bool = True) -> list[Part]:
        """Render a conversation.

        Args:
            messages: its turns.
            answer: end where the assistant's answer begins; False: end after the last turn.

        Raises:
            ModelRefused: the template cannot hold such a conversation; its words are in the details.
        """
        turns = [Message(m.role, clean(m.content)) for m in messages]
        reason: Exception | None = None
        for given, dress, shape, tools in itertools.product(
            _system_or_not(turns), (self._mark, self._placeholder), (_as_text, _as_list), (None, ())
        ):
            try:
                text = self._compiled.render(
                    messages=shape(given, dress),
                    add_generation_prompt=answer,
                    enable_thinking=False,
                    tools=tools,
                    **self._variables,
                )
                parts = list(_parts(text, given, whole=dress == self._placeholder))
                _check(parts, given)
                return parts
            except Exception as fault:  # a template may raise anything; its own words are the most telling
                if reason is None or (isinstance(fault, _Raised) and not isinstance(reason, _Raised)):
                    reason = fault
        raise ModelRefused(
            f"The chat template of this model cannot hold this conversation: {reason}.",
            "Shorten the conversation to one question, or choose another model.",
        ) from reason

    def _mark(self, index: int, content: str) -> str:
        core = content.strip()
        if not core:
            return content
        start = content.index(core)
        if self._guarded:
            core_marked = self._guarded.sub(lambda found: found[0][0] + BREAK + found[0][1:], core)
        else:
            core_marked = core
        return content[:start] + _open(index) + core_marked + CLOSE + content[start + len(core) :]

    def _placeholder(self, index: int, content: str) -> str:
        return _open(index) + CLOSE if content.strip() else content


class _Raised(Exception):
    """What a template says through ``raise_exception``."""


def _open(index: int) -> str:
    return OPEN + "".join(_DIGITS[index >> shift & 15] for shift in (12, 8, 4, 0))


def _parts(text: str, messages: Sequence[Message], *, whole: bool) -> Iterator[Part]:
    """Cut a rendering at its marks. ``whole``: the marks stand for the whole message."""
    inside: int | None = None
    for piece in _MARKED.split(text):
        if piece.startswith(OPEN):
            if inside is not None:
                raise ValueError("it cuts a message apart")
            inside = int("".join(f"{ord(c) - 0xFDE0:x}" for c in piece[1:]), 16)
        elif piece == CLOSE:
            if inside is None:
                raise ValueError("it cuts a message apart")
            if whole:
                yield Part(messages[inside].content.strip(), inside, messages[inside].role)
            inside = None
        elif piece:
            # a BREAK in the template's own part is kept: it shows content that escaped, and must not become a token
            yield Part(piece) if inside is None else Part(piece.replace(BREAK, ""), inside, messages[inside].role)
    if inside is not None:
        raise ValueError("it cuts a message apart")


def _check(parts: Sequence[Part], messages: Sequence[Message]) -> None:
    shown = {part.message for part in parts}
    if missing := [i for i, m in enumerate(messages) if m.content.strip() and i not in shown]:
        raise ValueError(f"it leaves out the {messages[missing[0]].role} message")


def _system_or_not(messages: list[Message]) -> Iterator[list[Message]]:
    """The conversation as it is; then with the system message at the head of the first user turn."""
    yield messages
    if len(messages) > 1 and messages[0].role == "system":
        first = messages[1]
        yield [Message(first.role, f"{messages[0].content}\n\n{first.content}"), *messages[2:]]


_Dress = Callable[[int, str], str]


def _as_text(messages: Sequence[Message], dress: _Dress) -> list[dict[str, Any]]:
    return [{"role": m.role, "content": dress(i, m.content)} for i, m in enumerate(messages)]


def _as_list(messages: Sequence[Message], dress: _Dress) -> list[dict[str, Any]]:
    """Templates of models that see pictures want a list of typed pieces."""
    return [
        {"role": m.role, "content": [{"type": "text", "text": dress(i, m.content)}]} for i, m in enumerate(messages)
    ]


def _environment() -> Any:
    """The sandbox, with the names that templates expect (as in transformers' ``chat_template_utils``)."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _generation_tag()]
    )
    environment.filters["tojson"] = _to_json
    environment.filters["from_json"] = json.loads
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = lambda form: datetime.datetime.now().strftime(form)
    return environment


def _raise(words: str) -> None:
    raise _Raised(words)


def _to_json(value: Any, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _generation_tag() -> Any:
    """``{% generation %}…{% endgeneration %}``, which marks what to learn and prints its content."""
    from jinja2 import nodes
    from jinja2.ext import Extension

    class Generation(Extension):
        tags = {"generation"}  # noqa: RUF012  the base class declares it so

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body).set_lineno(line)

    return Generation
