"""``formfact data``: import, list, lint, preview and export training examples."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataRefused

if TYPE_CHECKING:
    from cli.show import Show
    from engine.workspace import Workspace

_SHOWN = 20  # bad rows, lines of a finding


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``data`` and its sub-commands."""
    data = commands.add_parser("data", help="training examples: import, list, lint, preview, export")
    what = data.add_subparsers(dest="what", metavar="WHAT", required=True)

    take = what.add_parser("import", help="import a file: JSONL, JSON, CSV, TSV or Parquet")
    take.add_argument("file", type=Path)
    take.add_argument("--name", help="what to call it (default: the file's name)")
    take.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="which column is what, e.g. --map prompt=question --map completion=reply",
    )
    take.set_defaults(run=_import, needs="write")

    what.add_parser("list", help="list datasets").set_defaults(run=_list, needs="read")

    lint = what.add_parser("lint", help="look for what may spoil a tune")
    lint.add_argument("name")
    lint.set_defaults(run=_lint, needs="read")

    preview = what.add_parser("preview", help="show the first examples; with a model, what of them is learnt")
    preview.add_argument("name")
    preview.add_argument("-n", type=int, default=3, help="how many examples (default: 3)")
    preview.add_argument("--model", help="show the tokens of this model, and which of them are learnt")
    preview.set_defaults(run=_preview, needs="read")

    export = what.add_parser("export", help="write a dataset as JSONL")
    export.add_argument("name")
    export.add_argument("file", type=Path, nargs="?", help="default: NAME.jsonl in the current folder")
    export.set_defaults(run=_export, needs="read")


def _import(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    mapping = dict(_pair(given) for given in args.map)
    dataset = workspace.datasets.import_file(args.file, show.task, name=args.name, mapping=mapping)
    bad = workspace.datasets.bad_rows(dataset)
    lines = [f"{dataset.name}: {dataset.rows:,} examples, version {dataset.version[:12]}."]
    lines += [f"  line {row.line} {row.reason}: {' '.join(row.text.split())[:60]}" for row in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        lines.append(f"  and {len(bad) - _SHOWN:,} more (--json lists all)")
    show.result({**_plain(dataset), "bad": bad}, "\n".join(lines))


def _pair(given: str) -> tuple[str, str]:
    field, equals, column = given.partition("=")
    if not equals or not field or not column:
        raise DataRefused(f"{given!r} does not say which column is what.", "Write --map FIELD=COLUMN.")
    return field.strip(), column.strip()


def _list(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    found = workspace.datasets.list()
    rows = [
        (d.name, d.version[:12], f"{d.rows:,}", f"{d.bad_rows:,}", json.loads(d.mapping)["format"], d.imported_at[:19])
        for d in found
    ]
    heads = ("name", "version", "examples", "bad rows", "format", "imported (UTC)")
    show.table(rows, heads, {"datasets": [_plain(dataset) for dataset in found]})


def _lint(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    findings = workspace.datasets.lint(args.name, show.task)
    lines = []
    for finding in findings:
        some = ", ".join(str(row) for row in finding.rows[:_SHOWN]) + (" …" if len(finding.rows) > _SHOWN else "")
        lines.append(f"{finding.kind}, line{'s' if len(finding.rows) > 1 else ''} {some}\n  {finding.reason}")
    show.result({"name": args.name, "findings": findings}, "\n".join(lines) or "Nothing to say against these examples.")


def _preview(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    found = workspace.datasets.preview(args.name, args.n, args.model)
    blocks = []
    for row in found:
        turns = [f"{message['role']}: {message['content']}" for message in row["messages"]]
        if row["tokens"] is not None:
            turns.append(_mask(row["tokens"]))
        blocks.append("\n".join([f"— line {row['line']}", *turns]))
    if args.model and blocks:
        blocks.append("Text in ⟦ ⟧ is learnt; the rest is only read.")
    show.result({"name": args.name, "examples": found}, "\n\n".join(blocks))


def _mask(tokens: list[dict[str, Any]]) -> str:
    """The text as the model reads it, with what carries loss in brackets."""
    text, learning = "", False
    for token in tokens:
        learnt = token["label"] != -100
        if learnt != learning:
            text += "⟦" if learnt else "⟧"
            learning = learnt
        text += token["text"]
    count = sum(token["label"] != -100 for token in tokens)
    return f"{text}{'⟧' if learning else ''}\n({len(tokens)} tokens, {count} learnt)"


def _export(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    dataset = workspace.datasets.get(args.name)
    target = workspace.datasets.export(args.name, args.file or Path(f"{dataset.name}.jsonl"))
    result = {"name": dataset.name, "version": dataset.version, "path": str(target)}
    show.result(result, f"{dataset.rows:,} examples in {target}.")


def _plain(dataset: Any) -> dict[str, Any]:
    """A dataset as JSON shows it: the mapping as an object, without the row id."""
    return {
        "name": dataset.name,
        "version": dataset.version,
        "rows": dataset.rows,
        "bad_rows": dataset.bad_rows,
        "duplicates": dataset.duplicates,
        "mapping": json.loads(dataset.mapping),
        "encoding": dataset.encoding,
        "source": dataset.source,
        "imported_at": dataset.imported_at,
    }
