-- What a person writes about a run, and when it was put into the bin ('' while it was not).
ALTER TABLE runs ADD COLUMN remark TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN deleted_at TEXT NOT NULL DEFAULT '';
