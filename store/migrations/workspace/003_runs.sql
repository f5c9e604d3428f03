-- Training runs. What a run depended on is kept as it was, whatever happens later to its model or dataset.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('preparing', 'training', 'converting', 'checking', 'done', 'stopped', 'failed', 'interrupted')
    ),
    model TEXT NOT NULL,
    base_sha256 TEXT NOT NULL,
    dataset TEXT NOT NULL,
    dataset_version TEXT NOT NULL,
    recipe TEXT NOT NULL,                -- TOML, every setting
    adapter TEXT NOT NULL,               -- path under the workspace, '' while there is none
    adapter_sha256 TEXT NOT NULL,
    gate TEXT NOT NULL,                  -- engine.tune.gate.Gate as JSON
    metrics TEXT NOT NULL,               -- engine.tune.watch.Totals as JSON
    environment TEXT NOT NULL,           -- packages and hardware as JSON
    parent TEXT NOT NULL,                -- the run that this one repeats, or ''
    created_at TEXT NOT NULL,
    note TEXT NOT NULL
);
