-- Serialises commits of all servers on this database until the end of the transaction, so that revision order is commit order.
CREATE FUNCTION take_commit_lock() RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT pg_advisory_xact_lock(7236821, 1)
$$;

-- Applies a batch of compare-and-swaps and returns, for each, its revision (0 where it failed) and the revision that the
-- object had before (0: none, -1: the fence is outdated), and the log's head.
--
-- Volatile, so under READ COMMITTED each statement below has a snapshot of its own: those after the lock see all that
-- earlier holders committed. Mutations of one key are put in successive rounds by the caller and so act one after another.
CREATE FUNCTION commit_batch(
  p_writer uuid,
  p_sequence bigint,
  p_notify boolean,
  p_rounds integer,
  p_round smallint[],
  p_type smallint[],
  p_resource text[],
  p_namespace text[],
  p_name text[],
  p_uid text[],
  p_expected bigint[],
  p_body bytea[],
  p_fence smallint[],
  p_fence_name text[],
  p_fence_epoch bigint[],
  OUT revisions bigint[],
  OUT currents bigint[],
  OUT head_revision bigint
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_last_sequence bigint;
  v_head bigint;
  v_outdated boolean[];
  v_row record;
BEGIN
  PERFORM take_commit_lock();

  SELECT h.revision INTO v_head FROM head h;
  head_revision := v_head;
  SELECT w.sequence, w.revisions, w.currents INTO v_last_sequence, revisions, currents FROM writer w WHERE w.id = p_writer;
  IF v_last_sequence = p_sequence THEN
    RETURN;
  ELSIF v_last_sequence > p_sequence THEN
    RAISE EXCEPTION 'batch % was given up before it ran', p_sequence USING ERRCODE = 'OR001';
  END IF;

  revisions := array_fill(0::bigint, ARRAY[cardinality(p_type)]);
  currents := revisions;

  IF cardinality(p_fence_name) > 0 THEN
    SELECT array_agg(e.epoch IS DISTINCT FROM f.epoch ORDER BY f.ordinal) INTO v_outdated
    FROM unnest(p_fence_name, p_fence_epoch) WITH ORDINALITY AS f (name, epoch, ordinal)
    LEFT JOIN epoch e ON e.name = f.name;
  END IF;

  FOR v_round IN 0 .. p_rounds - 1 LOOP
    FOR v_row IN
      WITH mutation AS MATERIALIZED (
        SELECT m.type, m.resource, m.namespace, m.name, m.expected, m.body, m.ordinal,
               coalesce(nullif(m.uid, ''), o.uid) AS uid,
               CASE WHEN coalesce(v_outdated[m.fence], false) THEN -1 ELSE coalesce(o.revision, 0) END AS current
        FROM unnest(p_round, p_type, p_resource, p_namespace, p_name, p_uid, p_expected, p_body, p_fence) WITH ORDINALITY
          AS m (round, type, resource, namespace, name, uid, expected, body, fence, ordinal)
        LEFT JOIN object o ON o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name
        WHERE m.round = v_round
      ), won AS MATERIALIZED (
        SELECT m.*, v_head + row_number() OVER (ORDER BY m.ordinal) AS revision FROM mutation m WHERE m.current = m.expected
      ), created AS (
        INSERT INTO object (resource, namespace, name, uid, revision)
        SELECT w.resource, w.namespace, w.name, w.uid, w.revision FROM won w WHERE w.type = 0
      ), updated AS (
        UPDATE object o SET revision = w.revision, uid = w.uid FROM won w
        WHERE w.type = 1 AND o.resource = w.resource AND o.namespace = w.namespace AND o.name = w.name
      ), deleted AS (
        DELETE FROM object o USING won w
        WHERE w.type = 2 AND o.resource = w.resource AND o.namespace = w.namespace AND o.name = w.name
      ), logged AS (
        INSERT INTO change (revision, type, resource, namespace, name, uid, previous_revision, body)
        SELECT w.revision, w.type, w.resource, w.namespace, w.name, w.uid, nullif(w.current, 0),
               CASE WHEN w.type <> 2 THEN w.body END
        FROM won w
      )
      SELECT m.ordinal, m.current, w.revision FROM mutation m LEFT JOIN won w ON w.ordinal = m.ordinal
    LOOP
      currents[v_row.ordinal] := v_row.current;
      IF v_row.revision IS NOT NULL THEN
        revisions[v_row.ordinal] := v_row.revision;
      END IF;
    END LOOP;
    SELECT greatest(v_head, max(r)) INTO v_head FROM unnest(revisions) AS r;
  END LOOP;

  INSERT INTO writer AS w (id, sequence, revisions, currents, used_at)
  VALUES (p_writer, p_sequence, commit_batch.revisions, commit_batch.currents, now())
  ON CONFLICT (id) DO UPDATE
  SET sequence = excluded.sequence, revisions = excluded.revisions, currents = excluded.currents, used_at = excluded.used_at;

  IF v_head > head_revision THEN
    head_revision := v_head;
    UPDATE head SET revision = v_head;
    IF p_notify THEN
      PERFORM pg_notify('orchestrator_change', v_head::text);
    END IF;
  END IF;
END
$$;

-- Hands out the next epoch. Takes the commit lock: a batch that was checked against the old epoch has committed, and is seen, before the new one exists.
CREATE FUNCTION take_epoch(p_name text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_epoch bigint;
BEGIN
  PERFORM take_commit_lock();
  INSERT INTO epoch AS e (name, epoch) VALUES (p_name, 1)
  ON CONFLICT (name) DO UPDATE SET epoch = e.epoch + 1
  RETURNING e.epoch INTO v_epoch;
  RETURN v_epoch;
END
$$;
