"""The table of the first page: the things compared, or the foremost of the market or of an answer, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.charts.licences import spelt
from harness.charts.text import sellers
from harness.reports.document import Table, table

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject

TABLED = 8
"""Rows of the table: as many as leave the first page its charts."""

ANSWERED = 5
"""Rows of an answer on its first page: above them stand longer sentences than other subjects have."""


def compared(material: Material, words: Words, about: Subject) -> Table | None:
    """The table; None where there is nothing to compare."""
    if about.kind == "answer":
        return _answer(material, words)
    shown = about.rows.head(TABLED)
    if shown.empty:
        return None
    shown = shown.assign(
        seller=sellers(words, shown),
        vendor=words.vendor(shown),
        country_name=[words.known("country", c) for c in shown["country"]],
        weights=[weights(words, o, n) for o, n in zip(shown["open_weights"], shown["licence"], strict=True)],
    )
    model = words.column("model", label="model" if material.scope.by_model else "best_model")
    columns = (
        *((model, words.column("vendor")) if material.scope.by_model else (words.column("vendor"), model)),
        words.column("country_name"), words.column("weights"), words.column("score", "level", label="capability"),
        *words.interval("level"), *words.ranks(), words.column("task_cost", "money", "USD"),
        words.column("price", "money", "USD", "price_per_mtok"), words.column("seller"),
        words.column("as_of", "date", label="price_as_of"), words.id("model_id"),
    )  # fmt: skip
    note = words("first.table_note")
    if len(about.rows) > TABLED:
        note = words("first.table_more", n=TABLED, all=len(about.rows), note=note)
    identity = ("model", "vendor") if material.scope.by_model else ("vendor",)
    return table(shown, "memo", words("memo.table"), columns, identity, shown=TABLED, note=note)


def _answer(material: Material, words: Words) -> Table | None:
    from harness.market.choice.choose import typical_cost

    assert material.wish is not None  # or there is no answer
    rows = material.chosen
    known = rows[rows["standing"].eq("known")]
    shown = (known if len(known) else rows[rows["points"].notna()]).head(TABLED)
    if shown.empty:
        return None
    shown = shown.assign(
        vendor=words.vendor(shown),
        seller=sellers(words, shown),
        weights=[weights(words, o, n) for o, n in zip(shown["open_weights"], shown["licence"], strict=True)],
        price_as_of=shown["as_of"],
        points=placed(material, shown),
        typical=typical_cost(shown, material.wish.family),
    )
    suited = (words.column("suitability", "share"), *words.interval("share")) if len(known) else ()
    columns = (
        words.column("model"), words.column("vendor"), words.column("weights"), *suited,
        words.column("points", "level", label="capability"), words.column("typical", "money", "USD", "typical_task"), words.column("price", "money", "USD", "price_per_mtok"),
        words.column("seller"), words.column("price_as_of", "date"), words.id("model_id"),
    )  # fmt: skip
    return table(
        shown, "memo", words("memo.table"), columns, ("model_id",), shown=ANSWERED, note=words("first.answer_note")
    )


def placed(material: Material, rows: pd.DataFrame) -> pd.Series[float]:
    """General points of the rows of an answer that have a place on the capability scale; missing of the others, which have been tested
    too little."""
    return rows["points"].astype(float).where(rows["product_id"].isin(material.scale["model_id"]))


def weights(words: Words, open_weights: Any, licence: Any) -> str:
    """Whether the weights can be had, and under which licence; a dash where nobody says."""
    import pandas as pd

    if pd.isna(open_weights):
        return "–"
    if not open_weights:
        return words("memo.closed")
    name = spelt(words, licence)
    return words("memo.open_under", licence=name) if name else words("memo.open")
