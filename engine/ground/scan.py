"""What changed on disk since the last look: new and changed files, deleted ones, and folders that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.ground.paths import Found, as_path, walk
from store.documents import Documents

_SETTLED = {"indexed", "partial", "empty", "refused"}
REMOVED = "removed"  # by the user, though the file is still in its folder: a rescan leaves it out


@dataclass(slots=True)
class Changes:
    """Files to index; documents (paths as text) whose file is deleted; documents whose folder is not reachable."""

    files: list[Found] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    offline: list[str] = field(default_factory=list)


def named(documents: Documents, roots: Sequence[str]) -> list[Found]:
    """The files under ``roots`` that are not indexed as they are now. Refused ones are tried again if named."""
    known = documents.known()
    return [file for file in walk(roots) if not _settled(file, known.get(file.path), again=file.path == file.root)]


def changes(documents: Documents) -> Changes:
    """Compare everything that was added with the disk."""
    known, result = documents.known(), Changes()
    taken: set[str] = set()  # a file may be under two roots
    by_root: dict[str, dict[str, bool]] = {}
    for path, root, shown in documents.places():
        by_root.setdefault(root, {})[path] = shown
    for root, folder in documents.roots():
        had = by_root.get(root, {})
        if not _reachable(root, folder, bool(had)):
            result.offline += [path for path, shown in had.items() if shown]
            continue
        found = list(walk([root]))
        todo = (file for file in found if not _settled(file, known.get(file.path), again=False))
        result.files += [file for file in todo if file.path not in taken]
        taken.update(file.path for file in result.files)
        there = {file.path for file in found}
        result.deleted += [path for path in had if path not in there]
    return result


def again(documents: Documents, paths: Sequence[str]) -> list[Found]:
    """The files of documents, to be read whatever is known of them; those that are gone are left out."""
    roots = {path: root for path, root, _ in documents.places()}
    return [Found(file.path, roots.get(file.path, file.root), file.size, file.modified_ns) for file in walk(paths)]


def _settled(file: Found, known: tuple[int, int, str] | None, *, again: bool) -> bool:
    if known is None:
        return False
    size, modified_ns, status = known
    if status == REMOVED:
        return not again
    if again and status == "refused":
        return False
    return status in _SETTLED and (size, modified_ns) == (file.size, file.modified_ns)


def _reachable(root: str, folder: bool, had: bool) -> bool:
    """Whether what is missing at ``root`` was deleted, rather than being on a drive that is not connected.

    A folder that is gone, or that held documents and is empty now (a mount point), is not reachable. A single file
    that is gone was deleted, if the folder that it was in still holds something.
    """
    path = as_path(root)
    try:
        if folder:
            return path.is_dir() and (not had or any(path.iterdir()))
        return path.exists() or any(path.parent.iterdir())
    except OSError:
        return False
