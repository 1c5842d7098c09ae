"""The kinds of task that ship: the file is whole, every id is in the catalog, and each has an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import places
from harness.analysis.scale.fit import ScaleFit, fit_reported
from harness.errors import BadInput
from harness.market.choice.choose import choose
from harness.market.choice.families import families, family, read_families
from harness.market.choice.wish import Wish
from harness.store.reader import Reader
from harness.store.rebuild import rebuild


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[a", "cannot be read"),
        ('[a]\nname = {en = "A"}', "[a] name: needs a text zh"),
        ('[a]\nname = {en = "A", zh = "甲"}\ntests = [{family = "X"}]', "[a] tests, 1: needs a weight above 0"),
        ('[a]\ntests = [{family = "X", weight = 1}, {family = "X", weight = 1}]', "two tests have one name"),
        ('[a]\ncolour = "red"', "[a] colour: no such key"),
        ('[a]\ndomain = "cooking"', "[a] domain: is 'cooking'"),
        ("[a]\ntokens = {input = 0, output = 1}", "[a] tokens: needs input"),
        ('[a]\nbeside = "x"', "[a] beside: is no list of texts"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "families.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        read_families(file)
    assert place in str(error.value)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A database of the shipped catalog alone."""
    folder = tmp_path_factory.mktemp("shipped")
    nothing = folder / "none"
    nothing.mkdir()
    rebuild(folder / "land.duckdb", places.catalog(), nothing, nothing, nothing)
    return Reader(folder / "land.duckdb")


@pytest.fixture(scope="module")
def shipped_fit(shipped: Reader) -> ScaleFit:
    found = fit_reported(shipped.frame("reported"))
    assert found is not None
    return found


def test_every_id_of_the_file_is_in_the_catalog(shipped: Reader) -> None:
    known = shipped.frame("benchmarks")
    ids = set(known["benchmark_id"])
    for kind in families().values():
        for test in kind.tests:
            assert test.ids(known), f"{kind.id}: {test.name}"
            assert set(test.benchmarks) <= ids
        assert {*kind.beside, *kind.costs} <= ids, kind.id


def test_every_kind_of_task_has_an_answer_on_the_catalog(shipped: Reader, shipped_fit: ScaleFit) -> None:
    for kind in families().values():
        rows = choose(shipped, shipped_fit, Wish(kind.id))
        known = rows[rows["standing"].eq("known")]
        assert len(known) >= 3, kind.id
        assert known["suitability"].between(0, 1).all() and (known["low"] < known["suitability"]).all()
        assert (known["suitability"] < known["high"]).all() and known["evidence"].ge(1).all()
        assert not rows.duplicated("product_id").any()


def test_chinese_customer_service_under_half_a_dollar(shipped: Reader, shipped_fit: ScaleFit) -> None:
    rows = choose(shipped, shipped_fit, Wish("chinese-customer-service", budget=0.5))
    known = rows[rows["standing"].eq("known")]
    assert len(known) and known["price"].le(0.5).all() and known["basis"].isin(["maker", "median", "host"]).all()
    assert known["in_language"].ge(1).all() and known[["as_of", "url"]].notna().all().all()


def test_a_kind_of_task_is_found_by_any_name() -> None:
    assert (
        family("中文客服").id
        == family("chinese").id
        == family("Chinese customer service").id
        == "chinese-customer-service"
    )
    with pytest.raises(BadInput, match="fits several"):
        family("coding")
