"""What the page's parts share of one product, each computed once for all visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.market.products import line, scores, tested_by
from harness.market.products.gaps import gaps
from harness.site.capability import leaderboard, scale, unplaced

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.products.about import Product
    from harness.site.server.view import View


def newest(view: View) -> pd.DataFrame:
    """``market.products.scores.newest_scores`` of the database."""
    return _named(view, view.derived("newest_scores", lambda: scores.newest_scores(view)))


def _named(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a ``benchmark_id``: its ``benchmark`` in the language shown."""
    names = {id: leaderboard.names(view).task(id) for id in rows["benchmark_id"].unique()}
    return rows.assign(benchmark=rows["benchmark_id"].map(names))


def published(view: View, product: Product) -> pd.DataFrame:
    """``market.products.scores.scores`` of the product, benchmarks under their names in the language shown."""

    def compute(product_id: str) -> pd.DataFrame:
        return scores.scores(newest(view), product_id)

    return _named(view, view.derived("product_scores", compute, product_id=product.id))


def place(view: View, product: Product) -> dict[Any, Any] | None:
    """The product's row of the capability scale's board; None where it has no rank."""
    board = scale.board(view)
    rows = board[board["model_id"].eq(product.id)].to_dict("records") if len(board) else []
    return rows[0] if rows else None


def why_unranked(view: View, product: Product) -> tuple[str, dict[Any, Any]] | None:
    """Why a product with scores has no rank, in words, and its row of the scale's table; None without scores.

    The row is empty where the scale takes none of its scores.
    """
    reason = unplaced.reason_of(view, product.id)
    scored = len(published(view, product))
    return reason or ((view.say("model.no_test", n=scored), {}) if scored else None)


def price(view: View, product: Product) -> dict[Any, Any] | None:
    """The product's row of ``list_prices`` at the usual ratio; None where it has none."""
    from harness.market.prices.list_prices import list_prices

    rows = list_prices(view)
    found = rows[rows["product_id"].eq(product.id)].to_dict("records")
    return found[0] if found else None


def tasks(view: View, product: Product) -> pd.DataFrame:
    """Reported costs, tokens and times per task of the product (``market.prices.task_costs``), the newest first."""
    from harness.market.prices.task_costs import task_costs

    rows: pd.DataFrame = view.derived("all_task_costs", lambda: task_costs(view))
    rows = rows[rows["product_id"].eq(product.id)]
    return _named(view, rows.sort_values(["as_of", "benchmark_id"], ascending=[False, True], ignore_index=True))


def releases(view: View, product: Product) -> pd.DataFrame:
    """``market.products.line.releases`` of the product."""

    def compute(product_id: str) -> pd.DataFrame:
        return line.releases(view, scale.board(view), product_id)

    out: pd.DataFrame = view.derived("product_line", compute, product_id=product.id)
    return out


def runs(view: View, product: Product) -> pd.DataFrame:
    """The runs of the product, newest first, as Runs and samples lists them."""
    from harness.site.evidence import runs as every

    return tested_by.of_product(every.listed(view), product)


def tested_by_others(view: View, product: Product) -> pd.DataFrame:
    """Its leading runs that its maker did not make (``market.products.tested_by``)."""
    return tested_by.others(leaderboard.runs(view), product)


def has_items(view: View, product: Product) -> bool:
    """Whether single items of one of its runs are known."""
    from harness.market import paired_outcomes

    rows: pd.DataFrame = view.derived("itemised", lambda: paired_outcomes.with_items(view, leaderboard.runs(view)))
    return len(tested_by.of_product(rows, product)) > 0


def unknown(view: View, product: Product) -> list[str]:
    """Codes of what is not known of the product (``market.products.gaps``)."""
    return gaps(
        product.row, published(view, product), price(view, product), ranked=place(view, product) is not None,
        tasks=bool(tasks(view, product)["cost"].notna().any()), items=has_items(view, product),
        others=len(tested_by_others(view, product)) > 0,
    )  # fmt: skip
