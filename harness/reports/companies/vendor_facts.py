"""Tables of what is known of vendors: inputs side by side, their size with sources, every input's source, facts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.analysis.companies.inputs import INPUTS, declared
from harness.catalog.schema import DIMENSIONS
from harness.charts.text import input_label
from harness.market.companies.figures import figures
from harness.reports.companies.figure_units import counted, scale
from harness.reports.companies.vendor_places import titles
from harness.reports.document import Column, Part, table
from harness.reports.sections.memo_sentences import amount

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

FACTS = ("position", "business_model", "channel", "listing")
"""Facts in words that say what a vendor does and how it earns."""


def side_by_side(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> Part:
    """A row an input that ranks, a column a vendor: what the places on the five dimensions come from."""
    if material.inputs.empty:
        return Part()
    scored = material.scored_inputs
    ranking = set(scored.loc[scored["ranks"].astype(bool), "input"])
    keys = [row.key for d in DIMENSIONS for row in INPUTS if row.dimension == d and row.key in ranking]
    wide = material.inputs[material.inputs["vendor_id"].isin(vendors)].pivot_table(
        index="input", columns="vendor_id", values="value", aggfunc="first"
    )
    rows = wide.reindex(index=keys, columns=vendors).dropna(how="all").reset_index()
    if rows.empty:
        return Part()
    largest = rows[vendors].abs().max(axis=1)
    scales = [scale(words, key, declared(key, "").unit, size) for key, size in zip(rows["input"], largest, strict=True)]
    rows[vendors] = rows[vendors].div([size for size, _ in scales], axis=0)
    rows = rows.assign(
        dimension_name=[words(f"col.dim_{declared(key, '').dimension}") for key in rows["input"]],
        input_name=[input_label(words, key) for key in rows["input"]],
        unit=[unit for _, unit in scales],
    )
    columns = (
        words.column("dimension_name"), words.column("input_name"), words.column("unit"),
        *(Column(v, names[v], "figure") for v in vendors),
    )  # fmt: skip
    identity = ("dimension_name", "input_name")
    return Part((table(rows, "compared", words("place.compared"), columns, identity, shown=40, note=words("place.compared_note")),))  # fmt: skip


def sizes(material: Material, words: Words, vendors: list[str], names: dict[str, str], *, unknown: bool) -> Part:
    """Value, revenue, run rate, funds, users and staff: in USD, as stated, with date and source; ``unknown`` ones too, as such."""
    rows = figures(material, material.inputs, vendors)
    rows = rows if unknown else rows[rows["value"].notna()]
    if rows.empty:
        return Part()
    rows = rows.assign(
        vendor=[names[v] for v in rows["vendor_id"]],
        input=rows["figure"],
        figure_name=[input_label(words, f) for f in rows["figure"]],
        stated=[_stated(words, row) for row in rows.to_dict("records")],
        remark=[_remark(words, row, names) for row in rows.to_dict("records")],
    )
    rows = counted(words, rows)
    columns = (
        words.column("vendor"), words.column("figure_name"), words.column("value", "figure"), words.column("unit"),
        words.column("stated"), words.column("remark"), words.column("as_of", "date"), words.column("source"),
    )  # fmt: skip
    identity = ("vendor", "figure_name")
    return Part(
        (table(rows, "facts", words("place.facts"), columns, identity, shown=30, note=words("place.facts_note")),)
    )


def _stated(words: Words, row: dict[Any, Any]) -> str | None:
    """An amount in its source's own currency, where that is another than the dollar."""
    if row["stated"] != row["stated"] or row["stated_unit"] == row["unit"] or not isinstance(row["stated_unit"], str):
        return None
    return amount(words, float(row["stated"]), row["stated_unit"])


def _remark(words: Words, row: dict[Any, Any], names: dict[str, str]) -> str | None:
    """That nothing is known; a valuation's kind; whose group's figure it is; that it is too old to rank."""
    if row["value"] != row["value"]:
        return words("place.unknown")
    parts = [words.known("valuation", row["kind"])] if isinstance(row["kind"], str) else []
    if isinstance(row["group_id"], str):
        parts.append(words("place.of_group", group=names.get(row["group_id"], row["group_id"])))
    if row["too_old"] is True:
        parts.append(words("place.too_old"))
    return words("memo.comma").join(parts) or None


def behind(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> Part:
    """Every input of the vendors with its value, standing, date and source: the way back from a score to its facts."""
    if material.inputs.empty:
        return Part()
    rows = material.scored_inputs
    rows = rows[rows["vendor_id"].isin(vendors)]
    order = {row.key: place for place, row in enumerate(INPUTS)}
    rows = rows.assign(
        place=[vendors.index(v) for v in rows["vendor_id"]],
        step=[DIMENSIONS.index(d) if d in DIMENSIONS else len(DIMENSIONS) for d in rows["dimension"]],
        turn=[order.get(str(i), len(order)) for i in rows["input"]],
        score=rows["score"].where(rows["ranks"].astype(bool)),
    ).sort_values(["place", "step", "turn", "input"])
    rows = rows.assign(
        vendor=[names[v] for v in rows["vendor_id"]],
        dimension_name=[words.known("dimension", d) for d in rows["dimension"]],
        input_name=[input_label(words, i) for i in rows["input"]],
        stated=[_stated(words, row) for row in rows.to_dict("records")],
        source=titles(material, rows["source_id"]),
    )
    rows = counted(words, rows)
    columns = (
        words.column("vendor"), words.column("dimension_name"), words.column("input_name"), words.column("value", "figure"),
        words.column("unit"), words.column("stated"), words.column("score", "scale", label="standing"),
        words.column("as_of", "date"), words.column("source"),
    )  # fmt: skip
    identity = ("vendor", "dimension_name", "input_name", "as_of", "unit")
    inputs = table(rows, "inputs", words("place.inputs"), columns, identity, shown=60, note=words("place.inputs_note"))
    return Part(details=(inputs,))


def in_words(material: Material, words: Words, vendors: list[str], names: dict[str, str]) -> Part:
    """Stages of the value chain, ways to earn and to sell, and listing: a row a vendor and kind, newest date and source."""
    facts = material.frame("report_facts", vendor_ids=vendors)
    facts = facts[facts["key"].isin(FACTS)]
    if facts.empty:
        return Part()
    rows = _joined(facts, words, vendors)
    rows = rows.assign(
        vendor=[names[v] for v in rows["vendor_id"]], fact_name=[words.known("fact", k) for k in rows["key"]]
    )
    columns = (words.column("vendor"), words.column("fact_name"), words.column("told"), words.column("as_of", "date"),
               words.column("source"))  # fmt: skip
    return Part((table(rows, "ways", words("place.ways"), columns, ("vendor", "fact_name"), shown=20),))


def _joined(facts: pd.DataFrame, words: Words, vendors: list[str]) -> pd.DataFrame:
    """The values of each vendor and kind of fact in one text, with the date and source of the newest."""
    facts = facts.assign(
        place=[vendors.index(v) for v in facts["vendor_id"]],
        step=[FACTS.index(k) for k in facts["key"]],
        said=[words.known("fact_value", v) for v in facts["value"]],
    ).sort_values(["place", "step", "as_of"], ascending=[True, True, False], kind="stable")
    joined = facts.groupby(["place", "step", "vendor_id", "key"], as_index=False).agg(
        said=("said", lambda s: list(dict.fromkeys(s))), as_of=("as_of", "max"), source=("source", "first")
    )
    return joined.assign(told=[words("place.and").join(s) for s in joined["said"]])
