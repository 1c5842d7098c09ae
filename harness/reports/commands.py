"""``harness report``: what the command line calls. Returns exit codes."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import BadInput
from harness.options import distinct

if TYPE_CHECKING:
    from harness.market.choice.wish import Wish

MOST_PROBLEMS = 50


def report(
    *,
    vendors: Sequence[str] = (),
    models: Sequence[str] = (),
    segments: Sequence[str] = (),
    formats: Sequence[str] = ("html",),
    lang: str = "en",
    out: Path = Path("reports-out"),
    since: str | None = None,
    wish: Wish | None = None,
    verify: Path | None = None,
    as_json: bool = False,
) -> int:
    """Make a report (0; 1 where a format was not made), or verify one (0; 1 where a number changed).

    Each list may hold several names separated by commas.

    Raises:
        BadInput: wrong usage; nothing was written.
        MissingData: there is nothing to report on.
    """
    if verify is not None:
        return _verify(verify, as_json)
    from harness.reports.make import make_report
    from harness.reports.selection import Choices
    from harness.store.opening import open_database

    choices = Choices(distinct(*vendors), distinct(*models), distinct(*segments), _day(since), wish)
    with _bar() as bar:
        task = bar.add_task("report", total=1.0) if bar else None

        def progress(text: str, share: float) -> None:
            if bar and task is not None:
                bar.update(task, completed=share, description=text)

        written = make_report(open_database(), choices, distinct(*formats), lang, out, progress)
    if as_json:
        print(
            json.dumps(
                {"files": [str(p) for p in written.files], "not_made": written.missed}, ensure_ascii=False, indent=1
            )
        )
    else:
        print("\n".join(str(p) for p in written.files if p.parent == out))
    for sentence in written.missed:
        print(sentence, file=sys.stderr)
    return 1 if written.missed else 0


def _verify(file: Path, as_json: bool) -> int:
    from harness.reports.make import verify_report
    from harness.store.opening import open_database

    problems = verify_report(file, open_database())
    if as_json:
        print(json.dumps({"ok": not problems, "problems": problems}, ensure_ascii=False, indent=1))
    elif problems:
        more = f"… and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
        print("\n".join([*problems[:MOST_PROBLEMS], *([more] if more else [])]))
    else:
        print(f"ok: every number of {file} follows from the database")
    return 1 if problems else 0


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(f"--since {text!r} is no date; write it as 2026-01-31.") from error


def _bar() -> AbstractContextManager[Any]:
    """A progress bar on standard error, where somebody looks."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True),
                    transient=True)  # fmt: skip
