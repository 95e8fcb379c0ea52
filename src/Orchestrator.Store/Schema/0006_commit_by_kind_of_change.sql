-- The same as before in fewer steps: what is there is looked up first, revisions are allotted in a loop, and only then are the tables written, each
-- only where the batch has something for it. One statement for all of that starts up a plan of every table for every batch, which for a batch of a few
-- mutations is most of what it costs.
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
  v_outdated boolean[];
  v_found bigint[];
  v_taken bigint[];
  v_uid text[];
  v_current bigint;
  v_written boolean[];
BEGIN
  -- Held until the end of the transaction: commits of all servers on this database come one after another, so revision order is commit order.
  PERFORM pg_advisory_xact_lock(7236821, 1);

  SELECT h.revision, w.sequence, w.revisions, w.currents INTO v_head, v_last_sequence, revisions, currents
  FROM head h LEFT JOIN writer w ON w.id = p_writer;
  head_revision := v_head;
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
    SELECT array_agg(coalesce(o.revision, 0) ORDER BY m.ordinal), array_agg(coalesce(nullif(m.uid, ''), o.uid) ORDER BY m.ordinal)
    INTO v_found, v_uid
    FROM unnest(p_resource, p_namespace, p_name, p_uid) WITH ORDINALITY AS m (resource, namespace, name, uid, ordinal)
    LEFT JOIN object o ON o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name;

    -- Revisions of this round alone; those of the rounds before are in the result.
    v_taken := array_fill(0::bigint, ARRAY[cardinality(p_type)]);
    v_written := ARRAY[false, false, false];
    FOR i IN 1 .. cardinality(p_type) LOOP
      IF p_round[i] = v_round THEN
        v_current := CASE WHEN p_fence[i] < 0 AND revisions[-p_fence[i]] = 0 THEN -2
                          WHEN coalesce(v_outdated[p_fence[i]], false) THEN -1
                          ELSE v_found[i] END;
        currents[i] := v_current;
        IF v_current = p_expected[i] THEN
          v_head := v_head + 1;
          v_taken[i] := v_head;
          v_written[p_type[i] + 1] := true;
        END IF;
      END IF;
    END LOOP;

    -- After the loop: a mutation that needs another is in a later round than that.
    FOR i IN 1 .. cardinality(p_type) LOOP
      IF v_taken[i] > 0 THEN
        revisions[i] := v_taken[i];
      END IF;
    END LOOP;

    IF v_written[1] THEN
      INSERT INTO object (resource, namespace, name, uid, revision)
      SELECT m.resource, m.namespace, m.name, m.uid, m.revision
      FROM unnest(p_type, p_resource, p_namespace, p_name, v_uid, v_taken) AS m (type, resource, namespace, name, uid, revision)
      WHERE m.type = 0 AND m.revision > 0;
    END IF;

    IF v_written[2] THEN
      UPDATE object o SET revision = m.revision, uid = m.uid
      FROM unnest(p_type, p_resource, p_namespace, p_name, v_uid, v_taken) AS m (type, resource, namespace, name, uid, revision)
      WHERE m.type = 1 AND m.revision > 0 AND o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name;
    END IF;

    IF v_written[3] THEN
      DELETE FROM object o
      USING unnest(p_type, p_resource, p_namespace, p_name, v_taken) AS m (type, resource, namespace, name, revision)
      WHERE m.type = 2 AND m.revision > 0 AND o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name;
    END IF;

    IF true = ANY (v_written) THEN
      INSERT INTO change (revision, type, resource, namespace, name, uid, previous_revision, body)
      SELECT m.revision, m.type, m.resource, m.namespace, m.name, m.uid, nullif(m.current, 0), CASE WHEN m.type <> 2 THEN m.body END
      FROM unnest(v_taken, p_type, p_resource, p_namespace, p_name, v_uid, currents, p_body)
        AS m (revision, type, resource, namespace, name, uid, current, body)
      WHERE m.revision > 0;
    END IF;
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
