"""White space: the market's cells with their vendors, capability and lowest price, and the market's concentration."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.errors import BadInput

SIZES: tuple[tuple[float, str], ...] = ((3, "up to 3B"), (15, "3B to 15B"), (80, "15B to 80B"), (np.inf, "above 80B"))
PRICES: tuple[tuple[float, str], ...] = ((0.2, "up to 0.20"), (1, "0.20 to 1"), (5, "1 to 5"), (np.inf, "above 5"))
LEVELS: tuple[tuple[float, str], ...] = (
    (120, "up to 120"),
    (135, "120 to 135"),
    (150, "135 to 150"),
    (np.inf, "above 150"),
)
"""Points of the capability scale; 150 is GPT-5."""
COUNTRIES = ("US", "CN", "elsewhere")
"""Where a vendor has its seat: the two countries of most models, and all others."""
UNKNOWN = "unknown"
FEW = 2  # vendors that a white cell has at most: with two, one exit leaves a buyer no choice (decision 0015)
LICENCE_CLASSES = ("permissive", "restricted", "other open", "closed", UNKNOWN)
PERMISSIVE = ("apache", "mit", "bsd", "cc-by-4.0", "cc0", "openmdw")
RESTRICTED = ("nc", "non-commercial", "research", "llama", "gemma", "community", "rail")
AXES = ("level", "size", "licence_class", "price_class", "domain", "language", "modality", "country", "segment")
GRID_COLUMNS = [
    "vendors",
    "models",
    "best",
    "best_model",
    "lowest_price",
    "providers",
    "families",
    "possible",
    "white",
    "demand",
]


def banded(values: npt.ArrayLike, bands: Sequence[tuple[float, str]]) -> list[str]:
    """Name of the band of each value (its upper end included); ``unknown`` where there is no value."""
    ends, names = [end for end, _ in bands], [name for _, name in bands]
    numbers = np.asarray(values, dtype=float)
    return [UNKNOWN if np.isnan(x) else names[int(np.searchsorted(ends, x))] for x in numbers]


def licence_class(licence: object, open_weights: Any) -> str:
    """Class of a model's licence: ``permissive``, ``restricted``, ``other open``, ``closed`` or ``unknown``, which open weights
    without a stated licence are."""
    if open_weights is None or pd.isna(open_weights):
        return UNKNOWN
    if not open_weights:
        return "closed"
    if not isinstance(licence, str) or not licence.strip():
        return UNKNOWN
    text = licence.lower()
    words = text.replace("_", "-")
    if any(part in words for part in RESTRICTED[1:]) or "-nc" in words:
        return "restricted"
    return "permissive" if any(words.startswith(part) for part in PERMISSIVE) else "other open"


def market_cells(
    model: pd.DataFrame,
    vendor: pd.DataFrame,
    *,
    listed: pd.DataFrame | None = None,
    capability: Mapping[str, float] | None = None,
    languages: Mapping[str, Sequence[str]] | None = None,
    domains: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Models by cell of the market: one row per (model, modality, language, domain), with the AXES as columns.

    Tables ``model`` and ``vendor``; ``listed`` (current prices) gives the cheapest blended price and the number of
    providers; ``capability``, ``languages`` and ``domains`` are by ``model_id``. Reference models are left out. Modalities are those
    read or written; a model without a stated one stands under ``unknown``.
    """
    rows = model.merge(vendor[["vendor_id", "segment", "country"]], on="vendor_id", how="left")
    rows = rows[rows["segment"] != "reference"].reset_index(drop=True)
    offers = listed[listed["model_id"].notna() & (listed["blended_per_mtok"] > 0)] if listed is not None else None
    if offers is not None and len(offers):
        cheapest = offers.groupby("model_id").agg(
            price=("blended_per_mtok", "min"), providers=("provider_id", "nunique")
        )
        rows = rows.merge(cheapest.reset_index(), on="model_id", how="left")
    else:
        rows = rows.assign(price=np.nan, providers=0)
    spoken, tested = ([list((of or {}).get(m, (UNKNOWN,))) for m in rows["model_id"]] for of in (languages, domains))
    points = [float("nan") if capability is None else capability.get(m, float("nan")) for m in rows["model_id"]]
    home = rows["country"].map(lambda c: c if c in COUNTRIES else "elsewhere" if isinstance(c, str) else UNKNOWN)
    stated = [_modalities(i, o) for i, o in zip(rows["input_modalities"], rows["output_modalities"], strict=True)]
    rows = rows.assign(
        size=banded(rows["params_b"].astype(float), SIZES),
        price_class=banded(rows["price"].astype(float), PRICES),
        licence_class=[licence_class(a, b) for a, b in zip(rows["licence"], rows["open_weights"], strict=True)],
        capability=points,
        level=banded(points, LEVELS),
        seat=rows["country"],
        country=home,
        providers=rows["providers"].fillna(0).astype(int),
        modality=pd.Series(stated, index=rows.index, dtype=object),
        language=pd.Series(spoken, index=rows.index, dtype=object),
        domain=pd.Series(tested, index=rows.index, dtype=object),
    )
    return rows.explode("modality").explode("language").explode("domain").reset_index(drop=True)


def _modalities(read: object, written: object) -> list[str]:
    text = ";".join(part for part in (read, written) if isinstance(part, str))
    names = sorted({part.strip() for part in text.replace(",", ";").split(";") if part.strip()})
    return names or [UNKNOWN]


