"""What all importers of reported scores share: finding (or adding) the scored model, and adding one score."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal

from harness.catalog import spellings
from harness.catalog.imported import Desk, Imported, SourceFile, plain, sizes
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
    """The model that a score belongs to, and what the source's own name adds to the setting."""

    model_id: str
    vendor_id: str
    said: str


@dataclass(frozen=True)
class Hints:
    """What a source says of a model beside its name."""

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
    found = _SETTING.search(name)
    return (name[: found.start()], found.group(1).lower()) if found else (name, "")


def scored(out: Imported, desk: Desk, name: str, hints: Hints | None = None) -> Scored | None:
    """The model of a score; one that is not in the catalog is added where its maker is known, else listed."""
    hints = hints or Hints()
    bare, effort = split_setting(name.removeprefix("chutes/"))
    found = match_model(desk.known, bare)
    if found and not any(word in found.rule for word in _TOO_LOOSE):
        out.matched[found.rule] += 1
        said = [effort] if effort else []
        if found.rule not in ("name", "alias"):
            said.append(f"as {bare}")
        return Scored(found.id, desk.known.vendor_of_model[found.id], "; ".join(said))
    return _added(out, desk, bare, effort, hints)


def _added(out: Imported, desk: Desk, name: str, effort: str, hints: Hints) -> Scored | None:
    by = match_vendor(desk.known, hints.organisation) if hints.organisation else None
    made_by = by or maker(desk.known, f"{hints.owner}/{name.rsplit('/', 1)[-1]}" if hints.owner else name)
    if made_by is None:
        out.leave("model", name, "its maker is not known")
        return None
    model_id = new_id(desk, name)
    if model_id in desk.known.vendor_of_model:  # known only under a looser name
        model_id = spellings.normal(name)
    if not model_id or model_id in desk.known.vendor_of_model:
        out.leave("model", name, "its name fits another model only loosely")
        return None
    total, active = sizes(name)
    shown = " ".join(name.rsplit("/", 1)[-1].split()).strip("-=+@")
    out.add(
        "models",
        model_id=model_id,
        vendor_id=made_by.id,
        name=shown,
        released=hints.released if hints.released <= desk.as_of else "",
        params_b=total,
        active_params_b=active,
        hub_id=hints.hub_id,
        licence=hints.licence,
        open_weights=hints.open_weights or ("true" if hints.hub_id else ""),
        as_of=desk.as_of,
        source_id=desk.source_id,
    )
    desk.learn(out.rows["models"][-1])
    out.matched["new model"] += 1
    return Scored(model_id, made_by.id, effort)


@dataclass(frozen=True)
class Score:
    """One published figure."""

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
    """Add one published figure of a model."""
    setting = "; ".join(filter(None, [score.setting, model.said]))
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
