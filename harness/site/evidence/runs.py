"""Lists, labels and verdicts of runs, and the differences between two runs of one model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import number, scored
from harness.site.capability import leaderboard
from harness.site.evidence import run_findings
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

_QUIET = {"run_id", "started", "sealed", "perf", "command"}
"""Keys of a manifest that differ between any two runs and explain no difference in scores."""
MOST_LISTED = 1000
"""Most runs in the list to choose from, as each is sent to the browser; the search reaches the others."""


def listed(view: View) -> pd.DataFrame:
    """All runs, newest first, with names and a short verdict in the language shown."""
    # names are in the language shown, so the language is part of the key
    out: pd.DataFrame = view.derived(f"listed-{view.language}", lambda: _listed(view))
    return out


def _listed(view: View) -> pd.DataFrame:
    return worded(view, view.frame("runs"))


def worded(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Runs with the names of suite, vendor and origin and a short verdict in the language shown."""
    say, suite_name = view.say, leaderboard.suite_name(view)
    versions = frame["suite_version"].astype(object).where(frame["suite_version"].notna(), "")
    return frame.assign(
        suite_name=[suite_name((str(s), str(v))) for s, v in zip(frame["suite"], versions, strict=True)],
        vendor=[say.name(en, zh) if isinstance(en, str) else "–" for en, zh in zip(frame["vendor_en"], frame["vendor_zh"], strict=True)],
        engine=frame["engine"].where(frame["engine"].ne("imported"), say("origin.imported")),
        origin_name=[say(f"origin.{o}") for o in frame["origin"]],
        verdict_short=[
            _short(view, bool(v), bool(p), limit, text)
            for v, p, limit, text in zip(frame["valid"], frame["partial"], frame["item_limit"], frame["verdict"], strict=True)
        ],
    )  # fmt: skip


def _short(view: View, valid: bool, partial: bool, limit: float, verdict: str | None) -> str:
    say = view.say
    if not valid:
        return say("verdict.invalid")
    if partial:
        return say("verdict.partial")
    if present(limit):
        return say("verdict.limited")
    return say("verdict.noted") if run_findings.entries(verdict) else say("verdict.valid")


def present(value: Any) -> bool:
    """Whether a cell has a value; None, NaN and NaT are missing."""
    import pandas as pd

    return not bool(pd.isna(value))


def matching(frame: pd.DataFrame, suites: Sequence[str], origins: Sequence[str], words: str) -> pd.DataFrame:
    """Runs of the chosen suites and origins whose model or id contains ``words``."""
    out = frame
    if suites:
        out = out[out["suite"].isin(suites)]
    if origins:
        out = out[out["origin"].isin(origins)]
    if words:
        in_model = out["model"].str.contains(words, case=False, regex=False)
        out = out[in_model | out["run_id"].str.contains(words, case=False, regex=False)]
    return out


def labels(frame: pd.DataFrame) -> Callable[[str], str]:
    """From a run's id to its label: model, suite, dtype or engine, day, and the last eight signs of the id."""
    keys = ["run_id", "model", "suite_name", "dtype", "engine", "sealed"]
    names = {str(r["run_id"]): label(r) for r in frame.head(MOST_LISTED)[keys].to_dict("records")}
    return lambda run_id: names.get(run_id, run_id)


def label(run: Mapping[Any, Any]) -> str:
    """One run's label (as ``labels``)."""
    sealed = f"{run['sealed']:%Y-%m-%d}" if present(run["sealed"]) else "–"
    dtype = run["dtype"] if present(run["dtype"]) else run["engine"]
    return f"{run['model']} · {run['suite_name']} · {dtype} · {sealed} · {str(run['run_id'])[-8:]}"


def results(view: View, run_id: str) -> pd.DataFrame:
    """One run's scores, rounded to their errors, with words for kind and direction."""
    frame = view.frame("run_results", run_id=run_id)
    say = view.say
    return frame.assign(
        task_name=frame["task"].map(leaderboard.names(view).task),
        scored=[scored(s, e) for s, e in zip(frame["score"], frame["stderr"], strict=True)],
        kind_name=[say.known("kind", k) for k in frame["kind"]],
        direction=[("↑" if up else "↓") if present(up) else "?" for up in frame["higher_is_better"]],
    )


