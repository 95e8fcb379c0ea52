-- A mutation may need another of its batch, which the caller has put into an earlier round: p_fence then says minus that one's ordinal,
-- and where that one failed this one fails too, with -2 for the revision that its object had before.
CREATE OR REPLACE FUNCTION commit_batch(
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
  v_next bigint;
  v_outdated boolean[];
  v_done bigint[];
  v_row record;
BEGIN
  -- Held until the end of the transaction: commits of all servers on this database come one after another, so revision order is commit order.
  PERFORM pg_advisory_xact_lock(7236821, 1);

  SELECT h.revision, w.sequence, w.revisions, w.currents INTO v_head, v_last_sequence, revisions, currents
  FROM head h LEFT JOIN writer w ON w.id = p_writer;
  head_revision := v_head;
  v_next := v_head;
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
    v_done := revisions;
    FOR v_row IN
      WITH candidate AS (
        SELECT m.type, m.resource, m.namespace, m.name, m.expected, m.body, m.ordinal,
               coalesce(nullif(m.uid, ''), o.uid) AS uid,
               CASE WHEN m.fence < 0 AND v_done[-m.fence] = 0 THEN -2
                    WHEN coalesce(v_outdated[m.fence], false) THEN -1
                    ELSE coalesce(o.revision, 0) END AS current
        FROM unnest(p_round, p_type, p_resource, p_namespace, p_name, p_uid, p_expected, p_body, p_fence) WITH ORDINALITY
          AS m (round, type, resource, namespace, name, uid, expected, body, fence, ordinal)
        LEFT JOIN object o ON o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name
        WHERE m.round = v_round
      ), mutation AS MATERIALIZED (
        -- In one pass, because a join of winners and losers would compare each with each.
        SELECT c.*, CASE WHEN c.current = c.expected THEN
                 v_head + count(*) FILTER (WHERE c.current = c.expected) OVER (ORDER BY c.ordinal ROWS UNBOUNDED PRECEDING)
               END AS revision
        FROM candidate c
      ), created AS (
        INSERT INTO object (resource, namespace, name, uid, revision)
        SELECT m.resource, m.namespace, m.name, m.uid, m.revision FROM mutation m WHERE m.type = 0 AND m.revision IS NOT NULL
      ), updated AS (
        UPDATE object o SET revision = m.revision, uid = m.uid FROM mutation m
        WHERE m.type = 1 AND m.revision IS NOT NULL
          AND o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name
      ), deleted AS (
        DELETE FROM object o USING mutation m
        WHERE m.type = 2 AND m.revision IS NOT NULL
          AND o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name
      ), logged AS (
        INSERT INTO change (revision, type, resource, namespace, name, uid, previous_revision, body)
        SELECT m.revision, m.type, m.resource, m.namespace, m.name, m.uid, nullif(m.current, 0),
               CASE WHEN m.type <> 2 THEN m.body END
        FROM mutation m WHERE m.revision IS NOT NULL
      )
      SELECT m.ordinal, m.current, m.revision FROM mutation m
    LOOP
      currents[v_row.ordinal] := v_row.current;
      IF v_row.revision IS NOT NULL THEN
        revisions[v_row.ordinal] := v_row.revision;
        v_next := greatest(v_next, v_row.revision);
      END IF;
    END LOOP;
    v_head := v_next;
  END LOOP;

  UPDATE writer w
  SET sequence = p_sequence, revisions = commit_batch.revisions, currents = commit_batch.currents, used_at = now() WHERE w.id = p_writer;
  IF NOT FOUND THEN
    INSERT INTO writer (id, sequence, revisions, currents, used_at)
    VALUES (p_writer, p_sequence, commit_batch.revisions, commit_batch.currents, now());
  END IF;

  IF v_head > head_revision THEN
    head_revision := v_head;
    UPDATE head SET revision = v_head;
    IF p_notify THEN
      PERFORM pg_notify('orchestrator_change', v_head::text);
    END IF;
  END IF;
END
$$;
