"""Shared functions of importers of reported scores: match or add the scored model, and add one score."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal

from harness.catalog import spellings
from harness.catalog.import_context import ImportContext, Imported, SourceFile, plain, sizes
from harness.catalog.importers.models_dev import new_id
from harness.catalog.importers.models_dev_scores import add_score
from harness.catalog.matching import maker, match_model, match_vendor
from harness.catalog.tables import Row
from harness.errors import BadInput

# A published score belongs to the very model: never to its chat version or to what came after a preview.
_TOO_LOOSE = ("chat", "preview")
_SETTING = re.compile(
    r"[ _-]\(?((?:(?:thinking(?:-\d+k)?-)?(?:low|medium|high)-effort|\d+k(?: thinking)?|low|medium|high|minimal|xhigh|thinking(?:-\d+k)?|thinking-auto-\d+k|nothinking))\)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Scored:
    """The model of a score, and the part of the score's setting that the source writes in the model's name."""

    model_id: str
    vendor_id: str
    setting: str


@dataclass(frozen=True)
class Hints:
    """A source's facts of a model, beside its name."""

    owner: str = ""
    organisation: str = ""
    released: str = ""
    hub_id: str = ""
    licence: str = ""
    open_weights: str = ""


def table(file: SourceFile, needed: tuple[str, ...] = ()) -> list[Row]:
    """Rows of a source's CSV, headings as they stand; refused where a needed column is missing."""
    try:
        reader = csv.DictReader(io.StringIO(file.text(), newline=""))
        rows = [
            {str(k): (v or "").strip() for k, v in r.items() if k is not None and not isinstance(v, list)}
            for r in reader
        ]
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput(f"{file.name} is not readable as CSV: {error}") from error
    missing = [c for c in needed if c not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"{file.name} lacks the column(s) {', '.join(missing)}.")
    return rows


def split_setting(name: str) -> tuple[str, str]:
    """A name without the effort or budget at its end, and that effort."""
    match = _SETTING.search(name)
    return (name[: match.start()], match.group(1).lower()) if match else (name, "")


def scored(out: Imported, context: ImportContext, name: str, hints: Hints | None = None) -> Scored | None:
    """Model of a score; a model that the catalog lacks is added where its vendor is known, else listed as unmatched."""
    hints = hints or Hints()
    bare, effort = split_setting(name.removeprefix("chutes/"))
    match = match_model(context.names, bare)
    if match and not any(word in match.rule for word in _TOO_LOOSE):
        out.matched[match.rule] += 1
        settings = [effort] if effort else []
        if match.rule not in ("name", "alias"):
            settings.append(f"as {bare}")
        return Scored(match.id, context.names.vendor_of_model[match.id], "; ".join(settings))
    return _added(out, context, bare, effort, hints)


def _added(out: Imported, context: ImportContext, name: str, effort: str, hints: Hints) -> Scored | None:
    by = match_vendor(context.names, hints.organisation) if hints.organisation else None
    made_by = by or maker(context.names, f"{hints.owner}/{name.rsplit('/', 1)[-1]}" if hints.owner else name)
    if made_by is None:
        out.leave("model", name, "its maker is not known")
        return None
    model_id = new_id(context, name)
    if model_id in context.names.vendor_of_model:  # known only under a looser name
        model_id = spellings.normal(name)
    if not model_id or model_id in context.names.vendor_of_model:
        out.leave("model", name, "its name fits another model only loosely")
        return None
    total, active = sizes(name)
    display_name = " ".join(name.rsplit("/", 1)[-1].split()).strip("-=+@")
    out.add(
        "models",
        model_id=model_id,
        vendor_id=made_by.id,
        name=display_name,
        released=hints.released if hints.released <= context.as_of else "",
        params_b=total,
        active_params_b=active,
        hub_id=hints.hub_id,
        licence=hints.licence,
        open_weights=hints.open_weights or ("true" if hints.hub_id else ""),
        as_of=context.as_of,
        source_id=context.source_id,
    )
    context.learn(out.rows["models"][-1])
    out.matched["new model"] += 1
    return Scored(model_id, made_by.id, effort)


@dataclass(frozen=True)
class Score:
    """One reported score of a model: value, unit, benchmark, setting and source."""

    benchmark: str
    metric: str
    value: Decimal
    unit: str
    setting: str
    reported_by: str
    by_vendor: bool
    as_of: str
    source_id: str


def report(out: Imported, model: Scored, score: Score) -> None:
    """Add one reported score of a model."""
    setting = "; ".join(filter(None, [score.setting, model.setting]))
    add_score(
        out,
        {
            "model_id": model.model_id,
            "benchmark": score.benchmark,
            "metric": score.metric,
            "score": plain(round(score.value, 6)),
            "unit": score.unit,
            "setting": setting,
            "reported_by": score.reported_by,
            "reporter": "vendor" if score.by_vendor else "third-party",
            "as_of": score.as_of,
            "source_id": score.source_id,
        },
    )
