"""One product's frames, against what is counted by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from harness.market.products import gaps, line, rivals, scores
from harness.market.products.about import nearest, product
from tests.market.search.test_answers import thing

MODELS = pd.DataFrame(
    [
        ("wisp-4", "wisp-4", "Wisp 4", "acme", date(2025, 1, 1)),
        ("wisp-5", "wisp-5", "Wisp 5", "acme", date(2025, 6, 1)),
        ("wisp-5-0601", "wisp-5", "Wisp 5 (0601)", "acme", date(2025, 6, 1)),
        ("wisp-5-mini", "wisp-5-mini", "Wisp 5 mini", "acme", date(2025, 6, 2)),
        ("wisp-6-preview", "wisp-6-preview", "Wisp 6 Preview", "acme", date(2026, 1, 1)),
        ("oak", "oak", "Oak", "elm", None),
    ],
    columns=["model_id", "product_id", "name", "vendor_id", "released"],
).assign(kind="text", params_b=None, open_weights=False, source_id="s", as_of=date(2026, 1, 2))  # fmt: skip
REPORTED = pd.DataFrame(
    [
        ("wisp-5-0601", "wisp-5", "quiz", 0.50, "low", date(2025, 7, 1)),
        ("wisp-5", "wisp-5", "quiz", 0.70, "high", date(2025, 7, 1)),
        ("wisp-4", "wisp-4", "quiz", 0.40, "default", date(2025, 2, 1)),
        ("wisp-5-mini", "wisp-5-mini", "quiz", 0.70, "default", date(2025, 7, 1)),
        ("oak", "oak", "quiz", 0.90, "default", date(2025, 7, 1)),
        ("wisp-5", "wisp-5", "errors", 0.10, "default", date(2025, 7, 1)),
        ("wisp-4", "wisp-4", "errors", 0.20, "default", date(2025, 7, 1)),
        ("oak", "oak", "errors", 0.05, "default", date(2025, 7, 1)),
        ("wisp-5", "wisp-5", "lonely", 0.33, "default", date(2025, 7, 1)),
    ],
    columns=["model_id", "product_id", "benchmark_id", "score", "effort", "as_of"],
).assign(benchmark=lambda f: f["benchmark_id"], source_id="s", reported_by="somebody", role="scale", unit="fraction")  # fmt: skip


class Rows:
    """A database of four queries."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        return {
            "models": MODELS,
            "reported": REPORTED,
            "benchmarks": pd.DataFrame({"benchmark_id": ["quiz", "errors"], "higher_is_better": [True, False]}),
            "source_names": pd.DataFrame({"source_id": ["s"], "title": ["Source"], "url": ["https://s.example"]}),
            "list_prices": pd.DataFrame({"product_id": ["wisp-5"], "blended_per_mtok": [2.0]}),
        }[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Claude Opus 4.5", "claude opus"),
        ("Qwen3-235B-A22B-Instruct", "qwen"),
        ("DeepSeek-V3.2-Exp", "deepseek"),
        ("GPT-5 mini", "gpt mini"),
        ("GLM-4.6V", "glm v"),
        ("GPT-4o", "gpt o"),
        ("DeepSeek-R1", "deepseek r"),
        ("Llama 3.1 70B Instruct", "llama"),
        ("Claude 3.5 Sonnet (June 2024)", "claude sonnet"),
    ],
)
def test_a_line_is_called_the_same_but_for_numbers(name: str, words: str) -> None:
    assert line.line_of(name) == words


def test_a_line_has_what_came_before_and_after() -> None:
    board = pd.DataFrame({"model_id": ["wisp-5"], "score": [140.0], "low": [138.0], "high": [142.0], "rank": [1.0]})
    rows = line.releases(Rows(), board, "wisp-5")
    assert list(rows["model_id"]) == ["wisp-4", "wisp-5", "wisp-5-mini", "wisp-6-preview"], (
        "a second entry is no product"
    )
    assert list(rows["line"]) == [True, True, False, True]
    assert line.neighbours(rows, "wisp-5") == ("wisp-4", "wisp-6-preview")
    assert line.neighbours(rows, "wisp-6-preview") == ("wisp-5", None)
    own = rows.set_index("model_id").loc["wisp-5"]
    assert (own["score"], own["blended_per_mtok"], own["source"]) == (140.0, 2.0, "Source")
    assert line.releases(Rows(), board, "nobody").empty


def test_a_score_is_the_highest_efforts_and_stands_among_its_peers() -> None:
    rows = scores.scores(scores.newest_scores(Rows()), "wisp-5").set_index("benchmark_id")
    quiz = rows.loc["quiz"]
    assert (quiz["score"], quiz["reports"], quiz["peers"]) == (0.70, 2, 4)
    # scores 0.9, 0.7, 0.7, 0.4: second, shared; of three others one is lower and one the same
    assert (quiz["place"], quiz["standing"], quiz["median"], quiz["best"]) == (2.0, 0.5, pytest.approx(0.7), 0.9)


