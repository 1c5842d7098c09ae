"""Selection of a report: vendors, models and segments by the names that a person typed, resolved to ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import names
from harness.catalog.schema import SEGMENTS
from harness.errors import BadInput
from harness.market.choice.wish import Wish

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Choices:
    """Names of vendors, models and segments to report on. Each list narrows the others; an empty one means all.

    ``since`` adds what changed since a day, ``wish`` the models to choose for a kind of task, of the whole market.
    """

    vendors: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    since: dt.date | None = None
    wish: Wish | None = None

    def to_json(self) -> dict[str, Any]:
        """The choices as JSON types, as a report embeds them."""
        since = self.since.isoformat() if self.since else None
        return {
            "vendors": list(self.vendors),
            "models": list(self.models),
            "segments": list(self.segments),
            "since": since,
            **({} if self.wish is None else {"wish": self.wish.to_json()}),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Choices:
        """The choices that a report embeds."""
        since = dt.date.fromisoformat(values["since"]) if values.get("since") else None
        vendors, models, segments = (
            tuple(str(v) for v in values.get(k) or ()) for k in ("vendors", "models", "segments")
        )
        wish = Wish.from_json(values["wish"]) if isinstance(values.get("wish"), dict) else None
        return cls(vendors, models, segments, since, wish)


@dataclass(frozen=True, slots=True)
class Scope:
    """The vendors, catalogue models and run models of a report, as ids. ``narrowed``: something was chosen."""

    vendors: tuple[str, ...]
    models: tuple[str, ...]
    run_models: tuple[str, ...]
    narrowed: bool
    by_model: bool
    segments: tuple[str, ...] = ()


def resolve(
    choices: Choices, vendor: pd.DataFrame, model: pd.DataFrame, run: pd.DataFrame, vendor_names: pd.DataFrame
) -> Scope:
    """The scope of ``choices`` among the tables ``vendor``, ``model`` and the leading runs; ``vendor_names`` is the query's.

    Raises:
        BadInput: a name that fits nothing or several things; all of them at once, with what comes near.
    """
    problems: list[str] = []
    catalogued = names.of_models(model, run)
    unknown = [s for s in choices.segments if s not in SEGMENTS]
    problems += [f"There is no segment {s!r}; there are {', '.join(SEGMENTS)}." for s in unknown]
    makers = [_vendor(name, vendor_names, problems) for name in choices.vendors]
    ids = {_model(name, catalogued, problems) for name in choices.models}
    if problems:
        raise BadInput("The report cannot be made as asked.", problems)
    chosen = vendor["segment"].isin(choices.segments) if choices.segments else vendor["segment"] != "reference"
    if choices.vendors:
        chosen &= vendor["vendor_id"].isin(makers)
    vendors = set(vendor.loc[chosen, "vendor_id"].astype(str))
    limited = bool(choices.vendors or choices.segments)
    models = model[model["vendor_id"].isin(vendors)] if limited else model
    own = run if not limited else run[run["vendor_id"].isin(vendors) | run["segment"].isin(choices.segments)]
    if not choices.models and "reference" not in choices.segments:
        own = own[own["segment"] != "reference"]
    if choices.models:
        models = models[models["model_id"].isin(ids)]
        own = own[own["model_id"].fillna(own["model"]).isin(ids)]
        vendors = set(models["vendor_id"].astype(str)) | set(own["vendor_id"].dropna().astype(str))
    return Scope(
        tuple(sorted(vendors)),
        tuple(models["model_id"].astype(str)),
        tuple(sorted(set(own["model"].astype(str)))),
        limited or bool(choices.models),
        bool(choices.models),
        choices.segments,
    )


def narrowed_to(scope: Scope, ids: tuple[str, ...], model: pd.DataFrame, run: pd.DataFrame) -> Scope:
    """The scope with the models ``ids`` alone; as it is where there is none."""
    models = model[model["model_id"].isin(ids)]
    if models.empty:
        return scope
    own = run[run["model_id"].isin(ids)]
    return Scope(
        tuple(sorted(set(models["vendor_id"].astype(str)))),
        tuple(models["model_id"].astype(str)),
        tuple(sorted(set(own["model"].astype(str)))),
        narrowed=True,
        by_model=True,
    )


def _vendor(name: str, vendor_names: pd.DataFrame, problems: list[str]) -> str:
    """The id of the vendor that ``name`` means."""
    try:
        return names.vendor(name, vendor_names)
    except BadInput as problem:
        problems.append(str(problem))
        return ""


def _model(name: str, catalogued: Sequence[names.Named], problems: list[str]) -> str:
    """The id of the model that ``name`` means, as ``names.of_models`` gives it."""
    try:
        return names.one(name, catalogued, "in the catalog or among the runs", "harness models")
    except BadInput as problem:
        problems.append(str(problem))
        return ""
