"""`harness data backup` and `harness data restore`; each returns its exit code."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from harness import places
from harness.commands.backup.contents import DATABASE, Places
from harness.terminal import print_json


def backup(target: Path, *, journals: bool, database: bool, keep: int | None, as_json: bool) -> int:
    """Write a backup: 0 done, 1 done without what could not be read."""
    from harness.commands.backup.write import write

    done = write(_places(), target, datetime.now(UTC), journals=journals, database=database, keep=keep)
    for line in done.left_out:
        print(f"left out: {line}", file=sys.stderr)
    if as_json:
        print_json({**asdict(done), "archive": str(done.archive)})
    else:
        print(f"{done.archive}: {done.runs:,} runs, {done.files:,} files, {done.size / 1e6:,.1f} MB")
        for name in done.removed:
            print(f"removed {name}")
    return 1 if done.left_out else 0


def restore(source: Path, *, force: bool, only_check: bool, as_json: bool) -> int:
    """Restore or verify a backup: 0 done, 1 done without a catalog for which no folder is named."""
    from harness.commands.backup.restore import restore as put_back

    done = put_back(source, _places(), force=force, only_check=only_check)
    if as_json:
        print_json(asdict(done))
    elif only_check:
        print(f"{source} is whole: {len(done.present):,} runs and files, all verified.")
    else:
        print(
            f"{len(done.written):,} runs and files written, {len(done.replaced):,} put in the place of others, "
            f"{len(done.present):,} were there; all verified."
        )
    if done.left_out:
        print(
            f"left out: the backup's own catalog ({len(done.left_out)} files). Set LANDSCAPE_CATALOG to a folder for it and "
            "give the command again.",
            file=sys.stderr,
        )
    if DATABASE not in (*done.written, *done.replaced) and (done.written or done.replaced):
        print("Next: harness db rebuild", file=sys.stderr)
    return 1 if done.left_out else 0


def _places() -> Places:
    catalog = places.catalog()
    return Places(places.runs(), places.database(), None if catalog == places.packaged_catalog() else catalog)
