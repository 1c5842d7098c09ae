"""The board of reported capability: who is on it, in which order, on which anchor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from harness.analysis.scale import ANCHOR, RANKED_STDERR, ScaleFit, fit_reported
from harness.market.scale_board import scale_board

MODELS = pd.DataFrame(
    {"model_id": ["a", "b", "b"], "name": ["A", "B", "B"], "vendor_id": "v", "vendor_en": "V", "vendor_zh": None,
     "segment": "lab", "country": "FR", "params_b": 1.0, "open_weights": True, "released": None, "licence": "mit"}
)  # fmt: skip


class Rows:
    """A database whose only query is ``models``."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        return {"models": MODELS}[name]


def _reported(benchmarks: dict[str, int]) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        (f"m{m}", b, 0.3 + 0.05 * m + rng.normal(0, 0.01), "fraction") for b, n in benchmarks.items() for m in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["model_id", "benchmark", "score", "unit"])
    return frame.assign(chance=0.0, role="scale")


def _fit(stderr: float, benchmarks: int) -> ScaleFit:
    models = pd.DataFrame({"model_id": ["a", "b", "c"], "capability": [1.0, 3.0, 2.0], "stderr": [0.1, stderr, 0.2]})
    models = models.assign(
        low=models["capability"] - 0.2, high=models["capability"] + 0.2, benchmarks=[5, 9, benchmarks]
    )
    nothing = pd.DataFrame()
    return ScaleFit(models, nothing, nothing, "b0", 1e-5, 0.0, 1.0, 0, True)


def test_a_model_needs_evidence_to_be_ranked() -> None:
    assert list(scale_board(Rows(), _fit(RANKED_STDERR, 5))["model"]) == ["B", "c", "A"]
    assert list(scale_board(Rows(), _fit(RANKED_STDERR + 0.01, 5))["model"]) == ["c", "A"]
    assert list(scale_board(Rows(), _fit(RANKED_STDERR, 4))["model"]) == ["B", "A"]
    assert list(scale_board(Rows(), _fit(RANKED_STDERR, 4), 4)["model"]) == ["B", "c", "A"]


def test_no_scale_gives_the_same_columns_and_no_row() -> None:
    without = scale_board(Rows(), None)
    assert without.empty and set(without) == set(scale_board(Rows(), _fit(0.1, 5)))


def test_the_anchor_is_the_first_by_name_among_the_busiest() -> None:
    names = ["zeta", "eta", "theta", "iota", "beta"]
    for order in (names, names[::-1]):
        fit = fit_reported(_reported(dict.fromkeys(order, 6)))
        assert fit is not None and fit.anchor == "beta"
    fit = fit_reported(_reported(dict.fromkeys(names, 6) | {"zeta": 7}))
    assert fit is not None and fit.anchor == "zeta"
    fit = fit_reported(_reported(dict.fromkeys(names, 6) | {ANCHOR: 5}))
    assert fit is not None and fit.anchor == ANCHOR
    assert fit_reported(_reported({"beta": 2})) is None
