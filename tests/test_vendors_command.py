"""``harness vendors``: the list, the five dimensions and one vendor's profile, on a small market of known figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness.__main__ import run
from harness.catalog.schema import DIMENSIONS
from tests.site import fixture_db

ROOT = Path(__file__).resolve().parents[1]
RANK_KEYS = {"vendor_id", "dimension", "score", "coverage", "placed", "rank", "rank_low", "rank_high"}
CNY = 0.14
"""US dollars per yuan on every day of the fixture."""
ADDED = f"""
INSERT INTO fx (currency, usd_per_unit, as_of, source_id) VALUES
    ('CNY', {CNY}, DATE '2025-06-01', 'market'), ('CNY', {CNY}, DATE '2026-06-01', 'market');
DELETE FROM fact WHERE vendor_id = 'borealis';
INSERT INTO fact (vendor_id, dimension, key, value, unit, note, as_of, source_id) VALUES
    ('borealis', 'capital', 'revenue', '900', 'CNY', 'year 2024', DATE '2025-12-30', 'market'),
    ('borealis', 'capital', 'revenue', '1000', 'CNY', 'year 2025', DATE '2025-12-31', 'filings'),
    ('borealis', 'capital', 'revenue_run_rate', '7', 'USD', NULL, DATE '2026-04-30', 'market'),
    ('borealis', 'capital', 'valuation', '50', 'USD', 'series C, post-money', DATE '2026-01-01', 'market'),
    ('borealis', 'capital', 'funding_round', '3', 'USD', NULL, DATE '2025-01-01', 'market'),
    ('borealis', 'capital', 'funding_round', '100', 'CNY', NULL, DATE '2026-01-01', 'filings'),
    ('borealis', 'application', 'product', '星问', NULL, NULL, DATE '2026-01-01', 'market');
INSERT INTO fact (vendor_id, dimension, key, value, unit, as_of, source_id)
    SELECT vendor_id, 'application', 'monthly_users', 1000 * row_number() OVER (ORDER BY vendor_id), 'people', DATE '2026-01-01', 'market'
    FROM vendor WHERE vendor_id <> 'borealis';
INSERT INTO alias (kind, alias, id) VALUES ('family', 'polaris', 'borealis'), ('vendor', 'twin', 'borealis'),
    ('vendor', 'twin', 'cinder');
INSERT INTO relation (from_id, to_id, kind, amount, currency, as_of, source_id) VALUES
    ('delta', 'borealis', 'invested', 100, 'CNY', DATE '2026-01-01', 'market');
INSERT INTO model (model_id, product_id, vendor_id, name, kind, released) VALUES
    ('borealis-again', 'borealis-1-7b', 'borealis', 'A second name', 'text', DATE '2026-05-01');
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vendors")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    with duckdb.connect(str(folder / "land.duckdb")) as con:
        con.execute(ADDED)
    return folder / "land.duckdb"


