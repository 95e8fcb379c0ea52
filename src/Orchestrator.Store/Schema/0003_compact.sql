-- Compacts the next part of the log, up to p_limit revisions and not beyond p_target; returns the revision reached.
-- What a change in that part replaced goes, and so do deletions in it; the change that is an object's present state stays.
-- Commits never wait for this: they touch no row that it deletes.
CREATE FUNCTION compact_log(p_target bigint, p_limit bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_from bigint;
  v_to bigint;
BEGIN
  SELECT c.revision INTO v_from FROM compaction c FOR UPDATE;
  SELECT least(p_target, v_from + p_limit, h.revision) INTO v_to FROM head h;
  IF v_to <= v_from THEN
    RETURN v_from;
  END IF;
  DELETE FROM change WHERE revision IN (
    SELECT c.previous_revision FROM change c WHERE c.revision > v_from AND c.revision <= v_to AND c.previous_revision IS NOT NULL);
  DELETE FROM change c WHERE c.revision > v_from AND c.revision <= v_to AND c.type = 2;
  UPDATE compaction SET revision = v_to;
  RETURN v_to;
END
$$;
