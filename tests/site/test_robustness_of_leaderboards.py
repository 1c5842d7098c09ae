"""Robustness of leaderboards: tasks, benchmarks, borderline vendors, and the trend; each computed again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.i18n.translator import Translator
from harness.site.capability import equal_size, scale
from harness.site.server import view
from tests.site.conftest import Open, texts


def _table(at: object, column: str) -> pd.DataFrame:
    return next(t.value for t in at.dataframe if column in t.value)  # type: ignore[attr-defined]


def test_a_task_drives_the_order_by_the_spread_it_adds(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="Measured")
    assert not at.exception and not at.error
    shown = _table(at, "kendall_tau").set_index("task")
    runs = list(at.dataframe[0].value["run_id"])
    with duckdb.connect(str(filled / "land.duckdb"), read_only=True) as con:
        right = con.execute(
            "SELECT score FROM result WHERE task = 'topic_en' AND run_id IN (SELECT unnest($1))", [runs]
        )
        share = (right.fetchdf()["score"] - 0.25).clip(lower=0) / 0.75
    # three kinds, two tasks of classification: a sixth of the index
    assert shown.loc["topic_en", "spread"] == pytest.approx(share.std() / 6)
    assert shown["spread"].is_monotonic_decreasing and set(shown["kind_name"]) == {
        "Perplexity", "Classification", "Question answering",
    }  # fmt: skip


def test_two_models_have_no_order_to_drive(site: Open, filled: Path) -> None:
    assert "This needs 3 models" in texts(site(filled, "capability", origin="Reference"))


def _market() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {"vendor_id": ["databricks"] * 6 + ["one"] * 8 + ["two"] * 9, "params_b": rng.uniform(1, 100, 23)}
    )
    rows["segment"] = np.where(rows["vendor_id"] == "two", "big-tech", "startup")
    rows["segment_borderline"] = np.where(rows["vendor_id"] == "databricks", "big-tech", None)
    return rows.assign(score=np.log10(rows["params_b"]) + rng.normal(0, 0.3, len(rows)))


def test_a_borderline_vendor_is_counted_on_the_other_side() -> None:
    rows = _market()
    vendors = rows.drop_duplicates("vendor_id")
    found = equal_size.moved(rows, vendors, "big-tech").set_index("moved")["difference"]
    assert list(found.index) == ["none", "databricks"]
    for case, big in (("none", ["two"]), ("databricks", ["two", "databricks"])):
        design = np.column_stack([np.ones(len(rows)), np.log10(rows["params_b"]), ~rows["vendor_id"].isin(big)])
        assert found[case] == pytest.approx(np.linalg.lstsq(design, rows["score"], rcond=None)[0][2])
    assert equal_size.moved(rows[rows["vendor_id"] != "databricks"], vendors, "big-tech").empty


def _seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> view.View:
    monkeypatch.setenv("LANDSCAPE_DB", str(folder / "land.duckdb"))
    return view.in_language(Translator("en"))


def test_the_page_repeats_the_comparison_with_borderline_vendors_moved(
    site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = site(filled, "capability", tab="trends", trend="size")
    assert not at.exception and not at.error
    seen = _seen(filled, monkeypatch)
    board = scale.board(seen, 4)
    base = equal_size.compared(board, "segment")["against"].iloc[0]
    rows = equal_size.moved(board, seen.frame("vendors"), base).set_index(["moved", "group"])
    told = (rows["low"] > 0) | (rows["high"] < 0)
    turned = bool((told["none"].reindex(told["borealis"].index) != told["borealis"]).any())
    assert ("hangs on the segment of Borealis" in texts(at)) == turned
    assert ("With Borealis in the other segment" in texts(at)) != turned
    at.get_by_key("lang").set_value("zh").run()  # type: ignore[union-attr]
    assert not at.exception and not at.error and "北辰智能" in texts(at)


def test_the_page_says_where_no_model_is_of_a_borderline_vendor(site: Open, filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    with duckdb.connect(str(tmp_path / "land.duckdb")) as con:
        con.execute("UPDATE vendor SET segment_borderline = NULL")
    at = site(tmp_path, "capability", tab="trends", trend="size")
    assert "None of the vendors that might be in another segment (0)" in texts(at)


def test_the_trend_is_the_slope_of_the_records(site: Open, filled: Path) -> None:
    ranked = site(filled, "capability")
    at = site(filled, "capability", tab="trends", trend="pace")
    assert not at.exception and not at.error
    rows = ranked.dataframe[0].value.dropna(subset=["released"]).sort_values("released")
    best, years, level = -np.inf, [], []
    for day, score in zip(rows["released"], rows["score"], strict=True):
        if score > best:
            best = score
            years.append(pd.Timestamp(day).toordinal() / 365.25)
            level.append(score)
    told = re.search(
        r"rises by (\S+) points a year since \S+ \(95% interval (\S+) to ([\d.-]+)\)",
        texts(at).replace("\\", "").replace("−", "-"),
    )
    assert told and f"Least squares over the {len(level)} records" in texts(at)
    slope = stats.linregress(years, level).slope
    assert float(told[1]) == pytest.approx(slope, abs=0.06)
    assert float(told[2]) <= float(told[3])
