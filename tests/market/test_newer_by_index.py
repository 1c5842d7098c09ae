"""What an index says of releases that the scale does not place: a catalog of six models, read by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from harness.market.newer_by_index import newer_by_index
from harness.market.scale_table import without_score

DAY = "2026-06-01"


@dataclass
class Catalog:
    """Frames by the name of their query."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def frame(self, query: str, /, **_values: object) -> pd.DataFrame:
        return self.frames[query]


def catalog(*scores: tuple[str, str, float, str, str]) -> Catalog:
    """Models ``old`` (the leader), ``second`` and four new ones; scores as (model, benchmark, score, effort, reporter)."""
    released = {"old": "2026-01-10", "second": "2026-01-10", **{f"new-{i}": f"2026-05-0{i}" for i in range(1, 5)}}
    models = pd.DataFrame(
        [{"model_id": m, "product_id": m, "name": m.title(), "kind": "text", "segment": "startup", "released": day,
          "vendor_id": "v", "vendor_en": "V", "vendor_zh": "V", "country": "FR", "open_weights": False}
         for m, day in released.items()]
    )  # fmt: skip
    reported = pd.DataFrame(
        [{"model_id": m, "product_id": m, "model": m.title(), "benchmark_id": b, "benchmark": b.upper(), "score": s,
          "effort": e, "reporter": r, "role": "rating" if b == "arena" else "index", "as_of": pd.Timestamp(DAY)}
         for m, b, s, e, r in scores],
        columns=["model_id", "product_id", "model", "benchmark_id", "benchmark", "score", "effort", "reporter", "role", "as_of"],
    )  # fmt: skip
    names = pd.DataFrame({"benchmark_id": ["big", "small", "arena"], "name_zh": ["大指数", None, None]})
    return Catalog({"models": models, "reported": reported, "benchmarks": names})


TABLE = pd.DataFrame({"product_id": ["old", "second"], "ranked": [True, True]})


def other(model: str, benchmark: str, score: float, effort: str = "max") -> tuple[str, str, float, str, str]:
    return model, benchmark, score, effort, "third-party"


def test_newer_releases_above_the_leader_are_counted_by_their_best_effort() -> None:
    found = newer_by_index(catalog(
        other("old", "big", 50), other("old", "big", 44, "low"), other("new-1", "big", 49), other("new-2", "big", 51),
        other("new-2", "big", 40, "low"), other("new-3", "big", 57.6), other("second", "big", 99),
        other("old", "small", 1), other("new-1", "small", 2), other("new-2", "small", 2),
    ), TABLE)  # fmt: skip
    assert found is not None
    assert (found.index, found.index_zh, found.as_of, found.listed, found.above) == ("BIG", "大指数", DAY, 3, 2)
    assert (found.leader, found.leader_score, found.best, found.best_score) == ("Old", 50, "New-3", 57.6)


def test_ratings_makers_figures_and_indices_without_the_leader_or_with_two_releases_say_nothing() -> None:
    three = ("new-1", "new-2", "new-3")
    assert newer_by_index(catalog(*(other(m, "big", 60) for m in three)), TABLE) is None
    assert newer_by_index(catalog(*(other(m, "arena", 60) for m in ("old", *three))), TABLE) is None
    makers = [(m, "big", 60.0, "max", "vendor") for m in three]
    assert newer_by_index(catalog(other("old", "big", 50), *makers), TABLE) is None
    assert newer_by_index(catalog(*(other(m, "big", 60) for m in ("old", *three[:2]))), TABLE) is None


def test_releases_from_before_the_leader_do_not_count_as_newer() -> None:
    scores = [other(m, "big", 60) for m in ("new-1", "old", "new-2", "new-3", "new-4")]
    leads = pd.DataFrame({"product_id": ["new-1"], "ranked": [True]})
    found = newer_by_index(catalog(*scores, other("second", "big", 99)), leads)
    assert found is not None and (found.leader_id, found.listed, found.above) == ("new-1", 3, 0)
    assert newer_by_index(catalog(*scores), leads.assign(product_id="new-2")) is None  # two are after it


def test_nothing_is_said_where_every_new_release_has_a_place() -> None:
    everyone = ["old", "second", *(f"new-{i}" for i in range(1, 5))]
    scores = [other(m, "big", 60) for m in everyone]
    placed = pd.DataFrame({"product_id": everyone, "ranked": [True] * 6})
    assert newer_by_index(catalog(*scores), placed) is None
    assert newer_by_index(catalog(*scores), placed.assign(ranked=False)) is None


def test_a_release_without_a_usable_score_tells_how_many_others_it_has() -> None:
    rows = without_score(
        catalog(other("new-2", "big", 50), other("new-2", "big", 40, "low"), other("new-2", "arena", 1300)), TABLE
    ).set_index("product_id")
    assert rows["others"].to_dict() == {"new-4": 0, "new-3": 0, "new-2": 2, "new-1": 0}
    assert rows["newest"].notna().to_dict() == {"new-4": False, "new-3": False, "new-2": True, "new-1": False}
