"""What the Cost page's answers leave out, in words: models without a place on the scale, and models without a known cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.text import dollars, number
from harness.market.prices import outside_scale as market
from harness.market.prices.reused_offers import reused_offer
from harness.site.capability import scale
from harness.site.companies.against import figure_text

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def score_text(value: float) -> str:
    """A benchmark's score: a share as per cent, points with one decimal."""
    return f"{value:.0%}" if value <= 1 else number(value, 1)


def uncosted_sentence(view: View, benchmark_id: str) -> str:
    """The models that score higher on a benchmark than all whose cost is known there; empty where there is none."""
    rows: pd.DataFrame = view.derived(
        "higher_without_cost", lambda benchmark_id: market.higher_without_cost(view, benchmark_id), benchmark_id=benchmark_id
    )  # fmt: skip
    if rows.empty:
        return ""
    scored = [f"{model} {score_text(score)}" for model, score in zip(rows["model"], rows["score"], strict=True)]
    return view.say("tasks.uncosted", n=len(rows), models=figure_text.few(view.say, scored, most=5))


def cheaper_sentence(view: View, benchmark_id: str, benchmark: str, products: dict[str, str]) -> str:
    """The unranked models that score no less than ranked ones (``products``: name by id) on a benchmark for less a task; empty where
    there is none."""
    say = view.say
    ranked = frozenset(scale.board(view)["model_id"])
    cases = []
    for product_id, model in products.items():
        found = market.cheaper_unranked(view, benchmark_id, product_id, ranked)
        if found is None:
            continue
        effort = say("tasks.effort_of", model=found.model, effort=say.known("effort", found.effort))
        cheap = found.model if found.effort == "default" else effort
        cases.append(
            say("value.unranked_case", n=found.products, model=model, score=score_text(found.score), cost=dollars(found.cost),
                cheap=cheap, cheap_score=score_text(found.model_score), low=dollars(found.model_cost))
        )  # fmt: skip
    return say("value.unranked", benchmark=benchmark, cases=say("against.between").join(cases)) if cases else ""


def renamed_sentence(view: View, product_id: str, model: str, as_of: str) -> str:
    """That a product's maker sells another one under its name since the day of its price; empty where it does not."""
    found = reused_offer(view, product_id, as_of)
    if found is None:
        return ""
    price = "" if found.price is None else view.say("value.token_amount", cost=dollars(found.price))
    key = "value.renamed" if price else "value.renamed_unpriced"
    return view.say(
        key,
        maker=found.provider,
        model=model,
        now=found.now,
        offer=found.offer_id,
        since=found.since,
        day=as_of,
        amount=price,
    )
