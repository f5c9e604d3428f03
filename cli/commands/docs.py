"""``formfact docs``: index documents and search them."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.show import Show
from engine.types import Passage

if TYPE_CHECKING:
    from engine.ground.candidates import Candidate
    from engine.workspace import Workspace
    from store.documents import Document


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    docs = commands.add_parser("docs", help="index documents and search them")
    verbs = docs.add_subparsers(dest="verb", metavar="VERB", required=True)

    add = verbs.add_parser("add", help="index files and folders")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add.add_argument("--collection", metavar="NAME", help="the collection that they go to, made if it is missing")
    add.set_defaults(run=_add, needs="write")

    listing = verbs.add_parser("list", help="every document with its status")
    listing.set_defaults(run=_list, needs="read")

    rescan = verbs.add_parser("rescan", help="bring the index in step with the disk")
    rescan.set_defaults(run=_rescan, needs="write")

    retry = verbs.add_parser("retry", help="read documents again, whatever is known of them")
    retry.add_argument("ids", nargs="+", type=int, metavar="ID")
    retry.set_defaults(run=_retry, needs="write")

    collections = verbs.add_parser("collections", help="every collection with how much it has")
    collections.set_defaults(run=_collections, needs="read")

    move = verbs.add_parser("move", help="put documents into a collection")
    move.add_argument("collection", metavar="COLLECTION", help="made if it is missing")
    move.add_argument("ids", nargs="+", type=int, metavar="ID")
    move.set_defaults(run=_move, needs="write")

    remove = verbs.add_parser("remove", help="take documents out of the index (files are not touched)")
    remove.add_argument("ids", nargs="+", type=int, metavar="ID")
    remove.set_defaults(run=_remove, needs="write")

    search = verbs.add_parser("search", help="find passages for a question")
    search.add_argument("query", metavar="QUERY", help="a question; `-` reads one a line from standard input")
    search.add_argument("-k", type=int, default=5, metavar="N", help="how many passages (default: 5)")
    search.add_argument("--collection", metavar="NAME", help="search in this collection only")
    search.add_argument("--inspect", action="store_true", help="every candidate with its ranks, and why one was cut")
    search.set_defaults(run=_search, needs="write or read")


def _add(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    _summary(workspace.documents.add(args.paths, show.task, collection=args.collection), show)


def _rescan(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    _summary(workspace.documents.rescan(show.task), show)


def _list(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    documents = workspace.documents.list()
    rows = [(one.id, one.status, one.chunks, one.pages or "", one.path, one.reason) for one in documents]
    heads = ("id", "status", "chunks", "pages", "path", "reason")
    show.table(rows, heads, {"documents": [_plain(one) for one in documents]})


def _retry(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    _summary(workspace.documents.retry(args.ids, show.task), show)


def _collections(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    found = [(one.name, one.documents, one.chunks) for one in workspace.documents.collections()]
    heads = ("collection", "documents", "chunks")
    show.table(found, heads, {"collections": [dict(zip(heads, row, strict=True)) for row in found]})


def _move(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    workspace.documents.move(args.ids, args.collection, show.task)
    many = f"{len(args.ids)} documents" if len(args.ids) > 1 else "1 document"
    show.result({"moved": args.ids, "collection": args.collection}, f"Moved {many} to {args.collection}.")


def _remove(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    gone = workspace.documents.remove(args.ids, show.task)
    show.result({"removed": [one.id for one in gone]}, "\n".join(f"Removed {one.path}" for one in gone))


def _search(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    queries = (line.strip() for line in sys.stdin) if args.query == "-" else (args.query,)
    for query in filter(None, queries):
        if args.inspect:
            found = workspace.documents.inspect(query, 20, k=args.k, collection=args.collection, task=show.task)
            _candidates(query, found, show)
        else:
            passages = workspace.documents.search(query, args.k, collection=args.collection, task=show.task)
            _passages(query, passages, show)


def _summary(documents: Sequence[Document], show: Show) -> None:
    counts = Counter(one.status for one in documents)
    chunks = sum(one.chunks for one in documents)
    words = ", ".join(f"{many} {status}" for status, many in sorted(counts.items()))
    value = {"documents": [_plain(one) for one in documents], "chunks": chunks, "statuses": dict(counts)}
    show.result(value, f"{len(documents):,} documents: {words or 'none'}; {chunks:,} chunks.")


def _plain(one: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "path": one.path,
        "collection": one.collection,
        "status": one.status,
        "reason": one.reason,
        "pages": one.pages,
        "blank_pages": one.blank_pages,
        "characters": one.characters,
        "chunks": one.chunks,
        "coverage": one.coverage,
    }


def _passages(query: str, passages: Sequence[Passage], show: Show) -> None:
    found = [_scored(one) for one in passages]
    show.result({"query": query, "passages": found}, "\n\n".join(map(_text, passages)) or "Nothing found.")


def _candidates(query: str, candidates: Sequence[Candidate], show: Show) -> None:
    found = [{**_scored(one.passage), "cut": one.cut, "within": one.within} for one in candidates]
    lines = (f"{_text(one.passage)}\n→ {_fate(one)}" for one in candidates)
    show.result({"query": query, "candidates": found}, "\n\n".join(lines) or "Nothing found.")


def _fate(one: Candidate) -> str:
    return {
        "": f"in the prompt, as passage {one.within}",
        "far_behind": "left out: far behind the best by meaning and by words",
        "within": f"passage {one.within} has its text",
        "beyond": "left out: there are better ones",
    }[one.cut]


def _scored(one: Passage) -> dict[str, Any]:
    fields = ("rank", "document", "path", "page", "start", "end", "text", "heading", "score")
    scores = ("dense_rank", "lexical_rank", "dense_score", "lexical_score")
    return {name: getattr(one, name) for name in (*fields, *scores)}


def _text(one: Passage) -> str:
    place = f", page {one.page}" if one.page else ""
    heading = f" > {one.heading}" if one.heading else ""
    dense = f"meaning #{one.dense_rank}" if one.dense_rank else "meaning –"
    lexical = f"words #{one.lexical_rank}" if one.lexical_rank else "words –"
    return f"[{one.rank}] {one.document}{heading}{place}  ({one.score:.4f}: {dense}, {lexical})\n{one.text}"
