"""HELM's group tables: titled tables with a header and rows, a model a row, as a release shows them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text
from harness.interchange.foreign.draft import Draft, Score
from harness.interchange.foreign.names_and_dates import model_name
from harness.interchange.imported_run import Entry, Refused, Unit

TABLE = "helm-table"
# Files of a release that hold no scores.
_RELEASE_FILES = frozenset(
    ("schema.json", "groups.json", "groups_metadata.json", "run_specs.json", "runs.json", "summary.json",
     "runs_to_run_suites.json", "costs.json")
)  # fmt: skip
# Columns of its tables that count items and tokens or measure time.
_TABLE_COUNTS = re.compile(r"^#|^truncated$|\b(time|runtime)\b.*\(s\)|\bCO2\b|^(Params|Tokens|Data)$", re.IGNORECASE)
# Of a column's title, where the figure is over perturbed items.
_PERTURBED = re.compile(r"\((robustness|fairness|robust|fair|worst)\)", re.IGNORECASE)


def is_table(document: Any) -> bool:
    """A HELM group table: titled tables with a header and rows, in a list or one alone, at least one of them of models."""
    return any(_is_of_models(table) for table in _tables(document))


def _tables(document: Any) -> list[dict[str, Any]]:
    """The tables of a document, all of them with a header and rows; none of any other document."""
    tables = document if isinstance(document, list) else [document] if "title" in mapping(document) else []
    shaped = all(isinstance(mapping(t).get(part), list) for t in tables for part in ("header", "rows"))
    return tables if shaped else []


def _is_of_models(table: dict[str, Any]) -> bool:
    """Whether a table's rows are models; in HELM's overviews (``groups.json``) they are groups of scenarios."""
    first = mapping(next(iter(table["header"]), None)).get("value")
    return (text(first, 40) or "").lower().startswith("model")


def copy_of(file: Path, document: Any, root: Path) -> str | None:
    """Why a table is a copy of one that is read already; none for any other document.

    HELM writes each table of ``groups/<group>.json`` again as ``groups/json/<group>_<table>.json``.
    """
    groups = file.parent.parent
    if file.parent.name != "json" or not isinstance(document, dict) or not groups.is_relative_to(root):
        return None
    for original in sorted(groups.glob("*.json")):
        if not file.stem.startswith(f"{original.stem}_") or original.is_symlink() or not original.is_file():
            continue
        try:
            tables = sequence(bounded.read_json(original))
        except BadInput:
            continue
        if any(_shown(table) == _shown(document) for table in map(mapping, tables)):
            return f"is a copy of a table in {groups.name}/{original.name}, which is read"
    return None


def _shown(table: dict[str, Any]) -> list[Any]:
    """What a table shows, without what HELM notes beside it."""
    rows = [table.get("header"), *sequence(table.get("rows"))]
    return [table.get("title"), *([mapping(cell).get("value") for cell in sequence(row)] for row in rows)]


def read_table(unit: Unit) -> Iterator[Entry]:
    """One run without items for each model of a group table."""
    digest = bounded.digest_file(unit.files[0])
    document = unit.document if unit.document is not None else bounded.read_json(unit.files[0])
    models: dict[str, list[tuple[str, Score]]] = {}
    for table in filter(_is_of_models, _tables(document)):
        header = [mapping(cell) for cell in sequence(table.get("header"))]
        title = text(table.get("title"), 60) or "untitled"
        for row in sequence(table.get("rows")):
            cells = [mapping(cell) for cell in sequence(row)]
            if len(cells) != len(header) or not cells:
                yield Refused(unit.label, f"table {title!r} has a row that does not fit its header")
                continue
            models.setdefault(_row_model(cells[0]), []).extend(
                (title, score) for score in _cells(header[1:], cells[1:])
            )
    if not models:
        raise BadInput("is a HELM table without rows")
    for model, scores in models.items():
        draft = Draft(TABLE, hashlib.sha256(f"{digest}{model}".encode()).hexdigest(), model, "helm", one_of_many=True)
        draft.file = unit.label
        draft.scores = _distinct(scores)
        draft.note("rounded", "Scores of a summary table, averaged by HELM over the runs of a group.")
        try:
            yield draft.finish()
        except BadInput as problem:
            yield Refused(f"{unit.label} ({model})", str(problem))


def _distinct(scores: list[tuple[str, Score]]) -> list[Score]:
    """Each score once; of several tables' values under the same name each stands under its table's title as filter."""
    values: dict[tuple[str, str, str], list[tuple[str, Score]]] = {}
    for title, score in scores:
        same = values.setdefault((score.task, score.metric, score.filter), [])
        if not any(score.score == other.score for _, other in same):
            same.append((title, score))
    rows: list[Score] = []
    for (*_, label), several in values.items():
        titles = {title for title, _ in several}
        apart = len(titles) == len(several) > 1
        rows += [
            replace(s, filter=title if label == "none" else f"{title}/{label}") if apart else s for title, s in several
        ]
    return rows


def _row_model(cell: dict[str, Any]) -> str:
    names = {m.group(1) for n in sequence(cell.get("run_spec_names")) if (m := re.search(r"model=([^,]+)", str(n)))}
    if len(names) == 1:
        return model_name(names.pop().replace("_", "/", 1))
    return model_name(cell.get("value"))


def _cells(header: list[dict[str, Any]], cells: list[dict[str, Any]]) -> Iterator[Score]:
    for head, cell in zip(header, cells, strict=True):
        score = number(cell.get("value")) if not isinstance(cell.get("value"), str) else None
        title = text(head.get("value"), 120)
        if score is None or title is None:
            continue
        metadata = mapping(head.get("metadata"))
        group, _, last = title.rpartition(" - ")
        metric = (text(metadata.get("metric"), 120) or last).replace(",", ";")
        if _TABLE_COUNTS.search(metric):
            continue
        task = text(metadata.get("run_group"), 160) or group or title
        lower = head.get("lower_is_better")
        done = text(metadata.get("perturbation"), 60) or next(iter(_PERTURBED.findall(title)), None)
        named = done.lower() if done else "none"
        yield Score(task, metric, named, score, higher_is_better=not lower if isinstance(lower, bool) else None)


def without_scores(name: str, document: Any) -> str | None:
    """Why a file of a HELM release holds nothing to import; none where it is no such file."""
    if is_table(document):
        return None
    if _tables(document):
        return "describes a HELM release and holds no scores: the rows of its tables are no models"
    return "describes a HELM release and holds no scores" if name in _RELEASE_FILES else None
