"""``harness alike``: its document, its sentences, and what it answers where there is nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harness.__main__ import run
from harness.analysis.likeness.same_answers import answer_matrix, same_answers
from harness.commands import alike_text as text
from harness.commands.alike import held_against
from harness.market.alike.item_likeness import groups, item_likeness
from harness.store.reader import Reader
from tests.market import item_boards as truth
from tests.market import priced_items

PAIR_KEYS = {"a", "b", "items", "kappa", "kappa_low", "kappa_high", "residual", "same_vendor"}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return truth.build(tmp_path_factory.mktemp("alike"))


@pytest.fixture(autouse=True)
def database(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_DB", str(built))
    for name in ("CATALOG", "PUBLIC_RUNS", "RUNS"):
        monkeypatch.setenv(f"LANDSCAPE_{name}", str(built.parent / {"PUBLIC_RUNS": "public"}.get(name, name.lower())))
    return built


def document(capsys: Capture, *options: str) -> Any:
    assert run(["alike", "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_document_has_every_pair(capsys: Capture, built: Path) -> None:
    plain = document(capsys)
    assert len(plain["pairs"]) == 6 and set(plain["pairs"][0]) >= PAIR_KEYS
    assert plain["benchmarks"][0] | {"suite_version": ""} == {
        "benchmark": "fix", "agent": "Hands", "suite": "items", "suite_version": "", "models": 4, "items": 40,
        "rejected_runs": 1, "unfinished_runs": 0, "graded": False,
    }  # fmt: skip
    expected = item_likeness(Reader(built), [], []).likeness.pairs
    assert [row["kappa"] for row in plain["pairs"]] == [round(value, 4) for value in expected["kappa"]]
    assert [row["same_vendor"] for row in plain["pairs"]].count(None) == 3
    assert not {"groups", "trend", "dimensions"} & set(plain)
    assert [plain[key] for key in ("ceiling", "noise_floor", "same_answers")] == [None, None, None]
    more = document(capsys, "--groups", "--trend", "--benchmark", "test", "--models", "one,acme-two,bigco-max")
    assert len(more["pairs"]) == 3 and more["benchmarks"][0]["benchmark"] == "test"
    assert {row["by"] for row in more["groups"]} == {"vendor", "segment", "country", "openness"}
    assert [row["per_year"] for row in more["trend"]] == [None, None]
    assert more["dimensions"]["participation_ratio"] <= 3


def test_the_text_says_what_was_compared_and_what_was_left_out(capsys: Capture) -> None:
    assert run(["alike", "--groups", "--trend"]) == 0
    said = capsys.readouterr().out
    assert "4 models of 2 vendors on 40 items" in said and "left out: 1 run with a verdict against them" in said
    assert "not known: too few dated models" in said and "acme-two" in said


LEVELS = [
    {"benchmark": "fix", "kind": kind, "measure": measure, "pairs": pairs, "mean": mean, "low": round(mean - 0.1, 4),
     "high": round(mean + 0.1, 4)}
    for kind, measure, pairs, mean in (
        ("other_agent", "kappa", 9, 0.7), ("other_agent", "residual", 9, 0.2), ("trials", "kappa", 1, 0.5),
    )
]  # fmt: skip


def test_what_likeness_is_held_against_is_said_or_said_to_be_unknown() -> None:
    first, second = text.level_lines(LEVELS)
    assert (
        first == "The same model under another agent on fix: κ 0.700 (0.600–0.800), beyond difficulty +0.200; 9 pairs"
    )
    assert second == "Two trials of one model on fix: κ 0.500 (0.400–0.600); 1 pair"
    assert [" not known" in line for line in text.level_lines([])] == [True, True]
    assert held_against(pd.DataFrame(LEVELS), None) == {
        "ceiling": LEVELS[:2],
        "noise_floor": LEVELS[2:],
        "same_answers": None,
    }


def test_same_answers_are_said_in_a_line() -> None:
    assert "no answers" in text.answer_line(None)
    given = {"one": ["x"] * 6, "two": ["x"] * 6, "three": ["x", "y"] * 3}
    rows = pd.DataFrame([{"model": m, "task": "t", "doc_hash": i, "cluster": i, "value": 0.0, "answer_hash": x}
                         for m, answers in given.items() for i, x in enumerate(answers)])  # fmt: skip
    answers = same_answers(answer_matrix(rows), {"one": "a", "two": "a", "three": "b"}, seed=1)
    said = text.answer_line(answers)
    assert "50% of the items that two models of different vendors both fail" in said
    assert "100% of the items that two models of one vendor both fail" in said
    document = held_against(pd.DataFrame(LEVELS), answers)["same_answers"]
    assert len(document["pairs"]) == 3 and document["per_ten_points"] == {"change": None, "half_width": None}
    assert "no vendors are known" in text.answer_line(same_answers(answer_matrix(rows), {}, seed=1))


def test_an_unknown_benchmark_is_an_error_with_the_known_ones(capsys: Capture) -> None:
    assert run(["alike", "--benchmark", "nothing"]) == 2
    assert "There is fix, test" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("items", "models", "said"),
    [((0.01, 0.2), (0.02, 0.3), "err more alike than those"), ((0.01, 0.2), (-0.1, 0.3), "for others it cannot be told"),
     ((-0.1, 0.2), (-0.1, 0.3), "It cannot be told"), ((-0.3, -0.1), (-0.4, -0.1), "err less alike than")],
)  # fmt: skip
def test_the_finding_needs_both_intervals(
    built: Path, items: tuple[float, float], models: tuple[float, float], said: str
) -> None:
    table = groups(item_likeness(Reader(built), [], []))
    row = (table["by"] == "vendor") & (table["measure"] == "residual") & (table["relation"] == "within − between")
    assert row.sum() == 1
    table.loc[row, ["low", "high", "models_low", "models_high"]] = [*items, *models]
    assert said in text.finding(table)
    assert "pairs of one vendor and of different ones" in text.finding(table[~row])


@pytest.fixture
def priced(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    built = priced_items.build(tmp_path_factory.mktemp("priced"))
    monkeypatch.setenv("LANDSCAPE_DB", str(built))
    monkeypatch.setenv("LANDSCAPE_RUNS", str(built.parent / "runs"))
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(built.parent / "catalog"))
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(built.parent / "public"))
    return built


def test_a_portfolio_is_a_part_of_the_document(capsys: Capture, priced: Path) -> None:
    found = document(capsys, "--portfolio")["portfolio"]
    partner = found["partner"]
    assert (partner["next_to"], partner["partner"], partner["models"]) == (
        "acme/one",
        "bigco-max",
        ["bigco-max", "acme/one"],
    )
    assert partner["gain"] == pytest.approx(10 / 60) and partner["cost"] == pytest.approx(0.6)
    assert partner["gain_corrected"] == pytest.approx(partner["gain"] - partner["optimism"])
    assert (len(found["pairs"]), found["triples_in_all"], len(found["unsolved"])) == (6, 4, 9)
    assert found["unsolved"][0]["link"].startswith("https://github.com/acme/tools/pull/")
    assert [row["only"] for row in found["only_one"]].count("bigco-max") == 10 and len(found["only_one"]) == 11
    less = document(capsys, "--portfolio", "--without", "acme/one,else", "--next-to", "max")["portfolio"]
    assert less["left_out"] == ["acme/one", "nobody/else"] and less["partner"]["next_to"] == "bigco-max"


def test_the_text_of_a_portfolio_says_the_answer_first(capsys: Capture, priced: Path) -> None:
    assert run(["alike", "--portfolio"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("A second model next to acme/one solves 10 more of 60 tasks (")
    assert "the best partner of 3 is bigco-max, at $0.60 a task ($1.00 with acme/one alone)" in said[0]
    assert said[1].startswith("Cheapest: bigco-max first and acme/one where it fails, $0.60")
    assert any(line.startswith("No model solves 9 of 60 tasks: acme__tools-1") for line in said)
    assert "Only one model solves 11 tasks (bigco-max 10, nobody/else 1)." in said
    assert any(
        re.search(r"; the best two come [\d.]+% of the way there, the best three [\d.]+%\.$", line) for line in said
    )
    assert any(line.startswith("With acme/one left out, a second model next to ") for line in said)
    assert run(["alike", "--portfolio", "--models", "acme/one,max"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "; the best partner is bigco-max" in said[0] and "The only pair:" in said
    assert run(["alike", "--portfolio", "--next-to", "acme-two", "--without", "max"]) == 0
    assert capsys.readouterr().out.startswith("A second model next to acme-two solves")


def test_options_of_portfolios_need_them(capsys: Capture, priced: Path) -> None:
    assert run(["alike", "--next-to", "acme-two"]) == 2
    assert run(["alike", "--portfolio", "--without", "acme/one", "--next-to", "acme/one"]) == 2
    assert "acme/one is left out (--without, --priced)" in capsys.readouterr().err
    assert run(["alike", "--portfolio", "--priced", "--next-to", "acme-two"]) == 2  # nobody sells it
    assert "acme-two is left out" in capsys.readouterr().err
    assert run(["alike", "--portfolio", "--trend"]) == 2 and run(["alike", "--portfolio", "--groups"]) == 2
    assert "--json" in capsys.readouterr().err
    assert document(capsys, "--portfolio", "--trend")["portfolio"]["partner"]["next_to"] == "acme/one"
    assert run(["alike", "--portfolio", "--without", "who"]) == 2
    assert "who" in capsys.readouterr().err
