"""Capability: the reported scale, the measured index, and every headline result with its run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.market import leading_runs
from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Figure, Part, Point, Section, Sentence, table
from harness.reports.summary import field

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 20
"""Place of the section in the report."""

DRAWN = 20
"""Models in one chart: as many as keep their labels apart on a printed page."""


def capability(material: Material, words: Words) -> Section:
    """The section Capability."""
    parts = [_scale(material, words), _index(material, words)]
    parts += [_results(material, words, origin) for origin in ("measured", "imported", "reference")]
    gaps = [words.sentence("cap.no_runs")] if material.runs.empty else []
    if not any(part.tables or part.details for part in parts):
        gaps.append(words.sentence("cap.nothing"))
    return words.section("capability", *parts, Part(sentences=tuple(gaps), runs=tuple(set(material.results["run_id"]))))


def dots(rows: pd.DataFrame, limit: int = DRAWN) -> tuple[Point, ...]:
    """Points of a dot chart from ``model, score, low, high, segment``."""
    rows_drawn = zip(*(rows.head(limit)[c] for c in ("model", "score", "low", "high", "segment")), strict=True)
    return tuple(Point(str(m), float(s), float(lo), float(hi), group=_text(g)) for m, s, lo, hi, g in rows_drawn)


def bars(rows: pd.DataFrame, words: Words) -> str:
    """The note on the error bars of these rows, and how many rows lack one."""
    barred = int(rows["low"].notna().sum())
    if barred == 0:
        return words("cap.bars_none")
    return words("cap.bars") if barred == len(rows) else words("cap.bars_some", n=len(rows) - barred, all=len(rows))


def _text(value: object) -> str:
    return str(value) if isinstance(value, str) else "unknown"


def _scale(material: Material, words: Words) -> Part:
    rows = material.scale[material.scale["model_id"].isin(material.scope.models)]
    if rows.empty:
        return Part(sentences=(words.sentence("cap.no_scale"),))
    rows = rows.assign(vendor=words.vendor(rows), segment_name=[words.known("segment", s) for s in rows["segment"]])
    columns = (
        *words.ranks(), words.column("model"), words.column("vendor"), words.column("segment_name"),
        words.column("score", "points", label="capability"), *words.interval("points"),
        words.column("benchmarks", "integer"), words.column("domains", "integer"), words.id("model_id"),
    )  # fmt: skip
    fit = material.fit
    assert fit is not None
    note = words("cap.scale_note", models=len(material.scale), benchmarks=len(fit.benchmarks))
    ranks = table(rows, "scale", words("cap.scale"), columns, ("model_id",), shown=15, note=note)
    first, close = rows.iloc[0], field.rivals(material, rows) if len(rows) > 1 else 0
    ends = {k: (float(first[k]), "points") for k in ("score", "low", "high")} | {"n": (close, "integer")}
    key = "cap.alone" if len(rows) == 1 else "cap.leads" if close == 0 else "cap.leads_unclear"
    leader = words.sentence(key, ends, model=first["model"])
    figure = Figure("scale", "dots", leader.text, words("cap.scale_unit"), bars(rows.head(DRAWN), words), note, dots(rows),
                    origin="reported")  # fmt: skip
    return Part((ranks,), (figure,), (leader,))


def _index(material: Material, words: Words) -> Part:
    runs = material.runs
    rows = leading_runs.index(material, runs, leading_runs.task_scores(material, runs))
    if rows.empty:
        return Part()
    rows = rows.merge(runs[["run_id", "suite", "suite_version", "segment", "kind_of_origin"]], on="run_id")
    rows = rows.assign(model=rows["model"].map(material.called))
    rows = rows.assign(order=(rows["kind"] != "overall").astype(int)).sort_values(
        ["kind_of_origin", "suite", "suite_version", "order", "kind", "score", "run_id"],
        ascending=[False, True, True, True, True, False, True], ignore_index=True,
    )  # fmt: skip
    rows = rows.assign(kind_name=[words.known("kind", k) for k in rows["kind"]],
                       origin_name=[words.known("origin", o) for o in rows["kind_of_origin"]])  # fmt: skip
    columns = (
        words.column("origin_name"), words.column("suite"), words.id("suite_version"), words.column("model"),
        words.column("kind_name"), words.column("score", "score", label="index"), *words.interval("score"),
        words.column("tasks", "integer"), words.column("run_id"),
    )  # fmt: skip
    names = TaskNames(material, words)
    suite_name = names.suites()
    index = table(
        names.named(rows), "index", words("cap.index"), columns, ("run_id", "kind_name"), note=words("cap.index_note")
    )
    figures: list[Figure] = []
    sentences: list[Sentence] = []
    overall = rows[(rows["kind"] == "overall") & (rows["kind_of_origin"] != "reference")]
    for (origin, suite, version), part in list(overall.groupby(["kind_of_origin", "suite", "suite_version"]))[:3]:
        first = part.iloc[0]
        ends = {k: (float(first[k]), "score") for k in ("score", "low", "high")}
        alone, known = len(part) == 1, first["low"] == first["low"]
        key = "cap.index_leads_unknown" if not known else "cap.index_alone" if alone else "cap.index_leads"
        leader = words.sentence(key, ends, model=first["model"], suite=suite_name((str(suite), str(version))),
                                origin=words.known("origin", origin))  # fmt: skip
        sentences.append(leader)
        if alone:  # one mark shows nothing that its sentence does not say
            continue
        source = f"{words.known('origin', origin)} · {suite_name((str(suite), str(version)))}"
        figures.append(
            Figure(f"index-{suite}-{version}", "dots", leader.text, words("cap.index_unit"), bars(part.head(DRAWN), words), source,
                   dots(part), origin=str(origin))
        )  # fmt: skip
    return Part(figures=tuple(figures), sentences=tuple(sentences), details=(index,))


def _results(material: Material, words: Words, origin: str) -> Part:
    runs = material.runs[material.runs["kind_of_origin"] == origin]
    rows = material.results[material.results["run_id"].isin(runs["run_id"])]
    if rows.empty:
        return Part()
    rows = rows.assign(segment=rows["run_id"].map(runs.set_index("run_id")["segment"]))
    many = rows.groupby(["suite", "suite_version", "task"])["model"].transform("nunique")
    sign = rows["higher_is_better"].map({True: 1.0, False: -1.0}).astype(float)  # NaN: in no order
    better = rows["score"].astype(float) * sign
    rows = rows.assign(many=many, better=better).sort_values(
        ["many", "suite", "suite_version", "task", "better", "run_id"], ascending=[False, True, True, True, False, True],
        ignore_index=True,
    )  # fmt: skip
    columns = (
        words.column("suite"), words.id("suite_version"), words.column("task"), words.column("metric"),
        words.id("filter"), words.column("model"), words.column("score", "score"), *words.interval("score"),
        words.column("n", "integer"), words.column("run_id"),
    )  # fmt: skip
    title = words("cap.results", origin=words.known("origin", origin))
    identity = ("run_id", "task", "metric", "filter")
    names = TaskNames(material, words)
    named = names.named(rows).assign(model=rows["model"].map(material.called))
    scores = table(named, f"results_{origin}", title, columns, identity, note=words(f"origin.{origin}_means"))
    first = rows.iloc[0]
    part = rows[(rows["suite"] == first["suite"]) & (rows["suite_version"] == first["suite_version"])]
    part = part[part["task"] == first["task"]].drop_duplicates("model")
    part = part.assign(model=part["model"].map(material.called))
    if len(part) < 2 or origin == "reference" or math.isnan(float(first["score"])):
        return Part(details=(scores,))
    suite = names.suites()((str(first["suite"]), str(first["suite_version"])))
    board = suite.rpartition(" · ")[2]  # without the tasks that an imported suite is named by: the title names one
    title = words("cap.task_title", task=names.task(first["task"]), suite=board, n=len(part))
    source = f"{words.known('origin', origin)} · {suite}"
    unit = words.known("metric_name", str(first["metric"]))
    figure = Figure(f"results-{origin}", "dots", title, unit, bars(part.head(DRAWN), words), source,
                    dots(part), origin=origin)  # fmt: skip
    return Part(figures=(figure,), details=(scores,))
