"""``harness compare`` item by item compares the runs that were named, two efforts of one product too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.commands.compare import compare
from harness.interchange.importing import import_path
from harness.market.alike import paired_items
from harness.store.rebuild import rebuild
from tests.store.conftest import CATALOG, make_catalog

MAPPING = """
columns: {model: m, item: i, value: v, benchmark: b}
constants: {source: Toy, date: 2026-01-02, licence: MIT}
metric: resolved
"""
SOLVED = {("acme/low", "fix"): 10, ("acme/high", "fix"): 30, ("bigco-max", "fix"): 20, ("acme/high", "test"): 15,
          ("bigco-max", "test"): 25}  # fmt: skip
"""The first items that a model solves of the ITEMS of a benchmark; one product at two efforts, of which ``test`` has one."""
ITEMS = 40
EFFORTS = "".join(
    f"acme-one-{effort},acme-one,acme,One {effort},text,,2025-06-01,1,,4096,text,text,true,MIT,acme/{effort},,2026-01-01,s1\n"
    for effort in ("low", "high")
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("efforts")
    rows = [f"{model},t{i},{int(i < n)},{task}" for (model, task), n in SOLVED.items() for i in range(ITEMS)]
    (folder / "m.csv").write_text("\n".join(["m,i,v,b", *rows]) + "\n", encoding="utf-8")
    (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
    import_path(folder / "m.csv", runs_dir=folder / "runs", mapping=folder / "map.yaml")
    catalog = make_catalog(folder / "catalog", models=CATALOG["models.csv"] + EFFORTS)
    (folder / "public").mkdir()
    rebuild(folder / "land.duckdb", catalog, folder / "public", folder / "runs")
    return folder


@pytest.fixture(autouse=True)
def database(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_DB", str(built / "land.duckdb"))
    monkeypatch.setenv("LANDSCAPE_RUNS", str(built / "runs"))


def document(capsys: pytest.CaptureFixture[str], *models: str) -> Any:
    compare(models, suite=None, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_two_efforts_of_one_product_are_compared_where_both_have_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "acme/low", "acme/high")
    (fix,) = found["shared_items"]  # on ``test`` one run cannot stand for both
    assert (fix["benchmark"], fix["model_a"], fix["model_b"]) == ("fix", "acme/low", "acme/high")
    assert [fix["run_a"], fix["run_b"]] == found["runs"]
    assert (fix["both"], fix["only_a"], fix["only_b"], fix["neither"]) == (10, 0, 20, 10)


def test_the_run_that_was_named_is_compared_and_what_stands_for_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "acme/low", "bigco-max")
    fix, test = found["shared_items"]
    assert [fix["run_a"], fix["run_b"]] == found["runs"] and fix["difference"] == pytest.approx((10 - 20) / ITEMS)
    assert (test["model_a"], test["asked_a"], test["asked_b"]) == ("acme/high", "acme/low", "bigco-max")
    assert test["difference"] == pytest.approx((15 - 25) / ITEMS)
    compare(["acme/low", "bigco-max"], suite=None, as_json=False)
    text = capsys.readouterr().out
    assert (
        text.count("stands for") == 1 and "On test acme/high stands for acme/low: no run there has that name." in text
    )


def test_a_board_is_fitted_once_for_all_pairs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = {
        (one, two): document(capsys, one, two)["shared_items"][0]["kappa"]
        for one, two in (("acme/low", "acme/high"), ("acme/low", "bigco-max"), ("acme/high", "bigco-max"))
    }
    fits: list[str] = []
    fit = paired_items.likeness
    monkeypatch.setattr(paired_items, "likeness", lambda *a, **k: fits.append("fit") or fit(*a, **k))
    found = document(capsys, "acme/low", "acme/high", "bigco-max")["shared_items"]
    assert len(found) == 5 and len(fits) == 2
    assert {(s["asked_a"], s["asked_b"]): s["kappa"] for s in found if s["benchmark"] == "fix"} == pairs


def test_the_two_names_stand_on_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    compare(["acme/high", "bigco-max"], suite=None, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    place = next(i for i, line in enumerate(lines) if "acme/high" in line)
    assert "bigco-max" not in lines[place] and lines[place + 1].strip() == "− bigco-max"
