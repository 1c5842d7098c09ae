"""Reviewed corrections of facts and of models that a source has wrong: an import must not bring back what a person has mended."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from importlib import resources

from harness.catalog.import_context import Imported
from harness.catalog.tables import Row
from harness.catalog.vocabulary import FACTS_BY_KEY

_OF_OCTOBER = frozenset({"Claude 3.5 Sonnet (15 steps)", "Claude 3.5 Sonnet (50 steps)"})
_NAMED = ("id", "Name", "Model", "Model version")  # columns of Epoch AI's collection that hold a row's own name
_KEY = ("vendor_id", "key", "value", "note", "as_of")  # cells as the importer writes them


@cache
def corrected() -> dict[tuple[str, ...], list[Row]]:
    """Lines of corrections by the fact as its importer reads it: vendor, key, value, note and ISO day."""
    text = resources.files(__package__).joinpath("mappings/facts_corrected.csv").read_text(encoding="utf-8")
    lines: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for line in csv.DictReader(text.splitlines()):
        lines[tuple(line[c] for c in _KEY)].append(line)
    return lines


def mend_facts(imported: Imported) -> None:
    """Put mended cells into the facts that an importer read; a fact whose line names no column stays out, by name."""
    facts = []
    for row in imported.rows["facts"]:
        lines = corrected().get(tuple(row[c] for c in _KEY), [])
        mended = {**row, **{line["column"]: line["new"] for line in lines if line["column"]}}
        if any(not line["column"] for line in lines):
            name = f"{row['vendor_id']}: {row['key']} {row['value']}"
            imported.leave("fact", name, f"wrong in its source: {lines[0]['why']}")
        else:
            facts.append({**mended, "dimension": FACTS_BY_KEY[mended["key"]].dimension})
    imported.replace("facts", facts)


def version_of(row: Row) -> str:
    """Model of a row of Epoch AI's collection, mended where the collection names another; empty where nobody can say whose the figure is.

    Papers that say GPT-3 mean the model of 2020. Anthropic's two figures on OSWorld (14.9 %, and 22.0 % with more steps) are of
    the model of October 2024, as its announcement of that day says. Other rows are mended by ``mappings/epoch_names.csv``.
    """
    if row.get("Agent", "") in _OF_OCTOBER:
        return "claude-3-5-sonnet-20241022"
    version = (row.get("Model version") or row.get("Name", "")).strip()
    for name in (row.get(c, "").strip() for c in _NAMED if row.get(c)):
        for source, model in _mended().get((name, version), ()):
            if row.get("Source", "").startswith(source):
                return model
    return "gpt-3-175b" if version == "text-davinci-001" and "GPT-3" in row.get("Name", "") else version


@cache
def _mended() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Reviewed lines by a row's own name and the version beside it: beginning of the source, and the model meant."""
    lines: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    text = resources.files(__package__).joinpath("mappings/epoch_names.csv").read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        lines[line["name"], line["version"]].append((line["source"], line["model"]))
    return lines
