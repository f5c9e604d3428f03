"""One file to its text, with pages. The only place that imports kreuzberg. Runs in the process of ``parser``.

Plain text, Markdown and source code are decoded and kept as they are, so that a passage is found at the same place in
the user's file. Everything else is read by kreuzberg: PDFs page by page (``reflow``), other formats as a tree
(``render``). The text that comes out is what is stored; all spans refer to it.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import DocumentRefused
from engine.ground.decode import decode
from engine.ground.limits import Limits
from engine.ground.reflow import reflow, without_running_lines
from engine.ground.render import plain, render

MARKDOWN = {".md", ".markdown", ".mdx"}
TEXT = {
    *(".txt", ".text", ".log", ".rst", ".org", ".adoc", ".tex", ".srt", ".vtt", ".json", ".jsonl", ".yaml", ".yml"),
    *(".toml", ".ini", ".cfg", ".py", ".js", ".ts", ".java", ".c", ".h", ".cpp", ".hpp", ".cs", ".go", ".rs", ".rb"),
    *(".php", ".sh", ".sql", ".r", ".swift", ".kt", ".scala", ".lua", ".pl", ".css"),
}
ENCRYPTED = "encrypted: it needs a password"
RECODED = {  # kreuzberg takes these for UTF-8 whatever they are
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".htm": "text/html",
    ".html": "text/html",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says.

    Args:
        text: its text; headings are lines that start with ``#`` where ``marked``.
        marked: whether the text is Markdown (of the file itself, or written by ``render`` and ``reflow``).
        pages: where each page starts in ``text``, in characters; empty where the format has no pages.
        blank_pages: how many pages have no text.
        wrapped: whether a paragraph may have line ends inside.
        note: what was left out, in words; empty when nothing was.
        share: how much of the file ``text`` is, in [0, 1].
    """

    text: str
    marked: bool
    pages: list[int] = field(default_factory=list)
    blank_pages: int = 0
    wrapped: bool = False
    note: str = ""
    share: float = 1.0


def parse(path: Path, limits: Limits) -> Parsed:
    """Read one file.

    Raises:
        DocumentRefused: it cannot be read; ``what`` is the reason in a few words.
    """
    size = path.stat().st_size
    if size == 0:
        raise DocumentRefused("empty: the file has 0 bytes")
    ending = path.suffix.lower()
    if ending in MARKDOWN | TEXT:
        return _text(path, size, limits, marked=ending in MARKDOWN)
    if size > limits.megabytes * 1_000_000:
        raise DocumentRefused(f"too large: {size / 1e6:,.0f} MB, the limit is {limits.megabytes} MB")
    return _cut(_structured(path, ending), limits, None)


def _text(path: Path, size: int, limits: Limits, *, marked: bool) -> Parsed:
    """A text file; of a very long one only the beginning is read, so that memory stays bounded."""
    with path.open("rb") as file:
        data = file.read(4 * limits.characters)
    text = decode(data)
    if text is None:
        raise DocumentRefused("unreadable: not text in any encoding that we can tell")
    share = len(data) / size if len(data) < size else None
    return _cut(Parsed(text, marked, wrapped=True), limits, share)


def _cut(parsed: Parsed, limits: Limits, share: float | None) -> Parsed:
    """Keep to the limit of characters, and say what share of the file that is."""
    whole = len(parsed.text)
    if whole <= limits.characters and share is None:
        return parsed
    text = parsed.text[: limits.characters]
    part = len(text) / whole * (share or 1.0)
    note = f"the first {len(text):,} characters, about {part:.0%} of the file, are indexed (limit of one file)"
    pages = [start for start in parsed.pages if start < len(text)]
    return dataclasses.replace(parsed, text=text, pages=pages, note=note, share=part)


def _structured(path: Path, ending: str) -> Parsed:
    import kreuzberg

    if ending == ".pdf":
        result = _extract(path, None, output_format="plain", pages=kreuzberg.PageConfig(extract_pages=True))
        return _paged([page["content"] for page in result.pages or []] or [result.content])
    data = None
    if ending in RECODED and (text := decode(path.read_bytes())) is not None:
        data = (text.encode(), RECODED[ending])
    result = _extract(path, data, output_format="markdown", include_document_structure=True)
    text = render(result.document["nodes"]) if result.document else ""
    flat = plain(result.content)
    if _words(text) < 0.7 * _words(flat):  # the tree lost text that the flat form has
        text = flat
    if not text.strip() and _locked(path):
        raise DocumentRefused(ENCRYPTED)
    return Parsed(text, marked=True)


def _words(text: str) -> int:
    return len(re.findall(r"\w+", text))


def _paged(pages: list[str]) -> Parsed:
    flowed = [reflow(page) for page in without_running_lines(pages)]
    starts, at = [], 0
    for page in flowed:
        starts.append(at)
        at += len(page) + 2
    return Parsed("\n\n".join(flowed), True, starts, flowed.count(""))


def _extract(path: Path, data: tuple[bytes, str] | None, **settings: Any) -> Any:
    import kreuzberg

    config = kreuzberg.ExtractionConfig(use_cache=False, **settings)
    try:
        if data:
            return kreuzberg.extract_bytes_sync(*data, config=config)
        with _readable_name(path) as name:
            return kreuzberg.extract_file_sync(name, config=config)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as fault:  # a Rust panic arrives as PanicException, which is no Exception
        raise DocumentRefused(_reason(fault, path), details=str(fault)) from fault


@contextmanager
def _readable_name(path: Path) -> Iterator[str]:
    """A name of the file that is valid Unicode, which is all that kreuzberg takes; a link to it where it has none."""
    name = os.fspath(path)
    if name.encode("utf-8", "ignore").decode() == name:
        yield name
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, f"file{path.suffix.encode('ascii', 'ignore').decode()}")
        link.symlink_to(path)
        yield os.fspath(link)


def _reason(fault: BaseException, path: Path) -> str:
    """A library's error in a few plain words."""
    words = str(fault).lower()
    if "password" in words or "encrypt" in words or _locked(path):
        return ENCRYPTED
    if type(fault).__name__ == "ValidationError" or "unsupported" in words:
        return f"unsupported: files of the kind {path.suffix or 'without an ending'} cannot be read"
    if type(fault).__name__ == "PanicException":
        return "corrupt: the reader gave up on it"
    return "corrupt: it is damaged, or not what its name says"


def _locked(path: Path) -> bool:
    """Whether an office file is encrypted: its manifest says so, or it is an OLE container where it should be a zip."""
    if path.suffix.lower() == ".ppt":
        return "EncryptedSummary".encode("utf-16-le") in path.read_bytes()
    if path.suffix.lower() in {".docx", ".xlsx", ".pptx"}:
        with path.open("rb") as file:
            return file.read(4) == b"\xd0\xcf\x11\xe0"
    if path.suffix.lower() in {".odt", ".ods", ".odp"} and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
    return False