def white_space(
    cells: pd.DataFrame, *, axes: Sequence[str] = ("size", "licence_class"), few: int = FEW
) -> pd.DataFrame:
    """Cells of the grid over ``axes``, one row a cell: vendors, models, best capability, lowest price, white or not.

    ``cells`` from ``market_cells``; columns: the axes and GRID_COLUMNS. ``white`` marks cells that at most ``few``
    vendors serve; empty cells (every combination of the levels that occur) are rows too. Demand shows in
    the neighbours, the cells that differ on one axis only: ``demand`` is the providers serving plus the families derived
    there, per neighbour. Cells with an unknown level are counted but never white. ``possible``: other vendors of models that may
    stand in the cell, since their level on an axis is not known; a cell with such is not known to be empty.
    """
    unknown = [axis for axis in axes if axis not in AXES]
    if unknown or not axes:
        raise BadInput(f"The grid's axes are among {', '.join(AXES)}; got {', '.join(unknown) or 'none'}.")
    keys = list(axes)
    once = cells.drop_duplicates([*keys, "model_id"])
    if once.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in [*keys, *GRID_COLUMNS]})
    grid = once.groupby(keys).agg(
        vendors=("vendor_id", "nunique"),
        models=("model_id", "nunique"),
        best=("capability", "max"),
        lowest_price=("price", "min"),
        providers=("providers", "sum"),
        families=("family", "nunique"),
    )
    leading = once.dropna(subset=["capability"]).sort_values("capability", ascending=False, kind="stable")
    best_model = leading.drop_duplicates(keys).set_index(keys)["model_id"]
    levels = [sorted(once[axis].astype(str).unique()) for axis in keys]
    every = pd.MultiIndex.from_tuples(list(itertools.product(*levels)), names=keys)
    grid = grid.reindex(every if len(keys) > 1 else every.get_level_values(0))
    grid = grid.assign(best_model=best_model.reindex(grid.index))
    counts = ["vendors", "models", "providers", "families"]
    grid[counts] = grid[counts].fillna(0).astype(int)
    rows = grid.reset_index()
    stated = ~(rows[keys] == UNKNOWN).any(axis=1)
    rows = rows.assign(
        white=(rows["vendors"] <= few) & stated, demand=_neighbours(rows, keys), possible=_possible(once, rows, keys)
    )
    return rows[[*keys, *GRID_COLUMNS]]


def level_order(axis: str, values: Iterable[str]) -> list[str]:
    """The levels ``values`` of an axis in their natural order: sizes and prices from small, unlisted ones by name last."""
    listed = {
        "size": [*(name for _, name in SIZES), UNKNOWN],
        "price_class": [*(name for _, name in PRICES), UNKNOWN],
        "level": [*(name for _, name in LEVELS), UNKNOWN],
        "country": [*COUNTRIES, UNKNOWN],
        "licence_class": list(LICENCE_CLASSES),
    }.get(axis, [])
    return [v for v in listed if v in set(values)] + sorted(set(values) - set(listed))


def _neighbours(rows: pd.DataFrame, keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Mean of providers + families over the cells that differ from each on exactly one axis (unknown levels apart)."""
    codes = np.stack([pd.factorize(rows[key])[0] for key in keys], axis=1)
    stated = ~(rows[list(keys)] == UNKNOWN).any(axis=1).to_numpy()
    near = ((codes[:, None] != codes[None]).sum(axis=2) == 1) & stated[None, :]
    demand = (rows["providers"] + rows["families"]).to_numpy(dtype=float)
    count = near.sum(axis=1)
    return np.asarray(near @ demand / np.maximum(count, 1))


def _possible(once: pd.DataFrame, rows: pd.DataFrame, keys: Sequence[str]) -> list[int]:
    """How many vendors beside those in each cell have a model that may stand there: equal or unknown on every axis."""
    out = []
    for cell in rows[list(keys)].to_dict("records"):
        same = {key: once[key].eq(cell[key]) for key in keys}
        inside = np.logical_and.reduce([same[key] for key in keys])
        fits = np.logical_and.reduce([same[key] | once[key].eq(UNKNOWN) for key in keys])
        out.append(len(set(once.loc[fits, "vendor_id"]) - set(once.loc[inside, "vendor_id"])))
    return out


def herfindahl(amounts: npt.ArrayLike) -> float:
    """Herfindahl–Hirschman index of amounts, 1/n to 1: the sum of squared shares; NaN without a positive amount.

    Source: Hirschman (1945), Herfindahl (1950); the US merger guidelines state it × 10,000.
    """
    positive = np.asarray(amounts, dtype=float)
    positive = positive[positive > 0]
    return float(((positive / positive.sum()) ** 2).sum()) if len(positive) else float("nan")


def concentration(amounts: pd.DataFrame) -> pd.DataFrame:
    """Concentration of each measure: ``measure, vendors, hhi, effective_vendors, top_vendor, top_share``.

    ``amounts``: ``measure, vendor_id, amount`` (the view ``concentration``). The effective number of vendors is 1/HHI.
    Source: ``herfindahl``; Adelman (1969) for its inverse as a number of equals.
    """
    rows = []
    for measure, part in amounts[amounts["amount"] > 0].groupby("measure", sort=True):
        totals = part.groupby("vendor_id")["amount"].sum().sort_values(ascending=False, kind="stable")
        hhi = herfindahl(totals)
        rows.append((measure, len(totals), hhi, 1 / hhi, totals.index[0], float(totals.iloc[0] / totals.sum())))
    return pd.DataFrame(rows, columns=["measure", "vendors", "hhi", "effective_vendors", "top_vendor", "top_share"])
