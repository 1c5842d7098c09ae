-- What an item was answered, as the first 64 bits of a hash: whether two models gave the same answer, never which one.
ALTER TABLE outcome ADD COLUMN answer_hash UBIGINT;
