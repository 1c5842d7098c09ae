"""Plain leaderboards as CSV, with a mapping that says what their columns mean: rows of reported scores.

A mapping (YAML or JSON) names the column of the model and, for each column of scores, the benchmark:

    model: fullname
    scores:
      arc: {benchmark: ARC-Challenge, metric: acc_norm, unit: percent, setting: 25-shot}
    as_of: 2025-05-13
    reported_by: Hugging Face
    reporter: third-party

A score of a benchmark that the catalog lists in fractions and a file in per cent becomes a fraction. The mappings of
public leaderboards are built in, by their headers; what their columns mean stands in ``catalog.importers.leaderboards``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import places
from harness.catalog.importers.leaderboards import ARENA, V1, V2, Meaning
from harness.catalog.schema import SCORE_UNITS
from harness.catalog.tables import benchmark_units
from harness.errors import BadInput
from harness.interchange.foreign import bounded, table
from harness.interchange.foreign.bounded import mapping, number, text
from harness.interchange.foreign.draft import model_name, parse_date
from harness.interchange.foreign.owners import owner
from harness.interchange.imported_run import Entry, Refused, ReportedScore, Unit

_REPORTERS = ("vendor", "third-party")
_UNITS = ("percent", *SCORE_UNITS)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of scores holds; ``unit`` is the file's."""

    benchmark: str
    metric: str | None = None
    unit: str | None = None
    setting: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read a leaderboard's table."""

    model: str
    scores: dict[str, Column]
    reported_by: str
    reporter: str = "third-party"
    as_of: str | None = None


def _columns(meanings: dict[str, Meaning], unit: str, named: str = "{}") -> dict[str, Column]:
    """The columns of a public board; ``named`` says how the file spells a column of ``meanings``."""
    return {
        named.format(column): Column(benchmark, metric, unit, setting or None)
        for column, (benchmark, metric, setting) in meanings.items()
    }


# Columns that are in the header and nowhere else tell the table (all must be there).
KNOWN: tuple[tuple[frozenset[str], Mapping], ...] = (
    (
        frozenset({"fullname", "hellaswag", "truthfulqa", "winogrande"}),
        Mapping("fullname", _columns(V1, "percent"), "Open LLM Leaderboard v1"),
    ),
    (
        frozenset({"model_name", "evaluations_ifeval_value", "evaluations_bbh_value"}),
        Mapping("model_name", _columns(V2, "fraction", "evaluations_{}_value"), "Open LLM Leaderboard v2"),
    ),
    (frozenset({"model", "arena_score", "95_pct_ci", "votes"}), Mapping("model", _columns(ARENA, "elo"), "LMArena")),
    (
        frozenset({"model", "benchmark", "score"}),
        Mapping("model", {"score": Column("")}, "unknown"),
    ),
)


def known(header: list[str]) -> Mapping | None:
    """The built-in mapping for a header."""
    names = {h.strip() for h in header}
    return next((board for needed, board in KNOWN if needed <= names), None)


def read_mapping(path: Path) -> Mapping:
    """A mapping file.

    Raises:
        BadInput: with every problem of the file.
    """
    try:
        document = bounded.read_yaml(path)
    except BadInput as problem:
        raise BadInput(f"The mapping {path.name} {problem}.") from None
    spec = mapping(document)
    problems = []
    if not text(spec.get("model")):
        problems.append("`model` names the column that holds the model's name")
    scores: dict[str, Column] = {}
    for column, value in mapping(spec.get("scores")).items():
        column_spec = value if isinstance(value, dict) else {"benchmark": value}
        unit = text(column_spec.get("unit"))
        if not text(column_spec.get("benchmark")) or (unit is not None and unit not in _UNITS):
            problems.append(f"scores.{column} needs a benchmark and, if any, a unit out of {', '.join(_UNITS)}")
            continue
        metric, setting = text(column_spec.get("metric")), text(column_spec.get("setting"))
        scores[str(column)] = Column(text(column_spec["benchmark"]) or "", metric, unit, setting)
    if not scores:
        problems.append("`scores` names the columns of scores and their benchmarks")
    reporter = text(spec.get("reporter")) or "third-party"
    if reporter not in _REPORTERS:
        problems.append(f"`reporter` is {' or '.join(_REPORTERS)}")
    if problems:
        raise BadInput(f"The mapping {path.name} cannot be used.", problems)
    as_of = str(spec["as_of"]) if spec.get("as_of") is not None else None
    return Mapping(str(spec["model"]), scores, text(spec.get("reported_by")) or "unknown", reporter, as_of)


def read(unit: Unit) -> Iterator[Entry]:
    """The scores of a table."""
    file = unit.files[0]
    digest = bounded.digest_file(file)
    rows = table.rows(file)
    board = read_mapping(unit.mapping) if unit.mapping else known(list(rows[0]) if rows else [])
    if board is None:
        raise BadInput(
            "is a table whose columns are not known; say what they mean with a mapping file (`--mapping FILE`)"
        )
    missing = [c for c in (board.model, *board.scores) if rows and c not in rows[0]]
    if missing:
        raise BadInput(f"lacks the columns {', '.join(missing)} that the mapping names")
    as_of = board.as_of or _date_in(file.name)
    units = benchmark_units(places.catalog())
    scores = 0
    for line, row in enumerate(rows, 2):
        if not (row.get(board.model) or "").strip():
            yield Refused(f"{unit.label} line {line}", "names no model")
            continue
        name = model_name(row[board.model])
        for column, meaning in board.scores.items():
            value = number((row.get(column) or "").strip().removesuffix("%"))
            benchmark = meaning.benchmark or text(row.get("benchmark"), 160)
            if value is None or not benchmark:
                continue
            scores += 1
            score, score_unit = catalog_unit(units.get(benchmark), value, meaning.unit or text(row.get("unit"), 20))
            yield ReportedScore(
                owner(name).model_id or name,
                benchmark,
                meaning.metric or text(row.get("metric"), 80),
                score,
                score_unit,
                meaning.setting or text(row.get("setting"), 120),
                text(row.get("reported_by"), 120) or board.reported_by,
                board.reporter,
                (text(row.get("as_of"), 10) if not as_of else None) or as_of,
                f"import-{digest[:12]}",
            )
    if not scores:
        raise BadInput("holds no scores in the columns that the mapping names")


def catalog_unit(listed: str | None, score: float, unit: str | None) -> tuple[float, str | None]:
    """A score and its unit, per cent as a fraction where ``listed``, the benchmark's unit in the catalog, is that."""
    if unit == "percent" and listed == "fraction":
        return score / 100, "fraction"
    return score, unit


def _date_in(name: str) -> str | None:
    date = re.search(r"\d{4}[-_]\d\d[-_]\d\d", name)
    when = parse_date(date.group().replace("_", "-")) if date else None
    return when.strftime("%Y-%m-%d") if when else None
