"""From the store's rows to leaderboards: the frames behind Capability, Overview and Head to head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from harness.charts.text import decimals, number

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

ORIGINS = ("measured", "reported", "imported", "reference")
"""Where a number comes from; they are never on one chart. The first that is there is shown first: reported scores stand
on one scale with intervals and name their vendors, which most imported runs do not."""
KINDS = ("overall", "perplexity", "classification", "qa")
MOST_RANKED = 300
"""Rank intervals compare every pair; beyond this many models the page ranks the best ones only."""


def runs(view: View) -> pd.DataFrame:
    """The newest valid, complete run of every model revision, suite and dtype, with ``kind_of_origin``."""

    def compute() -> pd.DataFrame:
        frame = view.frame("leading_runs")
        return frame.assign(kind_of_origin=frame["origin"].where(frame["segment"] != "reference", "reference"))

    out: pd.DataFrame = view.derived("runs", compute)
    return out


def present_origins(view: View) -> list[str]:
    """The origins that the database has something of, in the fixed order."""

    def compute() -> tuple[str, ...]:
        held = set(runs(view)["kind_of_origin"])
        if len(view.frame("reported")):
            held.add("reported")
        return tuple(o for o in ORIGINS if o in held)

    return list(view.derived("present_origins", compute))


def suites(view: View, origin: str) -> list[tuple[str, str]]:
    """Suites (name, version) that runs of this origin used, the one with the most models first."""

    def compute(origin: str) -> tuple[tuple[str, str], ...]:
        frame = runs(view)
        return used(frame[frame["kind_of_origin"] == origin])

    return list(view.derived("suites", compute, origin=origin))


def used(runs: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Suites (name, version; "" where there is none) of some runs, the one with the most models first."""
    counts = runs.groupby(["suite", "suite_version"], dropna=False)["model"].nunique().sort_values(ascending=False)
    return tuple((str(s), "" if v is None or v != v else str(v)) for s, v in counts.index.to_list())


def suite_name(view: View) -> Callable[[tuple[str, str]], str]:
    """A name for each suite: its title, its first tasks, its version."""
    frame = view.frame("suites")
    names = {}
    for row in frame.to_dict("records"):
        version = row["suite_version"] if isinstance(row["suite_version"], str) else ""
        title = view.say.name(row["title_en"] if isinstance(row["title_en"], str) else row["suite"], row["title_zh"])
        names[(str(row["suite"]), version)] = " · ".join(
            part for part in (title, str(row["first_tasks"]), version) if part
        )
    return lambda suite: names.get(suite, " ".join(suite).strip())


def task_scores(view: View, suite: str, version: str, origin: str) -> pd.DataFrame:
    """Normalised task scores of one suite's runs of one origin."""

    def compute(suite: str, version: str, origin: str) -> pd.DataFrame:
        from harness.analysis.index import task_scores as scores

        chosen = runs(view)
        chosen = chosen[(chosen["suite"] == suite) & (chosen["kind_of_origin"] == origin)]
        chosen = chosen[chosen["suite_version"].fillna("") == version]
        result = view.frame("headline_results", suite=suite, suite_version=version or None)
        tasks = view.frame("tasks", suite=suite, suite_version=version or None)
        return scores(result, tasks, chosen.assign(model=label(chosen)))

    out: pd.DataFrame = view.derived("task_scores", compute, suite=suite, version=version, origin=origin)
    return out


def label(chosen: pd.DataFrame) -> pd.Series[str]:
    """The model's id; with its dtype or revision where the same model ran in several."""
    twice = chosen["model"].duplicated(keep=False)
    detail = chosen["dtype"].fillna("").astype(str) + " " + chosen["revision"].fillna("").astype(str).str[:7]
    return chosen["model"].astype(str).where(~twice, chosen["model"].astype(str) + " · " + detail)


def board(view: View, suite: str, version: str, origin: str, kind: str) -> pd.DataFrame:
    """The leaderboard: ``rank, model, score, low, high, stderr, rank_low, rank_high, class`` and who is behind it.

    ``kind`` is ``overall``, a kind or ``task:<task>``. Ranks are of the whole suite: no filter moves a model. A task
    of unknown direction (``undirected_metric``) has no rows.
    """

    def compute(suite: str, version: str, origin: str, kind: str) -> pd.DataFrame:
        from harness.analysis.index import capability_index
        from harness.analysis.statistics.ranking import ranking

        scores = task_scores(view, suite, version, origin)
        if kind.startswith("task:"):
            part = _of_task(view, suite, version, origin, kind.removeprefix("task:"))
        else:
            index = capability_index(scores, view.frame("tasks", suite=suite, suite_version=version or None))
            part = index[index["kind"] == kind]
        if "higher_is_better" in part:
            part = part[part["higher_is_better"].notna()]
        if part.empty:
            return part.assign(rank=[], rank_low=[], rank_high=[])
        part = part.astype({"score": float, "stderr": float})
        up = "higher_is_better" not in part or bool(part["higher_is_better"].iloc[0])
        part = part.sort_values("score", ascending=not up).drop_duplicates("model").head(MOST_RANKED)
        ranks = ranking(part[["model", "score", "stderr"]], higher_is_better=up).drop(columns=["score", "stderr"])
        out = ranks.merge(part.drop(columns=["kind"], errors="ignore"), on="model")
        extra = runs(view)[["run_id", "model_id", "vendor_en", "vendor_zh", "segment", "country", "params_b", "open_weights",
                            "licence", "released", "vendor_id", "dtype", "engine", "sealed", "source"]]  # fmt: skip
        out = out.merge(extra, on="run_id", how="left")
        return out.assign(
            # without an error nobody can say whom a model cannot be told from
            **{"class": out["class"].astype(float).where(out["stderr"].notna())},
            ranks=[
                _interval(a, b)
                for a, b in zip(out["rank_low"].where(out["stderr"].notna()), out["rank_high"], strict=True)
            ],
        )

    out: pd.DataFrame = view.derived("board", compute, suite=suite, version=version, origin=origin, kind=kind)
    return out


