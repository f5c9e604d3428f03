"""An answer that is JSON of a given shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import msgspec

from engine.compare.checks.base import Check, Heard, Sample, Side
from engine.compare.checks.limits import Limits, Unusable


class JsonSchema(Check, frozen=True, tag="json_schema"):
    """The whole answer is JSON that fits ``schema`` (draft 2020-12 unless it names another)."""

    title: ClassVar[str] = "Is JSON of this shape"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample(
        {"schema": {"type": "object", "required": ["answer"]}}, '{"answer": "30 days"}', '{"reply": "30 days"}'
    )
    schema: Annotated[dict[str, Any] | bool, msgspec.Meta(title="JSON schema", description="an object, as JSON")]

    def __post_init__(self) -> None:
        """Refuse what is not a schema, or could not be compared in a limited time, while the question set is read."""
        import jsonschema

        try:
            jsonschema.validators.validator_for(self.schema).check_schema(self.schema)
        except jsonschema.SchemaError as fault:
            raise ValueError(f"not a JSON schema ({fault.message})") from fault
        if {"unevaluatedProperties", "patternProperties"} <= set(_keys(self.schema)):
            # the library compares these two with Python's own patterns, which know no limit of time
            raise ValueError(
                "unevaluatedProperties beside patternProperties takes no limit; write additionalProperties"
            )

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        try:
            value = json.loads(heard.text)
        except (ValueError, RecursionError) as fault:
            return f"It is not JSON ({fault})."
        return _misfit(self.schema, value)


def _misfit(schema: dict[str, Any] | bool, value: Any) -> str:
    """The first way in which ``value`` does not fit. A ``$ref`` to the network is an error, never a download."""
    import jsonschema
    import referencing

    limits = Limits()
    kind = jsonschema.validators.validator_for(schema)
    limited = jsonschema.validators.extend(kind, limits.keywords(kind.VALIDATORS))
    try:
        worst = jsonschema.exceptions.best_match(limited(schema, registry=referencing.Registry()).iter_errors(value))
    except referencing.exceptions.Unresolvable as fault:
        return f"The schema refers to {fault.ref}, which is not part of it."
    except Unusable as fault:
        return f"It could not be compared with the schema: {fault}."
    except (RecursionError, ArithmeticError):
        return "It is nested too deeply, or holds a number too large, to compare with the schema."
    return f"It does not fit the schema at {worst.json_path}: {worst.message}." if worst else ""


def _keys(schema: Any) -> Iterator[str]:
    """Every key in a schema, however deep."""
    todo = [schema]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            yield from part
            todo.extend(part.values())
        elif isinstance(part, list):
            todo.extend(part)
