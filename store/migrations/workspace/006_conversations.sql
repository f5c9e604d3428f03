-- Conversations: turns of comparisons, as a tree. A question that is edited, or asked again with another seed, is a
-- sibling of the first; nothing is lost. Of siblings the one with the highest "shown" is in view.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,             -- '' until it is named, by its first question or by a person
    pinned INTEGER NOT NULL,
    asking TEXT NOT NULL,            -- JSON of chat.asking.Asking: what was last used; '' before the first question
    deleted INTEGER NOT NULL,        -- kept until the workspace is next opened
    created_at TEXT NOT NULL,        -- UTC, ISO 8601
    updated_at TEXT NOT NULL
);

CREATE TABLE turns (
    comparison INTEGER PRIMARY KEY REFERENCES comparisons (id) ON DELETE CASCADE,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES turns (comparison) ON DELETE CASCADE,  -- NULL: the first question
    chosen TEXT NOT NULL,            -- the arm that the conversation goes on from
    asking TEXT NOT NULL,            -- JSON of chat.asking.Asking: what it was asked with
    searched INTEGER NOT NULL,       -- whether the comparison's passages are frozen (no arm has needed any before)
    shown INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    interrupted INTEGER NOT NULL,    -- whether Formfact ended while it was answered
    error TEXT NOT NULL              -- why it failed, in words
);
CREATE INDEX turns_conversation ON turns (conversation, comparison);
CREATE INDEX turns_parent ON turns (parent);

-- What a person thinks of an answer, and how they would have put it.
CREATE TABLE opinions (
    comparison INTEGER NOT NULL REFERENCES comparisons (id) ON DELETE CASCADE,
    arm TEXT NOT NULL,
    vote INTEGER NOT NULL CHECK (vote IN (-1, 0, 1)),
    edit TEXT NOT NULL,              -- '': not edited
    PRIMARY KEY (comparison, arm)
) WITHOUT ROWID;

CREATE TABLE presets (
    name TEXT PRIMARY KEY,
    system TEXT NOT NULL,
    sampling TEXT NOT NULL,          -- JSON of types.Sampling
    k INTEGER NOT NULL               -- passages for a question, at most
);
INSERT INTO presets VALUES
    ('Exact', '', '{"temperature":0.0,"max_tokens":256}', 3),
    ('Varied', '', '{"temperature":0.8,"max_tokens":256}', 3),
    ('Long answers', '', '{"temperature":0.0,"max_tokens":1024}', 3);