@pytest.fixture(autouse=True)
def database(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_DB", str(built))
    return built


def said(capsys: Capture, *options: str, code: int = 0) -> Any:
    assert run(["vendors", *options]) == code
    return capsys.readouterr()


def document(capsys: Capture, *options: str) -> Any:
    return json.loads(said(capsys, *options, "--json").out)


def test_the_list_has_value_models_and_newest_release(capsys: Capture) -> None:
    rows = document(capsys)
    assert len(rows) == len(fixture_db.VENDORS)
    assert [row["models"] for row in rows] == sorted((row["models"] for row in rows), reverse=True)
    (own,) = (row for row in rows if row["vendor_id"] == "borealis")
    assert (own["name_zh"], own["segment"], own["country"]) == ("北辰智能", "startup", "CN")
    assert (own["value_usd"], own["value_as_of"], own["models"], own["latest_release"]) == (
        50,
        "2026-01-01",
        4,
        "2026-05-01",
    )
    text = said(capsys).out
    assert "Borealis" in text and "$50" in text and "2026-05-01" in text


@pytest.mark.parametrize(("option", "value"), [("segment", "startup"), ("country", "CN")])
def test_filters_narrow_the_list_and_the_ranks(capsys: Capture, option: str, value: str) -> None:
    rows = document(capsys, f"--{option}", value.lower() if option == "country" else value)
    assert rows and {row[option] for row in rows} == {value} and len(rows) < len(fixture_db.VENDORS)
    ranks = document(capsys, "--rank", f"--{option}", value)
    assert {row["vendor_id"] for row in ranks} == {row["vendor_id"] for row in rows}


def test_ranks_are_a_row_a_vendor_and_dimension(capsys: Capture) -> None:
    rows = document(capsys, "--rank")
    assert all(row.keys() == RANK_KEYS for row in rows)
    assert len(rows) == len(fixture_db.VENDORS) * (len(DIMENSIONS) + 1)
    for dimension in (*DIMENSIONS, "overall"):
        part = [row for row in rows if row["dimension"] == dimension]
        placed = [row for row in part if row["placed"]]
        assert all(row["rank"] is None and row["score"] is None for row in part if not row["placed"])
        for row in placed:  # a rank counts those above
            assert row["rank"] == 1 + sum(other["score"] > row["score"] for other in placed)
            assert 1 <= row["rank_low"] <= row["rank_high"] <= len(placed)
    (line,) = (line for line in said(capsys, "--rank").out.splitlines() if line.startswith("Borealis"))
    own = {row["dimension"]: row for row in rows if row["vendor_id"] == "borealis"}
    assert f"{own['rnd']['rank']} ({own['rnd']['rank_low']}–{own['rnd']['rank_high']})" in line


@pytest.mark.parametrize("name", ["borealis", "BOREALIS", "北辰智能", "polaris", "星问", "ealis"])
def test_a_vendor_is_found_by_any_name(capsys: Capture, name: str) -> None:
    assert {row["vendor_id"] for row in document(capsys, name, "--rank")} == {"borealis"}


def test_a_profile_says_money_in_dollars_and_as_stated(capsys: Capture) -> None:
    profile = document(capsys, "borealis")
    figures = {row["figure"]: row for row in profile["figures"]}
    revenue = figures["revenue"]
    assert (revenue["value"], revenue["unit"], revenue["stated"], revenue["stated_unit"]) == (
        pytest.approx(1000 * CNY),
        "USD",
        1000,
        "CNY",
    )
    assert (revenue["as_of"], revenue["note"], revenue["source"]) == ("2025-12-31", "year 2025", "Company filings")
    assert revenue["url"].startswith("https://")
    assert figures["revenue_run_rate"]["value"] == 7
    assert figures["valuation"]["kind"] == "round"
    assert figures["funds_raised"]["value"] == pytest.approx(3 + 100 * CNY)
    assert profile["unknown"] == ["monthly_users", "staff"]
    (relation,) = profile["relations"]
    assert (relation["from_id"], relation["kind"], relation["usd"], relation["currency"]) == (
        "delta",
        "invested",
        pytest.approx(100 * CNY),
        "CNY",
    )


def test_a_profile_has_standing_releases_and_what_it_lacks(capsys: Capture, database: Path) -> None:
    profile = document(capsys, "borealis")
    assert [row["dimension"] for row in profile["dimensions"]] == [*DIMENSIONS, "overall"]
    assert [(row["dimension"], row["input"], row["name_zh"]) for row in profile["missing"]] == [
        ("application", "monthly_users", "月活跃用户")
    ]
    best = profile["best_product"]
    assert best["low"] < best["points"] < best["high"] and best["model_id"].startswith("borealis")
    with duckdb.connect(str(database), read_only=True) as con:  # a product, never its second name
        inside = con.execute(
            "SELECT model_id FROM model WHERE vendor_id = 'borealis' AND model_id = product_id AND released > "
            "(SELECT max(released) FROM model WHERE model_id = product_id) - INTERVAL 1 YEAR"
        ).fetchall()
    assert [row["model_id"] for row in profile["releases"]] == [id for (id,) in inside] != []
    assert profile["releases"][0]["input_per_mtok"] > 0 and profile["releases"][0]["price_url"]


def test_a_profile_reads_as_sentences_and_tables(capsys: Capture) -> None:
    text = said(capsys, "borealis").out
    for part in ("Borealis · 北辰智能: start-up, China", "90% interval", "1,000 CNY", "of a round", "https://example.org",
                 "Not known: monthly users; staff.", "Delta Cloud invested in Borealis", "2025-12-31"):  # fmt: skip
        assert part in text
    assert "A second name" not in text


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("twin",), "'twin' fits 2 vendors: borealis, cinder"),
        (("borealiss",), "Near it: borealis"),
        (("borealis", "--country", "CN"), "a name is one vendor"),
        (("--segment", "giant"), "No segment 'giant'"),
        (("--country", "XX"), "No country 'XX'"),
    ],
)
def test_what_cannot_be_asked_is_refused(capsys: Capture, options: tuple[str, ...], part: str) -> None:
    refused = said(capsys, *options, code=2)
    assert part in refused.err and refused.out == ""


def test_a_database_without_scores_or_facts_lists_its_vendors(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.store.migrations import migrate

    with duckdb.connect(str(tmp_path / "land.duckdb")) as con:
        migrate(con)
        con.execute("INSERT INTO vendor (vendor_id, name_en, segment) VALUES ('acme', 'Acme', 'lab')")
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "land.duckdb"))
    (row,) = document(capsys)
    assert (row["vendor_id"], row["value_usd"], row["value_of_group"]) == ("acme", None, None)
    profile = document(capsys, "acme")
    assert profile["dimensions"] == profile["releases"] == profile["relations"] == profile["figures"] == []
    assert "Not placed" in said(capsys, "acme").out
    assert document(capsys, "--rank") == []


def test_vendors_never_import_torch(database: Path) -> None:
    code = (
        "import sys; from harness.__main__ import run; code = run(['vendors', 'borealis', '--json']); "
        "heavy = sorted({'torch', 'transformers', 'lm_eval', 'streamlit'} & sys.modules.keys()); "
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
