"""The board of reported capability: who is on it, in which order, and how far apart two of it are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from harness.analysis.scale.fit import HIGH, LOW, ScaleFit, fit_reported
from harness.market.scale_board import ahead, scale_board

BEST, SPARSE = "best", "sparse"
SKILL = {LOW[0]: -0.4, HIGH[0]: 0.8, BEST: 1.9, SPARSE: 1.2, **{f"m{i}": -1.0 + 0.2 * i for i in range(8)}}
DOMAINS = ("knowledge", "mathematics", "agents", "reasoning")
MODELS = pd.DataFrame(
    {"model_id": [BEST, HIGH[0], HIGH[0]], "name": ["The best", "GPT-5", "GPT-5"], "vendor_id": "v", "vendor_en": "V",
     "vendor_zh": None, "segment": "lab", "country": "FR", "params_b": 1.0, "open_weights": True, "released": None,
     "licence": "mit"}
)  # fmt: skip


class Rows:
    """A database whose only query is ``models``."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        return {"models": MODELS}[name]


def reported(skill: dict[str, float] = SKILL) -> pd.DataFrame:
    """Rows of the query ``reported``: eight tests of four domains; SPARSE has four of them."""
    rng = np.random.default_rng(5)
    rows = [
        {"model_id": model, "product_id": model, "kind": "text", "benchmark_id": f"t{t}", "benchmark": f"Test {t}", "family": f"Test {t}",
         "domain": DOMAINS[t % 4], "language": "en", "set_up_by": "somebody", "role": "scale", "chance": 0.0, "unit": "fraction",
         "effort": "default", "score": float(np.clip(expit(c - 0.2 * (t - 4)) + rng.normal(0, 0.015), 0, 1)), "source_id": "s",
         "reported_by": "somebody"}
        for model, c in skill.items() for t in range(8) if model != SPARSE or t < 4
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def fit() -> ScaleFit:
    out = fit_reported(reported())
    assert out is not None and out.converged
    return out


def test_the_board_is_in_order_and_named(fit: ScaleFit) -> None:
    board = scale_board(Rows(), fit)
    assert list(board["model"].head(2)) == [
        "The best",
        "GPT-5",
    ]  # an id without a row in the catalogue stands for itself
    assert board["score"].is_monotonic_decreasing and not board["model_id"].duplicated().any()
    assert board.set_index("model_id")["score"][[LOW[0], HIGH[0]]].tolist() == pytest.approx([130.0, 150.0])
    truth = sorted((m for m in SKILL if m != SPARSE), key=lambda m: -SKILL[m])
    assert list(board["model_id"]) == truth


def test_a_model_needs_evidence_to_be_ranked(fit: ScaleFit) -> None:
    assert SPARSE in set(fit.models["model_id"]) and SPARSE not in set(scale_board(Rows(), fit)["model_id"])
    assert SPARSE in set(scale_board(Rows(), fit, 4)["model_id"])
    assert scale_board(Rows(), fit, 9).empty


def test_the_lead_is_the_difference_on_the_scale(fit: ScaleFit) -> None:
    board = scale_board(Rows(), fit)
    gaps = ahead(fit, board)
    assert list(gaps["model"]) == list(board["model"][1:])
    assert gaps["difference"].to_numpy() == pytest.approx(board["score"].iloc[0] - board["score"].to_numpy()[1:])
    # to an anchor, whose points are exact, the error is the leader's own
    own = board.iloc[0]
    row = gaps[gaps["model"] == "GPT-5"].iloc[0]
    assert row["high"] - row["low"] == pytest.approx(own["high"] - own["low"])


def test_no_scale_gives_the_same_columns_and_no_row(fit: ScaleFit) -> None:
    without = scale_board(Rows(), None)
    assert without.empty and list(without) == list(scale_board(Rows(), fit))
    nobody = reported({name: skill for name, skill in SKILL.items() if name != HIGH[0]})
    assert fit_reported(nobody) is None  # the unit hangs on both anchors
    assert fit_reported(nobody.iloc[:0]) is None
