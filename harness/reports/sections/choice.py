"""Choice: the models that satisfy a wish, with margin, price and evidence, and of which it cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.licences import spelt
from harness.charts.text import sellers
from harness.market.names_of_tasks import TaskNames
from harness.reports import choice_text, wish_text
from harness.reports.cells import cleaned
from harness.reports.document import Figure, Part, Point, Section, Sentence, each, table
from harness.reports.summary.compared import placed

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 15
"""Place of the section in the report."""

DRAWN, LISTED = 20, 60
"""Models in the chart, and in the list of those of which it cannot be said."""


def choice(material: Material, words: Words) -> Section:
    """The section Choice."""
    from harness.market.choice.choose import typical_cost
    from harness.market.choice.evidence import evidence

    assert material.wish is not None  # build leaves the section out
    wish, rows = material.wish, material.chosen
    proof = evidence(material, material.fit, wish.family)
    rows = rows.assign(
        vendor=words.vendor(rows),
        seller=sellers(words, rows),
        not_known=[wish_text.unknown(words, codes) for codes in rows["unknown"]],
        reported=rows["evidence"],
        typical=typical_cost(rows, wish.family),
        licence=[spelt(words, licence) for licence in rows["licence"]],
        points=placed(material, rows),
        price_as_of=rows["as_of"],
    )
    told = [*choice_text.answer(words, wish, material.chosen, proof), wish_text.task_note(words, wish)]
    sentences = tuple(Sentence(f"choose {i}", cleaned(text)) for i, text in enumerate(told))
    scored = rows[rows["scored"].astype(bool)]
    known, rest = scored[scored["standing"].eq("known")], scored[scored["standing"].ne("known")]
    parts = [Part(sentences=sentences)]
    if len(known):
        tests = TaskNames(material, words)
        parts += [
            _known(known, words, spoken=bool(wish.language)),
            _reported_costs(known, tests, material.frame("benchmarks"), words),
        ]
        parts += [_evidence(known, proof, tests, words)]
    if len(rest):
        price = words.column("price", "money", "USD", "price_per_mtok")
        columns = (
            words.column("model"), words.column("vendor"), words.column("points", "points", label="capability"), price,
            words.column("seller"), words.column("price_as_of", "date"), words.column("not_known"), words.id("model_id"),
        )  # fmt: skip
        listed = table(rest.head(LISTED), "choice_unsaid", words("choose.second"), columns, ("model_id",),
                       note=words("choose.second_lead"))  # fmt: skip
        parts.append(Part((listed,)))
    return words.section("choice", *parts)


def _known(known: pd.DataFrame, words: Words, *, spoken: bool) -> Part:
    columns = (
        words.column("model"), words.column("vendor"), words.column("suitability", "percent"), *words.interval("percent"),
        words.column("reported", "integer"), *((words.column("in_language", "integer"),) if spoken else ()),
        words.column("price", "money", "USD", "price_per_mtok"), words.column("seller"), words.column("price_as_of", "date"),
        words.column("typical", "money", "USD", "typical_task"), words.column("licence"),
        words.column("context_tokens", "integer"),
        words.column("released", "date"), words.id("source"), words.id("model_id"),
    )  # fmt: skip
    note = words("choose.costs_lead", known=words("choose.known_lead"))
    listed = table(known, "choice_known", words("choose.known"), columns, ("model_id",), note=note)
    return Part((listed,), (figure(known, words),))


def _reported_costs(known: pd.DataFrame, tests: TaskNames, benchmarks: pd.DataFrame, words: Words) -> Part:
    """What a task was reported to cost, a row a model, the cheapest first on each test; nothing where that is known of none."""
    rows = known[known["task_basis"].eq("reported")].sort_values(["task_benchmark", "task_cost"], kind="stable")
    if rows.empty:
        return Part()
    ids = dict(zip(benchmarks["benchmark"], benchmarks["benchmark_id"], strict=True))
    rows = rows.assign(
        benchmark=[tests.task(ids.get(name, name)) for name in rows["task_benchmark"]],
        effort=[words.known("effort", e) for e in rows["task_effort"]],
        day=rows["task_as_of"],
        source=rows["task_source"],
    )
    columns = (
        words.column("benchmark"), words.column("model"), words.column("effort"), words.column("task_cost", "money", "USD"),
        words.column("day", "date", label="as_of"), words.column("source"), words.id("model_id"),
    )  # fmt: skip
    listed = table(rows, "choice_costs", words("choose.costs"), columns, ("benchmark", "model_id"), shown=20,
                   note=words("choose.costs_note"))  # fmt: skip
    return Part((listed,))


def figure(known: pd.DataFrame, words: Words, drawn: int = DRAWN) -> Figure:
    """Suitability of the models known for the task, the best first; set off: those that cannot be told from the best."""
    points = tuple(
        Point(str(r.model), 100 * float(r.suitability), 100 * float(r.low), 100 * float(r.high),
              group=r.segment if isinstance(r.segment, str) else "unknown", mark=bool(r.within_leader), strong=bool(r.within_leader))
        for r in each(known.head(drawn))
    )  # fmt: skip
    day = known["as_of"].dropna().max()
    source = words("choose.chart_source", day=f"{day:%Y-%m-%d}" if day == day else "–")
    return Figure("choice", "dots", choice_text.chart_title(words, known), words("choose.unit"), words("choose.chart_note"), source, points,
                  origin="reported")  # fmt: skip


def _evidence(known: pd.DataFrame, proof: pd.DataFrame, tests: TaskNames, words: Words) -> Part:
    names = known.set_index("product_id")["model"]
    rows = proof[proof["product_id"].isin(names.index)]
    place = rows["product_id"].map({id: i for i, id in enumerate(names.index)})
    rows = rows.assign(place=place).sort_values(["place", "weight"], ascending=[True, False], kind="stable")
    shares = rows["unit"].eq("fraction")
    rows = rows.assign(
        score=rows["score"].astype(float).where(~shares, 100 * rows["score"].astype(float)),
        unit=["%" if share else words.known("unit", u) for share, u in zip(shares, rows["unit"], strict=True)],
        benchmark=rows["benchmark_id"].map(tests.task),
        model=rows["product_id"].map(names), model_id=rows["product_id"], link=rows["url"],
        effort=[words.known("effort", e) for e in rows["effort"]],
    )  # fmt: skip
    columns = (
        words.column("model"), words.column("benchmark"), words.column("weight", "plain"), words.column("score", "plain"),
        words.column("unit"), words.column("effort"), words.column("as_of", "date"), words.column("source"), words.id("link"),
        words.id("benchmark_id"), words.id("model_id"),
    )  # fmt: skip
    listed = table(rows, "choice_evidence", words("choose.evidence"), columns, ("model_id", "benchmark_id"),
                   note=words("choose.evidence_lead"))  # fmt: skip
    runs = tuple(rows.loc[rows["origin"].eq("measured"), "source"].astype(str))
    return Part((listed,), runs=runs)
