-- one row per measure and vendor: its amount
SELECT measure, vendor_id, amount FROM concentration ORDER BY measure, vendor_id
