-- a task whose headline metric nobody's list knows has no direction: null, and nothing is ranked by it
ALTER TABLE task ALTER COLUMN higher_is_better DROP NOT NULL;
