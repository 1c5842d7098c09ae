"""`harness suites`, `models`, `vendors` and `runs`: rows of the database as a table or as one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness import names, places
from harness.catalog.schema import SEGMENTS
from harness.commands.database import reader
from harness.errors import BadInput, MissingData
from harness.terminal import print_json, show_table

if TYPE_CHECKING:
    import pandas as pd


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
    frame = reader().frame("models")
    if vendor:
        frame = _those(frame, "vendor_id", vendor, "vendor")
    if segment:
        frame = _those(frame, "segment", segment, "segment", SEGMENTS)
    if open_weights is not None:
        frame = frame[frame["open_weights"].eq(open_weights).fillna(False)]
    columns = ["model_id", "vendor_id", "segment", "released", "params_b", "context_tokens", "open_weights", "licence"]
    show_table(frame, columns, "models", as_json)


def vendors(*, segment: str | None, country: str | None, as_json: bool) -> None:
    """Vendors of the catalog."""
    frame = reader().frame("vendors")
    if segment:
        frame = _those(frame, "segment", segment, "segment", SEGMENTS)
    if country:
        frame = _those(frame, "country", country.upper(), "country")
    show_table(
        frame,
        ["vendor_id", "name_en", "name_zh", "segment", "country", "models", "open_models", "facts"],
        "vendors",
        as_json,
    )


def _those(frame: pd.DataFrame, column: str, value: str, what: str, also: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a value; ``BadInput`` where the catalog knows no such value, with the nearest that it knows."""
    known = sorted({*frame[column].dropna().astype(str), *also})
    if len(frame) and value not in known:
        near = names.near(value, known) or known[: names.LISTED]
        raise BadInput(
            f"No {what} '{value}' in the catalog; there is {', '.join(near)}{' …' if len(known) > len(near) else ''}."
        )
    return frame[frame[column] == value]


def runs(*, suite: str | None, model: str | None, origin: str | None, as_json: bool) -> None:
    """Runs in the database, newest first.

    Raises:
        BadInput: ``model`` means several models, or none that was run.
    """
    database = reader()
    frame = database.frame("runs")
    if model and not frame.empty:
        frame = frame[frame["model"].isin(names.run_models(model, database.frame("models"), frame))]
    if suite:
        frame = frame[frame["suite"] == suite]
    if origin:
        frame = frame[frame["origin"] == origin]
    columns = ["run_id", "model", "suite", "engine", "dtype", "origin", "valid", "partial"]
    show_table(frame, columns, "runs", as_json)
