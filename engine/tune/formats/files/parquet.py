"""Parquet. The only file that imports pyarrow (the column format: https://parquet.apache.org/docs/file-format/)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import DataRefused, Unavailable
from engine.tune.formats.base import Reader, Row, Source

_BATCH = 1000


def _accepts(path: Path, head: bytes) -> bool:
    return path.suffix.lower() in (".parquet", ".pq") or head.startswith(b"PAR1")


def _open(path: Path) -> Source:
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as fault:
        raise Unavailable("Reading Parquet needs pyarrow.", "Run bootstrap.py again, or convert to JSONL.") from fault
    try:
        file = ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as fault:
        raise DataRefused(
            f"{path.name} is not a whole Parquet file.", "Fetch or write it again.", str(fault)
        ) from fault
    return Source("Parquet", "", _rows(file, path))


def _rows(file: Any, path: Path) -> Iterator[Row]:
    import pyarrow

    number = 0
    try:
        with file:
            for batch in file.iter_batches(_BATCH):
                for record in batch.to_pylist():
                    number += 1
                    yield Row(number, record, text=str(record)[:200])
    except (pyarrow.ArrowException, OSError) as fault:
        raise DataRefused(
            f"{path.name} is damaged after row {number}.", "Fetch or write it again.", str(fault)
        ) from fault


READER = Reader("Parquet (.parquet)", _accepts, _open)
