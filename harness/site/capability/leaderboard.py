"""From the store's rows to leaderboards: the frames behind Capability, Overview and Head to head."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from harness.charts.text import decimals, number
from harness.market import headlines, leading_runs

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.names_of_tasks import TaskNames
    from harness.site.server.view import View

ORIGINS = ("measured", "reported", "imported", "reference")
"""Where a number comes from; they are never on one chart. The first that is there is shown first: reported scores stand
on one scale with intervals and name their vendors, which most imported runs do not."""
CURRENT = 365
"""Days before the newest model of a kind of runs: of a suite with older ones alone no reader asks first."""
KINDS = ("overall", "perplexity", "classification", "qa")


def runs(view: View) -> pd.DataFrame:
    """``market.leading_runs`` of the database."""
    out: pd.DataFrame = view.derived("runs", lambda: leading_runs.leading_runs(view))
    return out


def present_origins(view: View) -> list[str]:
    """The origins that the database has something of, in the fixed order."""

    def compute() -> tuple[str, ...]:
        present = set(runs(view)["kind_of_origin"])
        if len(view.frame("reported")):
            present.add("reported")
        return tuple(o for o in ORIGINS if o in present)

    return list(view.derived("present_origins", compute))


def suites(view: View, origin: str) -> list[tuple[str, str]]:
    """Suites (name, version) that runs of this origin used: the one with the most models of the last CURRENT days first."""

    def compute(origin: str) -> tuple[tuple[str, str], ...]:
        import pandas as pd

        frame = runs(view)
        frame = frame[frame["kind_of_origin"] == origin]
        released = pd.to_datetime(frame["released"])
        current = used(frame[released > released.max() - pd.Timedelta(days=CURRENT)])
        return (*current, *(suite for suite in used(frame) if suite not in current))

    return list(view.derived("suites", compute, origin=origin))


def used(runs: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Suites (name, version; "" where there is none) of some runs, the one with the most models first."""
    counts = runs.groupby(["suite", "suite_version"], dropna=False)["model"].nunique().sort_values(ascending=False)
    return tuple((str(s), "" if v is None or v != v else str(v)) for s, v in counts.index.to_list())


def suite_name(view: View) -> Callable[[tuple[str, str]], str]:
    """A name for each suite (name, version): what was asked, of which agent, how many items (``market.names_of_tasks``)."""
    out: Callable[[tuple[str, str]], str] = view.derived(f"suite_names-{view.language}", lambda: names(view).suites())
    return out


def names(view: View) -> TaskNames:
    """Names of tasks and suites in the language shown."""

    def compute() -> TaskNames:
        from harness.market.names_of_tasks import TaskNames

        return TaskNames(view, view.say)

    out: TaskNames = view.derived(f"task_names-{view.language}", compute)
    return out


def task_scores(view: View, suite: str, version: str, origin: str) -> pd.DataFrame:
    """Normalised task scores of one suite's runs of one origin."""
    return _task_scores(view, *_of_board(view, suite, version, origin))


def _task_scores(view: View, chosen: pd.DataFrame, content: str) -> pd.DataFrame:
    """Those of some runs; computed again only where these changed."""
    out: pd.DataFrame = view.derived(
        "task_scores", lambda of: leading_runs.task_scores(view.reader, chosen), of=content
    )
    return out


def _of_board(view: View, suite: str, version: str, origin: str) -> tuple[pd.DataFrame, str]:
    """The runs of one board, and a hash of what is known of them."""

    def compute(suite: str, version: str, origin: str) -> tuple[pd.DataFrame, str]:
        import pandas as pd

        chosen = leading_runs.of_board(runs(view), suite, version, origin)
        rows = pd.util.hash_pandas_object(chosen.astype(str), index=False)
        return chosen, hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()

    out: tuple[pd.DataFrame, str] = view.derived("runs_of_board", compute, suite=suite, version=version, origin=origin)
    return out


