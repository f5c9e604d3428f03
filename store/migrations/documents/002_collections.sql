-- Collections, removing with a way back, and how much of a file is in the index.

CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE,
    removed TEXT NOT NULL DEFAULT ''    -- the session that removed it, and can bring it back
);
CREATE UNIQUE INDEX collections_name ON collections (name) WHERE removed = '';
INSERT INTO collections (name) VALUES ('Documents');

-- Where the new files of a root go.
ALTER TABLE roots ADD COLUMN collection INTEGER REFERENCES collections ON DELETE SET NULL;
UPDATE roots SET collection = (SELECT id FROM collections);

-- removed: '' for a document that is shown; else the session that removed it, and can bring it back;
-- 'for good' when only the wish is left: the file is still in its folder, and a rescan leaves it out.
ALTER TABLE documents ADD COLUMN collection INTEGER REFERENCES collections ON DELETE SET NULL;
ALTER TABLE documents ADD COLUMN removed TEXT NOT NULL DEFAULT '';
UPDATE documents SET collection = (SELECT id FROM collections);
UPDATE documents SET removed = 'for good' WHERE status = 'removed';
CREATE INDEX documents_collection ON documents (collection);
CREATE INDEX documents_removed ON documents (removed) WHERE removed <> '';

-- Counted once, because a table of 20,000 documents shows it.
ALTER TABLE contents ADD COLUMN chunks INTEGER NOT NULL DEFAULT 0;
UPDATE contents SET chunks = (SELECT count(*) FROM chunks WHERE chunks.content = contents.id);
ALTER TABLE contents ADD COLUMN share REAL NOT NULL DEFAULT 1;   -- of the file that was read, in [0, 1]
