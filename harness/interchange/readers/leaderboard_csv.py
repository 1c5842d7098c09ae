"""Plain leaderboards as CSV, with a mapping that says what their columns mean: rows of reported scores.

A mapping (YAML or JSON) names the column of the model and, for each column of scores, the benchmark:

    model: fullname
    scores:
      arc: {benchmark: ARC-Challenge, metric: acc_norm, unit: percent, setting: 25-shot}
    as_of: 2025-05-13
    reported_by: Hugging Face
    reporter: third-party

A score of a benchmark that the catalog lists in fractions and a file in per cent becomes a fraction. A cell that cannot
be read in one way only is refused with its line and column, and a line without any figure is counted. The mappings of
public leaderboards are built in, by their headers; what their columns mean stands in ``catalog.importers.leaderboards``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness import places
from harness.catalog.importers.leaderboards import ARENA, V1, V2, Meaning, is_text_board, other_board
from harness.catalog.schema import SCORE_UNITS
from harness.catalog.tables import benchmark_units
from harness.errors import BadInput
from harness.interchange.foreign import bounded, table
from harness.interchange.foreign.bounded import mapping, text
from harness.interchange.foreign.figures import Figure, figure, hundredth
from harness.interchange.foreign.names_and_dates import model_name, parse_date
from harness.interchange.foreign.owners import owner
from harness.interchange.imported_run import Entry, NoFigure, Refused, ReportedScore, Unit

_REPORTERS = ("vendor", "third-party")
_UNITS = ("percent", *SCORE_UNITS)
# Columns that number a table's lines: two lines differ by them whatever they say.
_PLACES = frozenset({"", "#", "id", "index", "place", "position", "rank"})
# Other spellings of units in a table's own column of units.
_SPELLINGS = {"%": "percent", "pct": "percent", "percentage": "percent", "per cent": "percent"}
_SPELLINGS |= {"share": "fraction", "ratio": "fraction", "proportion": "fraction"}


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
    # Columns that say under which condition a row's scores were made (precision, an adapter's weights); they enter the setting.
    conditions: tuple[str, ...] = ()
    # Arena's columns, which all of its boards share.
    arena: bool = False


def _columns(meanings: dict[str, Meaning], unit: str, named: str = "{}") -> dict[str, Column]:
    """The columns of a public board; ``named`` says how the file spells a column of ``meanings``."""
    return {
        named.format(column): Column(benchmark, None, unit, setting or None)
        for column, (benchmark, setting) in meanings.items()
    }


# Columns that are in the header and nowhere else tell the table (all must be there).
KNOWN: tuple[tuple[frozenset[str], Mapping], ...] = (
    (
        frozenset({"fullname", "hellaswag", "truthfulqa", "winogrande"}),
        Mapping(
            "fullname", _columns(V1, "percent"), "Open LLM Leaderboard v1", conditions=("precision", "weight_type")
        ),
    ),
    (
        frozenset({"model_name", "evaluations_ifeval_value", "evaluations_bbh_value"}),
        Mapping(
            "model_name",
            _columns(V2, "fraction", "evaluations_{}_value"),
            "Open LLM Leaderboard v2",
            conditions=("model_precision", "model_weight_type", "model_has_chat_template"),
        ),
    ),
    (
        frozenset({"model", "arena_score", "95_pct_ci", "votes"}),
        Mapping("model", _columns(ARENA, "elo"), "LMArena", arena=True),
    ),
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
    """The scores of a table; each line gives its scores, a refusal, or is counted as one without a figure."""
    file = unit.files[0]
    digest = bounded.digest_file(file)
    rows = table.read(file)
    board = read_mapping(unit.mapping) if unit.mapping else known(rows.columns)
    if board is None:
        raise BadInput(
            "is a table whose columns are not known; say what they mean with a mapping file (`--mapping FILE`)"
        )
    needed = (board.model, *board.scores)
    if missing := [c for c in needed if c not in rows.columns]:
        raise BadInput(f"lacks the columns {', '.join(missing)} that the mapping names")
    if twice := [c for c in dict.fromkeys(needed) if rows.columns.count(c) > 1]:
        raise BadInput(f"has several columns named {', '.join(twice)}")
    if board.arena and not is_text_board(file.name):
        raise BadInput(
            "has the columns of Arena's boards, and its name does not say that it is the one of chat models "
            "(lmarena_text); say with a mapping file which benchmark its ratings are (`--mapping FILE`)"
        )
    as_of = board.as_of or _date_in(file.name)
    units = benchmark_units(places.catalog())
    lines = [(line, entry) for line in rows.lines for entry in _line(unit, board, rows.columns, line, units)]
    entries = list(_told_once(unit, board, rows, lines))
    if not any(isinstance(entry, (ReportedScore, Refused)) for entry in entries):
        raise BadInput("holds no scores in the columns that the mapping names")
    for entry in entries:
        if isinstance(entry, ReportedScore):
            own_date = entry.as_of if not as_of else None
            entry = replace(entry, as_of=own_date or as_of, source_id=f"import-{digest[:12]}")
        yield entry


def _told_once(
    unit: Unit, board: Mapping, rows: table.Table, lines: list[tuple[table.TableLine, Entry]]
) -> Iterator[Entry]:
    """The entries of lines; where lines differ in scores alone, the first of equal ones, and none of those that contradict each other."""
    beside = [i for i, c in enumerate(rows.columns) if c not in board.scores and c.strip().lower() not in _PLACES]
    of_one: dict[tuple[ReportedScore, tuple[str, ...]], dict[float, int]] = {}

    def told(line: table.TableLine, entry: ReportedScore) -> dict[float, int]:
        cells = tuple(line.cells[i].strip() for i in beside if i < len(line.cells))
        return of_one.setdefault((replace(entry, score=0.0), cells), {})

    for line, entry in lines:
        if isinstance(entry, ReportedScore):
            told(line, entry).setdefault(entry.score, line.number)
    for line, entry in lines:
        if not isinstance(entry, ReportedScore):
            yield entry
            continue
        values = told(line, entry)
        if len(values) > 1:
            shown = ", ".join(f"{value:g} in line {number}" for value, number in list(values.items())[:4])
            yield Refused(
                f"{unit.label} line {line.number}",
                f"{entry.benchmark} of {entry.model_id} is told more than once ({shown}), and nothing says which holds",
            )
        elif values[entry.score] == line.number:
            yield entry


def _line(
    unit: Unit, board: Mapping, columns: list[str], line: table.TableLine, units: dict[str, str]
) -> Iterator[Entry]:
    """What one line of a table gives; ``as_of`` is the line's own, ``source_id`` empty."""
    place = f"{unit.label} line {line.number}"
    if any(cell.strip() for cell in line.cells[len(columns) :]):
        yield Refused(place, f"has {len(line.cells)} cells under {len(columns)} columns; is a comma not in quotes?")
        return
    row = dict(zip(columns, line.cells, strict=False))
    if not row[board.model].strip() if board.model in row else True:
        yield Refused(place, "names no model")
        return
    if board.arena and (other := other_board(row)):
        yield Refused(
            place, f"is of another board of Arena's ({other[:40]}); say which benchmark with `--mapping FILE`"
        )
        return
    name = model_name(row[board.model])
    empty = True
    for column, meaning in board.scores.items():
        try:
            cell = figure(row.get(column) or "")
            if cell is None:
                continue
            empty = False
            benchmark = meaning.benchmark or text((row.get("benchmark") or "").strip(), 160)
            if not benchmark:
                raise BadInput("has a score and names no benchmark")
            unit_of_column = meaning.unit or text((row.get("unit") or "").strip(), 20)
            score, score_unit = catalog_unit(units.get(benchmark), *_in_one_unit(cell, unit_of_column))
            if score_unit == "fraction" and abs(score) > 1:
                raise BadInput(f"is more than the whole: {' '.join(row[column].split())[:40]}")
        except BadInput as problem:
            empty = False
            yield Refused(f"{place}, column {column}", str(problem))
            continue
        setting = [meaning.setting or text(row.get("setting"), 120), cell.beside]
        setting += [_condition(key, row[key]) for key in board.conditions if row.get(key, "").strip()]
        yield ReportedScore(
            owner(name).model_id or name,
            benchmark,
            meaning.metric or text(row.get("metric"), 80),
            score,
            score_unit,
            "; ".join(filter(None, setting)) or None,
            text(row.get("reported_by"), 120) or board.reported_by,
            board.reporter,
            text(row.get("as_of"), 10),
            "",
        )
    if empty:
        yield NoFigure(place)


