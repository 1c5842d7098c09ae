"""Epoch AI's notable models: training compute, tokens and cost of models, and what they say of their makers.

Mapping: ``Organization`` (the first one that is a vendor here) → vendor; compute, data set size and cost → facts with
the model's name as note; counts over a vendor's models → facts of the snapshot's day; parameters, date, access →
cells of the model where the catalog has it and leaves them empty.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from harness.catalog.imported import Desk, Imported, SourceFile, decimal, plain
from harness.catalog.importers.scored import table
from harness.catalog.matching import match_model, match_vendor
from harness.catalog.tables import Row
from harness.catalog.vocabulary import FACTS_BY_KEY

LANGUAGE = ("Language", "Multimodal", "Vision", "Speech", "Image generation", "Video")


def read(files: list[SourceFile], desk: Desk) -> Imported:
    """Facts from ``notable_ai_models.csv`` and, with it, the two tables of training costs."""
    out = Imported()
    models: dict[str, Row] = {}
    costs: list[tuple[str, str, str]] = []
    for file in files:
        rows = table(file, ("Model",))
        if rows and "Training compute (FLOP)" in rows[0]:
            models |= {r["Model"]: r for r in rows if any(d in r["Domain"] for d in LANGUAGE)}
        elif rows and "Cost" in rows[0]:
            costs += [(r["Model"], r["Cost"], "cloud rental, USD of 2023") for r in rows]
        elif rows and "Hardware_Capex_Energy_Cost" in rows[0]:
            note = "amortised hardware and energy, USD of 2023"
            costs += [(r["Model"], r["Hardware_Capex_Energy_Cost"], note) for r in rows]
        else:
            out.leave("file", file.name, "no mapping for it")
    makers = {name: _maker(desk, row) for name, row in models.items()}
    for name, row in models.items():
        _model(out, desk, row, makers[name])
    _counts(out, desk, models, makers)
    for name, cost, note in costs:
        value = decimal(cost)
        vendor = makers.get(name) or _maker_of_name(desk, name)
        if value and vendor:
            day = models[name]["Publication date"] if name in models else desk.as_of
            _fact(out, desk, vendor, "training_cost", str(int(value)), f"{name}; {note}", day)
        elif value:
            out.leave("model", name, "its maker is not known")
    return out


def _maker(desk: Desk, row: Row) -> str:
    for organisation in row["Organization"].split(","):
        vendor = match_vendor(desk.known, organisation.strip())
        if vendor:
            return vendor.id
    return ""


def _maker_of_name(desk: Desk, name: str) -> str:
    found = match_model(desk.known, name)
    return desk.known.vendor_of_model[found.id] if found else ""


def _fact(out: Imported, desk: Desk, vendor: str, key: str, value: str, note: str, day: str = "") -> None:
    spec = FACTS_BY_KEY[key]
    out.add(
        "facts",
        vendor_id=vendor,
        dimension=spec.dimension,
        key=key,
        value=value,
        unit=spec.unit,
        note=" ".join(note.split())[:200].lstrip("=+-@"),
        as_of=day if len(day) == 10 and day <= desk.as_of else desk.as_of,
        source_id=desk.source_id,
    )


def _model(out: Imported, desk: Desk, row: Row, vendor: str) -> None:
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
            _fact(out, desk, vendor, key, text, note + extra, day)
    found = match_model(desk.known, row["Model"])
    size = decimal(row["Parameters"])
    if found and found.rule in ("name", "alias") and desk.known.vendor_of_model[found.id] == vendor and size:
        open_weights = row["Model accessibility"].startswith("Open weights")
        out.add(
            "models",
            model_id=found.id,
            vendor_id=vendor,
            name=row["Model"],
            released=day if len(day) == 10 else "",
            params_b=plain(size / Decimal(10**9)),
            open_weights="true" if open_weights else "false" if row["Model accessibility"] else "",
            as_of=desk.as_of,
            source_id=desk.source_id,
        )


def _counts(out: Imported, desk: Desk, models: dict[str, Row], makers: dict[str, str]) -> None:
    """How many notable models, authors and citations a vendor has, and its largest training compute."""
    authors: dict[str, set[str]] = defaultdict(set)
    held: dict[str, list[Row]] = defaultdict(list)
    for name, row in models.items():
        if makers[name]:
            held[makers[name]].append(row)
            authors[makers[name]] |= {a.strip() for a in row["Authors"].split(",") if a.strip()}
    for vendor, rows in sorted(held.items()):
        note = "language, multimodal, vision and speech models in the snapshot"
        _fact(out, desk, vendor, "notable_models", str(len(rows)), note)
        if authors[vendor]:
            _fact(
                out,
                desk,
                vendor,
                "notable_authors",
                str(len(authors[vendor])),
                f"names on its {len(rows)} notable models",
            )
        citations = sum(int(c) for r in rows if (c := decimal(r["Citations"])))
        if citations:
            _fact(out, desk, vendor, "citations", str(citations), f"of its {len(rows)} notable models")
        compute = [(c, r["Model"]) for r in rows if (c := decimal(r["Training compute (FLOP)"]))]
        if compute:
            largest, name = max(compute)
            _fact(out, desk, vendor, "largest_training_compute", f"{largest:.4E}", name)
