"""The items of one run: a filtered page of them, and one item in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.site.capability import leaderboard
from harness.site.evidence import sample_page
from harness.site.widgets import blocks, columns, contained, controls, row_selection

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

BY_LENGTH = "acc_norm"
"""lm-eval's metric that weighs choices by their length."""


@contained.section
def show(view: View, run_id: str, results: pd.DataFrame) -> None:
    """Choose a measure, filter its items, read one in full."""
    say = view.say
    measures = [tuple(r) for r in results[["task", "metric", "filter"]].itertuples(index=False)]
    if not measures:
        st.info(say("runs_and_samples.no_results"))
        return

    def measure_name(measure: tuple[str, str, str]) -> str:
        return " · ".join([leaderboard.names(view).task(measure[0]), *(part for part in measure[1:] if part != "none")])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        task, metric, filter_ = controls.select(say("controls.measure"), measures, "measure", measure_name)
        words = controls.text(say("runs_and_samples.words"), "words", say("runs_and_samples.words_hint"))
        wrong = controls.toggle(say("runs_and_samples.wrong"), "wrong")
        page = controls.integer(say("runs_and_samples.page"), 1, 100_000, 1, "samples_page")
    row = results[(results["task"] == task)].iloc[0]
    hidden = view.public and not bool(row["redistribute"])
    wanted = sample_page.Wanted(run_id, task, metric, filter_, "" if hidden else words, wrong, page)
    found = sample_page.items(view, wanted, texts=not hidden)
    if hidden:
        st.info(
            say("runs_and_samples.hidden", licence=blocks.literal(row["licence"] or "–")),
            icon=":material/visibility_off:",
        )
    elif not found.texts:
        st.info(say("runs_and_samples.no_texts"), icon=":material/info:")
    if found.frame.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    first = (page - 1) * sample_page.PAGE + 1
    shown = "showing" if found.texts else "showing_outcomes"
    st.caption(
        say(f"runs_and_samples.{shown}", first=first, last=first + len(found.frame) - 1, total=f"{found.total:,}")
    )
    name = f"samples-{task}-{page}"
    picked = row_selection.selectable_table(
        view, found.frame, name, columns.samples(say), "item", "item", alt=say("runs_and_samples.part_samples"),
        mode="single-row", height=320,
    )  # fmt: skip
    _whole(view, found.frame.iloc[picked[0] if picked else 0], metric, found.texts)


def _whole(view: View, item: Any, metric: str, texts: bool) -> None:
    """One item, nothing cut, nothing interpreted."""
    say = view.say
    with st.container(border=True):
        st.markdown(f"### {say('runs_and_samples.item', item=int(item['item']))}")
        st.caption(say("common.labelled", label=say("columns.value"), value=f"{float(item['value']):.4g}"))
        if texts:
            for part in ("prompt", "target", "response"):
                st.markdown(f"**{say(f'columns.{part}')}**")
                text = item[part]
                st.code(
                    text if isinstance(text, str) and text else "–",
                    language=None,
                    wrap_lines=True,
                    height=320 if part == "prompt" and len(str(text)) > 1500 else "content",
                )
        _choices(view, item, metric)


def _choices(view: View, item: Any, metric: str) -> None:
    """The model's probability of each choice, the right one marked."""
    import numpy as np
    import pandas as pd

    from harness.analysis.likeness.homogeneity import choice_probabilities

    logs = item.get("choice_loglikelihoods")
    probs = item.get("choice_probs")
    if logs is not None and np.ndim(logs) == 1 and len(logs):
        probs = choice_probabilities(logs)
    if probs is None or np.ndim(probs) != 1 or not len(probs):
        return
    say = view.say
    gold = item.get("gold")
    right = int(gold) if gold is not None and gold == gold and not pd.isna(gold) else -1
    frame = pd.DataFrame(
        {
            "choice": [f"{i + 1}{' ✓' if i == right else ''}" for i in range(len(probs))],
            "probability": np.asarray(probs, dtype=float),
        }
    )
    st.markdown(f"**{say('runs_and_samples.choices')}**")
    st.dataframe(
        frame,
        hide_index=True,
        width=420,
        alt=say("runs_and_samples.choices"),
        column_config={
            "choice": st.column_config.TextColumn(say("runs_and_samples.choice")),
            "probability": st.column_config.ProgressColumn(
                say("runs_and_samples.probability"), format="%.3f", min_value=0.0, max_value=1.0
            ),
        },
    )
    if metric == BY_LENGTH:
        st.caption(say("runs_and_samples.by_length"))
