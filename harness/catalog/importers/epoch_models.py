"""Epoch AI's notable models: training compute, tokens and cost of models, and counts for each vendor.

Mapping: ``Organization`` (the first one that is a vendor here) → vendor; compute, data set size and cost → facts with
the model's name as note; counts over a vendor's models → facts of the snapshot's day; parameters, date, access →
cells of the model where the catalog has it and leaves them empty.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal, plain
from harness.catalog.importers.scored import table
from harness.catalog.names.matching import match_model, match_vendor
from harness.catalog.tables import Row
from harness.catalog.vocabulary import FACTS_BY_KEY

LANGUAGE = ("Language", "Multimodal", "Vision", "Speech", "Image generation", "Video")


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """Facts from ``notable_ai_models.csv`` and, with it, the two tables of training costs."""
    out = Imported()
    models: dict[str, Row] = {}
    costs: list[tuple[str, str, str]] = []
    for file in files:
        rows = table(file, ("Model",))
        if rows and "Training compute (FLOP)" in rows[0]:
            models |= {r["Model"]: r for r in rows if any(d in r["Domain"] for d in LANGUAGE)}
        elif rows and "Cost" in rows[0]:
            costs += [(r["Model"], r["Cost"], "method not named by the source, USD of 2023") for r in rows]
        elif rows and "Hardware_Capex_Energy_Cost" in rows[0]:
            note = "amortised hardware and energy, USD of 2023"
            costs += [(r["Model"], r["Hardware_Capex_Energy_Cost"], note) for r in rows]
        else:
            out.leave("file", file.name, "no mapping for it")
    makers = {name: _maker(context, row) for name, row in models.items()}
    for name, row in models.items():
        _model(out, context, row, makers[name])
    _counts(out, context, models, makers)
    for name, cost, note in costs:
        value = decimal(cost)
        vendor = makers.get(name) or _maker_of_name(context, name)
        if value and vendor:
            day = models[name]["Publication date"] if name in models else context.as_of
            _fact(out, context, vendor, "training_cost", str(int(value)), f"{name}; {note}", day)
        elif value:
            out.leave("model", name, "its maker is not known")
    return out


def _maker(context: ImportContext, row: Row) -> str:
    for organisation in row["Organization"].split(","):
        vendor = match_vendor(context.names, organisation.strip())
        if vendor:
            return vendor.id
    return ""


def _maker_of_name(context: ImportContext, name: str) -> str:
    match = match_model(context.names, name)
    return context.names.vendor_of_model[match.id] if match else ""


def _fact(out: Imported, context: ImportContext, vendor: str, key: str, value: str, note: str, day: str = "") -> None:
    spec = FACTS_BY_KEY[key]
    out.add(
        "facts",
        vendor_id=vendor,
        dimension=spec.dimension,
        key=key,
        value=value,
        unit=spec.unit,
        note=" ".join(note.split())[:200].lstrip("=+-@"),
        as_of=day if len(day) == 10 and day <= context.as_of else context.as_of,
        source_id=context.source_id,
    )


def _model(out: Imported, context: ImportContext, row: Row, vendor: str) -> None:
    if not vendor:
        out.leave("organisation", row["Organization"] or row["Model"], "not a vendor of the catalog")
        return
    day, sure = row["Publication date"], row["Confidence"].lower()
    note = f"{row['Model']}; {sure}" if sure else row["Model"]
    for column, key in (
        ("Training compute (FLOP)", "training_compute"),
        ("Training compute cost (2023 USD)", "training_cost"),
    ):
        value = decimal(row[column])
        if value:
            text = f"{value:.4E}" if key == "training_compute" else str(int(value))
            extra = "; amortised, USD of 2023" if key == "training_cost" else ""
            _fact(out, context, vendor, key, text, note + extra, day)
    match = match_model(context.names, row["Model"])
    size = decimal(row["Parameters"])
    if match and match.rule in ("name", "alias") and context.names.vendor_of_model[match.id] == vendor and size:
        open_weights = row["Model accessibility"].startswith("Open weights")
        out.add(
            "models",
            model_id=match.id,
            product_id=match.id,
            vendor_id=vendor,
            name=row["Model"],
            released=day if len(day) == 10 else "",
            params_b=plain(size / Decimal(10**9)),
            open_weights="true" if open_weights else "false" if row["Model accessibility"] else "",
            as_of=context.as_of,
            source_id=context.source_id,
        )


def _counts(out: Imported, context: ImportContext, models: dict[str, Row], makers: dict[str, str]) -> None:
    """Add each vendor's number of notable models, authors and citations, and its largest training compute."""
    authors: dict[str, set[str]] = defaultdict(set)
    models_of: dict[str, list[Row]] = defaultdict(list)
    for name, row in models.items():
        if makers[name]:
            models_of[makers[name]].append(row)
            authors[makers[name]] |= {a.strip() for a in row["Authors"].split(",") if a.strip()}
    for vendor, rows in sorted(models_of.items()):
        note = "language, multimodal, vision and speech models in the snapshot"
        _fact(out, context, vendor, "notable_models", str(len(rows)), note)
        if authors[vendor]:
            _fact(
                out,
                context,
                vendor,
                "notable_authors",
                str(len(authors[vendor])),
                f"names on its {len(rows)} notable models",
            )
        citations = sum(int(c) for r in rows if (c := decimal(r["Citations"])))
        if citations:
            _fact(out, context, vendor, "citations", str(citations), f"of its {len(rows)} notable models")
        compute = [(c, r["Model"]) for r in rows if (c := decimal(r["Training compute (FLOP)"]))]
        if compute:
            largest, name = max(compute)
            _fact(out, context, vendor, "largest_training_compute", f"{largest:.4E}", name)
