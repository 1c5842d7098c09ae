"""Differences between segments of vendors: at equal model size, and with borderline vendors reassigned."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import special

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats

SIZE_COLUMNS = ["group", "against", "difference", "stderr", "low", "high", "p_value", "models", "slope_per_tenfold"]


def size_adjusted(
    frame: pd.DataFrame, *, group: str = "segment", against: str | None = None, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Difference of each group from ``against`` (default: the largest group) at equal size, columns SIZE_COLUMNS.

    ``frame``: ``score, params_b`` and the column ``group``, one model a row. Least squares of the score on
    log10(parameters) and group, errors robust to unequal variance (HC3), Student intervals; in the score's unit.
    Rows without score, size or group are left out; nothing is returned where there are no degrees of freedom left.
    Source: MacKinnon and White (1985).
    """
    rows = frame.dropna(subset=["score", "params_b", group])
    rows = rows[rows["params_b"].astype(float) > 0]
    counts = (
        rows[group].astype(str).value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    )
    base = against if against is not None else (str(counts.index[0]) if len(counts) else None)
    others = sorted(str(name) for name in counts.index if str(name) != base)
    freedom = len(rows) - 2 - len(others)
    if base is None or base not in counts.index or not others or freedom < 1:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in SIZE_COLUMNS})
    size = np.log10(rows["params_b"].astype(float).to_numpy())
    dummies = [(rows[group].astype(str) == name).to_numpy(dtype=float) for name in others]
    design = np.column_stack([np.ones(len(rows)), size, *dummies])
    beta, covariance = _least_squares(design, rows["score"].to_numpy(dtype=float))
    error = np.sqrt(np.diag(covariance))
    quantile = float(special.stdtrit(freedom, 0.5 + confidence / 2))
    effects = []
    for i, name in enumerate(others, start=2):
        p = float(2 * special.stdtr(freedom, -abs(beta[i]) / error[i])) if error[i] > 0 else math.nan
        ends = (beta[i] - quantile * error[i], beta[i] + quantile * error[i])
        effects.append((name, base, beta[i], error[i], *ends, p, int(counts[name]), beta[1]))
    return pd.DataFrame(effects, columns=SIZE_COLUMNS)


def _least_squares(design: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Coefficients and their HC3 covariance."""
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ y
    leverage = np.clip(np.einsum("ij,jk,ik->i", design, inverse, design), 0, 1 - 1e-9)
    scaled = design * ((y - design @ beta) / (1 - leverage))[:, None]
    return beta, inverse @ (scaled.T @ scaled) @ inverse


def moved_segments(frame: pd.DataFrame, *, against: str | None = None) -> pd.DataFrame:
    """``size_adjusted`` by segment as stated, then with each borderline vendor moved, then with all: ``moved`` says which.

    ``frame`` has ``vendor_id, segment, segment_borderline, score, params_b``; ``segment_borderline`` is the segment that
    a vendor near the line might as well be in, else missing. ``moved`` is ``none``, a vendor's id or ``all``. No row
    where no vendor of the frame is borderline.
    """
    borderline = frame.dropna(subset=["segment_borderline"])
    other = dict(zip(borderline["vendor_id"], borderline["segment_borderline"], strict=True))
    if not other:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in [*SIZE_COLUMNS, "moved"]})
    cases: list[tuple[str, dict[str, str]]] = [("none", {})]
    cases += [(vendor, {vendor: segment}) for vendor, segment in sorted(other.items())]
    if len(other) > 1:
        cases.append(("all", other))
    parts = []
    for name, moves in cases:
        segment = frame["vendor_id"].map(moves).fillna(frame["segment"])
        parts.append(size_adjusted(frame.assign(segment=segment), against=against).assign(moved=name))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
