-- The server that may answer reads from its cache without asking for the head, because no other commits. Kept when that server is lost, so that
-- its successor knows to wait until it no longer does.
ALTER TABLE head ADD COLUMN sole_writer uuid;
