-- The last revision handed out. Only the holder of the commit lock writes it.
CREATE TABLE head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  revision bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
INSERT INTO head (revision) VALUES (0);

-- Changes up to and including this revision may be missing from the log. A row of its own, so that compaction never waits for a commit.
CREATE TABLE compaction (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  revision bigint NOT NULL
);
INSERT INTO compaction (revision) VALUES (0);

-- The log. A body is written once, here; a deletion has none, because its predecessor is kept as long as it is.
-- Bodies stay in line up to a page and are never compressed: the commit lock is held while they are written.
CREATE TABLE change (
  revision bigint PRIMARY KEY,
  type smallint NOT NULL CHECK (type BETWEEN 0 AND 2),
  resource text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  previous_revision bigint,
  body bytea
) WITH (toast_tuple_target = 8160);
ALTER TABLE change ALTER COLUMN body SET STORAGE EXTERNAL;

-- The present: which change each living object is at. Narrow and without further indexes, so that updates stay on their page.
CREATE TABLE object (
  resource text COLLATE "C" NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (resource, namespace, name)
) WITH (fillfactor = 80);

-- Newest epoch of each fence.
CREATE TABLE epoch (
  name text COLLATE "C" PRIMARY KEY,
  epoch bigint NOT NULL
);

-- The last batch of each server process and its results: a batch whose reply was lost is answered from here instead of being applied again.
CREATE TABLE writer (
  id uuid PRIMARY KEY,
  sequence bigint NOT NULL,
  revisions bigint[] NOT NULL,
  currents bigint[] NOT NULL,
  used_at timestamptz NOT NULL
) WITH (fillfactor = 30, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

-- The latest placement decision of each pod.
CREATE TABLE explanation (
  pod_uid text COLLATE "C" PRIMARY KEY,
  namespace text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  decided_at timestamptz NOT NULL,
  body bytea NOT NULL
);
CREATE INDEX explanation_decided_at ON explanation (decided_at);
