"""The Cost page: tasks, list prices and markets, providers against each other, the price story; each against a plain count."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from harness.charts.text import dollars
from harness.site.widgets.tables import screen
from tests.site.conftest import Open, rows, table, texts


def test_tasks_cost_what_was_reported_at_every_effort(site: Open, filled: Path) -> None:
    at = site(filled, "cost", part="tasks")
    assert not at.exception and not at.error
    shown = table(at, "output_tokens").set_index("label")
    reported = rows(
        filled,
        "SELECT m.name, t.effort, max(value) FILTER (key = 'cost') AS cost, any_value(r.score) AS score FROM task_cost AS t "
        "JOIN model AS m USING (model_id) LEFT JOIN reported_score AS r ON r.model_id = t.model_id AND "
        "r.benchmark_id = t.benchmark_id AND r.effort = t.effort GROUP BY ALL",
    )
    assert len(shown) == len(reported) > 20
    for row in reported.to_dict("records"):
        assert shown.loc[f"{row['name']} ({row['effort']})", "x"] == pytest.approx(row["cost"])


def test_by_points_a_model_stands_at_its_highest_effort(site: Open, filled: Path) -> None:
    at = site(filled, "cost", part="tasks", task_by="Points on the scale")
    shown = table(at, "output_tokens")
    assert shown["label"].str.endswith("(high)").all() and not shown["label"].duplicated().any()
    firm = shown[shown["membership"] > 0.5]
    assert len(firm) > 0 and not any(((shown["x"] < r.x) & (shown["y"] > r.y)).any() for r in firm.itertuples())
    assert "is the most capable at $" in texts(at).replace("\\", "")


def test_who_asks_less_on_the_models_both_sell(site: Open, filled: Path) -> None:
    at = site(filled, "cost", part="providers")
    assert not at.exception and not at.error
    pairs = table(at, "dearer_name").set_index(["cheaper_name", "dearer_name"])
    assert len(pairs) == 3  # a host that asks more on every model never stands first
    row = pairs.loc[("Northbound", "Southgate")]
    both = rows(filled, "SELECT model_id FROM price GROUP BY model_id HAVING count(DISTINCT provider_id) = 3")
    assert row["models"] == row["shared"] == len(both) and row["median_ratio"] == pytest.approx(1.25, abs=0.01)
    assert pairs["share"].tolist() == pytest.approx(
        (100 * pairs["models"] / pairs["shared"]).tolist()
    )  # shown as per cent
    assert "Northbound charges less than its rival 100% of the time" in texts(at).replace("\\", "")


def _priced(at: AppTest) -> pd.DataFrame:
    return table(at, "input_per_mtok")


def test_the_ratio_and_the_market_move_the_price(site: Open, filled: Path) -> None:
    prices = {
        ratio: _priced(site(filled, "cost", part="prices", ratio=ratio)).set_index("label")["x"]
        for ratio in ("0.0", "9.0")
    }
    shared = prices["0.0"].index.intersection(prices["9.0"].index)
    # output costs 3.5 times the input: all output against nine parts input
    assert (prices["0.0"].loc[shared] / prices["9.0"].loc[shared]).round(2).unique().tolist() == [2.8]
    listed = _priced(site(filled, "cost", part="prices")).set_index("label")
    cheapest = _priced(site(filled, "cost", part="prices", prices="Cheapest trusted")).set_index("label")
    opened = listed.index[listed["seller"] == "median of 3 hosts"]
    assert len(opened) > 3 and set(cheapest.loc[opened, "seller"]) == {"Northbound"}
    assert (listed.loc[opened, "x"] / cheapest.loc[opened, "x"]).between(1.24, 1.26).all()
    assert listed[["as_of", "url"]].notna().all().all()
    sold = table(site(filled, "cost", part="prices", columns="seller"), "tier_name")
    assert set(sold["tier_name"]) == {"standard"}


def test_the_frontier_is_beaten_by_nobody(site: Open, filled: Path) -> None:
    frame = table(site(filled, "cost", part="prices", columns="seller"), "membership")
    firm = frame[frame["membership"] > 50]  # whom a cheaper one beats is on fewer than half of the frontiers
    assert 0 < len(firm) < len(frame)
    assert not any(((frame["x"] < row.x) & (frame["y"] > row.y)).any() for row in firm.itertuples())


def test_the_price_story_names_its_level(site: Open, filled: Path) -> None:
    at = site(filled, "cost", part="history")
    said = texts(at).replace("\\", "")
    (row,) = table(at, "halving").to_dict("records")
    assert f"{row['level']}’s level of capability cost $" in said and row["now"] <= row["before"]
    assert f"fell from ${row['before']:.3g}" in said and row["by"] in said and "do not contradict" in said
    told = re.search(r"in the (\d+) months from (\S+) to (\S+), to 1/(\S+);", said)
    assert told is not None and told[2] == f"{row['from']:%Y-%m}" and told[3] == f"{row['to']:%Y-%m}"
    pace = (row["to"] - row["from"]).days / (365.25 / 12) / math.log2(row["before"] / row["now"])
    assert row["halving"].startswith(f"{pace:.1f}") and int(told[1]) == round(
        pace * math.log2(row["before"] / row["now"])
    )


def test_half_the_utilisation_doubles_the_cost(site: Open, filled: Path) -> None:
    def cost(use: str) -> pd.Series:
        return table(site(filled, "cost", use=use), "per_mtok").set_index("model")["per_mtok"]

    ratio = cost("0.5") / cost("1.0")
    assert len(ratio) and ratio.round(6).eq(2).all()


@pytest.fixture
def with_llama(filled: Path, tmp_path: Path) -> Path:
    """The seeded database with Llama 3.3 70B, its price at a host, and a rent of H100."""
    import shutil

    import duckdb

    shutil.copytree(filled, tmp_path / "own")
    with duckdb.connect(tmp_path / "own" / "land.duckdb") as db:
        db.execute(
            "INSERT INTO model (model_id, product_id, kind, vendor_id, name, params_b, open_weights) SELECT 'llama-3-3-70b-instruct', "
            "'llama-3-3-70b-instruct', 'text', any_value(vendor_id), 'Llama 3.3 70B', 70, true FROM model"
        )
        db.execute("INSERT INTO provider (provider_id, name, kind) VALUES ('hosty', 'Hosty', 'host')")
        db.execute(
            "INSERT INTO price (provider_id, offer_id, model_id, tier, per, currency, input_per_mtok, output_per_mtok, as_of) "
            "VALUES ('hosty', 'llama', 'llama-3-3-70b-instruct', 'standard', 'token', 'USD', 4, 4, '2026-07-02')"
        )
        db.execute(
            "INSERT INTO gpu_price (cloud, gpu, gpus, terms, currency, per_gpu_hour, as_of) "
            "VALUES ('Nimbus', 'H100 SXM5 80GB', 1, 'on-demand', 'USD', 2.5, '2099-01-01')"
        )
    return tmp_path / "own"


def test_own_machine_or_api(site: Open, with_llama: Path) -> None:
    at = site(with_llama, "cost", own_gpus="2")
    assert not at.exception and not at.error
    said = texts(at).replace("\\", "")
    # 2 GPUs × $2.5 × 24 h against 50 million tokens at $4
    assert (
        "Llama 3.3 70B at 50,000,000 tokens a day costs less on own machines: $120 a day against $200 at the API."
        in said
    )
    assert "A machine pays off from 30,000,000 tokens a day." in said
    assert "rent of one cloud per GPU-hour, $2.50 (2099-01-01)" in said and "Hosty (2026-07-02)" in said
    shown = table(at, "figure").set_index("figure")["value"]
    assert shown["Machine"] == "2 × H100, fp8" and "70.0 GB weights" in shown["Memory"]


def test_a_machine_that_never_pays_names_its_use_and_the_day_of_the_rent(site: Open, with_llama: Path) -> None:
    said = texts(site(with_llama, "cost", own_gpus="2", own_use="0.1")).replace("\\", "")
    told = re.search(r"At the rent of 2099-01-01 a machine never pays off: .* of 10%, which is ([\d,]+) tokens", said)
    assert told is not None
    at_all_hours = texts(site(with_llama, "cost", own_gpus="2", own_use="0.1", own_rent="400")).replace("\\", "")
    assert "At your rent a machine never pays off" in at_all_hours and f"which is {told[1]} tokens" in at_all_hours


def test_a_machine_that_is_too_small_says_so(site: Open, with_llama: Path) -> None:
    at = site(with_llama, "cost", own_gpus="1", own_precision="bf16")
    said = (texts(at) + " ".join(i.value for i in at.info)).replace("\\", "")
    assert not at.exception and "Llama 3.3 70B does not fit on 1 × H100 with requests of 8,192 tokens." in said


def test_several_own_machines_pay_from_as_many_times_the_tokens(site: Open, with_llama: Path) -> None:
    at = site(with_llama, "cost", own_gpus="2", own_tokens="100,000,000")
    said = texts(at).replace("\\", "")
    # a copy costs $120 a day; the API's $4 a million are met by 30 million tokens a copy
    assert "this many need 2 machines, which pay off from 60,000,000." in said
    shown = table(at, "figure").set_index("figure")["value"]
    assert shown["Pays off from, tokens a day (cheapest – dearest rent)"] == "30,000,000"


def test_a_machine_that_is_too_small_says_so_in_chinese(site: Open, with_llama: Path) -> None:
    at = site(with_llama, "cost", own_gpus="1", own_precision="bf16", lang="中文")
    said = (texts(at) + " ".join(i.value for i in at.info)).replace("\\", "")
    assert not at.exception and "1 × H100 的显存不足以部署 Llama 3.3 70B" in said


def test_the_page_opens_on_the_best_value_of_each_level(site: Open, filled: Path) -> None:
    at = site(filled, "cost")
    assert not at.exception and not at.error
    shown = table(at, "level_name")
    five = shown[~shown["level_name"].eq("The best")].tail(2).set_index("counted")
    said = at.markdown[0].value.replace("\\", "")
    assert "’s level for the least money: " in said
    assert all(f"{row['model']} at {row['least']}" in said for row in five.to_dict("records"))
    cheapest = rows(
        filled,
        "SELECT min(t.value) AS cost FROM task_cost AS t WHERE key = 'cost' AND t.effort = 'high' AND t.model_id = "
        f"(SELECT any_value(model_id) FROM model WHERE name = '{five.loc['per task', 'model']}')",
    )
    assert five.loc["per task", "least"] == dollars(float(cheapest["cost"].iloc[0]))


def test_on_a_telephone_no_amount_stands_without_its_unit(
    site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = table(site(filled, "cost"), "level_name")
    monkeypatch.setattr(screen, "window", lambda: 420)
    at = site(filled, "cost")
    narrow = [frame.value for frame in at.dataframe if "level_name" in frame.value]
    said = texts(at)
    assert said.index("Least cost of a task, US") < said.index("Least price of a million tokens, US")
    units = wide.groupby("counted", sort=False)["least"].agg(list)
    assert [frame["least"].tolist() for frame in narrow] == [units["per task"], units["per M tokens"]]


@pytest.mark.parametrize(
    ("choices", "part"),
    [({"own_gpu": "H100"}, "own"), ({"task_by": "points"}, "tasks"), ({"chart": "undercutting"}, "providers"),
     ({"table_price-index": "true"}, "history"), ({"axis": "reported-scale"}, "prices"), ({}, None)],
)  # fmt: skip
def test_a_link_without_a_part_opens_the_one_that_it_is_about(
    site: Open, filled: Path, choices: dict[str, str], part: str | None
) -> None:
    at = site(filled, "cost", **choices)
    assert not at.exception and at.query_params.get("part") in (part, [part])


def test_the_cost_of_a_task_stands_beside_the_price(site: Open, filled: Path) -> None:
    shown = table(site(filled, "cost", part="prices", columns="task"), "task_cost").dropna(subset="task_cost")
    costs = rows(
        filled,
        "SELECT m.name, t.value, t.as_of FROM task_cost AS t JOIN model AS m USING (model_id) WHERE key = 'cost' AND effort = 'high'",
    ).set_index("name")
    assert len(shown) > 3
    for row in shown.to_dict("records"):
        assert row["task_cost"] == pytest.approx(costs.loc[row["label"], "value"])
        assert str(row["task_as_of"])[:10] == str(costs.loc[row["label"], "as_of"])[:10]


def test_a_rent_of_ones_own_takes_the_place_of_the_catalogs(site: Open, with_llama: Path) -> None:
    said = texts(site(with_llama, "cost", own_gpus="2", own_rent="1,5")).replace("\\", "")
    # 2 GPUs × $1.50 × 24 h
    assert "$72.00 a day against $200 at the API" in said and "your rent, $1.50 per GPU-hour" in said
    said = texts(site(with_llama, "cost", own_gpus="2", own_rent="cheap")).replace("\\", "")
    assert "cheap is no number" in said and "$120 a day" in said


def test_rents_are_of_one_gpu_and_of_the_last_year(site: Open, with_llama: Path) -> None:
    now, ever = (
        table(site(with_llama, "cost", part="own", older_rents=old), "per_gpu_hour") for old in ("false", "true")
    )
    assert len(ever) > len(now) and set(now["cloud"]) == {"Nimbus"}