def test_where_less_is_better_the_lowest_leads() -> None:
    errors = scores.scores(scores.newest_scores(Rows()), "wisp-5").set_index("benchmark_id").loc["errors"]
    assert (errors["place"], errors["standing"], errors["best"]) == (2.0, 0.5, 0.05)


def test_too_few_peers_give_no_place() -> None:
    lonely = scores.scores(scores.newest_scores(Rows()), "wisp-5").set_index("benchmark_id").loc["lonely"]
    assert lonely["peers"] == 1 and pd.isna(lonely["place"]) and pd.isna(lonely["standing"])
    assert scores.scores(scores.newest_scores(Rows()), "nobody").empty


BOARD = pd.DataFrame(
    {"model_id": list("abcdef"), "model": list("ABCDEF"), "score": [160.0, 150, 149, 140, 130, 120], "low": 0.0, "high": 200.0,
     "rank_low": 1.0, "rank_high": 6.0}
)  # fmt: skip
PRICES = pd.DataFrame({"product_id": list("abcdf"), "blended_per_mtok": [10.0, 1.0, 5.0, 1.2, 0.9]})


def test_rivals_are_the_nearest_in_points_then_the_best_at_the_price() -> None:
    found = rivals.rivals(BOARD, PRICES, "b", most=1)
    assert list(zip(found["why"], found["model_id"], strict=True)) == [("rank", "c"), ("price", "d")]
    assert rivals.rivals(BOARD, PRICES, "e")["why"].eq("rank").all(), "without a price nobody is as dear"
    assert rivals.rivals(BOARD, PRICES, "z").empty


def test_neighbours_move_to_one_side_where_the_board_ends() -> None:
    assert list(rivals.around(BOARD, "d", each=1)["model_id"]) == ["c", "d", "e"]
    assert list(rivals.around(BOARD, "a", each=1)["model_id"]) == ["a", "b", "c"]
    assert list(rivals.around(BOARD, "f", each=1)["model_id"]) == ["d", "e", "f"]
    assert rivals.around(BOARD, "z").empty


def score_rows(n: int, role: str = "scale", reporter: str = "third-party") -> pd.DataFrame:
    return pd.DataFrame({"benchmark_id": [f"t{i}" for i in range(n)], "role": role, "reporter": reporter})


def test_gaps_name_what_is_missing_and_nothing_else() -> None:
    whole = {
        "open_weights": True,
        "kind": "text",
        "released": date(2025, 1, 1),
        "params_b": 7.0,
        "licence": "mit",
        "context_tokens": 8,
    }
    price = {"basis": "median"}
    assert gaps.gaps(whole, score_rows(6), price, ranked=True, tasks=True, items=True, others=False) == []
    bare = gaps.gaps(
        {"open_weights": True, "kind": "text"},
        score_rows(4),
        None,
        ranked=False,
        tasks=False,
        items=False,
        others=False,
    )
    assert bare == [
        "few_benchmarks",
        "no_price",
        "no_task_cost",
        "no_release",
        "no_size",
        "no_licence",
        "no_context",
        "no_items",
    ]
    unknown = gaps.gaps({}, score_rows(0), None, ranked=False, tasks=False, items=False, others=True)
    assert unknown == ["not_in_catalog", "no_scores"]


def test_indices_are_no_tests_and_a_makers_word_is_its_own() -> None:
    whole = {"open_weights": False, "kind": "text", "released": date(2025, 1, 1), "context_tokens": 8}
    rows = score_rows(8, role="index", reporter="vendor")
    found = {
        others: gaps.gaps(whole, rows, {"basis": "few"}, ranked=False, tasks=True, items=True, others=others)
        for others in (False, True)
    }
    assert found[False] == ["few_benchmarks", "only_vendor", "few_hosts"]
    assert found[True] == ["few_benchmarks", "few_hosts"], "who else ran it has a score of it"


ENTRIES = (
    thing("model", "wisp-5", "Wisp 5", "wisp5-latest"),
    thing("model", "wisp-4", "Wisp 4"),
    thing("run", "acme/wisp-9b", "acme/wisp-9b"),
)


@pytest.mark.parametrize(
    ("wanted", "id"),
    [
        ("wisp-5", "wisp-5"),
        ("wisp-5-0601", "wisp-5"),
        ("Wisp 5", "wisp-5"),
        ("WISP5 latest", "wisp-5"),
        ("acme/wisp-9b", "acme/wisp-9b"),
        ("acme/wisp-9b · bfloat16 0123abc", "acme/wisp-9b"),
    ],
)
def test_a_product_goes_by_every_name_of_its_own(wanted: str, id: str) -> None:
    found = product(Rows(), ENTRIES, wanted)
    assert found is not None and found.id == id and found.catalogued == (id == "wisp-5")


def test_an_unknown_name_means_nothing_and_the_nearest_are_named() -> None:
    assert product(Rows(), ENTRIES, "wisp-7") is None and product(Rows(), ENTRIES, "") is None
    assert {e.id for e in nearest(ENTRIES, "wisp-7")} >= {"wisp-5", "wisp-4"}
    assert nearest(ENTRIES, "zebra") == []
