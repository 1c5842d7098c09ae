"""The first page: should we build on A or B, who is behind them, what would it cost, how sure are we."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.charts.text import sellers
from harness.reports.document import Part, Section, Sentence, Table, table
from harness.reports.sections import memo_sentences

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 10
"""Place of the section in the report."""

MOST = 6
"""Vendors or models compared pair by pair, and named in the memo's sentences."""
TABLED = 10
"""Rows of the memo's table: as many as leave the first page its sentences and its contents."""


def subjects(material: Material) -> pd.DataFrame:
    """The things compared: each vendor with its best model on the reported scale, or each model chosen; best first.

    Columns: ``thing, vendor_id, vendor_en, vendor_zh, segment, country, parent, model_id, model, score, stderr, low,
    high, rank_low, rank_high, price, maker_price, basis, provider, hosts, as_of, open_weights, licence``; what is not known is missing.
    """
    import pandas as pd

    scale, scope = material.scale, material.scope
    who = material.vendors.rename(columns={"name_en": "vendor_en", "name_zh": "vendor_zh"})
    who = who[["vendor_id", "vendor_en", "vendor_zh", "segment", "country", "parent", "founded", "models"]]
    ranked = scale[["model_id", "score", "stderr", "low", "high", "rank_low", "rank_high"]]
    if scope.by_model:
        rows = material.models[material.models["model_id"].isin(scope.models)][["model_id", "name", "vendor_id"]]
        rows = rows.merge(ranked, on="model_id", how="left").rename(columns={"name": "model"})
        rows = rows.merge(who, on="vendor_id", how="left").assign(thing=rows["model"])
    else:
        best = scale[scale["model_id"].isin(scope.models)].drop_duplicates("vendor_id")
        best = best[["vendor_id", "model"]].assign(model_id=best["model_id"]).merge(ranked, on="model_id")
        rows = who[who["vendor_id"].isin(scope.vendors)].merge(best, on="vendor_id", how="left")
        rows = rows.assign(thing=rows["vendor_en"])
    listed = material.list_prices[["blended_per_mtok", "maker_per_mtok", "basis", "provider", "hosts", "as_of"]]
    listed = listed.rename(columns={"blended_per_mtok": "price", "maker_per_mtok": "maker_price"})
    rows = rows.merge(listed, left_on="model_id", right_index=True, how="left")
    terms = material.models.set_index("model_id")
    rows = rows.assign(
        score=pd.to_numeric(rows["score"]),
        open_weights=rows["model_id"].map(terms["open_weights"]),
        licence=rows["model_id"].map(terms["licence"]),
    )
    return rows.sort_values(["score", "models", "thing"], ascending=[False, False, True], ignore_index=True)


def memo(material: Material, words: Words) -> Section:
    """The decision memo."""
    rows = subjects(material)
    rows = rows.assign(seller=sellers(words, rows))
    shown = rows.head(TABLED)
    shown = shown.assign(
        vendor=words.vendor(shown),
        segment_name=[words.known("segment", s) for s in shown["segment"]],
        country_name=[words.known("country", c) for c in shown["country"]],
        weights=[_weights(words, o, n) for o, n in zip(shown["open_weights"], shown["licence"], strict=True)],
        measured=[_count(material, row, "measured") for row in shown.to_dict("records")],
        imported=[_count(material, row, "imported") for row in shown.to_dict("records")],
    )
    columns = (
        words.column("vendor"), words.column("segment_name"), words.column("country_name"),
        *((words.column("parent"),) if shown["parent"].notna().any() else ()),
        words.column("model", label="best_model" if not material.scope.by_model else "model"), words.column("weights"),
        words.column("score", "points", label="capability"), *words.interval("points"), *words.ranks(),
        words.column("price", "money", "USD"), words.column("maker_price", "money", "USD"),
        words.column("measured", "integer"), words.column("imported", "integer"),
    )  # fmt: skip
    compared = rows.head(MOST)
    sentences = [
        *_narrowing(material, words, rows),
        *memo_sentences.which(material, compared, words),
        *memo_sentences.who(material, compared, words),
        *memo_sentences.cost(compared, words),
        *memo_sentences.sure(material, words, compared),
    ]
    tables: tuple[Table, ...] = ()
    if len(shown):
        note = words("memo.note")
        tables = (table(shown, "memo", words("memo.table"), columns, ("vendor", "model"), shown=TABLED, note=note),)
    return words.section("memo", Part(tables, sentences=tuple(sentences)))


def _weights(words: Words, weights: Any, licence: Any) -> str:
    """Whether the weights can be had, and under which licence; a dash where nobody says."""
    import pandas as pd

    if pd.isna(weights):
        return "–"
    if not weights:
        return words("memo.closed")
    return words("memo.open_under", licence=licence) if isinstance(licence, str) else words("memo.open")


def _count(material: Material, row: dict[Any, Any], origin: str) -> int:
    runs = material.runs[material.runs["origin"] == origin]
    if material.scope.by_model:
        return int((runs["model_id"] == row["model_id"]).sum())
    return int((runs["vendor_id"] == row["vendor_id"]).sum())


def _narrowing(material: Material, words: Words, rows: pd.DataFrame) -> list[Sentence]:
    scope = material.scope
    if rows.empty and not scope.run_models:
        return [words.sentence("memo.nobody")]
    most = (min(TABLED, len(rows)), "integer")
    if not scope.narrowed:
        return [words.sentence("memo.everybody", {"n": (len(rows), "integer"), "most": most})]
    if len(rows) > TABLED:
        return [words.sentence("memo.many", {"n": (len(rows), "integer"), "most": most})]
    return []
