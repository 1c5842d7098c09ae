-- one row per vendor and input of its position now (`vendor_position_at` says how)
CREATE VIEW vendor_position AS SELECT * FROM vendor_position_at(DATE '9999-12-31');