def board(view: View, suite: str, version: str, origin: str, kind: str) -> pd.DataFrame:
    """The leaderboard: ``rank, model, score, low, high, stderr, rank_low, rank_high, class`` and who is behind it.

    ``kind`` is ``overall``, a kind or ``task:<task>``; ``ranks`` is the rank interval in words. Ranks are of the whole suite:
    no filter moves a model. A task of unknown direction (``undirected_metric``) has no rows.
    """

    chosen, content = _of_board(view, suite, version, origin)

    def compute(of: str, kind: str) -> pd.DataFrame:
        if kind.startswith("task:"):
            rows = leading_runs.task_board(view.reader, chosen, kind.removeprefix("task:"))
        else:
            rows = leading_runs.index_board(view.reader, chosen, _task_scores(view, chosen, content), kind)
        lowest = rows["rank_low"].where(rows["stderr"].notna())
        return rows.assign(ranks=[_interval(a, b) for a, b in zip(lowest, rows["rank_high"], strict=True)])

    out: pd.DataFrame = view.derived("board", compute, of=content, kind=kind)
    return out


def undirected_metric(view: View, suite: str, version: str, kind: str) -> str | None:
    """The headline metric of ``kind`` (``task:<task>``) where nobody knows which way it is better."""
    rows = _tasks(view, suite, version)
    metrics = rows.loc[rows["higher_is_better"].isna() & ("task:" + rows["task"] == kind), "headline_metric"]
    return None if metrics.empty else str(metrics.iloc[0])


def tasks(view: View, suite: str, version: str) -> list[str]:
    """Tasks of a suite, by name."""
    return sorted(_tasks(view, suite, version)["task"].astype(str))


def _tasks(view: View, suite: str, version: str) -> pd.DataFrame:
    frame = runs(view)
    one = frame[(frame["suite"] == suite) & (frame["suite_version"].fillna("") == version)].head(1)
    return leading_runs.tasks(view, one)


def _interval(low: float, high: float) -> str:
    from harness.charts.text import rank

    return "–" if low != low or high != high else rank(int(low), int(high))


def named(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with ``vendor``, ``segment_name``, ``country_name`` and a ``city`` that it has in the language shown."""
    vendor = [
        view.say.name(en, zh) if en == en and en else "–"
        for en, zh in zip(frame["vendor_en"], frame["vendor_zh"], strict=True)
    ]
    if "city" in frame:
        frame = frame.assign(city=[view.say.known("city", c) if c == c and c else c for c in frame["city"]])
    return frame.assign(
        vendor=vendor,
        segment_name=[view.say.known("segment", s) if s == s and s else "–" for s in frame["segment"]],
        country_name=[view.say.known("country", c) if c == c and c else "–" for c in frame["country"]],
    )


def filtered(
    frame: pd.DataFrame, segments: Sequence[str], countries: Sequence[str], weights: str = "all"
) -> pd.DataFrame:
    """Rows of the chosen segments, countries and kind of weights; none chosen means all."""
    if frame.empty:  # it may lack the columns
        return frame
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
    barred = int(frame[low].notna().sum())
    if barred == len(frame):
        return note
    if barred == 0:
        return view.say("capability.note_none")
    return f"{note} {view.say('capability.note_some', n=len(frame) - barred, all=len(frame))}"


def leader_sentence(view: View, frame: pd.DataFrame, *, what: str) -> str:
    """Who leads a board (best first), with the interval, and whether the lead can be told from chance."""
    say = view.say
    if frame.empty:
        return say("capability.nobody")
    leader = headlines.leader(frame)
    first = leader.row
    if first["low"] != first["low"]:
        return say("capability.leads_unknown", model=first["model"], what=what, score=number(float(first["score"])))
    places = max(decimals(float(first["stderr"])), 2 if abs(first["score"]) <= 1 else 1)
    ends = {name: number(float(first[name]), places) for name in ("score", "low", "high")}
    values = {"model": first["model"], "what": what, "n": leader.rivals, **ends}
    if len(frame) == 1:
        return say("capability.alone", **values)
    return say("capability.leads_clear" if leader.rivals == 0 else "capability.leads_unclear", **values)


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
