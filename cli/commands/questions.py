"""``formfact questions``: the question sets that are kept in the workspace."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.show import Show
    from engine.workspace import Workspace


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``questions`` and its sub-commands."""
    questions = commands.add_parser("questions", help="question sets: import, list, export, remove")
    what = questions.add_subparsers(dest="what", metavar="WHAT", required=True)

    take = what.add_parser("import", help="import a JSONL file, one question with its checks a line")
    take.add_argument("file", type=Path)
    take.add_argument("--name", help="what to call it (default: the file's name)")
    take.set_defaults(run=_import, needs="write")

    what.add_parser("list", help="list question sets").set_defaults(run=_list, needs="read")

    export = what.add_parser("export", help="write a question set as JSONL")
    export.add_argument("name")
    export.add_argument("file", type=Path, nargs="?", help="default: NAME.jsonl in the current folder")
    export.set_defaults(run=_export, needs="read")

    remove = what.add_parser("remove", help="remove a question set; scorecards keep their questions")
    remove.add_argument("name")
    remove.set_defaults(run=_remove, needs="write")


def _import(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    taken = workspace.question_sets.import_file(args.file, args.name)
    plain = {"name": taken.path, "questions": len(taken.questions), "sha256": taken.sha256}
    show.result(plain, f"{taken.path}: {len(taken.questions)} questions. Score them: formfact score {taken.path!r}")


def _list(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    found = workspace.question_sets.list()
    rows = [(one.name, f"{one.questions:,}", one.changed_at[:19], one.source) for one in found]
    plain = [{"name": one.name, "questions": one.questions, "source": one.source} for one in found]
    show.table(rows, ("name", "questions", "changed (UTC)", "from"), {"question_sets": plain})


def _export(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    path = workspace.question_sets.export(args.name, args.file or Path(f"{args.name}.jsonl"))
    show.result({"path": str(path)}, f"Written: {path}")


def _remove(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    workspace.question_sets.remove(args.name)
    show.result({"removed": args.name}, f"Removed {args.name}.")
