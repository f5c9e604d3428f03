"""An answer that is JSON of a given shape."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from engine.compare.checks.base import Check, Heard, Sample, Side
from engine.compare.checks.pattern import SlowPattern, found


class JsonSchema(Check, frozen=True, tag="json_schema"):
    """The whole answer is JSON that fits ``schema`` (draft 2020-12 unless it names another)."""

    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample(
        {"schema": {"type": "object", "required": ["answer"]}}, '{"answer": "30 days"}', '{"reply": "30 days"}'
    )
    schema: dict[str, Any] | bool

    def __post_init__(self) -> None:
        """Refuse what is not a schema while the question set is read."""
        import jsonschema

        try:
            jsonschema.validators.validator_for(self.schema).check_schema(self.schema)
        except jsonschema.SchemaError as fault:
            raise ValueError(f"not a JSON schema ({fault.message})") from fault

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

    kind = jsonschema.validators.extend(jsonschema.validators.validator_for(schema), {"pattern": _pattern})
    try:
        errors = kind(schema, registry=referencing.Registry()).iter_errors(value)
        worst = jsonschema.exceptions.best_match(errors)
    except referencing.exceptions.Unresolvable as fault:
        return f"The schema refers to {fault.ref}, which is not part of it."
    except RecursionError:
        return "It is nested too deeply to compare with the schema."
    return f"It does not fit the schema at {worst.json_path}: {worst.message}." if worst else ""


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Any:
    """The ``pattern`` keyword with the time limit of ``checks.pattern``."""
    import jsonschema

    try:
        fits = not isinstance(value, str) or found(pattern, value)
    except (SlowPattern, ValueError) as fault:
        yield jsonschema.ValidationError(f"the pattern {pattern!r} cannot be used ({fault or 'it takes too long'})")
        return
    if not fits:
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")
