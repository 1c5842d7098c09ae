"""Who can afford to train a base model at the frontier: a vendor's means beside the cost of one training run."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

GROWTH = (2.0, 2.4, 3.1)
"""Growth a year of the frontier's training cost since 2016: low, middle and high end of its 95% interval (Cottier et al. 2024)."""
METHOD = "amortised hardware and energy"
"""The kind of estimate that is comparable: the run's share of the hardware's price, and its electricity."""
YEARLY = ("rnd_spend", "capex")
"""Inputs that stand for a vendor's means: a year of research or of capital expenditure, the larger one known."""
RAISED = "funds_raised"
"""What stands for the means of a vendor of which neither is known: all that investors put in, no yearly figure."""
EASILY = 10
"""Runs that the means would pay for a vendor to afford one easily: it takes a tenth of them or less."""
CLASSES = ("easily", "in part", "not", "unknown")
COLUMNS = ["vendor_id", "means", "kind", "runs", "runs_low", "runs_high", "class", "as_of", "source_id", "note", "group_id", "trained", "yearly", "raised", "raised_as_of"]  # fmt: skip


@dataclass(frozen=True)
class RunCost:
    """Cost of one frontier training run on ``day``, US dollars of 2023, with the ends of its interval; extrapolated from the
    estimate ``known`` for ``model`` of ``known_day``."""

    day: dt.date
    middle: float
    low: float
    high: float
    model: str
    known: float
    known_day: dt.date


def frontier_run(costs: pd.DataFrame, day: dt.date) -> RunCost | None:
    """What a training run at the frontier costs on ``day``: the dearest comparable estimate, grown by ``GROWTH`` a year.

    ``costs``: ``value`` (USD of 2023), ``note`` (model; method), ``as_of``, one estimate a row. None without a comparable one.
    Source of the growth: Cottier et al. (2024), *The rising costs of training frontier AI models*, arXiv 2405.21015 (Epoch AI).
    """
    rows = costs[costs["note"].str.contains(METHOD, na=False)].dropna(subset=["value", "as_of"])
    rows = rows[pd.to_datetime(rows["as_of"]) <= pd.Timestamp(day)]
    if rows.empty:
        return None
    best = rows.sort_values(["value", "as_of"]).iloc[-1]
    known_day = pd.Timestamp(best["as_of"]).date()
    years = (day - known_day).days / 365.25
    low, middle, high = (float(best["value"]) * growth**years for growth in GROWTH)
    model = str(best["note"]).split(";")[0].strip()
    return RunCost(day, middle, low, high, model, float(best["value"]), known_day)


def affordability(inputs: pd.DataFrame, run: RunCost) -> pd.DataFrame:
    """Means of each vendor and how many runs they would pay, columns COLUMNS; one row a vendor of ``inputs``, those of a year first
    (``yearly``) and then those of all years, each the most first: a year's money is not ranked against that of all years.

    ``inputs`` from ``vendor_inputs.gather_inputs``. ``means`` is USD of its day: the larger of YEARLY that is known (of the group for a
    subsidiary), else RAISED; values too old count for nothing. ``runs`` is means ÷ ``run.middle``, its ends by the run's
    interval; ``class`` is easily (``EASILY`` runs or more), in part (one or more), not, or unknown. ``trained`` is the largest
    training compute known, FLOP; ``raised`` all funds ever raised as of ``raised_as_of``, known of some with a year's figure too.
    """
    rows = inputs[~inputs["too_old"].astype(bool)]
    known = rows[rows["input"].isin((*YEARLY, RAISED))]
    raised = known[known["input"].eq(RAISED)].set_index("vendor_id")
    known = known.assign(raised=known["input"].eq(RAISED))
    known = known.sort_values(["vendor_id", "raised", "value"], ascending=[True, True, False], kind="stable")
    known = known.drop_duplicates("vendor_id").set_index("vendor_id")
    trained = rows[rows["input"] == "largest_training_compute"].set_index("vendor_id")["value"]
    out = known.reindex(sorted(set(inputs["vendor_id"]))).rename(columns={"value": "means", "input": "kind"})
    means = out["means"].astype(float)
    out = out.assign(runs=means / run.middle, runs_low=means / run.high, runs_high=means / run.low,
                     trained=trained.reindex(out.index).astype(float), yearly=out["kind"].isin(YEARLY),
                     raised=raised["value"].reindex(out.index).astype(float),
                     raised_as_of=raised["as_of"].reindex(out.index))  # fmt: skip
    out = out.assign(**{"class": [_class(x) for x in out["runs"]]})
    out = out.rename_axis("vendor_id").reset_index()
    return out.sort_values(["yearly", "runs", "vendor_id"], ascending=[False, False, True], ignore_index=True)[COLUMNS]


def _class(runs: float) -> str:
    if math.isnan(runs):
        return "unknown"
    return CLASSES[int(np.searchsorted([-EASILY, -1], -runs, side="left"))]
