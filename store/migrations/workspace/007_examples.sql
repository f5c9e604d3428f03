-- Examples can be edited: each has an id, what a table shows of it stands apart from its text, and taking away can be undone.
ALTER TABLE datasets ADD COLUMN state TEXT NOT NULL DEFAULT 'here'
    CHECK (state IN ('arriving', 'here', 'kept', 'removed'));  -- kept: as a run used it, before an edit
ALTER TABLE datasets ADD COLUMN edited_at TEXT NOT NULL DEFAULT '';    -- UTC, ISO 8601
ALTER TABLE datasets ADD COLUMN measured_by TEXT NOT NULL DEFAULT '';  -- SHA-256 of the model that counted the tokens

CREATE TABLE edited_examples (
    id INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,           -- rises from 0; taking away leaves gaps
    line INTEGER NOT NULL,               -- where it was in the file, from 1; added ones go on counting
    question TEXT NOT NULL,              -- how the first user turn begins
    answer TEXT NOT NULL,                -- how the first assistant turn begins
    tags TEXT NOT NULL DEFAULT '',       -- each between line feeds: \nformal\nchecked\n
    tokens INTEGER,                      -- as training sees it, NULL while not counted
    edited_at TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',     -- where an added one came from
    deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE example_messages (
    example INTEGER PRIMARY KEY REFERENCES edited_examples (id) ON DELETE CASCADE,
    messages TEXT NOT NULL               -- JSON: [{"role", "content"}, …]
);

INSERT INTO edited_examples (dataset, position, line, question, answer)
SELECT
    dataset, position, line,
    coalesce((
        SELECT replace(substr(json_extract(value, '$.content'), 1, 120), char(10), ' ')
        FROM json_each(messages) WHERE json_extract(value, '$.role') = 'user' ORDER BY key LIMIT 1
    ), ''),
    coalesce((
        SELECT replace(substr(json_extract(value, '$.content'), 1, 120), char(10), ' ')
        FROM json_each(messages) WHERE json_extract(value, '$.role') = 'assistant' ORDER BY key LIMIT 1
    ), '')
FROM examples ORDER BY dataset, position;
INSERT INTO example_messages (example, messages)
SELECT edited_examples.id, examples.messages
FROM edited_examples JOIN examples USING (dataset, position);

DROP TABLE examples;
ALTER TABLE edited_examples RENAME TO examples;
CREATE INDEX examples_in_order ON examples (dataset, position);
CREATE INDEX examples_taken_away ON examples (deleted) WHERE deleted = 1;
