-- one row per device that a run or a measured speed names and current rental offer of that GPU. The chip's words are all the same; a form or a
-- memory that both state is the same; of such names those count that share most with the device's, then those that say
-- least beyond it (an A100-SXM4-80GB costs what `A100 SXM4 80 GB` costs, and `A100` only where nothing says more).

-- what a GPU's name says, from a driver or a price list: its chip (sorted words), form (sxm, pcie, nvl, dgxs) and memory.
-- Words of brands and of kinds of memory say nothing; SXM's generation follows from the chip, and HGX boards carry SXM. The
-- figure after GH200 is its processor's memory.
CREATE OR REPLACE MACRO gpu_parts(name) AS (
    SELECT {
        'chip': list_sort(list_filter(words, lambda w: NOT regexp_full_match(w, 'sxm|pcie|nvl|dgxs|\d+gb'))),
        'form': list_filter(words, lambda w: regexp_full_match(w, 'sxm|pcie|nvl|dgxs'))[1],
        'memory': list_filter(words, lambda w: regexp_full_match(w, '\d+gb'))[1]
    }
    FROM (
        SELECT list_filter(
            regexp_extract_all(
                regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                    lower(name),
                    '(\d) *(gb|ti)\b', '\1\2', 'g'),
                    '\b(rtx|gtx)(\d)', '\1 \2', 'g'),
                    '\b(sxm\d|hgx)\b', 'sxm', 'g'),
                    '\bgh200 \d+gb', 'gh200', 'g'),
                '[a-z0-9]+'
            ),
            lambda w: NOT regexp_full_match(
                w, 'nvidia|amd|google|tesla|quadro|geforce|instinct|rtx|gtx|generation|gpu|oam|hbm\d+e?'
            )
        ) AS words
    )
);

CREATE VIEW gpu_offer AS
WITH device AS (
    SELECT device_name, gpu_parts(device_name) AS part
    FROM (SELECT device_name FROM perf WHERE device_name IS NOT NULL UNION SELECT device_name FROM speed)
),

offered AS (
    SELECT *, gpu_parts(gpu) AS part
    FROM gpu_price
    QUALIFY row_number() OVER (
        PARTITION BY cloud, gpu, gpus, memory_gb, terms, currency ORDER BY as_of DESC, per_gpu_hour
    ) = 1
)

SELECT
    device.device_name, cloud, gpu, gpus, memory_gb, terms, currency, per_gpu_hour, as_of, source_id
FROM device
INNER JOIN offered
    ON device.part.chip = offered.part.chip
    AND coalesce(device.part.form = offered.part.form, true)
    AND coalesce(device.part.memory = coalesce(offered.part.memory, format('{:.0f}gb', memory_gb)), true)
WHERE len(device.part.chip) > 0
QUALIFY rank() OVER (
    PARTITION BY device.device_name
    ORDER BY
        coalesce((device.part.form = offered.part.form)::INT, 0)
        + coalesce((device.part.memory = offered.part.memory)::INT, 0) DESC,
        (device.part.form IS NULL AND offered.part.form IS NOT NULL)::INT
        + (device.part.memory IS NULL AND offered.part.memory IS NOT NULL)::INT
) = 1;
