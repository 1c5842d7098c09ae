"""Shared functions of importers of reported scores: match or add the scored model, and add one score."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal

from harness.catalog.import_context import ImportContext, Imported, SourceFile, plain, sizes
from harness.catalog.importers.models_dev import new_id
from harness.catalog.importers.models_dev_scores import add_score
from harness.catalog.importers.new_models import FAMILY, OWNER, add_model
from harness.catalog.names import effort, spellings
from harness.catalog.names.matching import maker, match_model, match_vendor
from harness.catalog.tables import Row
from harness.errors import BadInput

# A published score belongs to the very model: never to its chat version or to what came after a preview.
_TOO_LOOSE = ("chat", "preview")


@dataclass(frozen=True)
class Scored:
    """The model of a score, the effort that the source writes in the model's name, and what else the name says."""

    model_id: str
    vendor_id: str
    effort: str = effort.DEFAULT
    setting: str = ""


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


def scored(out: Imported, context: ImportContext, name: str, hints: Hints | None = None) -> Scored | None:
    """Model of a score; a model that the catalog lacks is added where its vendor is known, else listed as unmatched.

    The name is tried whole first (``kimi-k2-thinking`` and ``gpt2-medium`` are models of their own), then without the
    effort at its end.
    """
    hints = hints or Hints()
    name = name.removeprefix("chutes/")
    match, bare, asked = match_model(context.names, name), name, effort.DEFAULT
    if match is None or match.rule not in ("name", "alias"):
        bare, asked = effort.split(name)
        match = match_model(context.names, bare)
    else:
        asked = effort.split(name)[1]  # of a checkpoint that always thinks, or of an alias that keeps the effort
    if match and not any(word in match.rule for word in _TOO_LOOSE):
        out.matched[match.rule] += 1
        context.note_reading(out, bare, match)
        _note_effort(out, name, match.id, asked)
        setting = "" if match.rule in ("name", "alias") else f"as {bare}"
        return Scored(match.id, context.names.vendor_of_model[match.id], asked, setting)
    if match is None and context.names.moved(spellings.normal(bare)):
        out.leave("model", name, f"a moving name, and no alias says what it meant on {context.names.day}")
        context.note_moving(out, bare)
        return None
    new = _added(out, context, bare, asked, hints)
    if new:
        _note_effort(out, name, new.model_id, asked)
    return new


def _note_effort(out: Imported, name: str, model_id: str, asked: str) -> None:
    if asked != effort.DEFAULT:
        out.note("effort", name, model_id, asked)


def _added(out: Imported, context: ImportContext, name: str, asked: str, hints: Hints) -> Scored | None:
    by = match_vendor(context.names, hints.organisation) if hints.organisation else None
    if hints.organisation and by is None:
        out.leave("model", name, f"its maker, {hints.organisation}, is no vendor of the catalog")
        return None
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
    add_model(
        out,
        context,
        FAMILY if made_by.rule == "family" else OWNER,
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
    out.matched["new model"] += 1
    return Scored(model_id, made_by.id, asked)


@dataclass(frozen=True)
class Score:
    """One reported score of a model: value, unit, benchmark (an id of ``benchmarks.csv``), conditions and source.

    ``as_of`` is the day of publication; ``effort`` stands in for the one in the model's name where the source states it
    elsewhere.
    """

    benchmark: str
    value: Decimal
    unit: str
    setting: str
    reported_by: str
    by_vendor: bool
    as_of: str
    source_id: str
    stderr: Decimal | None = None
    evidence: str = "primary"
    effort: str = ""


def report(out: Imported, context: ImportContext, model: Scored, score: Score) -> None:
    """Add one reported score of a model; a benchmark under a set-up that the catalog lacks is listed, not guessed.

    A source often gives only the month or the edition: a score cannot be older than its model, so the model's release
    counts where it is later.
    """
    setting = "; ".join(filter(None, [score.setting, model.setting]))
    if score.benchmark not in context.names.benchmarks:
        out.leave(
            "set-up", score.benchmark, f"no row of benchmarks.csv for this test and set-up (model {model.model_id})"
        )
        return
    add_score(
        out,
        {
            "model_id": model.model_id,
            "benchmark_id": score.benchmark,
            "effort": score.effort or model.effort,
            "setting": setting,
            "score": plain(round(score.value, 6)),
            "unit": score.unit,
            "stderr": "" if score.stderr is None else plain(round(score.stderr, 6)),
            "reported_by": score.reported_by,
            "reporter": "vendor" if score.by_vendor else "third-party",
            "evidence": score.evidence,
            "as_of": score.as_of,
            "source_id": score.source_id,
        },
    )
