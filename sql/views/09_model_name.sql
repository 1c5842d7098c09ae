-- one row per name in lower case that means one model of the catalog alone: its id, hub id, or a reviewed alias. A name that
-- moves from model to model says nothing.
CREATE VIEW model_name AS
WITH known AS (
    SELECT lower(model_id) AS name, model_id FROM model
    UNION
    SELECT lower(hub_id), model_id FROM model WHERE hub_id IS NOT NULL
    UNION
    SELECT lower(alias), id FROM alias INNER JOIN model ON model.model_id = alias.id
    WHERE alias.kind = 'model' AND alias.valid_from IS NULL AND alias.valid_to IS NULL
)

SELECT name, any_value(model_id) AS model_id FROM known GROUP BY name HAVING count(*) = 1;
