"""Places of a few vendors in sentences and a table: over all and on each dimension, with intervals, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.catalog.schema import DIMENSIONS
from harness.charts.text import input_label
from harness.reports.cells import cleaned
from harness.reports.document import Column, Part, Sentence, Table, table

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

INTEGER = "integer"


def names(material: Material, words: Words) -> dict[str, str]:
    """Vendors' names in the language, by id."""
    rows = material.vendors.drop_duplicates("vendor_id")
    return {
        str(v): cleaned(words.name(en, zh))
        for v, en, zh in zip(rows["vendor_id"], rows["name_en"], rows["name_zh"], strict=True)
    }


def titles(material: Material, ids: pd.Series[str]) -> list[str | None]:
    """Titles of sources; of several (ids with commas between) all, with semicolons between."""
    known = material.frame("source_names").set_index("source_id")["title"].to_dict()
    return ["; ".join(known.get(i) or i for i in text.split(", ")) if isinstance(text, str) else None for text in ids]


def place_sentences(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> list[Sentence]:
    """Of several vendors, who clearly leads which dimension and how far the order over all holds; of one, how it ranks."""
    from harness.analysis.companies.rank_intervals import OVERALL

    places = material.dimensions
    of = places.groupby("dimension")["placed"].sum()
    own = {v: places[places["vendor_id"].eq(v)].set_index("dimension").to_dict("index") for v in vendors}
    if len(vendors) == 1:
        return [_one(words, names[v], own[v], int(of[OVERALL])) for v in vendors if own[v]]
    said = []
    leads: dict[str, list[str]] = {}
    level: list[str] = []
    for d in DIMENSIONS:
        placed = {v: own[v][d] for v in vendors if own[v] and own[v][d]["placed"]}
        if len(placed) > 1:
            first = clearly_first(placed)
            (level if first is None else leads.setdefault(names[first], [])).append(words(f"col.dim_{d}"))
    parts = [words("place.lead", vendor=v, dimensions=words.listed(d)) for v, d in leads.items()]
    if level:
        parts.append(words("place.level" if leads else "place.all_level", dimensions=words.listed(level)))
    if parts:
        said.append(words.sentence("place.leads", told=words("memo.between").join(parts)))
    ranked = [own[v][OVERALL] for v in vendors if own[v] and own[v][OVERALL]["placed"]]
    if len(ranked) > 1:
        first, *rest = sorted(ranked, key=lambda row: row["rank"])
        apart = first["rank_high"] < min(row["rank_low"] for row in rest)
        said.append(words.sentence("place.apart" if apart else "place.overlap"))
    return said or [words.sentence("place.unranked")]


def clearly_first(placed: dict[str, dict[Any, Any]]) -> str | None:
    """The vendor whose interval of ranks ends before those of all others begin; None where intervals overlap."""
    best = min(placed, key=lambda v: float(placed[v]["rank_high"]))
    others = [float(row["rank_low"]) for v, row in placed.items() if v != best]
    return best if float(placed[best]["rank_high"]) < min(others) else None


def _one(words: Words, vendor: str, own: dict[Any, dict[str, Any]], of: int) -> Sentence:
    """A vendor's rank over all with its interval, and the dimensions on which it ranks best and worst."""
    from harness.analysis.companies.rank_intervals import OVERALL

    placed = sorted((own[d]["rank"], i, d) for i, d in enumerate(DIMENSIONS) if own[d]["placed"])
    over = own[OVERALL]
    if not over["placed"]:
        absent = words.listed([words(f"col.dim_{d}") for d in DIMENSIONS if not own[d]["placed"]])
        return words.sentence("place.not_ranked", vendor=vendor, dimensions=absent)
    numbers = {k: (float(over[c]), INTEGER) for k, c in (("rank", "rank"), ("low", "rank_low"), ("high", "rank_high"))}
    (best_rank, _, best), (worst_rank, _, worst) = placed[0], placed[-1]
    numbers |= {"of": (of, INTEGER), "best_rank": (best_rank, INTEGER), "worst_rank": (worst_rank, INTEGER)}
    ends = {"best": words(f"col.dim_{best}"), "worst": words(f"col.dim_{worst}")}
    return words.sentence("place.ranked", numbers, vendor=vendor, **ends)


def short_sentence(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> str:
    """A chart's title: who leads which dimensions; of one vendor, on which it ranks best and worst."""
    if len(vendors) > 1:
        return place_sentences(material, words, vendors, names)[0].text
    rows = material.dimensions[material.dimensions["vendor_id"].isin(vendors)]
    placed = rows[rows["placed"].astype(bool) & rows["dimension"].isin(DIMENSIONS)].sort_values("rank", kind="stable")
    if placed.empty:
        return words("place.unranked")
    best, worst = placed.iloc[0], placed.iloc[-1]
    numbers = {"best_rank": (int(best["rank"]), INTEGER), "worst_rank": (int(worst["rank"]), INTEGER)}
    ends = {"best": words(f"col.dim_{best['dimension']}"), "worst": words(f"col.dim_{worst['dimension']}")}
    key = "first.dimension" if len(placed) == 1 else "first.dimensions"
    return words.sentence(key, numbers, vendor=names[vendors[0]], **ends).text


def on_dimensions(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> Table:
    """A row a dimension and one over all, a column a vendor: its rank with the 90% interval, among how many placed."""
    import pandas as pd

    from harness.analysis.companies.rank_intervals import OVERALL

    places = material.dimensions[material.dimensions["placed"].astype(bool)]
    rows = pd.DataFrame({"dimension": [OVERALL, *DIMENSIONS]})
    rows = rows.assign(
        dimension_name=[words.known("col", "total_rank" if d == OVERALL else f"dim_{d}") for d in rows["dimension"]],
        placed=rows["dimension"].map(places.groupby("dimension").size()),
    )
    for vendor in vendors:
        own = places[places["vendor_id"].eq(vendor)].set_index("dimension").to_dict("index")
        rows[vendor] = [
            words("place.rank", **{k: f"{own[d][k]:.0f}" for k in ("rank", "rank_low", "rank_high")})
            if d in own
            else words("place.not_placed")
            for d in rows["dimension"]
        ]
    columns = (words.column("dimension_name"), words.column("placed", INTEGER), *(Column(v, names[v]) for v in vendors))
    return table(rows, "dimensions", words("place.dimensions"), columns, ("dimension_name",))


def lacking(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> Part:
    """A sentence on each vendor that lacks inputs which rank others: what is not known of it."""
    from harness.analysis.companies.positioning import missing_inputs

    if material.inputs.empty:
        return Part()
    scored = material.scored_inputs
    said = []
    for vendor in vendors:
        lacks = [input_label(words, i).lower() for i in missing_inputs(scored, vendor)["input"]]
        if lacks:
            said.append(words.sentence("place.lacks", vendor=names[vendor], inputs=words("place.and").join(lacks)))
    return Part(sentences=tuple(said))
