"""The URLs of runs and of the database, where there are any: whether they answer, may be written, and give a name once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from harness import places
from harness.commands.doctor.finding import Finding, error, ok, warning
from harness.errors import LandscapeError

PROBE = ".locks/doctor"


def urls() -> Iterator[Finding]:
    """A line a URL in use; none where runs and database lie in folders."""
    if (url := places.runs_url()) is not None:
        yield _place("runs URL", url, "LANDSCAPE_RUNS")
    if (url := places.database_url()) is not None:
        yield _place("database URL", url.rpartition("/")[0], "LANDSCAPE_DB")


def _place(part: str, url: str, variable: str) -> Finding:
    """Whether an object can be made, found made, read and removed there."""
    from harness.store.remote.objects import Objects

    name = f"{PROBE}-{secrets.token_hex(8)}"
    try:
        objects = Objects(url)
        try:
            once = objects.make(name, b"one") and not objects.make(name, b"another")
        finally:
            objects.remove(name)
    except LandscapeError as problem:
        return error(part, str(problem).splitlines()[0], f"Set {variable} and its credentials (docs/remote.md).")
    if not once or not objects.makes_once:
        return warning(
            part,
            f"{objects.shown} answers, but may give a name to two hosts that ask at once",
            "Two hosts that start one plan in the same second may both compute it; use S3 where that matters.",
        )
    return ok(part, f"{objects.shown} answers and can be written")
