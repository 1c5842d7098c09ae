"""The capability scale of the shipped catalog: the numbers that it has to reach."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from harness import places
from harness.analysis.scale import checks, ranks
from harness.analysis.scale.fit import ScaleFit, expected_scores, fit_reported
from harness.catalog.names import effort
from harness.catalog.names.matching import index_names, match_model
from harness.store.catalog import load_catalog
from harness.store.publish import publish
from harness.store.reader import Database

pytestmark = pytest.mark.slow
HUB = "market/epoch_ai/hub-2026-04-19/epoch_capabilities_index.csv"
SPRING = pd.Timestamp("2025-04-01")
"""Start of the newest models, for hold-outs: reasoning models, whose scores differ most from those before."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    db = tmp_path_factory.mktemp("scale") / "landscape.duckdb"
    publish(db, lambda con: load_catalog(con, places.packaged_catalog()))
    return Database(db).frame("reported")


@pytest.fixture(scope="module")
def fit(reported: pd.DataFrame) -> ScaleFit:
    found = fit_reported(reported)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def released(reported: pd.DataFrame) -> pd.Series:
    """Release date of each product."""
    rows = reported.assign(model_id=reported["product_id"].fillna(reported["model_id"]))
    return rows.groupby("model_id")["released"].min()


@pytest.fixture(scope="module")
def eci(shared: Path) -> pd.DataFrame:
    """Epoch's index of April 2026 by product: ``model_id, value``."""
    if not (shared / HUB).is_file():
        pytest.skip(f"needs {shared / HUB}")
    table = pd.read_csv(shared / HUB)
    table = table[table["ECI Score"].notna() & table["Release date"].notna()]  # undated: a moving name cannot be read
    models = _rows("models")
    product = {row["model_id"]: row["product_id"] or row["model_id"] for row in models}
    index, found = index_names(models, _rows("vendors"), _rows("providers"), _rows("aliases")), []
    for version, day, value in table[["Model version", "Release date", "ECI Score"]].itertuples(index=False):
        index.day = day
        name = str(version).removesuffix("_unknown")
        match = match_model(index, name) or match_model(index, effort.split(name)[0])
        if match:
            found.append((product[match.id], value))
    return pd.DataFrame(found, columns=["model_id", "value"]).groupby("model_id", as_index=False).max()


def _rows(name: str) -> list[dict[str, str]]:
    with (places.packaged_catalog() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LARGEST = {"batteries": 0.097, "recent": 0.095}
"""Root mean squares of held-out scores, over five draws: one draw of batteries lies between 0.088 and 0.110."""


def test_the_fit_converges(fit: ScaleFit) -> None:
    assert fit.converged and fit.steps <= 60
    assert fit.rmse < 0.08 and len(fit.models) > 700 and len(fit.benchmarks) > 150


def test_held_out_scores_are_predicted(fit: ScaleFit, released: pd.Series) -> None:
    """Of whole batteries and of the newest models, by the scale and by what is simpler; on the same scores."""
    found = checks.accuracy(
        fit,
        released,
        SPRING,
        kinds=tuple(LARGEST),
        methods=("scale", "nearest", "additive", "benchmark_mean"),
        seeds=range(1, 6),
    ).set_index(["kind", "method"])
    for kind, most in LARGEST.items():
        own = found.loc[(kind, "scale")]
        assert own["n"] > 700 and own["rms"] <= most and 0.92 <= own["coverage"] <= 0.98
        assert own["rms"] < 0.9 * found.loc[(kind, "additive"), "rms"]
        assert own["rms"] < 0.65 * found.loc[(kind, "benchmark_mean"), "rms"]
    assert found.loc[("recent", "scale"), "rms"] < 0.85 * found.loc[("recent", "nearest"), "rms"]


def test_few_models_share_the_first_place_and_intervals_are_narrow(fit: ScaleFit, released: pd.Series) -> None:
    board = ranks.ranked(fit)
    board = board[board["ranked"]]
    width = board["high"] - board["low"]
    assert len(board) > 350
    assert board["within_leader"].sum() - 1 <= 8
    assert width.head(50).median() <= 8.5
    settled = width[(board["model_id"].map(released) < pd.Timestamp("2026-04-20")).to_numpy()]
    assert settled.head(50).median() <= 7.0  # the best 50 of those released before April 20, 2026


def test_the_scale_agrees_with_epochs_index(fit: ScaleFit, eci: pd.DataFrame) -> None:
    every = checks.agreement(fit, eci, same_unit=True)
    assert every["n"] > 150 and every["spearman"] >= 0.99 and every["rms"] <= 3.6
    best = checks.agreement(fit, eci, same_unit=True, least=checks.HIGH_ECI)
    assert best["n"] > 40 and best["spearman"] >= 0.94 and best["rms"] <= 2.2


def test_the_catalogs_own_rows_of_outside_indices_agree(fit: ScaleFit, reported: pd.DataFrame) -> None:
    found = checks.agreements(fit, reported)
    assert found["index"].str.contains("Epoch Capabilities").any() and found["index"].str.contains("Arena").any()
    assert not found.duplicated(["index", "edition", "least"]).any()
    large = found[found["n"] >= 40]
    assert len(large) >= 5 and large["spearman"].min() > 0.85


def test_no_rating_or_index_is_part_of_the_scale(fit: ScaleFit, reported: pd.DataFrame) -> None:
    inside = set(fit.scores["benchmark_id"])
    assert inside.isdisjoint(reported.loc[reported["role"].isin(["index", "rating"]), "benchmark_id"])


@pytest.mark.parametrize("model", ["gpt-5", "o3", "gpt-5-4", "gemini-3-1-pro-preview"])
def test_gpqa_diamond_is_expected_as_epoch_measured_it(fit: ScaleFit, model: str) -> None:
    own = fit.scores[fit.scores["model_id"] == model].set_index("benchmark_id")["score"]
    expected = expected_scores(fit, [model], ["gpqa-diamond-epoch"])["expected"].item()
    assert expected == pytest.approx(own["gpqa-diamond-epoch"], abs=0.05)


def test_unexplained_scores_lead_to_their_source(fit: ScaleFit, reported: pd.DataFrame) -> None:
    found = checks.unexplained(fit, reported)
    assert (found["deviation"].abs() >= checks.ODD).all() and found["deviation"].abs().is_monotonic_decreasing
    assert 0 < len(found.drop_duplicates(["model_id", "benchmark_id"])) < 0.04 * len(fit.scores)
    assert found[["reported_by", "source", "given"]].notna().all().all()
