"""What training data may look like on disk: files that hold rows, and shapes that rows come in.

* ``files/``: how rows are stored (JSON and JSON Lines, CSV and TSV, Parquet). A module has ``READER``.
* ``shapes/``: what a row says (messages, ShareGPT, Alpaca, prompt and completion…). A module has ``SHAPE``.

A new format is one new module in one of the two folders; it is found by being there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from engine.errors import DataRefused, NotFound, disk_errors
from engine.tune.formats.base import Columns, Reader, Shape, Source


def known_readers() -> list[Reader]:
    """Every kind of file that can be read."""
    return [module.READER for module in _modules("files") if hasattr(module, "READER")]


def known_shapes() -> list[Shape]:
    """Every shape that rows can have, the most telling first."""
    return sorted((module.SHAPE for module in _modules("shapes") if hasattr(module, "SHAPE")), key=lambda s: s.rank)


def open_file(path: Path) -> Source:
    """Open a file of training data.

    Raises:
        NotFound: there is no such file.
        DataRefused: it is empty, or nothing here can read it.
    """
    if not path.exists():
        raise NotFound(f"There is no file {path}.", "Check the path.")
    with disk_errors(path):
        if path.is_dir():
            raise DataRefused(f"{path} is a folder.", "Import its files one by one.")
        with path.open("rb") as file:
            head = file.read(4096)
    if not head.strip():
        raise DataRefused(f"{path.name} is empty.", "Choose a file with examples in it.")
    known = known_readers()
    for reader in known:
        if reader.accepts(path, head):
            return reader.open(path)
    kinds = ", ".join(reader.title for reader in known)
    raise DataRefused(f"{path.name} is not a kind of file that holds training data.", f"Use one of: {kinds}.")


def choose(columns: Columns, wanted: Mapping[str, str] | None) -> tuple[Shape, dict[str, str]]:
    """Find the shape of the rows, and which column is what.

    Args:
        columns: sample values by column name.
        wanted: field → column as the user says; it completes or corrects the guess, and an empty column takes
            the field out of it.

    Raises:
        DataRefused: no shape fits, or ``wanted`` names a field that no shape has or a column that is not there.
    """
    wanted = dict(wanted or {})
    guesses = [(shape, guess) for shape in known_shapes() if (guess := shape.guess(columns)) is not None]
    if not wanted:
        if not guesses:
            raise _unknown(columns)
        return guesses[0]
    fitting = [(shape, guess) for shape, guess in guesses if wanted.keys() <= set(shape.fields)]
    fitting += [(shape, {}) for shape in known_shapes() if wanted.keys() <= set(shape.fields)]
    for shape, guess in fitting:
        merged = {**shape.defaults, **guess, **wanted}
        mapping = {field: column for field, column in merged.items() if column}
        if set(shape.required) <= mapping.keys():
            _check_columns(mapping, shape, columns)
            return shape, mapping
    fields = "; ".join(f"{shape.title}: {', '.join(shape.fields)}" for shape in known_shapes())
    raise DataRefused(f"No format has the fields {', '.join(wanted)}.", f"Fields are: {fields}.")


def _check_columns(mapping: Mapping[str, str], shape: Shape, columns: Columns) -> None:
    for field, column in mapping.items():
        if field in shape.inner or column in columns or column.partition(".")[0] in columns:
            continue
        raise DataRefused(f"There is no column {column!r} for {field}.", f"The columns are: {_names(columns)}.")


def _unknown(columns: Columns) -> DataRefused:
    return DataRefused(
        f"The columns ({_names(columns)}) do not say what is asked and what is answered.",
        "Name them yourself, e.g. --map prompt=COLUMN --map completion=COLUMN.",
    )


def _names(columns: Columns) -> str:
    names = [name if len(name) <= 40 else name[:39] + "…" for name in columns]
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")


def _modules(folder: str) -> Iterator[ModuleType]:
    package = importlib.import_module(f"engine.tune.formats.{folder}")
    for module in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{module.name}")
