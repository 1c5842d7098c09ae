"""A two-dimensional map of the vendors: two chosen dimensions, or the first two principal components of all five."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.catalog.schema import DIMENSIONS


@dataclass(frozen=True)
class Map:
    """A two-dimensional map: ``points`` (``vendor_id, x, y``), ``loadings`` (``dimension, x, y``), ``explained`` shares."""

    points: pd.DataFrame
    loadings: pd.DataFrame
    explained: tuple[float, float]


def map_2d(positions: pd.DataFrame, *, axes: tuple[str, str] | None = None) -> Map:
    """Vendors on two chosen dimensions, or on the first two principal components of all five (``axes`` None).

    ``positions`` from ``position``. Components are of the standardised dimensions of vendors that have all of them;
    each component's largest loading is positive. Source: Jolliffe (2002).
    """
    if axes is not None:
        points = positions[["vendor_id", *axes]].dropna()
        points.columns = pd.Index(["vendor_id", "x", "y"])
        unit = pd.DataFrame({"dimension": list(axes), "x": [1.0, 0.0], "y": [0.0, 1.0]})
        return Map(points.reset_index(drop=True), unit, (float("nan"), float("nan")))
    dimensions = [d for d in DIMENSIONS if positions[d].notna().any()]
    complete = positions.dropna(subset=dimensions)
    names = [d for d in dimensions if complete[d].astype(float).std(ddof=0) > 0]
    if len(complete) < 3 or len(names) < 2:
        nothing = pd.DataFrame(columns=["vendor_id", "x", "y"])
        return Map(nothing, pd.DataFrame(columns=["dimension", "x", "y"]), (float("nan"), float("nan")))
    values = complete[names].to_numpy(dtype=float)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    _, singular, axis = np.linalg.svd(standard, full_matrices=False)
    sign = np.sign(axis[np.arange(len(axis)), np.abs(axis).argmax(axis=1)])
    loads = axis * sign[:, None]
    share = singular**2 / (singular**2).sum()
    spots = standard @ loads[:2].T
    points = pd.DataFrame({"vendor_id": complete["vendor_id"].to_numpy(), "x": spots[:, 0], "y": spots[:, 1]})
    return Map(
        points, pd.DataFrame({"dimension": names, "x": loads[0], "y": loads[1]}), (float(share[0]), float(share[1]))
    )
