"""Code in colours: what Pygments says of it, as a handful of kinds that the theme has colours for. No Qt."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST = 8_000
"""Code longer than this is not coloured: it is read again with each piece that arrives."""

_KINDS = {
    "Comment": "comment",
    "Keyword": "keyword",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Name.Function": "name",
    "Name.Class": "name",
    "Name.Tag": "name",
    "Name.Attribute": "name",
    "Name.Builtin": "keyword",
    "Name.Decorator": "name",
    "Operator.Word": "keyword",
    "Generic.Deleted": "comment",
    "Generic.Inserted": "string",
}


def lines(code: str, language: str) -> list[list[tuple[str, str]]]:
    """Each line as pieces with their kind: ``comment``, ``keyword``, ``string``, ``number``, ``name`` or nothing."""
    lexer = _lexer(language.lower()) if language and len(code) <= LONGEST else None
    if lexer is None:
        return [[(line, "")] if line else [] for line in code.split("\n")]
    found: list[list[tuple[str, str]]] = [[]]
    for token, text in lexer.get_tokens(code):
        kind = _kind(str(token).removeprefix("Token."))
        for number, part in enumerate(text.split("\n")):
            if number:
                found.append([])
            if part:
                _add(found[-1], part, kind)
    return found[: code.count("\n") + 1]


def _add(line: list[tuple[str, str]], text: str, kind: str) -> None:
    if line and line[-1][1] == kind:
        line[-1] = (line[-1][0] + text, kind)
    else:
        line.append((text, kind))


@cache
def _kind(token: str) -> str:
    return next((kind for name, kind in _KINDS.items() if token == name or token.startswith(f"{name}.")), "")


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
