-- the segment that a vendor near the line between two might as well be in; null for all others
ALTER TABLE vendor ADD COLUMN segment_borderline VARCHAR;
