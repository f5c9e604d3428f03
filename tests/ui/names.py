"""What a window that is killed and the test that kills it both know."""

from __future__ import annotations

from pathlib import Path

DATA = "replies"
QUESTION = "How long is the refund window?"


def many_files(folder: Path, count: int) -> Path:
    """A folder with so many small documents."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        text = "\n\n".join(
            f"Paragraph {part} of file {number} tells of lamps and of their price." for part in range(40)
        )
        (folder / f"file {number}.md").write_text(f"# File {number}\n\n{text}\n", encoding="utf-8")
    return folder
