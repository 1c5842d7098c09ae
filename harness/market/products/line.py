"""A product's line: the maker's products that are called the same but for numbers, and all its others, by release."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

COLUMNS = ["model_id", "name", "vendor_id", "released", "params_b", "open_weights", "line", "score", "low", "high", "rank",
           "blended_per_mtok", "as_of", "source", "url"]  # fmt: skip
SAME = ("instruct", "chat", "it", "base", "preview", "exp", "experimental", "beta", "latest", "hf")
"""Words of a name that do not part lines: how it was tuned or how finished it is."""
_NUMBERS = re.compile(r"\(.*?\)|\ba?\d+(\.\d+)?[bkm]\b|\bv(?=\d)")
"""What of a name counts as number: what stands in brackets, sizes (``235B``, ``A22B``, ``32K``), the ``v`` of a version. A letter
after a number (``4.6V``, ``4o``) is another line."""


def line_of(name: str) -> str:
    """The words of a name without numbers, sizes, dates and words of ``SAME``: ``claude opus`` for ``Claude Opus 4.5``."""
    words = re.split(r"[^a-z\u4e00-\u9fff]+", _NUMBERS.sub(" ", name.casefold()))
    kept = sorted({w for w in words if w and w not in SAME})
    return " ".join(kept)


def releases(queries: Queries, board: pd.DataFrame, product_id: str) -> pd.DataFrame:
    """Language models of the product's maker, by day of release: COLUMNS, with points, rank and list price where known.

    ``line``: whether it is of the product's line (``line_of``). ``board``: ``market.scale_board``. ``as_of, source, url`` are of
    the entry in the catalog. No row where the catalog has no maker of the product.
    """
    import pandas as pd

    from harness.market.prices.list_prices import list_prices

    models = queries.frame("models").drop_duplicates("model_id")
    own = models.loc[models["model_id"].eq(product_id), ["vendor_id", "name"]]
    if own.empty:
        return pd.DataFrame(columns=COLUMNS)
    vendor, name = own.iloc[0]
    sources = queries.frame("source_names").set_index("source_id")
    rows = models[models["vendor_id"].eq(vendor) & models["model_id"].eq(models["product_id"])]
    rows = rows[rows["kind"].isin(["text", "multimodal"]) | rows["model_id"].eq(product_id)]
    points = board.reindex(columns=["model_id", "score", "low", "high", "rank"])
    prices = list_prices(queries).rename(columns={"product_id": "id"})[["id", "blended_per_mtok"]]
    rows = rows.merge(points, on="model_id", how="left").merge(prices, left_on="model_id", right_on="id", how="left")
    rows = rows.assign(
        line=rows["name"].map(line_of).eq(line_of(str(name))),
        source=rows["source_id"].map(sources["title"]), url=rows["source_id"].map(sources["url"]),
    )  # fmt: skip
    return rows.sort_values(["released", "model_id"], na_position="last", ignore_index=True)[COLUMNS]


def neighbours(line: pd.DataFrame, product_id: str) -> tuple[str | None, str | None]:
    """The ids of the products before and after this one in its line, by day of release (``releases``)."""
    dated = line[line["line"].astype(bool) & (line["released"].notna() | line["model_id"].eq(product_id))]
    own = dated.loc[dated["model_id"].eq(product_id), "released"]
    if own.empty or own.isna().all():
        return None, None
    day = own.iloc[0]
    before, after = dated.loc[dated["released"] < day, "model_id"], dated.loc[dated["released"] > day, "model_id"]
    return (str(before.iloc[-1]) if len(before) else None, str(after.iloc[0]) if len(after) else None)