def _condition(column: str, cell: str) -> str | None:
    """A condition as the setting shows it; a yes/no column by its name, and only where it says yes."""
    answer = cell.strip()
    if answer.lower() in ("true", "false"):
        return column.removeprefix("model_has_").replace("_", " ") if answer.lower() == "true" else None
    return text(answer, 40)


def _in_one_unit(cell: Figure, unit: str | None) -> tuple[float, str | None]:
    """The figure in the column's unit, which a sign of per cent in the cell must fit.

    Raises:
        BadInput: they do not fit.
    """
    named = _SPELLINGS.get(unit.lower(), unit) if unit else None
    if cell.unit == "percent" and named not in (None, "percent", "fraction"):
        raise BadInput(f"is in per cent under the unit {named}")
    if cell.unit == "percent" and named == "fraction":
        return hundredth(cell.value), named
    return cell.value, named or cell.unit


def catalog_unit(listed: str | None, score: float, unit: str | None) -> tuple[float, str | None]:
    """A score and its unit, per cent as a fraction where ``listed``, the benchmark's unit in the catalog, is that."""
    if unit == "percent" and listed == "fraction":
        return hundredth(score), "fraction"
    return score, unit


def _date_in(name: str) -> str | None:
    date = re.search(r"\d{4}[-_]\d\d[-_]\d\d", name)
    when = parse_date(date.group().replace("_", "-")) if date else None
    return when.strftime("%Y-%m-%d") if when else None
