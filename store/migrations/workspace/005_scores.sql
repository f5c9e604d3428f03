-- Scorecards: a question set answered by several arms. One that is still 'running' can be continued.
CREATE TABLE scorecards (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL,              -- digest of all that the answers depend on
    state TEXT NOT NULL CHECK (state IN ('running', 'done')),
    questions_sha256 TEXT NOT NULL,
    question_set TEXT NOT NULL,          -- the questions and their checks, as JSON
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    run TEXT NOT NULL,
    adapter_sha256 TEXT NOT NULL,
    documents_sha256 TEXT NOT NULL,
    arms TEXT NOT NULL,
    seed INTEGER NOT NULL,
    seconds REAL NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX scorecards_by_identity ON scorecards (identity, state);

CREATE TABLE scored_answers (
    scorecard INTEGER NOT NULL REFERENCES scorecards (id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    arm TEXT NOT NULL,
    form INTEGER,                        -- 1 passed, 0 failed, NULL: the question has no such check
    facts INTEGER,
    faults TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (scorecard, question, arm)
) WITHOUT ROWID;
