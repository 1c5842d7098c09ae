"""What a choice of models comes to, in sentences of either language: the answer first, then price, evidence and what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from harness.charts.text import dollars, sellers
from harness.market.choice.choose import best_value, typical_cost
from harness.reports import wish_text

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.market.choice.wish import Wish

NAMED = 5
"""Models that a sentence names."""
THIN = 0.5
"""Share of the task's tests that must be reported of a model before its lead is called firm: the rest is expected, not seen."""


def answer(say: Translator, wish: Wish, rows: pd.DataFrame, proof: pd.DataFrame) -> list[str]:
    """The answer in sentences, the model first: ``rows`` of ``market.choice.choose``, ``proof`` of ``market.choice.evidence``."""
    known = rows[rows["standing"].eq("known")]
    first, *why = reasons(say, wish, rows, proof)
    if known.empty:
        return [first, *why, *unsaid(say, rows)]
    return [first, *why, *_priced(say, wish, known), *ahead(say, rows), *unsaid(say, rows)]


def reasons(say: Translator, wish: Wish, rows: pd.DataFrame, proof: pd.DataFrame) -> list[str]:
    """The model that suits best, what of the task's tests is reported for it, and which models cannot be told from it."""
    known, general = (rows[rows["standing"].eq(s)] for s in ("known", "general"))
    phrase = wish_text.wish_text(say, wish)
    if known.empty:
        out = [say("choose.none", wish=phrase)]
        best = general[general["points"].notna()]
        return [*out, say("choose.general_first", models=_names(say, best["model"]))] if len(best) else out
    first = known.iloc[0]
    out = [say("choose.answer", wish=phrase, model=first["model"])]
    out.append(
        say(
            "choose.solves",
            n=int(first["evidence"]),
            share=percent(first["suitability"]),
            low=f"{100 * float(first['low']):.0f}",
            high=percent(first["high"]),
            evidence=int(first["evidence"]),
            tests=int(first["tests"]),
            names=_tests(say, first, proof),
        )
    )
    return [*out, *_beside(say, wish, known, proof)]


def rests_on(say: Translator, wish: Wish, rows: pd.DataFrame, proof: pd.DataFrame) -> list[str]:
    """What stands beside the offers: the tests behind the best of them, the models level with it, those of which too little is known."""
    known = rows[rows["standing"].eq("known")]
    if known.empty:
        return [*reasons(say, wish, rows, proof)[1:], *unsaid(say, rows)]
    first = known.iloc[0]
    tests = say("choose.rests_on", model=first["model"], names=_tests(say, first, proof))
    return [tests, *_beside(say, wish, known, proof), *ahead(say, rows), *unsaid(say, rows)]


def _tests(say: Translator, row: pd.Series[Any], proof: pd.DataFrame) -> str:
    """The task's tests that are reported for one model."""
    tests = proof[proof["product_id"].eq(row["product_id"]) & proof["weight"].notna()]["test"].drop_duplicates()
    return say("file.join").join(tests)


def _beside(say: Translator, wish: Wish, known: pd.DataFrame, proof: pd.DataFrame) -> list[str]:
    """The best model's tests in the wish's language, and the models that cannot be told from it."""
    first, out = known.iloc[0], []
    if wish.language:
        spoken = proof[proof["product_id"].eq(first["product_id"]) & proof["language"].eq(wish.language)]
        names = say("file.join").join(spoken["benchmark"].drop_duplicates())
        out.append(say("choose.in_language", language=wish_text.language(say, wish.language), names=names))
    level = known[known["within_leader"]].iloc[1:]
    return [*out, say("choose.level", models=_names(say, level["model"])) if len(level) else say("choose.alone")]


def ahead(say: Translator, rows: pd.DataFrame) -> list[str]:
    """The models with more general points than the one that suits best, of which too little is reported for the task."""
    known, general = (rows[rows["standing"].eq(s)] for s in ("known", "general"))
    if known.empty:
        return []
    better = general[general["points"].astype(float).gt(known.iloc[0]["points"])]
    return [say("choose.ahead", models=_names(say, better["model"]))] if len(better) else []


def paragraph(say: Translator, sentences: Iterable[str]) -> str:
    """Sentences one after another, as the language sets them: Chinese puts no space between them."""
    first, *more = [*sentences] or [""]
    for sentence in more:
        first = say("prices.story", first=first, rest=sentence)
    return first


def decided(say: Translator, wish: Wish, rows: pd.DataFrame) -> list[str]:
    """The answer in a sentence or two, for a reader who reads no more: the model, its price or a cheaper one, how sure."""
    known = rows[rows["standing"].eq("known")]
    phrase = wish_text.wish_text(say, wish)
    if known.empty:
        return [say("choose.none", wish=phrase)]
    first = known.iloc[0]
    out = [
        say("choose.answer", wish=phrase, model=first["model"]),
        *_priced(say, wish, known),
        *_typical(say, wish, known),
    ]
    others = int(known["within_leader"].sum()) - 1
    thin = int(first["evidence"]) < THIN * int(first["tests"])
    key = "decide.answer_open" if others > 0 else "decide.answer_thin" if thin else "decide.answer_firm"
    out.append(
        say(
            key,
            n=others if others > 0 else int(first["evidence"]),
            share=percent(first["suitability"]),
            low=f"{100 * float(first['low']):.0f}",
            high=percent(first["high"]),
            evidence=int(first["evidence"]),
            tests=int(first["tests"]),
        )
    )
    return out


