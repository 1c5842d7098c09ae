"""What ``harness alike`` says in English: its sentences, tables and cells, from the frames of ``market.alike``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import number
from harness.market.alike.findings import LESS, LESS_HERE, MORE, MORE_HERE, UNKNOWN, group_verdict

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.dimensions import Dimensions
    from harness.analysis.likeness.same_answers import SameAnswers
    from harness.market.alike.item_likeness import ItemLikeness

Row = Mapping[Any, Any]
MEASURES = {
    "kappa": "κ",
    "kappa_at_like_accuracy": "κ at like accuracy",
    "residual": "beyond difficulty",
    "both_wrong": "both wrong ÷ chance",
}
"""Measures of likeness in words, by their names in ``analysis.likeness``."""
KINDS = {
    "other_agent": "The same model under another agent",
    "repeated": "The same model run again",
    "trials": "Two trials of one model",
}
"""What likeness between models is held against, by the kinds of ``analysis.likeness.ceiling``."""
LISTED = ("kappa_at_like_accuracy", "residual")
"""Measures that are listed of each pair of segments or countries: those that accuracy or difficulty does not make."""


def finding(groups: pd.DataFrame) -> str:
    """Whether one vendor's models err more alike than different vendors', beyond the items' difficulty."""
    verdict, row = group_verdict(groups, "vendor", "residual")
    if row is None:
        return "Whether one vendor's models err more alike cannot be said: that takes pairs of one vendor and of different ones."
    span = f"{_signed(row['mean'])} ({_signed(row['low'])} to {_signed(row['high'])} over items, "
    span += f"{_signed(row['models_low'])} to {_signed(row['models_high'])} over models)"
    said = {
        MORE: "Models of one vendor err more alike than those of different vendors",
        LESS: "Models of one vendor err less alike than those of different vendors",
        MORE_HERE: "Among these models one vendor's err more alike; for others it cannot be told",
        LESS_HERE: "Among these models one vendor's err less alike; for others it cannot be told",
        UNKNOWN: "It cannot be told whether models of one vendor err more alike",
    }[verdict]
    return f"{said}: the residual correlations differ by {span}."


def board_lines(measured: ItemLikeness) -> list[str]:
    """The benchmarks, their conditions, the models, and the runs that are left out."""
    models, vendors = measured.models, measured.models["vendor_id"].nunique()
    makers = f"{vendors} vendor{'' if vendors == 1 else 's'}" if vendors else "unknown vendors"
    lines = [f"{len(models)} models of {makers} on {measured.matrix.correct.shape[1]:,} items:"]
    for board in measured.boards:
        agent = f", agent {board.agent}" if board.agent else ""
        graded = "; a value of at least 0.5 counts as right" if board.graded else ""
        lines.append(f"  {board.task}{agent}: {board.items:,} items{graded}")
        left_out = [(board.rejected, "with a verdict against them"), (board.unfinished, "unfinished")]
        lines += [f"  left out: {count} run{'s' if count > 1 else ''} {why}" for count, why in left_out if count]
    return lines


def level_lines(rows: list[Row]) -> list[str]:
    """How alike a model is to itself, a line each benchmark and kind; what is unknown is said so."""
    lines = []
    for benchmark, kind in dict.fromkeys((row["benchmark"], row["kind"]) for row in rows):
        of = {row["measure"]: row for row in rows if (row["benchmark"], row["kind"]) == (benchmark, kind)}
        row = of["kappa"]
        said = f"{KINDS[kind]} on {benchmark}: κ {_number(row['mean'])}{_interval(row['low'], row['high'])}"
        if "residual" in of:
            said += f", beyond difficulty {_signed(of['residual']['mean'])}"
        lines.append(f"{said}; {row['pairs']:,} pair{'' if row['pairs'] == 1 else 's'}")
    if not any(row["kind"] == "other_agent" for row in rows):
        lines.append("How alike one model is under two agents is not known here: no model has runs under both.")
    if not any(row["kind"] != "other_agent" for row in rows):
        lines.append(
            "How alike two runs of one model are is not known here: none was run again under the same conditions."
        )
    return lines


