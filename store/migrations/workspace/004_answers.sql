-- Comparisons: one question answered by one arm or several. Everything that the arms shared is in the row.
CREATE TABLE comparisons (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,      -- what a person sees as one chat; '' for a single question
    question TEXT NOT NULL,
    system TEXT NOT NULL,
    history TEXT NOT NULL,           -- JSON list of {role, content}
    passages TEXT NOT NULL,          -- JSON list of types.Passage, frozen when the question was asked
    arms TEXT NOT NULL,              -- JSON list of names
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    run TEXT NOT NULL,               -- '' when no arm needed one
    adapter_sha256 TEXT NOT NULL,
    sampling TEXT NOT NULL,          -- JSON of types.Sampling
    seed INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asking', 'done', 'stopped', 'failed')),
    created_at TEXT NOT NULL         -- UTC, ISO 8601
);
CREATE INDEX comparisons_conversation ON comparisons (conversation, id);

CREATE TABLE answers (
    comparison INTEGER NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
    arm TEXT NOT NULL,
    answer TEXT NOT NULL,            -- JSON of types.Answer
    PRIMARY KEY (comparison, arm)
) WITHOUT ROWID;

-- What the canary said of a base model the first time: the same file must say the same ever after.
CREATE TABLE canaries (
    model_sha256 TEXT NOT NULL,
    build TEXT NOT NULL,             -- llama.cpp's version and instructions: they change the last bits
    base TEXT NOT NULL,
    PRIMARY KEY (model_sha256, build)
) WITHOUT ROWID;