def more(say: Translator, wish: Wish, rows: pd.DataFrame) -> list[str]:
    """What stands behind ``decided``: the tests that are reported, those in the language, the models level with the first."""
    known, general = (rows[rows["standing"].eq(s)] for s in ("known", "general"))
    if known.empty:
        best = general[general["points"].notna()]
        return [say("choose.general_first", models=_names(say, best["model"]))] if len(best) else []
    level = known[known["within_leader"]].iloc[1:]
    out = [say("choose.level", models=_names(say, level["model"]))] if len(level) else []
    return [*out, *ahead(say, rows), wish_text.task_note(say, wish)]


def chart_title(say: Translator, known: pd.DataFrame) -> str:
    """Who suits the task best of the known rows, and how many cannot be told from it."""
    first, others = known.iloc[0], int(known["within_leader"].sum()) - 1
    told = {"model": first["model"], "share": percent(first["suitability"]), "all": len(known)}
    if len(known) == 1:
        return say("choose.chart_only", **told)
    return say("choose.chart", n=others, **told) if others else say("choose.chart_clear", **told)


def unsaid(say: Translator, rows: pd.DataFrame) -> list[str]:
    """Of how many models it cannot be said whether they satisfy the wish, and of how many nothing is published."""
    scored, bare = (
        int((rows["standing"].eq("unsaid") & rows["scored"]).sum()),
        int((~rows["scored"].astype(bool)).sum()),
    )
    out = [say("choose.unsaid", n=scored)] if scored else []
    return [*out, say("choose.unscored", n=bare)] if bare else out


def percent(share: Any) -> str:
    """A share as whole percent."""
    return f"{100 * float(share):.0f}%"


def _priced(say: Translator, wish: Wish, known: pd.DataFrame) -> list[str]:
    """The price of the model that suits best, and the cheapest of those that cannot be told from it."""
    first, cheap = known.iloc[0], best_value(known)
    priced = first["price"] == first["price"]
    ratio = f"{wish.input_per_output:.3g}"
    out = [_price(say, "choose.price", first, ratio=ratio) if priced else say("choose.no_price")]
    if cheap is not None and cheap["product_id"] != first["product_id"]:
        out.append(_price(say, "choose.cheapest", cheap, model=cheap["model"]))
    return out


def _typical(say: Translator, wish: Wish, known: pd.DataFrame) -> list[str]:
    """What one typical task comes to with the model that suits best, and with the cheapest that cannot be told from it."""
    costs = typical_cost(known, wish.family)
    first, cheap = known.iloc[0], best_value(known)
    if costs.iloc[0] != costs.iloc[0]:
        return []
    told = {"cost": dollars(float(costs.iloc[0]))}
    if cheap is None or cheap["product_id"] == first["product_id"]:
        return [say("decide.typical", **told)]
    low = float(costs[known["product_id"].eq(cheap["product_id"])].iloc[0])
    return [say("decide.typical_two", **told, low=dollars(low), model=first["model"], other=cheap["model"])]


def offer(say: Translator, row: pd.Series[Any]) -> list[str]:
    """Why to take one of the models known for a task: how well it does, how far behind the best, what it costs."""
    share = {
        "share": percent(row["suitability"]),
        "low": f"{100 * float(row['low']):.0f}",
        "high": percent(row["high"]),
    }
    out = [say("choose.offer_share", **share, evidence=int(row["evidence"]), tests=int(row["tests"]))]
    if round(100 * float(row["behind"])):
        gap = {n: _points(row[c]) for n, c in (("gap", "behind"), ("low", "behind_low"), ("high", "behind_high"))}
        out.append(say("choose.offer_level" if row["within_leader"] else "choose.offer_behind", **gap))
    priced = row["price"] == row["price"]
    return [*out, _price(say, "choose.offer_price", row) if priced else say("choose.no_price")]


def _points(share: Any) -> str:
    return f"{round(100 * float(share))}".replace("-", "−")


def _price(say: Translator, key: str, row: pd.Series[Any], **values: object) -> str:
    import pandas as pd

    seller = sellers(say, pd.DataFrame([row]))[0]
    told = say(key, price=dollars(float(row["price"])), seller=seller, day=f"{row['as_of']:%Y-%m-%d}", **values)
    if not float(row["price"]) < float(row["list_price"]):
        return told
    return say("choose.from", text=told, listed=dollars(float(row["list_price"])))


def _names(say: Translator, models: pd.Series) -> str:
    more = " …" if len(models) > NAMED else ""
    return say("file.join").join(str(m) for m in models.head(NAMED)) + more
