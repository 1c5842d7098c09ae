"""The section Head to head: differences of models, paired on the items that both answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import BadInput
from harness.market import paired_outcomes
from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Figure, Part, Point, Section, Sentence, Table, each, table
from harness.reports.runs.shared_suites import asked_first, shared_suites
from harness.reports.subjects import MOST, subjects

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 30
"""Place of the section in the report."""

DRAWN = 20
"""Pairs in the figure; the table holds them all."""
SUITES = 3
"""Suites compared item by item in one report."""


def head_to_head(material: Material, words: Words) -> Section:
    """The section Head to head."""
    return words.section("head_to_head", _on_the_scale(material, words), _item_by_item(material, words))


def _item_by_item(material: Material, words: Words) -> Part:
    import pandas as pd

    frames = []
    sentences: list[Sentence] = []
    runs: set[str] = set()
    names = TaskNames(material, words)
    for shared in shared_suites(material)[:SUITES]:
        name = names.suites()((shared.suite, shared.version))
        try:
            comparison = paired_outcomes.compare(material, shared.runs)
        except BadInput as error:
            sentences.append(words.sentence("pair.refused", suite=name, why=str(error)))
            continue
        advantages = comparison.advantages()
        advantages = advantages[~advantages["of_index"] | (advantages["task"] == "overall")]
        kinds, tasks = words("kind.overall"), advantages["task"].map(names.task)
        advantages = asked_first(material, advantages, shared.runs)
        for side in ("model_a", "model_b"):
            advantages[side] = advantages[side].map(material.called)
        advantages = advantages.assign(task=tasks.where(~advantages["of_index"], kinds))
        frames.append(advantages.assign(suite=name, origin_name=words.known("origin", shared.origin)))
        runs |= set(shared.runs["run_id"].astype(str))
        for row in each(comparison.left_out):
            conditions = words("memo.comma").join(words.known("condition", c) for c in row.conditions.split(", "))
            sentences.append(
                words.sentence("pair.left_out", suite=name, task=names.task(row.task), conditions=conditions)
            )
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if rows.empty:
        return Part(sentences=(*sentences, words.sentence("pair.none")), runs=tuple(runs))
    clear = int((rows["p_adjusted"] < 0.05).sum())
    count = words.sentence(
        "pair.told" if clear else "pair.told_none", {"n": (len(rows), "integer"), "clear": (clear, "integer")}
    )
    drawn = rows[~rows["within"]] if not material.scope.by_model and not rows["within"].all() else rows
    figure = _pair_figure(drawn.head(DRAWN), len(rows), words, count.text)
    return Part((), (figure,), (*sentences, count), tuple(runs), (_pair_table(rows, words),))


def _pair_table(rows: pd.DataFrame, words: Words) -> Table:
    columns = (
        words.column("origin_name"), words.column("suite"), words.column("task"), words.id("metric"),
        words.id("filter"), words.column("model_a"), words.column("model_b"),
        words.column("difference", "signed"), *words.interval("signed"), words.column("p_adjusted", "p"),
        words.column("n", "integer"), words.column("items_needed", "integer"),
    )  # fmt: skip
    identity = ("suite", "task", "metric", "filter", "model_a", "model_b")
    return table(rows, "pairs", words("pair.table"), columns, identity, shown=40, note=words("pair.note"))


def _pair_figure(rows: pd.DataFrame, all: int, words: Words, title: str) -> Figure:
    points = tuple(
        Point(f"{r.model_a} − {r.model_b} · {r.task}", float(r.difference), float(r.low), float(r.high),
              mark=bool(r.p_adjusted < 0.05))
        for r in each(rows)
    )  # fmt: skip
    source = words("file.join").join(sorted(set(rows["suite"])))
    note = words("cap.bars") if len(rows) == all else words("pair.drawn", n=len(rows), all=all)
    return Figure("pairs", "differences", title, words("pair.unit"), note, source, points,
                  marks=_marks(words))  # fmt: skip


def _marks(words: Words) -> tuple[str, str]:
    return words("first.clear"), words("first.within_error")


def _on_the_scale(material: Material, words: Words) -> Part:
    from harness.analysis.scale.ranks import pairs as pairs_of

    things = subjects(material).dropna(subset=["score"]).drop_duplicates("model").head(MOST)
    if len(things) < 2 or material.fit is None:
        return Part()
    names = dict(zip(things["model_id"], things["model"], strict=True))
    pairs = pairs_of(material.fit, list(names))
    pairs = pairs.assign(model_a=pairs["model_a"].map(names), model_b=pairs["model_b"].map(names))
    columns = (
        words.column("model_a"), words.column("model_b"), words.column("difference", "points"), *words.interval("points"),
        words.column("p_adjusted", "p"),
    )  # fmt: skip
    note = words("pair.scale_note")
    gaps = table(pairs, "scale_pairs", words("pair.scale"), columns, ("model_a", "model_b"), note=note)
    clear = int((pairs["p_adjusted"] < 0.05).sum())
    count = words.sentence(
        "pair.scale_told" if clear else "pair.scale_none", {"n": (len(pairs), "integer"), "clear": (clear, "integer")}
    )
    points = tuple(
        Point(
            f"{r.model_a} − {r.model_b}",
            float(r.difference),
            float(r.low),
            float(r.high),
            mark=bool(r.p_adjusted < 0.05),
        )
        for r in each(pairs)
    )
    figure = Figure("scale-pairs", "differences", count.text, words("cap.scale_unit"), words("cap.bars"),
                    words("cap.scale"), points, origin="reported", marks=_marks(words))  # fmt: skip
    return Part((gaps,), (figure,), (count,))
