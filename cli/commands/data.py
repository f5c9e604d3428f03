"""``formfact data``: import, list, find, edit, lint, preview and export training examples."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataRefused
from store.examples import Filter

if TYPE_CHECKING:
    from cli.show import Show
    from engine.workspace import Workspace

_SHOWN = 20  # bad rows, lines of a finding


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``data`` and its sub-commands."""
    data = commands.add_parser("data", help="training examples: import, list, find, lint, preview, export")
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

    shape = what.add_parser("map", help="show what a file would become, without importing it")
    shape.add_argument("file", type=Path)
    shape.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="as for import")
    shape.set_defaults(run=_map, needs="read")

    what.add_parser("list", help="list datasets").set_defaults(run=_list, needs="read")

    find = what.add_parser("find", help="examples that hold all of some words")
    find.add_argument("name")
    find.add_argument("words", nargs="*", help="in any turn or tag, whatever their case")
    find.add_argument("--tag", action="append", default=[], help="only examples with this tag")
    find.add_argument("--edited", action="store_true", help="only examples that were changed or added by hand")
    find.set_defaults(run=_find, needs="read")

    lengths = what.add_parser("lengths", help="count the tokens of every example")
    lengths.add_argument("name")
    lengths.add_argument("--model", help="whose tokens (default: the model added last, or the starter)")
    lengths.set_defaults(run=_lengths, needs="write")

    rename = what.add_parser("rename", help="call a dataset something else")
    rename.add_argument("name")
    rename.add_argument("new")
    rename.set_defaults(run=_rename, needs="write")

    remove = what.add_parser("remove", help="delete a dataset with all its versions")
    remove.add_argument("name")
    remove.set_defaults(run=_remove, needs="write")

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


def _map(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    seen = workspace.datasets.preview_mapping(args.file, dict(_pair(given) for given in args.map) or None)
    lines = [seen.fault] if seen.fault else [f"{seen.kind}, read as {seen.format}."]
    lines += [f"  {field.name} ← {field.column or '(not used)'}" for field in seen.fields]
    lines.append(f"  columns: {', '.join(name for name, _ in seen.columns)}")
    lines += [f"  line {row.line} {row.reason}: {' '.join(row.text.split())[:60]}" for row in seen.bad[:_SHOWN]]
    lines.append(f"Of the first {seen.rows:,} rows, {len(seen.examples):,} become examples.")
    show.result(seen, "\n".join(lines))


def _find(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    chosen = Filter(tags=tuple(args.tag), edited=args.edited)
    found = workspace.datasets.summaries(args.name, " ".join(args.words), chosen)
    rows = [(one.line, one.question[:50], one.answer[:50], ", ".join(one.tags)) for one in found]
    plain = [{**one._asdict(), "tags": one.tags} for one in found]
    show.table(rows, ("line", "question", "answer", "tags"), {"name": args.name, "examples": plain})


def _lengths(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    found = workspace.datasets.lengths(args.name, args.model, show.task)
    text = (
        f"{len(found.tokens):,} examples: median {found.median:,}, longest {found.longest:,} tokens of {found.model}; "
    )
    text += f"{found.over:,} longer than {found.limit:,}."
    if found.refused:
        text += f" {found.refused:,} cannot be learnt with this model's template."
    plain = {"model": found.model, "limit": found.limit, "median": found.median, "longest": found.longest}
    show.result({**plain, "over": found.over, "refused": found.refused, "tokens": found.tokens}, text)


def _rename(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    renamed = workspace.datasets.rename(args.name, args.new)
    show.result(_plain(renamed), f"{args.name} is called {renamed.name} now.")


def _remove(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    taken = workspace.datasets.remove(args.name)
    show.result({"removed": [_plain(one) for one in taken]}, f"{taken[0].name} is removed.")


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