def answer_line(answers: SameAnswers | None) -> str:
    """How often two models that are both wrong give the same answer."""
    if answers is None:
        return "Whether models give the same wrong answers is not known here: the source has no answers."
    of = answers.groups.set_index(["measure", "relation"])
    parts = []
    for relation, words in (("between", "of different vendors"), ("within", "of one vendor")):
        if ("same_wrong", relation) in of.index:
            wrong, beyond = of.loc[("same_wrong", relation)], of.loc[("kappa", relation)]
            parts.append(f"{100 * wrong['mean']:.0f}% of the items that two models {words} both fail have one wrong answer "
                         f"(beyond chance {_number(beyond['mean'])}{_interval(beyond['low'], beyond['high'])})")  # fmt: skip
    change, half_width = answers.per_ten_points
    if change == change:
        parts.append(f"per 10 points of accuracy {_signed(change)} ± {_number(half_width)}")
    if not parts:
        return "Whether models of one or of different vendors give the same wrong answers cannot be said: no vendors are known."
    return "; ".join(parts) + "."


def pair_table(rows: list[Row]) -> Table:
    """Pairs with their measures."""
    table = Table(box=None, pad_edge=False)
    for heading in ("a", "b"):
        table.add_column(heading, no_wrap=True)
    for heading in ("items", "right, %", "κ (95%)", "beyond difficulty", "both wrong ÷ chance", "one vendor"):
        table.add_column(heading, justify="right")
    for row in rows:
        same = row["same_vendor"]
        table.add_row(
            str(row["a"]),
            str(row["b"]),
            f"{row['items']:,}",
            f"{100 * row['accuracy_a']:.0f} and {100 * row['accuracy_b']:.0f}",
            _number(row["kappa"]) + _interval(row["kappa_low"], row["kappa_high"]),
            _signed(row["residual"]),
            _number(row["both_wrong"], 1),
            "yes" if same is True else "no" if same is False else "–",
        )
    return table


def group_table(rows: list[Row]) -> Table:
    """All measures within and between vendors; κ at like accuracy and Q3 of segments, countries, open and closed."""
    table = Table(box=None, pad_edge=False)
    for heading in ("by", "groups", "measure"):
        table.add_column(heading, no_wrap=True)
    for heading in ("pairs", "mean", "95% over items", "95% over models"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        listed = row["group_a"] == "all" if row["by"] == "vendor" else row["measure"] in LISTED
        if not listed:
            continue
        name = row["relation"] if row["group_a"] == "all" else f"{row['group_a']}, {row['group_b']}"
        ends = [
            f"{_number(row[low])} to {_number(row[high])}" if row[low] == row[low] else "–"
            for low, high in (("low", "high"), ("models_low", "models_high"))
        ]
        table.add_row(row["by"], name, MEASURES[row["measure"]], f"{row['pairs']:,}", _number(row["mean"]), *ends)
    return table


def ways(dimensions: Dimensions) -> str:
    """In how many ways the models differ."""
    return (
        f"The first eigenvalue of the outcomes' correlations is {_number(dimensions.first_share)} of their sum; participation "
        f"ratio {_number(dimensions.participation_ratio, 1)}. Beyond difficulty, {dimensions.leading} dimensions stand above "
        f"chance before the first that does not ({dimensions.above} at any rank)."
    )


def trend_lines(rows: list[Row]) -> list[str]:
    """Change of each measure per year of release over pairs of different vendors."""
    lines = []
    for row in rows:
        what = f"{MEASURES[row['measure']]}, per year of release (pairs of different vendors, accuracy held equal)"
        known = row["per_year"] == row["per_year"]
        change = (
            f"{_signed(row['per_year'])} ± {_number(row['half_width'])}" if known else "not known: too few dated models"
        )
        lines.append(f"{what}: {change}; {row['pairs']:,} pairs of {row['models']} models")
    return lines


def _number(value: float, digits: int = 3) -> str:
    return number(value, digits)


def _interval(low: float, high: float) -> str:
    return "" if low != low else f" ({_number(low)}–{_number(high)})"


def _signed(value: float) -> str:
    return number(value, 3, signed=True)
