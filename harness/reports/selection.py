"""Whom a report is about: vendors, models and segments as a person names them, found in the database."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

SEGMENTS = ("big-tech", "startup", "lab", "reference")


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for. Each list narrows the others; an empty one means all."""

    vendors: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    since: dt.date | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they travel in a report."""
        since = self.since.isoformat() if self.since else None
        return {
            "vendors": list(self.vendors),
            "models": list(self.models),
            "segments": list(self.segments),
            "since": since,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Choices:
        """The choices that travel in a report."""
        since = dt.date.fromisoformat(values["since"]) if values.get("since") else None
        vendors, models, segments = (
            tuple(str(v) for v in values.get(k) or ()) for k in ("vendors", "models", "segments")
        )
        return cls(vendors, models, segments, since)


@dataclass(frozen=True, slots=True)
class Scope:
    """The vendors, catalogue models and run models of a report, as ids. ``narrowed``: something was chosen."""

    vendors: tuple[str, ...]
    models: tuple[str, ...]
    run_models: tuple[str, ...]
    narrowed: bool
    by_model: bool
    segments: tuple[str, ...] = ()


def resolve(choices: Choices, vendor: pd.DataFrame, model: pd.DataFrame, run: pd.DataFrame) -> Scope:
    """The scope of ``choices`` among the tables ``vendor``, ``model`` and the leading runs.

    Raises:
        BadInput: a name that fits nothing or several things; all of them at once, with what comes near.
    """
    problems: list[str] = []
    unknown = [s for s in choices.segments if s not in SEGMENTS]
    problems += [f"There is no segment {s!r}; there are {', '.join(SEGMENTS)}." for s in unknown]
    makers = [_vendor(name, vendor, problems) for name in choices.vendors]
    chosen = [_model(name, model, run, problems) for name in choices.models]
    if problems:
        raise BadInput("The report cannot be made as asked.", problems)
    chosen_vendors = vendor if choices.segments else vendor[vendor["segment"] != "reference"]
    chosen_vendors = (
        chosen_vendors[chosen_vendors["segment"].isin(choices.segments)] if choices.segments else chosen_vendors
    )
    chosen_vendors = chosen_vendors[chosen_vendors["vendor_id"].isin(makers)] if choices.vendors else chosen_vendors
    vendors = set(chosen_vendors["vendor_id"].astype(str))
    limited = bool(choices.vendors or choices.segments)
    models = model[model["vendor_id"].isin(vendors)] if limited else model
    own = run if not limited else run[run["vendor_id"].isin(vendors) | run["segment"].isin(choices.segments)]
    if not choices.models and "reference" not in choices.segments:
        own = own[own["segment"] != "reference"]
    if choices.models:
        ids = {m for found, _ in chosen for m in found}
        names = {r for _, found in chosen for r in found}
        models = models[models["model_id"].isin(ids)]
        own = own[own["model"].isin(names) | own["model_id"].isin(ids)]
        vendors = set(models["vendor_id"].astype(str)) | set(own["vendor_id"].dropna().astype(str))
    return Scope(
        tuple(sorted(vendors)),
        tuple(models["model_id"].astype(str)),
        tuple(sorted(set(own["model"].astype(str)))),
        limited or bool(choices.models),
        bool(choices.models),
        choices.segments,
    )


def _vendor(name: str, vendor: pd.DataFrame, problems: list[str]) -> str:
    wanted = name.strip().casefold()
    for column in ("vendor_id", "name_en", "name_zh"):
        found = vendor.loc[vendor[column].fillna("").astype(str).str.casefold() == wanted, "vendor_id"]
        if len(found) and wanted:
            return str(found.iloc[0])
    problems.append(
        f"There is no vendor {name!r} in the catalog.{_near(name, vendor['vendor_id'])} See: harness vendors"
    )
    return ""


def _model(
    name: str, model: pd.DataFrame, run: pd.DataFrame, problems: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Catalogue ids and run models that ``name`` stands for: the whole id, hub id or name, else a unique ending."""
    wanted = name.strip().casefold()
    columns = [model[c].fillna("").astype(str).str.casefold() for c in ("model_id", "hub_id", "name")]
    runs = run["model"].fillna("").astype(str)
    for whole, ending in ((True, wanted), (False, f"/{wanted}"), (False, wanted)):
        ids: set[str] = set()
        for column in columns:
            ids |= set(model.loc[_fits(column, ending, whole), "model_id"].astype(str))
            if len(ids) == 1:
                break
        names = {str(v) for v in runs[_fits(runs.str.casefold(), ending, whole)]}
        behind = {str(v) for v in run.loc[run["model"].isin(names), "model_id"].dropna()}
        if not wanted or not (ids or names):
            continue
        things = ids | behind | (names if not (ids | behind) else set())
        if len(things) > 1:
            told = ", ".join(sorted(things)[:8])
            problems.append(
                f"{name!r} fits {len(things)} models: {told}{' …' if len(things) > 8 else ''}. Give more of it."
            )
        return tuple(sorted(ids | behind)), tuple(sorted(names))
    problems.append(
        f"There is no model {name!r}.{_near(name, [*model['model_id'], *runs.unique()])} See: harness models"
    )
    return (), ()


def _fits(names: pd.Series[str], ending: str, whole: bool) -> pd.Series[bool]:
    return names == ending if whole else names.str.endswith(ending)


def _near(name: str, names: Sequence[Any] | pd.Series[Any]) -> str:
    found = difflib.get_close_matches(name.lower(), [str(n) for n in names], n=3, cutoff=0.5)
    return f" Near it: {', '.join(found)}." if found else ""
