"""Output of commands: tables, scores, JSON documents."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd


MOST_FOLDED = 200
"""Rows of a table that is fitted to the terminal; a longer one is for a pager or a filter, and fitting it takes rich
seconds (15 for the shipped runs)."""


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str, as_json: bool) -> None:
    """Rows as a table of these columns, or all of their values as one JSON document."""
    if as_json:
        print_json(rows)
        return
    cells = [[_cell(row[c]) for c in columns] for row in rows]
    right = [any(type(row[c]) in (int, float) for row in rows) for c in columns]
    if len(cells) > MOST_FOLDED:
        print(f"{len(rows)} {title}")
        _plain([list(columns), *cells], right)
        return
    table = Table(title=f"{len(rows)} {title}", title_justify="left", box=None, pad_edge=False)
    for column, number in zip(columns, right, strict=True):
        table.add_column(
            column,
            no_wrap=column in (columns[0], "released", "segment"),
            overflow="fold",
            justify="right" if number else "left",
        )
    for row in cells:
        table.add_row(*row)
    print_table(table)


def _plain(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    """Aligned columns of text, one line a row."""
    from rich.cells import cell_len

    wide = [max(cell_len(row[i]) for row in rows) for i in range(len(right))]
    for row in rows:
        parts = []
        for text, room, number in zip(row, wide, right, strict=True):
            gap = " " * (room - cell_len(text))
            parts.append(gap + text if number else text + gap)
        print("  ".join(parts).rstrip())


def show_scores(frame: pd.DataFrame) -> None:
    """Scores with intervals, a line each: ``task, metric, filter, score, stderr, low, high, n``."""
    table = Table(box=None, pad_edge=False)
    for column in ("task", "metric", "filter", "score", "stderr", "95% interval", "n"):
        table.add_column(column, justify="left" if column in ("task", "metric", "filter") else "right", no_wrap=True)
    for row in frame.to_dict("records"):
        interval = f"{row['low']:.4f} – {row['high']:.4f}" if math.isfinite(row["low"]) else "–"
        table.add_row(
            row["task"],
            row["metric"],
            row["filter"],
            _cell(row["score"]),
            _cell(row["stderr"]),
            interval,
            _cell(row["n"]),
        )
    print_table(table)


def print_table(table: Table) -> None:
    """Print a table: on a terminal at its width, into a file or pipe at a width without truncation."""
    Console(width=None if sys.stdout.isatty() else 220).print(table, markup=False)


def _cell(value: Any) -> str:
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1000 else f"{value:,.0f}"
    text = str(value)
    return text[:10] if text.endswith(" 00:00:00") else text


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame in JSON types."""
    return [json_types(r) for r in frame.to_dict("records")]


def json_types(value: Any) -> Any:
    """A value as JSON types; a missing value or a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {str(k): json_types(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_types(v) for v in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value
    text = str(value)
    return None if text in ("NaT", "<NA>") else text


def print_json(document: Any) -> None:
    """One JSON document on standard output; numbers that are not finite become null."""
    print(json.dumps(json_types(document), ensure_ascii=False, indent=1))
