"""Boards of item outcomes on a page: the control that chooses one, its name and conditions in words, its source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import span
from harness.site.evidence import run_findings
from harness.site.widgets import address, blocks, codes, contained, controls

if TYPE_CHECKING:
    from harness.market.alike.boards import Board
    from harness.site.server.view import View

_HASH = re.compile(r"[0-9a-f]{8,}")
"""Version of an imported suite: a hash of what it holds, which nobody reads."""
ORIGINS = ("measured", "imported")
"""In this order; calibration models are in no comparison."""


def every(view: View) -> list[Board]:
    """``market.alike.boards`` of the database."""

    def compute() -> list[Board]:
        from harness.market.alike.boards import boards

        return boards(view)

    out: list[Board] = view.derived("item_boards", compute)
    return out


def known(view: View) -> list[list[Board]]:
    """Boards of one suite together, those of models of the last year first, then the richest; none of calibration models."""

    def compute() -> list[list[Board]]:
        from harness.market.alike.boards import of_suites

        return [suite for suite in of_suites(every(view)) if suite[0].origin in ORIGINS]

    out: list[list[Board]] = view.derived("item_boards_of_suites", compute)
    return out


def names(view: View, suites: list[list[Board]]) -> dict[tuple[str, str], str]:
    """A name for each suite and version: of its benchmark and agent, or of itself where it has several benchmarks; of editions that
    the runs do not tell apart, the place among them."""
    from harness.site.capability.leaderboard import names as names_of_tasks
    from harness.site.capability.leaderboard import suite_name

    called, of_suite = names_of_tasks(view), suite_name(view)
    keys = [(s[0].suite, s[0].suite_version) for s in suites]
    plain = {
        key: called.board(s[0].task, s[0].agent) if len(s) == 1 else of_suite(key)
        for key, s in zip(keys, suites, strict=True)
    }
    out: dict[tuple[str, str], str] = {}
    for key, name in plain.items():
        same = [other for other, text in plain.items() if text == name]
        place = sorted(same).index(key) + 1
        out[key] = view.say("suite.of_several", name=name, place=place, all=len(same)) if len(same) > 1 else name
    return out


def opened(suites: list[list[Board]]) -> list[Board] | None:
    """The boards that a page opens on: the first whose items are right or wrong, else the first; None where there is none."""
    right_or_wrong = (suite for suite in suites if not any(board.graded for board in suite))
    return next(right_or_wrong, suites[0] if suites else None)


def choose(view: View) -> list[Board] | None:
    """The boards that the visitor chose, at first the first of those whose items are right or wrong; None where there is none.

    A link that names a suite (``suite``, as Head to head does) opens on it.
    """
    from harness.site.capability.leaderboard import suite_name

    say = view.say
    there = known(view)
    if not there:
        return None
    origins = list(dict.fromkeys(suite[0].origin for suite in there))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        origin = origins[0]
        if len(origins) > 1:
            origin = controls.segmented(say("controls.origin"), origins, "origin", lambda o: say(f"origin.{o}"))
        suites = {(s[0].suite, s[0].suite_version): s for s in there if s[0].origin == origin}
        called, old = names(view, list(suites.values())), suite_name(view)
        keys = list(suites)
        wanted = st.query_params.get("suite", "")
        asked = [key for key in keys if wanted and wanted in (old(key), codes.code(key))]
        if asked:
            address.keep("suite")
        opens = opened(list(suites.values())) or []
        first = asked[0] if asked else (opens[0].suite, opens[0].suite_version)
        key = controls.select(
            say("controls.benchmark"), keys, "benchmark", lambda k: called[k], default=keys.index(first)
        )
    return suites[key]


@contained.section
def about(view: View, boards: list[Board], *, models: int, vendors: int, items: int) -> None:
    """What the boards hold and under which conditions, and the runs that are left out, each with its verdict."""
    say = view.say
    agents = {board.agent for board in boards}
    agent = next(iter(agents)) if len(agents) == 1 else None
    parts = [
        say("item_boards.models", n=models),
        say("item_boards.vendors", n=vendors) if vendors else say("item_boards.vendors_unknown"),
        say("item_boards.items", n=items, items=f"{items:,}"),
        say("item_boards.agent", agent=agent) if agent else say("item_boards.no_agent"),
    ]
    if not _HASH.fullmatch(boards[0].suite_version):
        parts.append(say("item_boards.edition", edition=boards[0].suite_version))
    lines = [blocks.literal(" · ".join(parts))]
    if any(board.graded for board in boards):
        lines.append(say("item_boards.graded"))
    rejected = _rejected(view)
    for board in boards:
        against = rejected.get((board.suite, board.suite_version, board.task), [])
        lines += [
            say("item_boards.rejected", model=blocks.literal(model), why=blocks.literal(why)) for model, why in against
        ]
        if board.unfinished:
            lines.append(say("item_boards.unfinished", n=board.unfinished))
    st.caption("  \n".join(lines))


def _rejected(view: View) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """By suite, version and task the models whose runs carry a verdict against them, and the first sentence of each."""
    held = view.frame("item_boards")
    against = held.loc[~held["valid"].astype(bool), ["run_id", "suite", "suite_version", "task"]]
    runs = view.frame("runs")[["run_id", "model", "verdict"]].merge(against.drop_duplicates(), on="run_id")
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for suite, version, task, model, verdict in zip(
        runs["suite"], runs["suite_version"], runs["task"], runs["model"], runs["verdict"], strict=True
    ):
        found.setdefault((suite, version, task), []).append((str(model), run_findings.first(view.say, verdict)))
    return found


def source(view: View, boards: list[Board]) -> str:
    """Where the runs are from, under which licence, and of which days."""
    import pandas as pd

    say = view.say
    runs = pd.concat([board.runs for board in boards])
    dated = runs["sealed"].dropna()
    days = say("item_boards.days", days=span(dated.dt.date)) if len(dated) else say("item_boards.undated")
    stated: dict[str, Any] = {}
    for text in runs["source"].dropna().unique():
        try:
            stated = json.loads(text)
        except ValueError:
            continue
        break
    if not isinstance(stated, dict) or not (stated.get("title") or stated.get("tool")):
        return f"{say(f'origin.{boards[0].origin}')}, {boards[0].suite} {boards[0].suite_version}; {days}"
    commit = say("item_boards.commit", commit=stated["commit"]) if stated.get("commit") else None
    parts = [stated.get("tool"), stated.get("title"), commit, stated.get("licence")]
    return ", ".join(str(p) for p in parts if p) + f"; {days}"
