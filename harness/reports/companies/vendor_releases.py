"""What vendors brought out in the last twelve months, and their ties to other vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.text import sellers
from harness.reports.companies.figure_units import SCALED
from harness.reports.document import Part, Sentence, table
from harness.reports.sections.memo_sentences import amount

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words


def releases(material: Material, words: Words, vendors: list[str], names: dict[str, str], *, told: bool) -> Part:
    """The vendors' language models of the last twelve months with points and list price; ``told`` in a sentence a vendor too."""
    every = material.released
    rows = every[every["vendor_id"].isin(vendors)]
    sentences = [_told(words, names[v], rows[rows["vendor_id"].eq(v)], every) for v in vendors] if told else []
    if rows.empty:
        return Part(sentences=tuple(s for s in sentences if len(every)))
    rows = rows.assign(vendor=[names[v] for v in rows["vendor_id"]], seller=sellers(words, rows))
    columns = (
        words.column("released", "date"), words.column("vendor"), words.column("name", label="model"),
        words.column("score", "points", label="capability"), *words.interval("points"),
        words.column("input_per_mtok", "money", "USD"), words.column("output_per_mtok", "money", "USD"),
        words.column("seller"), words.column("priced", "date", label="price_as_of"), words.id("source"),
    )  # fmt: skip
    last = str(every["released"].max())[:10]
    year = table(rows, "releases", words("place.releases"), columns, ("vendor", "name", "released"), shown=16,
                 note=words("place.releases_note", day=last))  # fmt: skip
    return Part((year,), sentences=tuple(sentences))


def _told(words: Words, vendor: str, own: pd.DataFrame, every: pd.DataFrame) -> Sentence:
    """How many models a vendor brought out, its newest, and its best of them by points."""
    if own.empty:
        return words.sentence("place.no_release", vendor=vendor, day=str(every["released"].max())[:10])
    newest = own.iloc[0]
    values = {"vendor": vendor, "model": newest["name"], "day": str(newest["released"])[:10]}
    scored = own.dropna(subset=["score"]).sort_values("score", ascending=False, kind="stable")
    if scored.empty:
        return words.sentence("place.released", {"n": (len(own), "integer")}, **values)
    best = scored.iloc[0]
    numbers = {"n": (len(own), "integer")} | {k: (float(best[k]), "points") for k in ("score", "low", "high")}
    return words.sentence("place.released_best", numbers, best=best["name"], **values)


def relations(material: Material, words: Words, vendors: list[str]) -> Part:
    """Relations of the vendors, either way, with amounts in USD and as stated, date and source."""
    rows = material.frame("report_relations", vendor_ids=vendors)
    if rows.empty:
        return Part()
    rows = rows.assign(
        from_name=[words.name(e, z) for e, z in zip(rows["from_en"], rows["from_zh"], strict=True)],
        to_name=[words.name(e, z) for e, z in zip(rows["to_en"], rows["to_zh"], strict=True)],
        kind_name=[words.known("relation", k) for k in rows["kind"]],
        usd=rows["usd"].astype(float) / SCALED[words.language],
        stated=[
            amount(words, float(a), str(c)) if a == a else None
            for a, c in zip(rows["amount"].astype(float), rows["currency"], strict=True)
        ],
    )
    columns = (
        words.column("from_name"), words.column("kind_name", label="kind_of_relation"), words.column("to_name"),
        words.column("usd", "figure", words("place.large_usd"), label="amount"), words.column("stated"), words.column("as_of", "date"),
        words.column("source"),
    )  # fmt: skip
    identity = ("from_name", "kind_name", "to_name", "as_of")
    return Part((table(rows, "relations", words("place.relations"), columns, identity, shown=20),))
