"""An invented catalog in which sources disagree: two scores, three prices, two costs, two revenues and two stakes of the same."""

from __future__ import annotations

from pathlib import Path

import duckdb

from harness.store.migrations import migrate

ROWS = """
INSERT INTO source (source_id, title, publisher, url, retrieved) VALUES
    ('own', 'The card of Alpha', 'maker', 'https://example.org/card', '2026-02-02'),
    ('test', 'A board of tests', 'Board', 'https://example.org/board', '2026-03-03'),
    ('press', 'A newspaper', 'Press', NULL, '2026-04-04'),
    ('market-2026-05-01', 'A sheet of prices', 'Sheet', 'https://example.org/sheet', '2026-05-01'),
    ('market-2026-01-01', 'An older sheet', 'Sheet', 'https://example.org/sheet', '2026-01-01');
INSERT INTO vendor (vendor_id, name_en, segment, country) VALUES
    ('maker', 'Maker', 'startup', 'FR'), ('giant', 'Giant', 'big-tech', 'US');
INSERT INTO model (model_id, product_id, kind, vendor_id, name, released, open_weights) VALUES
    ('alpha', 'alpha', 'text', 'maker', 'Alpha', '2026-01-01', false),
    ('alpha-2026-01', 'alpha', 'text', 'maker', 'Alpha (January)', '2026-01-01', false);
INSERT INTO benchmark (benchmark_id, name_en, family, edition, set_up_by, domain, unit, role, higher_is_better) VALUES
    ('quiz', 'Quiz', 'Quiz', '2', 'board', 'knowledge', 'fraction', 'scale', true),
    ('quiz-vendor', 'Quiz (makers)', 'Quiz', '1', 'vendor', 'knowledge', 'fraction', 'scale', true);
INSERT INTO reported_score
    (model_id, benchmark_id, effort, setting, score, unit, reported_by, reporter, evidence, as_of, source_id) VALUES
    ('alpha', 'quiz', 'default', '5-shot', 0.80, 'fraction', 'maker', 'vendor', 'primary', '2026-02-01', 'own'),
    ('alpha-2026-01', 'quiz', 'default', '0-shot', 0.74, 'fraction', 'Board', 'third-party', 'primary', '2026-03-01', 'test'),
    ('alpha', 'quiz-vendor', 'default', NULL, 0.91, 'fraction', 'maker', 'vendor', 'secondary', '2026-02-01', 'own');
INSERT INTO provider (provider_id, name, kind, vendor_id) VALUES
    ('maker', 'Maker API', 'maker', 'maker'), ('cloudy', 'Cloudy', 'cloud', NULL), ('cheapo', 'Cheapo', 'reseller', NULL);
INSERT INTO price (provider_id, offer_id, model_id, tier, per, currency, input_per_mtok, output_per_mtok, as_of, source_id)
VALUES
    ('maker', 'alpha', 'alpha', 'standard', 'token', 'USD', 3, 11, '2026-01-01', 'market-2026-01-01'),
    ('maker', 'alpha', 'alpha', 'standard', 'token', 'USD', 2, 10, '2026-05-01', 'market-2026-05-01'),
    ('cloudy', 'alpha', 'alpha', 'standard', 'token', 'USD', 3, 15, '2026-05-01', 'market-2026-05-01'),
    ('cheapo', 'alpha', 'alpha', 'standard', 'token', 'USD', 0.5, 1, '2026-05-01', 'market-2026-05-01');
INSERT INTO task_cost (model_id, benchmark_id, effort, key, value, unit, reported_by, evidence, as_of, source_id) VALUES
    ('alpha', 'quiz', 'high', 'cost', 0.30, 'USD', 'Board', 'primary', '2026-03-01', 'test'),
    ('alpha', 'quiz', 'low', 'cost', 0.10, 'USD', 'Board', 'primary', '2026-03-01', 'test'),
    ('alpha', 'quiz', 'high', 'cost', 0.45, 'USD', 'Press', 'secondary', '2026-04-01', 'press');
INSERT INTO fact (vendor_id, dimension, key, value, unit, note, as_of, source_id) VALUES
    ('maker', 'capital', 'revenue', '100', 'USD', 'year 2025', '2025-12-31', 'own'),
    ('maker', 'capital', 'revenue', '140', 'USD', 'year 2025, as leaked', '2025-12-31', 'press'),
    ('maker', 'capital', 'revenue', '60', 'USD', 'year 2024', '2024-12-31', 'own'),
    ('maker', 'application', 'domain', 'finance', NULL, NULL, '2025-12-31', 'own');
INSERT INTO relation (from_id, to_id, kind, amount, currency, note, as_of, source_id) VALUES
    ('giant', 'maker', 'invested', 5e9, 'USD', 'committed', '2026-02-01', 'own'),
    ('giant', 'maker', 'invested', 4e9, 'USD', 'paid', '2026-02-01', 'press'),
    ('maker', 'giant', 'partnered', NULL, NULL, NULL, '2026-01-01', 'own');
"""


def build(path: Path) -> None:
    """Write the catalog's database."""
    with duckdb.connect(str(path)) as con:
        migrate(con)
        con.execute(ROWS)
