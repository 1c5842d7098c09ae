"""The audit page on a small catalog and small snapshots of its own: what is wrong shows as ``differs``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.catalog import audit_page
from harness.catalog.auditing import raw
from harness.catalog.auditing.lookups import Lookup
from harness.catalog.importers.offers import per_of
from harness.catalog.schema import BENCHMARKS, FACTS, MODELS, PRICES, REPORTED_SCORES, SOURCES, TASK_COSTS, Table
from harness.catalog.tables import Catalog, Row


def _row(table: Table, **cells: str) -> Row:
    return {**dict.fromkeys(table.names, ""), **cells}


@pytest.fixture
def small() -> Catalog:
    """One model with a price, three scores, a cost and two facts; each has a snapshot below."""
    catalog = Catalog()
    catalog.rows["sources"] = [
        _row(SOURCES, source_id=i, title=f"Title | of {i}", url=f"https://example.org/{i}")
        for i in ("models-dev-2026-07-02", "litellm-2025-09-01", "livebench-2025-11-25", "arena-2025-08-06",
                  "collected-board.1", "filing", "editors")
    ]  # fmt: skip
    catalog.rows["models"] = [
        _row(MODELS, model_id=i, product_id=i, vendor_id="acme", name=n, kind="text", released=d, source_id="editors")
        for i, n, d in (("acme-large-2", "Acme Large 2", "2026-05-01"), ("acme-old", "Acme Old", "2025-05-01"))
    ]
    price = {"model_id": "acme-large-2", "input_per_mtok": "2", "output_per_mtok": "8"}
    catalog.rows["prices"] = [
        _row(PRICES, provider_id="cloudy", offer_id="acme/large-2", as_of="2026-07-02", source_id="models-dev-2026-07-02",
             **price),
        _row(PRICES, provider_id="cloudy", offer_id="large-2", as_of="2025-09-01", source_id="litellm-2025-09-01", **price),
    ]  # fmt: skip
    score = {"model_id": "acme-large-2", "effort": "default", "reported_by": "x", "as_of": "2026-06-01"}
    catalog.rows["reported_scores"] = [
        _row(REPORTED_SCORES, benchmark_id="livebench-coding-2025-05-30", score="0.455", source_id="livebench-2025-11-25",
             **score),
        _row(REPORTED_SCORES, benchmark_id="chatbot-arena", score="1300", source_id="arena-2025-08-06", **score),
        _row(REPORTED_SCORES, benchmark_id="exam", score="0.5", source_id="collected-board.1", **score),
    ]  # fmt: skip
    catalog.rows["benchmarks"] = [
        _row(BENCHMARKS, benchmark_id=i, name_en=i, family=f, domain=d, source_id="editors")
        for i, f, d in (("livebench-coding-2025-05-30", "LiveBench Coding", "coding"), ("chatbot-arena", "", "general"),
                        ("exam", "Exam", "knowledge"))
    ]  # fmt: skip
    catalog.rows["task_costs"] = [
        _row(TASK_COSTS, benchmark_id="exam", setting="10 tasks", key="cost", value="0.05", unit="USD",
             source_id="collected-board.1", **score)
    ]  # fmt: skip
    catalog.rows["facts"] = [
        _row(
            FACTS,
            vendor_id="acme",
            key="revenue",
            value="1200",
            note="year 2025",
            as_of="2025-12-31",
            source_id="filing",
        ),
        _row(FACTS, vendor_id="acme", key="channel", value="own-api", as_of="2025-12-31", source_id="editors"),
    ]
    return catalog


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """Snapshots that agree with the small catalog."""
    files = {
        "models.dev/api-2026-07-02.json": json.dumps(
            {"cloudy": {"models": {"acme/large-2": {"name": "Large\n2 | new", "cost": {"input": 2, "output": 8}}}}}
        ),
        "litellm/model_prices-2025-09-01.json": json.dumps(
            {
                "cloudy/large-2": {
                    "litellm_provider": "cloudy",
                    "input_cost_per_token": 2e-06,
                    "output_cost_per_token": 8e-06,
                }
            }
        ),
        "livebench/categories_2025_11_25.json": json.dumps({"Coding": ["a", "b"], "IF": ["c"]}),
        "livebench/table_2025_11_25.csv": "model,a,b,c\nacme-2-large-20260501,41,50,9\nacme-large-2-mini,45.5,45.5,9\n",
        "leaderboards/2025-08-06-lmarena_text.csv": "model,arena_score\nAcme-Large-2,1300\n",
        "reported_2026/reported_scores_2026.csv": "model,model_id,proposed_id,benchmark,metric,score,unit,setting,as_of,"
        "source_id,name_in_source\nAcme Large 2,,,Exam,accuracy,50,points,,2026-06-01,board.1,\n",
        "reported_2026/task_costs_2026.csv": "model,model_id,proposed_id,benchmark,metric,value,unit,setting,as_of,source_id,"
        "name_in_source\nAcme Large 2,,,Exam,cost,0.5,USD,10 tasks,2026-06-01,board.1,\n",
        "companies_2026/facts_2026.csv": "vendor_id,dimension,key,value,unit,note,as_of,source_id\n"
        "acme,capital,revenue,1200,EUR,year 2025,2025-12-31,filing\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def _verdicts(catalog: Catalog, market: Path, table: str) -> list[str]:
    lookup = Lookup(catalog, market)
    return [lookup(table, row).agrees for row in catalog.rows[table]]


def test_rows_that_equal_their_snapshot_are_the_same(small: Catalog, market: Path) -> None:
    assert _verdicts(small, market, "prices") == ["same", "same"]
    assert _verdicts(small, market, "reported_scores") == ["same", "same", "same"]
    assert _verdicts(small, market, "task_costs") == ["same"]
    assert _verdicts(small, market, "facts") == ["same", "page"]


@pytest.mark.parametrize(
    ("table", "column", "index"),
    [("prices", "output_per_mtok", 0), ("prices", "input_per_mtok", 1), ("reported_scores", "score", 0),
     ("reported_scores", "score", 1), ("reported_scores", "score", 2), ("task_costs", "value", 0), ("facts", "value", 0)],
)  # fmt: skip
def test_a_wrong_cell_differs(small: Catalog, market: Path, table: str, column: str, index: int) -> None:
    small.rows[table][index][column] = f"{float(small.rows[table][index][column]) * 1.01:g}"
    assert _verdicts(small, market, table)[index] == "differs"


def test_a_score_of_another_model_does_not_count(small: Catalog, market: Path) -> None:
    small.rows["reported_scores"][0]["score"] = "0.4551"  # near the mini model's value too
    assert _verdicts(small, market, "reported_scores")[0] == "differs"
    assert raw.likeness("acme-large-2-mini", {"acme-large-2"}) == 0
    assert raw.likeness("acme-large-2-2026-05-01_high", {"acme-large-2"}) == 1


def test_a_row_without_its_snapshot_is_no_agreement(small: Catalog, market: Path) -> None:
    shutil.rmtree(market / "models.dev")
    shutil.rmtree(market / "companies_2026")
    assert _verdicts(small, market, "prices")[0] == "differs"
    assert _verdicts(small, market, "facts")[0] == "page"


def test_the_same_seed_gives_the_same_rows_and_at_least_five_of_a_table(small: Catalog, market: Path) -> None:
    one, same, other = (audit_page.sampled(small, market, seed, 12) for seed in (1, 1, 2))
    assert one == same
    assert [i.row for i in one] != [i.row for i in other]
    assert audit_page.sizes({"a": 1000, "b": 10, "c": 3}, 40) == {"a": 29, "b": 8, "c": 3}
    assert sum(audit_page.sizes({"a": 1000, "b": 10, "c": 3}, 5000).values()) == 1013


def test_every_row_is_one_line_and_names_no_folder(small: Catalog, market: Path) -> None:
    items = audit_page.sampled(small, market, 1, 100)
    text = audit_page.page(items, small, 1, 100, "2026-07-02")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(lines) == len(items) + 1
    assert all(line.replace("\\|", "").count("|") == 8 for line in lines)
    assert str(market) not in text
    assert "Large 2 \\| new" in text
    assert "[Title \\| of arena-2025-08-06](https://example.org/arena-2025-08-06)" in text


def test_products_of_a_year_with_few_scores_are_listed(small: Catalog) -> None:
    assert audit_page.thin_models(small, "2026") == [("acme-large-2", "acme", "2026-05-01", 3, 3)]
    assert "| acme-large-2 | acme | 2026-05-01 | 3 | 3 |" in audit_page.thin_page(audit_page.thin_models(small, "2026"))


@pytest.mark.parametrize(
    ("offer", "per"),
    [("amazon.nova-2-lite-v1:0", "token"), ("amazon/nova-2-lite", "token"), ("@cf/deepgram/nova-3", "minute"),
     ("lucidquery-agi-01-swift", "token"), ("leonardo-ai/lucid-origin", "image"), ("whisper-large-v3", "minute")],
)  # fmt: skip
def test_a_family_of_text_models_is_not_taken_for_one_of_speech_or_images(offer: str, per: str) -> None:
    assert per_of(offer) == per
