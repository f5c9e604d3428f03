-- Question sets that are kept in the workspace, a question a row.
CREATE TABLE question_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,                -- the file that it was imported from, '' if it was made here
    changed_at TEXT NOT NULL
);

CREATE TABLE questions (
    question_set INTEGER NOT NULL REFERENCES question_sets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,           -- the order of the questions; gaps do not matter
    id TEXT NOT NULL,
    key TEXT NOT NULL,                   -- the question as it is looked up: case, space and the last mark left out
    line TEXT NOT NULL,                  -- the question with its checks: a line of a question set file
    PRIMARY KEY (question_set, id)
);
CREATE INDEX questions_by_key ON questions (key);
