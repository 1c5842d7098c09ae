"""The button that hands out a frame as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import csv

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def download(view: View, frame: pd.DataFrame, name: str) -> None:
    """A button that hands out the frame as CSV; made only when it is pressed."""
    st.download_button(
        view.say("common.csv"),
        data=lambda: csv(frame),
        file_name=f"landscape-{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )
