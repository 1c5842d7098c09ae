-- one row per row of `token_offer`, with `blended_per_mtok`: the price of a million tokens at `ratio` input tokens for each output token, of whose
-- input the share `cached` is read from the provider's cache (at the price of input where the provider states none)
CREATE MACRO offer_at(ratio, cached := 0.0) AS TABLE
SELECT
    *,
    (ratio * ((1 - cached) * input_per_mtok + cached * coalesce(cache_read_per_mtok, input_per_mtok)) + output_per_mtok)
    / (ratio + 1) AS blended_per_mtok
FROM token_offer;