def undirected_metric(view: View, suite: str, version: str, kind: str) -> str | None:
    """The headline metric of ``kind`` (``task:<task>``) where nobody knows which way it is better."""
    tasks = view.frame("tasks", suite=suite, suite_version=version or None)
    metrics = tasks.loc[tasks["higher_is_better"].isna() & ("task:" + tasks["task"] == kind), "headline_metric"]
    return None if metrics.empty else str(metrics.iloc[0])


def _of_task(view: View, suite: str, version: str, origin: str, task: str) -> pd.DataFrame:
    """Raw headline scores of one task with intervals: for suites whose anchors nobody stated."""
    from harness.analysis.statistics.uncertainty import with_intervals

    chosen = runs(view)
    chosen = chosen[(chosen["suite"] == suite) & (chosen["kind_of_origin"] == origin)]
    chosen = chosen[chosen["suite_version"].fillna("") == version]
    names = dict(zip(chosen["run_id"], label(chosen), strict=True))
    rows = view.frame("headline_results", suite=suite, suite_version=version or None)
    rows = rows[(rows["task"] == task) & rows["run_id"].isin(names) & rows["score"].notna()]
    keep = ["run_id", "score", "stderr", "n", "metric", "higher_is_better", "kind"]
    return with_intervals(rows[keep].assign(model=rows["run_id"].map(names), tasks=1))


def tasks(view: View, suite: str, version: str) -> list[str]:
    """Tasks of a suite, by name."""
    return sorted(view.frame("tasks", suite=suite, suite_version=version or None)["task"].astype(str))


def _interval(low: float, high: float) -> str:
    from harness.charts.text import rank

    return "–" if low != low or high != high else rank(int(low), int(high))


def named(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with ``vendor``, ``segment_name`` and ``country_name`` in the language shown."""
    vendor = [
        view.say.name(en, zh) if en == en and en else "–"
        for en, zh in zip(frame["vendor_en"], frame["vendor_zh"], strict=True)
    ]
    return frame.assign(
        vendor=vendor,
        segment_name=[view.say.known("segment", s) if s == s and s else "–" for s in frame["segment"]],
        country_name=[view.say.known("country", c) if c == c and c else "–" for c in frame["country"]],
    )


def filtered(
    frame: pd.DataFrame, segments: Sequence[str], countries: Sequence[str], weights: str = "all"
) -> pd.DataFrame:
    """Rows of the chosen segments, countries and kind of weights; none chosen means all."""
    out = frame
    if segments:
        out = out[out["segment"].isin(segments)]
    if countries:
        out = out[out["country"].isin(countries)]
    if weights != "all":
        out = out[out["open_weights"].fillna(False).astype(bool) == (weights == "open")]
    return out


def bars_note(view: View, frame: pd.DataFrame, note: str, low: str = "low") -> str:
    """``note`` (which explains the error bars), cut to the truth where some rows have no bar or none has."""
    held = int(frame[low].notna().sum())
    if held == len(frame):
        return note
    if held == 0:
        return view.say("capability.note_none")
    return f"{note} {view.say('capability.note_some', n=len(frame) - held, all=len(frame))}"


def leader_sentence(view: View, frame: pd.DataFrame, *, what: str) -> str:
    """Who leads, with the interval, and whether the lead can be told from chance."""
    say = view.say
    if frame.empty:
        return say("capability.nobody")
    ranked = frame.sort_values("rank") if "rank" in frame else frame.sort_values("score", ascending=False)
    first = ranked.iloc[0]
    if first["low"] != first["low"]:
        return say("capability.leads_unknown", model=first["model"], what=what, score=number(float(first["score"])))
    rivals = int((ranked["class"] == first["class"]).sum()) - 1
    places = max(decimals(float(first["stderr"])), 2 if abs(first["score"]) <= 1 else 1)
    ends = {name: number(float(first[name]), places) for name in ("score", "low", "high")}
    values = {"model": first["model"], "what": what, "n": rivals, **ends}
    if len(ranked) == 1:
        return say("capability.alone", **values)
    return say("capability.leads_clear" if rivals == 0 else "capability.leads_unclear", **values)


def size_sentence(view: View, frame: pd.DataFrame) -> str:
    """The smallest model that cannot be told from the leader: what size buys."""
    ranked = frame.sort_values("score", ascending=False)
    first = ranked.iloc[0]
    equal = ranked[(ranked["class"] == first["class"]) | (ranked["model"] == first["model"])].sort_values("params_b")
    small = equal.iloc[0]
    if small["model"] == first["model"]:
        return view.say("capability.size_first", model=first["model"], size=f"{first['params_b']:.3g}")
    return view.say(
        "capability.size_small", model=small["model"], size=f"{small['params_b']:.3g}", leader=first["model"]
    )
