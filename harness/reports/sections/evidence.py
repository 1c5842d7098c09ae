"""Evidence and methodology: the runs, suites and catalog version behind the report, and how each number is made."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Part, Section, Sentence, Table, table

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 90
"""Place of the section in the report."""

METHODS = ("interval", "rank", "index", "scale", "paired", "price", "frontier", "position", "alike", "origin")
"""Paragraphs of methodology, each with its source; the formulas stand in docs/methodology.md."""

PRINTED = 12
"""Runs and suites on pages; a market's thousands of runs stand in the workbook and the archives."""


def evidence(material: Material, words: Words) -> Section:
    """The section Evidence and methodology."""
    alike = (
        set() if material.alike is None else {run for board in material.alike.boards for run in board.runs["run_id"]}
    )
    runs = material.leading[material.leading["run_id"].isin({*material.runs["run_id"], *alike})]
    commit = material.commit
    sentences = [Sentence("catalog", words("proof.catalog", digest=material.catalog))]
    sentences.append(Sentence("commit", words("proof.commit", commit=commit) if commit else words("proof.no_commit")))
    sentences += [Sentence(f"method {m}", words(f"method.{m}")) for m in METHODS]
    tables: list[Table] = []
    if material.runs.empty:
        sentences.append(words.sentence("proof.no_runs"))
    if len(runs):
        used = runs.groupby(["suite", "suite_version"], dropna=False).agg(
            runs=("run_id", "size"), models=("model", "nunique")
        )
        columns = (words.column("suite"), words.id("suite_version"), words.column("models", "integer"),
                   words.column("runs", "integer"))  # fmt: skip
        used = used.reset_index().sort_values(["runs", "suite", "suite_version"], ascending=[False, True, True])
        names = TaskNames(material, words)
        tables.append(
            table(
                names.named(used), "suites", words("proof.suites"), columns, ("suite", "suite_version"), shown=PRINTED
            )
        )
        tables.append(_run_table(material, names.named(runs), words))
    part = Part(tuple(tables), sentences=tuple(sentences), runs=tuple(runs["run_id"].astype(str)))
    return replace(words.section("evidence", part), kind="appendix")


def _run_table(material: Material, runs: pd.DataFrame, words: Words) -> Table:
    rows = runs.assign(
        origin_name=[words.known("origin", o) for o in runs["kind_of_origin"]],
        model=runs["label"].map(material.called),
        revision=runs["revision"].astype(object).where(runs["revision"].notna(), None),
        where=runs["source"].astype(object).map(_where),
        order=(runs["kind_of_origin"] != "measured").astype(int),
    ).sort_values(["order", "model", "suite", "run_id"], ignore_index=True)
    columns = (
        words.column("run_id"), words.column("model"), words.column("origin_name"), words.column("suite"),
        words.id("suite_version"), words.id("engine"), words.id("dtype"), words.id("revision"),
        words.column("sealed", "date"), words.column("where"),
    )  # fmt: skip
    return table(rows, "runs", words("proof.runs"), columns, ("run_id",), shown=PRINTED, note=words("proof.runs_note"))


def _where(source: Any) -> str | None:
    """Where an imported run comes from, in a few words: the repository at its commit, else the address or the name."""
    if not isinstance(source, str) or not source:
        return None
    try:
        origin = json.loads(source)
    except ValueError:
        return source
    if not isinstance(origin, dict):
        return source
    names = [str(origin[k]) for k in ("title", "repository", "repo", "url", "path") if isinstance(origin.get(k), str)]
    commit = origin.get("commit")
    return (f"{names[0]}@{commit}" if isinstance(commit, str) and commit else names[0]) if names else None
