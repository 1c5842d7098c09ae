"""How alike a vendor's model is to the one that it released before, against models of different vendors.

Source: Kim et al. (2025), "Correlated Errors in Large Language Models", arXiv 2506.07962 (likeness within a developer).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from harness.analysis.likeness.pairs import Likeness, interval_ends

SUCCESSOR_COLUMNS = ["vendor", "before", "model", "released", "value", "difference", "low", "high"]


def successors(
    likeness: Likeness, vendors: Mapping[str, str], released: Mapping[str, Any], measure: str
) -> pd.DataFrame:
    """Likeness of each model to its vendor's model before it, by release date (same day: by name): SUCCESSOR_COLUMNS.

    ``difference``: ``value`` less the mean over pairs of different vendors, ``low, high`` its 95% bootstrap over items (the
    draws of ``likeness``). Models of an unknown vendor or date are left out, as are pairs without a ``value``. Source: Kim et
    al. (2025), sec. 4.
    """
    days = {k: pd.Timestamp(str(v)) for k, v in released.items() if v is not None and not pd.isna(v)}
    place = {(likeness.models[i], likeness.models[j]): n for n, (i, j) in
             enumerate(zip(likeness.first, likeness.second, strict=True))}  # fmt: skip
    point, drawn = likeness.pairs[measure].to_numpy(dtype=float), likeness.drawn[measure]
    other = likeness.pairs["same_vendor"].eq(False).fillna(False).to_numpy(dtype=bool) & np.isfinite(point)
    if not other.any():
        return pd.DataFrame(columns=SUCCESSOR_COLUMNS)
    with np.errstate(invalid="ignore"):
        between = np.nansum(drawn[:, other], axis=1) / np.isfinite(drawn[:, other]).sum(axis=1)
    rows = []
    for vendor in sorted({v for name, v in vendors.items() if name in days}):
        own = sorted((days[name], name) for name in likeness.models if vendors.get(name) == vendor and name in days)
        for (_, before), (day, name) in zip(own, own[1:], strict=False):
            n = place.get((before, name), place.get((name, before), -1))
            if np.isfinite(point[n]):
                low, high = interval_ends((drawn[:, n] - between)[:, None])
                gap = point[n] - point[other].mean()
                rows.append((vendor, before, name, day, point[n], gap, float(low[0]), float(high[0])))
    return pd.DataFrame(rows, columns=SUCCESSOR_COLUMNS)
