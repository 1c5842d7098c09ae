"""The frames that the page Reports offers for download, by section, and all of them in one ZIP of CSV files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from harness.charts.text import csv
from harness.reports.formats.zip_file import zip_bytes
from harness.site.capability import leaderboard, scale

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def _leaderboards(view: View) -> pd.DataFrame:

    def compute() -> pd.DataFrame:
        import pandas as pd

        parts = [
            leaderboard.board(view, suite, version, origin, "overall").assign(
                origin=origin, suite=suite, suite_version=version
            )
            for origin in ("measured", "imported")
            for suite, version in leaderboard.suites(view, origin)
        ]
        whole = [p for p in parts if len(p)]
        return (
            pd.concat(whole, ignore_index=True) if whole else pd.DataFrame(columns=["model", "model_id", "vendor_id"])
        )

    out: pd.DataFrame = view.derived("leaderboards", compute)
    return out


def _scale(view: View) -> pd.DataFrame:
    board = scale.board(view)
    return board.assign(origin="reported") if len(board) else board


def _offers(view: View) -> pd.DataFrame:
    from harness.market.prices.list_prices import offers

    return offers(view)


def _of(query: str) -> Callable[[View], pd.DataFrame]:
    return lambda view: view.frame(query)


SECTIONS: Mapping[str, Callable[[View], pd.DataFrame]] = {
    "leaderboard": _leaderboards,
    "scale": _scale,
    "reported": _of("reported"),
    "prices": _offers,
    "models": _of("models"),
    "vendors": _of("vendors"),
    "runs": _of("runs"),
    "sources": _of("freshness"),
}
"""Sections of a bundle and where their rows come from."""


def chosen(
    view: View, sections: Sequence[str], vendors: Sequence[str], models: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The frames of the sections, cut to the vendors and models (none chosen means all); empty ones left out."""
    out = {}
    for name in sections:
        frame = SECTIONS[name](view)
        if vendors and "vendor_id" in frame:
            frame = frame[frame["vendor_id"].isin(vendors)]
        if models and "model_id" in frame:
            frame = frame[frame["model_id"].isin(models)]
        if len(frame):
            out[name] = frame
    return out


def archive(frames: Mapping[str, pd.DataFrame]) -> bytes:
    """All frames as CSV in one ZIP."""
    return zip_bytes({f"{name}.csv": csv(frame) for name, frame in frames.items()})
