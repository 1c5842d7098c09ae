"""The parts of the Cost page, one at a time; a link from before there were parts opens the one that holds what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.site.widgets import address, controls

if TYPE_CHECKING:
    from harness.site.server.view import View

KEY = "part"
PARTS = {
    "value": (),
    "tasks": ("task", "task_by", "solved", "solved_tasks", "solved_models", "task-cost", "solved-cost"),
    "prices": ("axis", "prices", "segment", "weights", "ratio", "cached", "cost-capability"),
    "history": ("price-history", "price-index"),
    "providers": ("price-dispersion", "undercutting"),
    "own": ("own_", "use", "terms", "own-machine"),
}
"""Parts in their order, each with its controls (keys, or their beginning up to ``_``) and the names of its charts."""


def choose(view: View) -> str:
    """The part that the visitor chose."""
    if KEY not in st.query_params and KEY not in st.session_state and (named := _of_link()):
        st.query_params[KEY] = named
    return controls.segmented(
        view.say("runs_and_samples.part"), list(PARTS), KEY, lambda part: view.say(f"cost.part_{part}")
    )


def _of_link() -> str | None:
    """The part that holds the first control or chart of the URL; None where it names none."""
    asked = [*st.query_params, *st.query_params.get_all(address.CHART)]
    asked += [key.removeprefix("table_") for key in asked]
    for part, names in PARTS.items():
        if any(key == name or (name.endswith("_") and key.startswith(name)) for key in asked for name in names):
            return part
    return None
