"""Three questions of buyers on the shipped catalog: each has a believable answer with interval, date and source."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.scale.fit import ScaleFit, fit_reported
from harness.market.choice.choose import choose
from harness.market.choice.evidence import evidence
from harness.market.choice.wish import Wish
from harness.market.own_machines.ask import Ask
from harness.market.own_machines.quotes import quote
from harness.market.prices.price_history import price_history
from harness.store.reader import Reader
from harness.store.rebuild import rebuild

CATALOG = Path(__file__).parents[2] / "data" / "catalog"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("shipped") / "landscape.duckdb"
    rebuild(path, CATALOG, path.parent / "public", path.parent / "runs")
    return Reader(path)


@pytest.fixture(scope="module")
def fit(reader: Reader) -> ScaleFit:
    found = fit_reported(reader.frame("reported"))
    assert found is not None
    return found


def test_a_model_for_chinese_customer_service_under_half_a_dollar(reader: Reader, fit: ScaleFit) -> None:
    wish = Wish("chinese-customer-service", budget=0.5).checked()
    known = choose(reader, fit, wish).query("standing == 'known'")
    first = known.iloc[0]
    assert (known["price"] <= 0.5).all() and known["basis"].ne("few").all()
    assert first["low"] < first["suitability"] < first["high"] and first["in_language"] > 0
    assert re.match("https?://", str(first["url"])) and pd.notna(first["as_of"])
    offers = pd.read_csv(CATALOG / "prices.csv", dtype={"input_per_mtok": float, "output_per_mtok": float})
    own = offers[
        offers["model_id"].eq(first["product_id"]) & offers["currency"].eq("USD") & offers["tier"].eq("standard")
    ]
    assert ((3 * own["input_per_mtok"] + own["output_per_mtok"]) / 4 - first["price"]).abs().min() < 1e-9
    proof = evidence(reader, fit, wish.family)
    assert proof.loc[proof["product_id"].eq(first["product_id"]), ["as_of", "source"]].notna().all().all()


def test_the_price_of_gpt_4s_level_fell_from_its_launch_price(reader: Reader, fit: ScaleFit) -> None:
    story = price_history(reader, fit)
    assert story is not None
    level = story.levels[0]
    # GPT-4 of June 2023 cost $30 in and $60 out
    assert level.model_id == "gpt-4-0613" and level.whole.before == pytest.approx((3 * 30 + 60) / 4)
    assert level.whole.now < level.whole.before / 100 and 2 < level.whole.halving < 8
    assert level.whole.low <= level.whole.halving <= level.whole.high


def test_a_70b_model_on_own_machines_or_at_an_api(reader: Reader) -> None:
    answer = quote(reader, Ask(model="llama-3-3-70b-instruct", tokens_a_day=50e6))
    assert (
        answer.day is not None and answer.api is not None and answer.rent is not None and answer.usd_a_day is not None
    )
    assert answer.machine.gpus == 2 and answer.rent.clouds > 5 and answer.rent.newest >= "2025"
    assert answer.day.own_usd == pytest.approx(2 * 24 * answer.rent.median)
    assert answer.day.api_usd == pytest.approx(50 * answer.api.per_mtok) and 0.2 < answer.api.per_mtok < 2
    assert answer.throughput.both.low < answer.throughput.both.middle < answer.throughput.both.high
