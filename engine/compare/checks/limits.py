"""JSON schema keywords within a limit of time, for ``checks.schema``.

A schema comes with a question set, from anyone: its patterns may take exponential time on some texts, and so may its
references. Here every keyword looks at the clock before it begins, and the keywords that hold patterns (``pattern``,
``patternProperties``, ``additionalProperties``) search with the limit of ``checks.pattern``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.compare.checks.pattern import LIMIT_S, SlowPattern, found

Keyword = Callable[[Any, Any, Any, Any], Any]


class Unusable(Exception):
    """A part of the schema took longer than ``LIMIT_S``, or is no pattern to the limited search; it says which."""


class Limits:
    """The keywords of one comparison, which together may take ``LIMIT_S`` seconds."""

    def __init__(self) -> None:
        self._until = time.monotonic() + LIMIT_S

    def keywords(self, known: Mapping[str, Keyword]) -> dict[str, Keyword]:
        """``known`` with the limit."""
        own: dict[str, Keyword] = {
            "pattern": self._pattern,
            "patternProperties": self._pattern_properties,
            "additionalProperties": self._additional_properties,
        }
        return {name: self._timed(own.get(name, keyword)) for name, keyword in known.items()}

    def _timed(self, keyword: Keyword) -> Keyword:
        def timed(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
            self._left("the schema")
            yield from keyword(validator, value, instance, schema) or ()

        return timed

    def _left(self, what: str) -> float:
        """Seconds that are left."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise Unusable(f"{what} took over {LIMIT_S:.0f} s")
        return left

    def _found(self, pattern: str, text: str) -> bool:
        try:
            return found(pattern, text, self._left(f"the pattern {pattern!r}"))
        except SlowPattern as fault:
            raise Unusable(f"the pattern {pattern!r} took over {LIMIT_S:.0f} s") from fault
        except ValueError as fault:  # Python's own syntax, which the schema was checked against, differs a little
            raise Unusable(f"the pattern {pattern!r} cannot be used ({fault})") from fault

    def _pattern(self, validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
        import jsonschema

        if validator.is_type(instance, "string") and not self._found(pattern, instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")

    def _pattern_properties(self, validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        for pattern, schema in patterns.items():
            for name, value in instance.items():
                if self._found(pattern, name):
                    yield from validator.descend(value, schema, path=name, schema_path=pattern)

    def _additional_properties(self, validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        import jsonschema

        if not validator.is_type(instance, "object"):
            return
        patterns = schema.get("patternProperties", {})
        for name, value in instance.items():
            if name in schema.get("properties", {}) or any(self._found(pattern, name) for pattern in patterns):
                continue
            if wanted is False:
                yield jsonschema.ValidationError(f"{name!r} is one property too many")
            else:
                yield from validator.descend(value, wanted, path=name)
