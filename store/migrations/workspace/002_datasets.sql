-- Training data: each import is one dataset, each example one row, in the order of the file.
CREATE TABLE datasets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,        -- SHA-256 of the examples, whatever the file was called
    rows INTEGER NOT NULL,
    bad_rows INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    mapping TEXT NOT NULL,        -- JSON: format, and field -> column
    encoding TEXT NOT NULL,
    source TEXT NOT NULL,
    imported_at TEXT NOT NULL
);
CREATE INDEX datasets_by_name ON datasets (name, version);

CREATE TABLE examples (
    dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,    -- from 0
    line INTEGER NOT NULL,        -- where it was in the file, from 1
    messages TEXT NOT NULL,       -- JSON: [{"role", "content"}, …]
    PRIMARY KEY (dataset, position)
) WITHOUT ROWID;

CREATE TABLE bad_rows (
    dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX bad_rows_by_dataset ON bad_rows (dataset, line);
