"""Positioning: where the vendors stand on five dimensions, from which facts, and who is tied to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.text import input_label
from harness.reports.document import Figure, Part, Point, Section, table
from harness.reports.sections.memo import MOST

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 50
"""Place of the section in the report."""

FACTS = ("valuation", "revenue", "net_income", "rnd_spend", "staff", "researchers", "funding_round", "listing",
         "compute_spend", "largest_training_compute", "business_model", "position")  # fmt: skip
"""Facts that say who is behind a vendor; all others enter through positioning's inputs."""


def positioning(material: Material, words: Words) -> Section:
    """The section Positioning."""
    vendors = list(material.scope.vendors)
    rows = material.position
    rows = rows[rows["vendor_id"].isin(vendors)]
    if rows.empty:
        parts = [Part(sentences=(words.sentence("place.none"),))]
    else:
        parts = [_ranks(material, words, rows), _strengths(material, words, list(rows["vendor_id"])[:12])]
    parts += [_facts(material, words, vendors), _relations(material, words, vendors)]
    return words.section("positioning", *parts)


def named(material: Material, words: Words, ids: pd.Series[str]) -> list[str]:
    """Vendors' names in the language, by id."""
    who = material.vendors.drop_duplicates("vendor_id").set_index("vendor_id")
    return [words.name(who["name_en"].get(v, v), who["name_zh"].get(v)) for v in ids]


def _ranks(material: Material, words: Words, rows: pd.DataFrame) -> Part:
    from harness.catalog.schema import DIMENSIONS

    segments = material.vendors.drop_duplicates("vendor_id").set_index("vendor_id")["segment"]
    rows = rows.assign(
        vendor=named(material, words, rows["vendor_id"]),
        segment_name=[words.known("segment", segments.get(v)) for v in rows["vendor_id"]],
        rank_low=rows["low"],
        rank_high=rows["high"],
    )
    columns = (
        words.column("vendor"), words.column("segment_name"), words.column("rank", "integer"), *words.ranks(),
        words.column("total", "scale"), *(words.column(d, "scale", label=f"dim_{d}") for d in DIMENSIONS),
        words.column("coverage", "percent"), words.column("vendor_id"),
    )  # fmt: skip
    positions = table(rows, "position", words("place.table"), columns, ("vendor_id",), note=words("place.note"))
    ranked = rows[rows["ranked"].astype(bool)]
    of = int(material.position["ranked"].astype(bool).sum())
    if ranked.empty:
        return Part((positions,), sentences=(words.sentence("place.unranked"),))
    first = ranked.iloc[0]
    numbers = {"rank": (float(first["rank"]), "integer"), "low": (float(first["low"]), "integer"),
               "high": (float(first["high"]), "integer"), "of": (of, "integer")}  # fmt: skip
    leader = words.sentence("place.first", numbers, vendor=first["vendor"])
    points = tuple(
        Point(str(row["vendor"]), float(row[d]), group=str(row["vendor"]), row=words(f"col.dim_{d}"))
        for row in ranked.head(MOST).to_dict("records")
        for d in DIMENSIONS
        if row[d] == row[d]
    )
    figure = Figure("position", "profile", leader.text, words("place.unit"), words("place.chart_note"),
                    words("place.source"), points)  # fmt: skip
    return Part((positions,), (figure,), (leader,))


def _strengths(material: Material, words: Words, vendors: list[str]) -> Part:
    from harness.analysis.companies.strengths import strengths

    rows = strengths(material.inputs, most=2)
    rows = rows[rows["vendor_id"].isin(vendors)]
    if rows.empty:
        return Part()
    rows = rows.assign(
        vendor=named(material, words, rows["vendor_id"]),
        side_name=[words(f"place.{s}") for s in rows["side"]],
        input_name=[input_label(words, i) for i in rows["input"]],
        origin_name=[words.known("input_origin", o) for o in rows["origin"]],
    )
    columns = (
        words.column("vendor"), words.column("side_name"), words.column("input_name"), words.column("value", "plain"),
        words.column("unit"), words.column("score", "scale", label="standing"), words.column("origin_name"),
        words.column("as_of", "date"), words.column("source_id"),
    )  # fmt: skip
    identity = ("vendor", "side_name", "input_name", "unit")
    sides = table(rows, "strengths", words("place.strengths"), columns, identity, shown=24,
                  note=words("place.strengths_note"))  # fmt: skip
    return Part((sides,))


def _facts(material: Material, words: Words, vendors: list[str]) -> Part:
    import pandas as pd

    rows = material.frame("report_facts", vendor_ids=vendors)
    rows = rows[rows["key"].isin(FACTS)].drop_duplicates(["vendor_id", "key", "unit", "note"])
    rows = rows.drop_duplicates(["vendor_id", "key"])
    if rows.empty:
        return Part()
    order = {v: i for i, v in enumerate(material.position["vendor_id"])}
    rows = rows.assign(place=[order.get(v, 999) for v in rows["vendor_id"]], step=[FACTS.index(k) for k in rows["key"]])
    rows = rows.sort_values(["place", "vendor_id", "step"], ignore_index=True, kind="stable")
    number = pd.to_numeric(rows["value"], errors="coerce")
    rows = rows.assign(
        vendor=named(material, words, rows["vendor_id"]),
        fact_name=[words.known("fact", k) for k in rows["key"]],
        number=number,
        told=rows["value"].where(number.isna(), None),
    )
    columns = (
        words.column("vendor"), words.column("fact_name"), words.column("number", "amount"), words.column("told"),
        words.column("unit"), words.column("as_of", "date"), words.column("source"),
    )  # fmt: skip
    facts = table(rows, "facts", words("place.facts"), columns, ("vendor", "fact_name", "unit"), shown=40,
                  note=words("place.facts_note"))  # fmt: skip
    return Part((facts,))


def _relations(material: Material, words: Words, vendors: list[str]) -> Part:
    rows = material.frame("report_relations", vendor_ids=vendors)
    if rows.empty:
        return Part()
    rows = rows.assign(
        from_name=[words.name(e, z) for e, z in zip(rows["from_en"], rows["from_zh"], strict=True)],
        to_name=[words.name(e, z) for e, z in zip(rows["to_en"], rows["to_zh"], strict=True)],
        kind_name=[words.known("relation", k) for k in rows["kind"]],
    )
    columns = (
        words.column("from_name"), words.column("kind_name", label="kind_of_relation"), words.column("to_name"), words.column("amount", "amount"),
        words.column("currency"), words.column("as_of", "date"), words.column("source"),
    )  # fmt: skip
    identity = ("from_name", "kind_name", "to_name", "as_of")
    return Part((table(rows, "relations", words("place.relations"), columns, identity, shown=20),))
