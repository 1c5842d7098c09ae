"""The faults of a task's items in one sentence each: which file and row, what is wrong, how many are like it, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.suites.columns import splits
from harness.suites.items.survey import Survey, Wrong
from harness.suites.mirror import Files

MOST_KINDS = 3
"""Kinds of fault that are named of one task."""


def problem(name: str, config: Mapping[str, Any], seen: Survey, files: Files | None) -> str | None:
    """What is wrong with a task's items, with what to do about it; None where nothing is."""
    if not seen.wrong:
        return None
    parts = [f"{_place(config, files, wrong.item)} {wrong.what}{_more(wrong, len(seen.keys))}" for wrong in seen.wrong]
    more = f", and {len(parts) - MOST_KINDS} more kinds of fault" if len(parts) > MOST_KINDS else ""
    return (
        f"{name}: {'; '.join(parts[:MOST_KINDS])}{more}. Correct the data or the task file: lm-eval would score such items "
        "without a word."
    )


def _place(config: Mapping[str, Any], files: Files | None, item: int) -> str:
    scored = splits(config)[0] if splits(config) else ""
    if files is None or config.get("process_docs") or scored not in files.splits:  # rows may be left out or rewritten
        paths = ", ".join(map(str, files.splits.get(scored, ()))) if files is not None else config.get("dataset_path")
        return f"{paths or 'its data'}, item {item + 1}"
    file, row = files.place(scored, item)
    return f"{file}, row {row}"


def _more(wrong: Wrong, items: int) -> str:
    return f" ({wrong.items} of its {items} items are of this kind)" if wrong.items > 1 else ""
