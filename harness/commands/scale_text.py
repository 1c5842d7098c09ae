"""What ``harness scale`` says in English: its sentences, tables and cells, from rows of ``market.scale_table``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import number

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.newer_by_index import NewerByIndex

Row = Mapping[Any, Any]
UNIT = "Capability in points, from published scores: 150 is GPT-5, 130 is Claude 3.5 Sonnet (June 2024)."
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
UNRANKED = {
    "system": "products that answer through other makers' models",
    "few_benchmarks": "fewer than {least:.0f} benchmarks",
    "one_domain": "tests of one domain only",
    "one_battery": "scores of one board only",
    "not_connected": "no benchmark shared with the others",
    "too_few_to_fit": "benchmarks that too few products share",
}
"""Why products are not ranked, by code of ``market.scale_table``, as a heading of their number."""
DOMAINS = {
    "coding_agents": "coding and agents",
    "mathematics": "mathematics",
    "knowledge_reasoning": "knowledge and reasoning",
    "chinese": "tests in Chinese",
}
"""Domains with points of their own (``analysis.scale.domains``), in words."""


def finding(placed: pd.DataFrame) -> str:
    """The first sentence: who leads the ranked rows, at how many points, and how many cannot be told from it."""
    if placed.empty:
        return "No product has the evidence that a rank needs."
    leader, others = placed.iloc[0], int(placed["within_leader"].sum()) - 1
    within = f"{_many(others)} other{' is' if others < 2 else 's are'} within its margin of error"
    return f"{leader['name']} leads at {points_text(leader, 'points', 'low', 'high')[0]}; {within}."


def domain_finding(placed: pd.DataFrame, domain: str) -> str:
    """Which of the rows has most points in a domain, and how many intervals overlap with its own."""
    if placed.empty:
        return f"No ranked product has points in {DOMAINS[domain]}."
    first = placed.iloc[0]
    points = points_text(first, "domain_points", "domain_low", "domain_high")[0]
    others = int((placed["domain_high"] >= first["domain_low"]).sum()) - 1
    overlap = f"{_many(others)} other interval{' overlaps' if others == 1 else 's overlap'} with it"
    return f"In {DOMAINS[domain]}, {first['name']} has the most: {points}; {overlap}."


def gap_sentence(one: str, two: str, gap: Row) -> str:
    """Who of two products leads by how many points, or that they cannot be told apart."""
    difference, low, high = (float(gap[key]) for key in ("difference", "low", "high"))
    p = float(gap["p_value"])
    tail = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    if low <= 0 <= high:
        span = f"{_signed(difference)} points ({_signed(low)} to {_signed(high)})"
        return f"{one} and {two} cannot be told apart: {one} − {two} is {span}, {tail}."
    if difference < 0:
        one, two, difference, low, high = two, one, -difference, -high, -low
    return f"{one} leads {two} by {difference:.1f} points ({low:.1f}–{high:.1f}), {tail}."


def releases_sentence(since: str, released: int, unplaced: int) -> str:
    """How many of the newest releases are not placed."""
    if unplaced == 0:
        return f"Every release since {since} is placed ({released})."
    if unplaced == released:
        return f"No release since {since} is placed ({released}): too few usable tests of them are published."
    return f"{unplaced} of the {released} releases since {since} {'is' if unplaced == 1 else 'are'} not placed."


def index_sentence(found: NewerByIndex) -> str:
    """What the index with most of the newest unplaced releases says of them and the leader."""
    head = f"On the {found.index} ({found.as_of}), which lists {found.listed} of those without a place,"
    best, leader = f"{found.best} ({found.best_score:.1f})", f"{found.leader} ({found.leader_score:.1f})"
    if not found.above:
        return f"{head} none stands above {leader}; the highest is {best}."
    return f"{head} {found.above} stand{'s' if found.above == 1 else ''} above {leader}: {best} highest."


def unranked_lines(table: pd.DataFrame) -> list[str]:
    """How many products are not ranked, and why: a line each reason, the most frequent first."""
    counts = table.loc[~table["ranked"], "reason"].value_counts()
    if counts.empty:
        return []
    head = f"{counts.sum():,} of {len(table):,} products with published scores are not ranked:"
    width, least = len(f"{counts.max():,}"), table["needed"].max()
    return [head, *(f"  {n:>{width},}  {UNRANKED[str(reason)].format(least=least)}" for reason, n in counts.items())]


def ranked_table(rows: list[Row], domain: str | None) -> Table:
    """Products with rank, points and evidence; with a domain, its points beside those of all tests."""
    expected = bool(rows) and "expected" in rows[0]
    head = ["product"] if expected else ["product", "vendor"]  # 80 columns have room for the one or the other
    if domain is None:
        columns = ["rank (95%)", *head, "points (95%)", "benchmarks"]
    else:
        columns = [*head, "points there", "in all", "differs by", "benchmarks"]
    table = _table([*columns, *(["expected (95%)"] if expected else [])], {"product", "vendor"})
    for row in rows:
        cells = [row["name"], *([] if expected else [_text(row["vendor_en"])])]
        if domain is None:
            cells = [ranks(row), *cells, points_text(row, "points", "low", "high")[1]]
            cells += [f"{row['benchmarks']}" if expected else _evidence(row)]
        else:
            cells += [points_text(row, "domain_points", "domain_low", "domain_high")[1], f"{row['points']:.0f}"]
            cells += [_signed(row["domain_difference"], 0), f"{row['domain_benchmarks']:.0f}"]
        table.add_row(*cells, *([_expected(row)] if expected else []))
    return table


def unranked_table(rows: list[Row]) -> Table:
    """Products that are not ranked, with their points and the reason."""
    from harness.market.scale_table import reason_text

    table = _table(["product", "points (95%)", "why not"], {"product", "why not"}, "not ranked")
    for row in rows:
        table.add_row(row["name"], points_text(row, "points", "low", "high")[1], reason_text(row))
    return table


def shared_table(both: pd.DataFrame, one: str, two: str) -> Table:
    """The scores (0–1) of two products on the benchmarks they share, as ``ranks.shared`` has them."""
    title = f"{len(both)} shared benchmark{_s(len(both))}; difference: {one} − {two}"
    table = _table(["benchmark", one, two, "difference"], {"benchmark"}, title)
    for row in both.to_dict("records"):
        difference = _signed(row["difference"], 3)
        table.add_row(row["benchmark"], f"{row['score_a']:.3f}", f"{row['score_b']:.3f}", difference)
    return table


def _table(columns: list[str], words: set[str], title: str | None = None) -> Table:
    """An empty table; columns of ``words`` are folded where there is no room, the others are numbers."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        word = column in words
        table.add_column(column, justify="left" if word else "right", no_wrap=not word, overflow="fold")
    return table


def points_text(row: Row, points: str, low: str, high: str) -> tuple[str, str]:
    """Points with their interval, as a phrase and as a cell; what fixes the unit has none."""
    value = row[points]
    if value != value:
        return "no points", "–"
    span = f" ({row[low]:.0f}–{row[high]:.0f})" if row[high] > row[low] else " by definition"
    return f"{value:.0f} points{span}", f"{value:.0f}{span if row[high] > row[low] else ' (unit)'}"


def _expected(row: Row) -> str:
    if row["expected"] != row["expected"]:
        return "–"
    return f"{row['expected']:.2f} ({row['expected_low']:.2f}–{row['expected_high']:.2f})"


def ranks(row: Row) -> str:
    """The rank of a row with its interval."""
    return f"{row['rank']:.0f} ({row['rank_low']:.0f}–{row['rank_high']:.0f})"


def _evidence(row: Row) -> str:
    benchmarks, domains = int(row["benchmarks"]), int(row["domains"])
    return f"{benchmarks} in {domains} domain{_s(domains)}"


def _many(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _signed(value: float, digits: int = 1) -> str:
    return number(value, digits, signed=True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "–"
