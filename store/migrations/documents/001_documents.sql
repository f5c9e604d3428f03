-- The truth about documents: what was read, how it was cut, and the vector of every chunk.

-- This database and the Chroma folder beside it know each other by a common identity.
CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO identity VALUES ('index', lower(hex(randomblob(16))));

-- What the user added: files, and folders in which new files are looked for.
CREATE TABLE roots (path TEXT PRIMARY KEY, folder INTEGER NOT NULL) WITHOUT ROWID;

-- The content of files. Two files with the same bytes share one; a renamed file keeps its own.
CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,            -- from the name that the first file with this content had
    pages INTEGER,                  -- NULL where the format has none
    blank_pages INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    note TEXT NOT NULL,             -- what was left out, empty when nothing was
    complete INTEGER NOT NULL DEFAULT 0  -- 1 when every chunk has its vector
);

-- The text of a content in pieces, so that a part of a long one is read without the rest.
CREATE TABLE texts (
    content INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (content, start)
) WITHOUT ROWID;

-- Chunks in reading order. Ids are never used again, so an id in Chroma means the same vector for ever.
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,         -- characters from the start of the text
    "end" INTEGER NOT NULL,
    page INTEGER,                   -- counts from 1
    title TEXT NOT NULL,
    heading TEXT NOT NULL,          -- Terms > Refunds
    text TEXT NOT NULL,
    digest BLOB NOT NULL,           -- of what was embedded: an equal chunk takes over its vector
    UNIQUE (content, ordinal)
);
CREATE INDEX chunks_digest ON chunks (digest);

-- float32, little-endian. Deleting a chunk deletes its vector.
CREATE TABLE vectors (
    chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
    vector BLOB NOT NULL
);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    status TEXT NOT NULL,           -- reading, indexed, partial, empty, refused, offline
    reason TEXT NOT NULL,
    content INTEGER REFERENCES contents ON DELETE SET NULL,
    indexed_at TEXT NOT NULL
);
CREATE INDEX documents_content ON documents (content);
CREATE INDEX documents_sha256 ON documents (sha256);

CREATE VIRTUAL TABLE words USING fts5 (
    title, heading, text,
    content = 'chunks', content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER chunks_added AFTER INSERT ON chunks BEGIN
    INSERT INTO words (rowid, title, heading, text) VALUES (new.id, new.title, new.heading, new.text);
END;
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO words (words, rowid, title, heading, text) VALUES ('delete', old.id, old.title, old.heading, old.text);
END;