@contained.section
def verdict(view: View, run: Mapping[str, Any]) -> None:
    """The run's verdict as badges, with the sentences that explain it."""
    say = view.say
    short = _short(view, bool(run["valid"]), bool(run["partial"]), run["item_limit"], run["verdict_text"])
    origin = "reference" if run["vendor_id"] == "reference" else str(run["origin"])
    good = bool(run["valid"]) and not run["partial"] and not present(run["item_limit"])
    with st.container(horizontal=True):
        st.badge(short, icon=":material/check:" if good else ":material/warning:", color="green" if good else "orange")
        st.badge(say(f"origin.{origin}"), color="gray")
    for finding in run_findings.explained(say, run["verdict_text"]):
        st.caption(f":material/info: {finding}")
    if origin_text := source_text(run["source"]):
        st.caption(say("common.labelled", label=say("common.source"), value=origin_text))


def source_text(source: object) -> str:
    """Where a run's outcomes are from, as Markdown: title with a link, commit and licence; a source that is no record as it is."""
    if not isinstance(source, str) or not source:
        return ""
    try:
        record = json.loads(source)
    except ValueError:
        return blocks.literal(source)
    if not isinstance(record, dict):
        return blocks.literal(source)
    name = blocks.literal(record.get("title") or record.get("tool") or record.get("url") or "–")
    link = str(record.get("url") or "")
    if link.startswith("https://") and not set(link) & set("()<> "):
        name = f"[{name}]({link})"
    return " · ".join([name, *(blocks.literal(record[key]) for key in ("commit", "licence") if record.get(key))])


def perf_note(view: View, run: Mapping[str, Any]) -> str:
    """The device of the measurements, and whether they are of the whole run; else why there are none."""
    complete = run["complete"]
    if not present(complete) or run["origin"] == "imported":
        return view.say("runs_and_samples.no_perf")
    device = blocks.literal(run["device_name"] or "–")
    return view.say("runs_and_samples.perf_whole" if complete else "runs_and_samples.perf_partial", device=device)


def gigabytes(value: float | None) -> str:
    """Bytes as GB, or a dash."""
    return f"{value / 1e9:.1f} GB" if value is not None and present(value) else number(None)


def watt_hours(value: float | None) -> str:
    """Joules as Wh, or a dash."""
    return f"{value / 3600:,.1f} Wh" if value is not None and present(value) else number(None)


@contained.section
def difference(view: View, every: pd.DataFrame, run: Mapping[str, Any]) -> None:
    """Differences of manifest and scores between this run and another of the same model."""
    say = view.say
    others = every[(every["model"] == run["model"]) & (every["run_id"] != run["run_id"])]
    if others.empty:
        st.info(say("runs_and_samples.no_other"), icon=":material/info:")
        return
    other_id = controls.select(say("runs_and_samples.other"), list(others["run_id"]), "other_run", labels(others))
    other = view.frame("run", run_id=other_id).iloc[0]
    import pandas as pd

    mine, theirs = (flat(json.loads(r["manifest_text"] or "{}")) for r in (run, other))
    rows = [
        (k, mine.get(k, "–"), theirs.get(k, "–"))
        for k in sorted(mine.keys() | theirs.keys())
        if mine.get(k) != theirs.get(k)
    ]
    headings = [say("runs_and_samples.key"), say("runs_and_samples.this_run"), say("runs_and_samples.that_run")]
    changed = pd.DataFrame(rows, columns=headings)
    blocks.section(say("runs_and_samples.changed", n=len(changed)))
    blocks.table(
        view, changed, "manifest-difference", {h: h for h in headings}, alt=say("runs_and_samples.part_difference")
    )
    keys = ["task", "metric", "filter"]
    both = results(view, str(run["run_id"])).merge(results(view, other_id), on=keys, suffixes=("_this", "_that"))
    both = both.assign(task_name=both["task_name_this"])
    both = both.assign(moved=both["score_this"] - both["score_that"])
    column = st.column_config
    blocks.section(say("runs_and_samples.moved"))
    blocks.table(
        view,
        both,
        "score-difference",
        {
            "task_name": column.TextColumn(say("columns.task"), pinned=True),
            "metric": column.TextColumn(say("columns.metric")),
            "scored_this": column.TextColumn(say("runs_and_samples.this_run")),
            "scored_that": column.TextColumn(say("runs_and_samples.that_run")),
            "moved": column.NumberColumn(say("columns.change"), format="%+.4f"),
        },
        alt=say("runs_and_samples.moved"),
    )


def flat(value: object, prefix: str = "") -> dict[str, str]:
    """A manifest as dotted keys and texts, without the keys of ``_QUIET``."""
    if isinstance(value, dict):
        out: dict[str, str] = {}
        for key, inner in value.items():
            if prefix or key not in _QUIET:
                out |= flat(inner, f"{prefix}.{key}" if prefix else str(key))
        return out
    return {prefix: json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}
