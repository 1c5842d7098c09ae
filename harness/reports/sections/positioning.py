"""Positioning: where the vendors stand on five dimensions, from which facts, what they did in a year, and who is tied to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.catalog.schema import DIMENSIONS
from harness.charts.text import input_label
from harness.reports.companies import figure_units, vendor_facts, vendor_places, vendor_releases
from harness.reports.document import Figure, Part, Point, Section, Sentence, table
from harness.reports.subjects import MOST

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 50
"""Place of the section in the report."""


def positioning(material: Material, words: Words) -> Section:
    """The section Positioning; up to MOST vendors are also set side by side, and told of one by one."""
    rows = material.position
    rows = rows[rows["vendor_id"].isin(material.scope.vendors)]
    names = vendor_places.names(material, words)
    vendors = [*rows["vendor_id"], *sorted(names.keys() & set(material.scope.vendors) - set(rows["vendor_id"]))]
    few = 0 < len(vendors) <= MOST
    compared = vendor_facts.side_by_side(material, words, vendors, names) if few else Part()
    sized = vendor_facts.sizes(material, words, vendors, names, unknown=few)
    year = vendor_releases.releases(material, words, vendors, names, told=len(vendors) == 1)
    told, positions = _ranks(material, words, rows, names)
    parts = [told, vendor_places.lacking(material, words, vendors, names) if few else Part()]
    # one page answers: for one vendor how it stands and what it did in a year, for a few how they compare
    parts += [sized, year, compared, positions] if len(vendors) == 1 else [compared, positions, sized, year]
    parts += [_strengths(material, words, vendors[:12], names)]
    if few:
        parts += [vendor_facts.behind(material, words, vendors, names)]
    parts += [vendor_facts.in_words(material, words, vendors, names)]
    parts += [vendor_releases.relations(material, words, vendors)]
    return words.section("positioning", *parts)


def _ranks(material: Material, words: Words, rows: pd.DataFrame, names: dict[str, str]) -> tuple[Part, Part]:
    """Who stands where in sentences, with a figure and the ranks on each dimension of up to MOST vendors; and all in a table."""
    if rows.empty:
        return Part(sentences=(words.sentence("place.none"),)), Part()
    segments = material.vendors.drop_duplicates("vendor_id").set_index("vendor_id")["segment"]
    rows = rows.assign(
        vendor=[names[v] for v in rows["vendor_id"]],
        segment_name=[words.known("segment", segments.get(v)) for v in rows["vendor_id"]],
        rank_low=rows["low"],
        rank_high=rows["high"],
    )
    columns = (
        words.column("vendor"), words.column("segment_name"), words.column("rank", "integer"), *words.ranks(),
        words.column("total", "scale"), *(words.column(d, "scale", label=f"dim_{d}") for d in DIMENSIONS),
        words.column("coverage", "percent"), words.id("vendor_id"),
    )  # fmt: skip
    positions = table(
        rows, "position", words("place.table"), columns, ("vendor_id",), shown=20, note=words("place.note")
    )
    few = list(rows["vendor_id"]) if len(rows) <= MOST else []
    if not few and not rows["ranked"].astype(bool).any():
        sentences = [words.sentence("place.unranked")]
    else:
        sentences = vendor_places.place_sentences(material, words, few or list(rows["vendor_id"])[:1], names)
    points = tuple(
        Point(str(row["vendor"]), float(row[d]), group=str(row["vendor_id"]), row=words(f"col.dim_{d}"))
        for row in rows.head(MOST).to_dict("records")
        for d in DIMENSIONS
        if row[d] == row[d]
    )
    ranks = (vendor_places.on_dimensions(material, words, few, names),) if few else ()
    note = words("place.chart_note")
    if not few:
        note = words("place.drawn", n=MOST, all=len(rows), note=note)
    return Part(ranks, _figure(words, sentences, points, note), tuple(sentences)), Part((positions,))


def _figure(words: Words, sentences: list[Sentence], points: tuple[Point, ...], note: str) -> tuple[Figure, ...]:
    """The profiles on five dimensions, under the first sentence; none where nobody is placed on any."""
    if not points:
        return ()
    return (Figure("position", "profile", sentences[0].text, words("place.unit"), note,
                   words("place.source"), points),)  # fmt: skip


def _strengths(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> Part:
    from harness.analysis.companies.strengths import strengths

    rows = strengths(material.inputs, most=2) if len(material.inputs) else material.inputs
    rows = rows[rows["vendor_id"].isin(vendors)]
    if rows.empty:
        return Part()
    rows = rows.assign(
        vendor=[names[v] for v in rows["vendor_id"]],
        side_name=[words(f"place.{s}") for s in rows["side"]],
        input_name=[input_label(words, i) for i in rows["input"]],
        origin_name=[words.known("input_origin", o) for o in rows["origin"]],
        source=vendor_places.titles(material, rows["source_id"]),
    )
    rows = figure_units.counted(words, rows)
    columns = (
        words.column("vendor"), words.column("side_name"), words.column("input_name"), words.column("value", "figure"),
        words.column("unit"), words.column("score", "scale", label="standing"), words.column("origin_name"),
        words.column("as_of", "date"), words.id("source"),
    )  # fmt: skip
    identity = ("vendor", "side_name", "input_name", "unit")
    sides = table(rows, "strengths", words("place.strengths"), columns, identity, shown=16,
                  note=words("place.strengths_note"))  # fmt: skip
    return Part((sides,))
