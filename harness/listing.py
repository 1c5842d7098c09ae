"""What the read-only commands show: rows of the database as a table or as one JSON document."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from harness import places
from harness.catalog.schema import SEGMENTS
from harness.errors import BadInput, MissingData

if TYPE_CHECKING:
    import pandas as pd

    from harness.store.reader import Reader


MOST_FOLDED = 200
"""Rows of a table that is fitted to the terminal; a longer one is for a pager or a filter, and fitting it takes rich
seconds (15 for the shipped runs)."""


def suites(*, as_json: bool) -> None:
    """The suites, each with its tasks."""
    from harness.suites.load import list_suites
    from harness.suites.model import to_dict

    found = list_suites()
    if as_json:
        print_json([to_dict(s) for s in found])
        return
    for suite in found:
        print(f"{suite.name} {suite.version} — {suite.title_en} · {suite.title_zh}")
        print(f"  {suite.description_en}")
        for kind in dict.fromkeys(t.kind for t in suite.tasks):
            entries = list(dict.fromkeys(t.group or t.task for t in suite.tasks if t.kind == kind))
            print(f"  {kind}: {', '.join(entries)}")


def suites_check(*, as_json: bool) -> int:
    """Problems of the suites against the installed lm-eval; 0 where there are none, else 2."""
    try:
        from harness.suites.check import check_suites

        problems = check_suites(hub=places.hub())
    except ImportError:
        raise MissingData("lm-eval is not installed; pip install 'landscape-harness[engine]'.") from None
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    else:
        print("\n".join(problems) if problems else "ok")
    return 2 if problems else 0


def models(*, vendor: str | None, segment: str | None, open_weights: bool | None, as_json: bool) -> None:
    """Models of the catalog, newest first."""
    frame = reader().query("site_models")
    if vendor:
        frame = _those(frame, "vendor_id", vendor, "vendor")
    if segment:
        frame = _those(frame, "segment", segment, "segment", SEGMENTS)
    if open_weights is not None:
        frame = frame[frame["open_weights"].eq(open_weights).fillna(False)]
    columns = ["model_id", "vendor_id", "segment", "released", "params_b", "context_tokens", "open_weights", "licence"]
    _show(frame, columns, "models", as_json)


def vendors(*, segment: str | None, country: str | None, as_json: bool) -> None:
    """Vendors of the catalog."""
    frame = reader().query("site_vendors")
    if segment:
        frame = _those(frame, "segment", segment, "segment", SEGMENTS)
    if country:
        frame = _those(frame, "country", country.upper(), "country")
    _show(
        frame,
        ["vendor_id", "name_en", "name_zh", "segment", "country", "models", "open_models", "facts"],
        "vendors",
        as_json,
    )


def _those(frame: pd.DataFrame, column: str, value: str, what: str, also: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a value; ``BadInput`` where the catalog knows no such value, with the nearest that it knows."""
    known = sorted({*frame[column].dropna().astype(str), *also})
    if len(frame) and value not in known:
        near = difflib.get_close_matches(value, known, 3) or known[:8]
        raise BadInput(
            f"No {what} '{value}' in the catalog; there is {', '.join(near)}{' …' if len(known) > 8 else ''}."
        )
    return frame[frame[column] == value]


def runs(*, suite: str | None, model: str | None, origin: str | None, as_json: bool) -> None:
    """Runs in the database, newest first."""
    frame = reader().query("site_runs")
    if suite:
        frame = frame[frame["suite"] == suite]
    if model:
        frame = frame[frame["model"].str.endswith(model)]
    if origin:
        frame = frame[frame["origin"] == origin]
    columns = ["run_id", "model", "suite", "engine", "dtype", "origin", "valid", "partial"]
    _show(frame, columns, "runs", as_json)


def run(run_id: str, *, as_json: bool) -> None:
    """One run with its scores, intervals, verdict and evidence."""
    from harness.analysis.uncertainty import with_intervals

    database = reader()
    row = _one_run(database, run_id)
    full = database.query("site_run", run_id=row)
    scores = with_intervals(database.query("site_run_results", run_id=row))
    manifest = json.loads(full["manifest_text"][0] or "{}")
    if as_json:
        folder = places.runs() / row
        print_json(
            {"run": _clean(manifest), "folder": str(folder) if folder.is_dir() else None, "results": _records(scores)}
        )
        return
    print(row)
    for key in ("model", "revision", "suite", "suite_version", "engine", "dtype", "device", "origin", "sealed"):
        print(f"  {key}: {full[key][0]}")
    verdict = json.loads(full["verdict_text"][0] or "[]")
    print(f"  verdict: {'valid' if full['valid'][0] else 'not valid'}")
    for finding in verdict:
        print(f"    {finding['code']}: {finding['message']}" if isinstance(finding, dict) else f"    {finding}")
    print(f"  evidence: {places.runs() / row}")
    _scores(scores)


def scores_table(folder: Path) -> None:
    """The headline scores of a sealed run folder, with intervals."""
    import pyarrow.parquet as pq

    from harness.analysis.uncertainty import with_intervals
    from harness.store.run_folder import read_manifest

    headline = {(t["task"], t["metric"], t["filter"]) for t in read_manifest(folder)["suite"]["tasks"]}
    frame = pq.read_table(folder / "results.parquet").to_pandas()
    keys = frame[["task", "metric", "filter"]].itertuples(index=False, name=None)
    _scores(with_intervals(frame[[key in headline for key in keys]]))


def rebuild() -> None:
    """Make the database again."""
    from harness.catalog.checks import require_sound
    from harness.store.rebuild import rebuild as make

    require_sound(places.catalog(), dt.date.today())
    make(places.database(), places.catalog(), places.public_runs(), places.runs())
    print(f"rebuilt {places.database()}")


def check(*, as_json: bool) -> int:
    """Verify the database; 0 where it agrees with its sources, else 1."""
    from harness.store.check import check as verify

    problems = verify(places.database(), places.catalog(), places.public_runs(), places.runs())
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    else:
        print("\n".join(problems) if problems else "ok")
    return 1 if problems else 0


def reader() -> Reader:
    """The database in use.

    Raises:
        MissingData: there is none yet.
    """
    from harness.store.reader import Reader

    found = Reader(places.database())
    if found.empty:
        raise MissingData(f"There is no database at {places.database()}. Make one: harness db rebuild")
    return found


def _one_run(database: Reader, wanted: str) -> str:
    names = list(database.query("site_runs")["run_id"])
    if wanted in names:
        return wanted
    fits = [n for n in names if wanted in n]
    if len(fits) == 1:
        return str(fits[0])
    if not fits:
        raise MissingData(f"There is no run {wanted!r} in the database. See: harness runs")
    raise BadInput(
        f"{wanted!r} fits {len(fits)} runs: {', '.join(fits[:8])}{' …' if len(fits) > 8 else ''}. Give more of it."
    )


def _show(frame: pd.DataFrame, columns: Sequence[str], title: str, as_json: bool) -> None:
    if as_json:
        print_json(_records(frame))
        return
    cells = [[_cell(v) for v in row] for row in frame[list(columns)].itertuples(index=False)]
    right = [frame[c].dtype.kind in "if" for c in columns]
    if len(cells) > MOST_FOLDED:
        print(f"{len(frame)} {title}")
        _plain([list(columns), *cells], right)
        return
    table = Table(title=f"{len(frame)} {title}", title_justify="left", box=None, pad_edge=False)
    for column, number in zip(columns, right, strict=True):
        table.add_column(
            column,
            no_wrap=column in (columns[0], "released", "segment"),
            overflow="fold",
            justify="right" if number else "left",
        )
    for row in cells:
        table.add_row(*row)
    _print(table)


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


def _scores(frame: pd.DataFrame) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("task", "metric", "filter", "score", "stderr", "95 % interval", "n"):
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
    _print(table)


def _print(table: Table) -> None:
    """To the terminal at its width; to a file or pipe at a width that cuts nothing."""
    Console(width=None if sys.stdout.isatty() else 220).print(table, markup=False)


def _cell(value: Any) -> str:
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1000 else f"{value:,.0f}"
    text = str(value)
    return text[:10] if text.endswith(" 00:00:00") else text


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [_clean(r) for r in frame.to_dict("records")]


def _clean(value: Any) -> Any:
    """JSON types only; what is missing or no finite number becomes null."""
    if isinstance(value, dict):
        return {str(k): _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
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
    print(json.dumps(_clean(document), ensure_ascii=False, indent=1))
