"""``harness scale``: who leads the capability scale of published scores, by how much, and who is not ranked and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness import names
from harness.commands.database import reader as open_reader
from harness.errors import BadInput, MissingData
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

Row = Mapping[Any, Any]
SHOWN = 30
"""Ranked products that are listed where nobody asks for all: a screen."""
UNIT = "Capability in points, from published scores: 150 is GPT-5, 130 is Claude 3.5 Sonnet (June 2024)."
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
UNRANKED = {
    "few_benchmarks": "fewer than {least} benchmarks",
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


def scale(*, least: int | None, expect: str | None, domain: str | None, every: bool, as_json: bool) -> None:
    """The scale as a table (the first ``SHOWN``, or ``every`` product) or as a JSON list of all products.

    ``least`` is the fewest benchmarks of a ranked product; ``expect`` names a benchmark whose score is to be expected of
    each; ``domain`` is one of DOMAINS, in whose points ranked products are then listed.

    Raises:
        BadInput: an unknown domain, or a benchmark's name that fits several (they are listed).
        MissingData: no scale, no such benchmark on it, or too few products with points in the domain.
    """
    from harness.analysis.scale.ranks import LEAST_BENCHMARKS
    from harness.market.scale_table import newest_unplaced, scale_table

    if domain is not None and domain not in DOMAINS:
        raise BadInput(f"There is no domain {domain!r} with points of its own; there is {', '.join(DOMAINS)}.")
    least = LEAST_BENCHMARKS if least is None else least
    reader = open_reader()
    fit, left_out = _fitted(reader)
    table = scale_table(reader, fit, left_out, least)
    benchmark = None if expect is None else _benchmark(reader, fit, expect)
    if benchmark is not None:
        table = _with_expected(table, fit, benchmark)
    if domain is not None:
        table = _with_domain(table, fit, domain)
    if as_json:
        print_json([to_json(row) for row in table.to_dict("records")])
        return
    placed = table[table["ranked"]]
    if domain is not None:
        placed = placed.dropna(subset="domain_points").sort_values("domain_points", ascending=False)
    print(finding(placed) if domain is None else _domain_finding(placed, domain))
    print(UNIT)
    if benchmark is not None:
        name = fit.benchmarks.set_index("benchmark_id").loc[benchmark, "benchmark"]
        print(f"Expected: the share of {name} that a new score would show, with its 95 % interval.")
    if len(placed):
        print_table(_ranked_table((placed if every else placed.head(SHOWN)).to_dict("records"), domain))
    if not every and len(placed) > SHOWN:
        print(f"The first {SHOWN} of {len(placed)} ranked products; --all lists all, and why others are not ranked.")
    for line in _unranked(table, least):
        print(line)
    releases = newest_unplaced(reader, table)
    if releases is not None:
        print(releases_sentence(releases.since.isoformat(), releases.released, releases.unplaced))
    if every and len(unranked := table[~table["ranked"]]):
        print_table(_unranked_table(unranked.to_dict("records")))


def compare(one: str, two: str, *, as_json: bool) -> None:
    """Two products on the scale: the difference of their points with its interval, and the benchmarks they share.

    Raises:
        BadInput: both names mean one product, or one fits several (they are listed).
        MissingData: no scale, or it does not place one of the products.
    """
    from harness.analysis.scale.ranks import contrast, shared
    from harness.market.scale_table import scale_table

    reader = open_reader()
    fit, left_out = _fitted(reader)
    table = scale_table(reader, fit, left_out).set_index("model_id", drop=False)
    models = reader.frame("models")
    a, b = (_product(table, models, name) for name in (one, two))
    if a == b:
        raise BadInput(f"{one} and {two} name one product, {a}.")
    rows, gap, both = [table.loc[a].to_dict(), table.loc[b].to_dict()], contrast(fit, a, b), shared(fit, a, b)
    if as_json:
        numbers = {key: round(float(gap[key]), 2) for key in ("difference", "stderr", "low", "high")}
        tests = both.round(4).to_dict("records")
        print_json(
            {"a": a, "b": b, **numbers, "p_value": float(gap["p_value"]), "shared": len(both), "benchmarks": tests}
            | {"products": [to_json(row) for row in rows]}
        )
        return
    print(gap_sentence(str(rows[0]["name"]), str(rows[1]["name"]), gap))
    print(UNIT)
    _print_products(rows)
    if both.empty:
        print("No benchmark has scores of both: the difference rests on what others share with each.")
        return
    shown = Table(title=f"{len(both)} shared benchmark{_s(len(both))}", title_justify="left", box=None, pad_edge=False)
    for column in ("benchmark", str(rows[0]["name"]), str(rows[1]["name"]), "difference"):
        shown.add_column(column, justify="left" if column == "benchmark" else "right", overflow="fold")
    for row in both.to_dict("records"):
        shown.add_row(row["benchmark"], f"{row['score_a']:.3f}", f"{row['score_b']:.3f}", _signed(row["difference"], 3))
    print_table(shown)


def to_json(row: Row) -> dict[str, Any]:
    """A row of ``scale_table`` as design §6 names its values: points with two digits, null where there is none."""
    from harness.market.scale_table import reason_text

    ranked = bool(row["ranked"])
    values: dict[str, Any] = {"model_id": row["model_id"], "product_id": row["product_id"]}
    values |= {key: _rounded(row[key], 2) for key in ("points", "low", "high")}
    values |= {key: int(row[key]) if ranked else None for key in ("rank", "rank_low", "rank_high")}
    values |= {"within_leader": bool(row["within_leader"]) if ranked else None}
    values |= {"benchmarks": int(row["benchmarks"]), "domains": int(row["domains"])}
    values |= {"ranked": ranked, "reason": reason_text(row)}
    values |= {key: _rounded(row[key], 4) for key in ("expected", "expected_low", "expected_high") if key in row}
    values |= {key: _rounded(row[key], 2) for key in ("domain_points", "domain_low", "domain_high") if key in row}
    return values


def finding(placed: pd.DataFrame) -> str:
    """The first sentence: who leads the ranked rows, at how many points, and how many cannot be told from it."""
    if placed.empty:
        return "No product has the evidence that a rank needs."
    leader, others = placed.iloc[0], int(placed["within_leader"].sum()) - 1
    many = NUMBERS[others] if others < len(NUMBERS) else f"{others:,}"
    within = f"{many} other{' is' if others < 2 else 's are'} within its margin of error"
    return f"{leader['name']} leads at {_points(leader, 'points', 'low', 'high')[0]}; {within}."


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
        return f"None of the {released} releases since {since} is placed: too few of their scores are published."
    return f"{unplaced} of the {released} releases since {since} {'is' if unplaced == 1 else 'are'} not placed."


def _fitted(queries: Queries) -> tuple[ScaleFit, pd.DataFrame]:
    """The fit of the database's published scores, and the rows it leaves out; what is at work goes to standard error."""
    from harness.analysis.scale.fit import fit_scale
    from harness.analysis.scale.preparation import prepare_reported

    reported = queries.frame("reported")
    if reported.empty:
        raise MissingData(
            "There is no capability scale: the database holds no published scores. `harness db rebuild` makes it again "
            "from the catalog."
        )
    prepared = prepare_reported(reported)
    scores = prepared.scores
    if len(scores):
        size = f"{len(scores):,} scores of {scores['model_id'].nunique():,} products"
        print(f"harness: fitting the scale to {size} (some seconds) …", file=sys.stderr, flush=True)
    try:
        return fit_scale(scores), prepared.left_out
    except BadInput as error:
        raise MissingData(f"There is no capability scale. {error}") from error


def _benchmark(queries: Queries, fit: ScaleFit, wanted: str) -> str:
    """The id of the one benchmark of the scale that ``wanted`` means: id or name, whole, else an ending, else a beginning."""
    pairs = [
        (str(name), str(id))
        for column in ("benchmark_id", "benchmark")
        for name, id in zip(fit.benchmarks[column], fit.benchmarks["benchmark_id"], strict=True)
    ]
    begun = {id for name, id in pairs if names.fold(wanted) and names.fold(name).startswith(names.fold(wanted))}
    match = names.only("benchmark", wanted, names.matches(wanted, pairs) or sorted(begun))
    if match is not None:
        return match
    listed = queries.frame("reported").drop_duplicates("benchmark_id")
    other = names.matches(wanted, ((str(name), str(name)) for name in [*listed["benchmark_id"], *listed["benchmark"]]))
    close = names.near(wanted, (name for name, _ in pairs)) or [id for _, id in pairs[: names.LISTED]]
    absent = "The scale does not hold the benchmark" if other else "There is no benchmark"
    why = " (a composite, a rating, or too few products have scores)" if other else ""
    raise MissingData(f"{absent} {wanted!r}{why}. On the scale there is {', '.join(close)} …")


def _product(table: pd.DataFrame, models: pd.DataFrame, wanted: str) -> str:
    """The id of the one product of the scale that ``wanted`` means by any name of one of its models."""
    from harness.market.scale_table import reason_text

    known = models[models["product_id"].isin(table["product_id"])]
    pairs = [
        (str(name), str(product))
        for column in ("product_id", "model_id", "hub_id", "name")
        for name, product in zip(known[column], known["product_id"], strict=True)
        if isinstance(name, str) and name
    ] + [(id, id) for id in table["product_id"]]
    product = names.one(wanted, pairs, "with published scores", "harness scale --all")
    row = table.loc[product]
    if row["points"] != row["points"]:
        raise MissingData(f"The scale does not hold {row['name']}: {reason_text(row)}.")
    return product


def _with_expected(table: pd.DataFrame, fit: ScaleFit, benchmark: str) -> pd.DataFrame:
    from harness.analysis.scale.fit import expected_scores

    scores = expected_scores(fit, None, [benchmark])[["model_id", "expected", "low", "high"]]
    named = scores.rename(columns={"low": "expected_low", "high": "expected_high"})
    return table.merge(named, on="model_id", how="left")


def _with_domain(table: pd.DataFrame, fit: ScaleFit, domain: str) -> pd.DataFrame:
    from harness.analysis.scale.domains import profiles

    rows = profiles(fit)
    rows = rows[rows["domain"] == domain][["model_id", "points", "low", "high", "benchmarks", "difference"]]
    if rows.empty:
        raise MissingData(f"Too few products have scores of {DOMAINS[domain]} for points of their own there.")
    return table.merge(rows.set_index("model_id").add_prefix("domain_").reset_index(), on="model_id", how="left")


def _domain_finding(placed: pd.DataFrame, domain: str) -> str:
    if placed.empty:
        return f"No ranked product has points in {DOMAINS[domain]}."
    first = placed.iloc[0]
    points = _points(first, "domain_points", "domain_low", "domain_high")[0]
    return f"In {DOMAINS[domain]}, {first['name']} has the most: {points}."


def _ranked_table(rows: list[Row], domain: str | None) -> Table:
    """Products with rank, points and evidence; with a domain, its points beside those of all tests."""
    expected = bool(rows) and "expected" in rows[0]
    table = Table(box=None, pad_edge=False)
    if domain is None:
        columns = ["rank (95 %)", "product", "vendor", "points (95 %)", "benchmarks"]
    else:
        columns = ["product", "vendor", "points there", "in all", "differs by", "benchmarks"]
    for column in [*columns, *(["expected (95 %)"] if expected else [])]:
        words = column in ("product", "vendor", "benchmarks")
        table.add_column(column, justify="left" if words else "right", no_wrap=column not in ("product", "vendor"))
    for row in rows:
        if domain is None:
            rank = f"{row['rank']:.0f} ({row['rank_low']:.0f}–{row['rank_high']:.0f})"
            cells = [
                rank,
                row["name"],
                _text(row["vendor_en"]),
                _points(row, "points", "low", "high")[1],
                _evidence(row),
            ]
        else:
            there = _points(row, "domain_points", "domain_low", "domain_high")[1]
            differs = _signed(row["domain_difference"], 0)
            count = f"{row['domain_benchmarks']:.0f}"
            cells = [row["name"], _text(row["vendor_en"]), there, f"{row['points']:.0f}", differs, count]
        table.add_row(*cells, *([_expected(row)] if expected else []))
    return table


def _print_products(rows: list[Row]) -> None:
    """The standing of a few products, a line each."""
    from harness.market.scale_table import reason_text

    for row in rows:
        rank = (
            f"rank {row['rank']:.0f} ({row['rank_low']:.0f}–{row['rank_high']:.0f})" if row["ranked"] else "not ranked"
        )
        why = "" if row["ranked"] else f" ({reason_text(row)})"
        print(f"  {row['name']}: {_points(row, 'points', 'low', 'high')[0]}, {rank}{why}; {_evidence(row)}")


def _unranked(table: pd.DataFrame, least: int) -> list[str]:
    """How many products are not ranked, and why: a line each reason, the most frequent first."""
    counts = table.loc[~table["ranked"], "reason"].value_counts()
    if counts.empty:
        return []
    head = f"{counts.sum():,} of {len(table):,} products with published scores are not ranked:"
    width = len(f"{counts.max():,}")
    return [head, *(f"  {n:>{width},}  {UNRANKED[str(reason)].format(least=least)}" for reason, n in counts.items())]


def _unranked_table(rows: list[Row]) -> Table:
    from harness.market.scale_table import reason_text

    table = Table(title="not ranked", title_justify="left", box=None, pad_edge=False)
    for column in ("product", "vendor", "points (95 %)", "why not"):
        table.add_column(column, justify="right" if "points" in column else "left", no_wrap="points" in column)
    for row in rows:
        points = _points(row, "points", "low", "high")[1]
        table.add_row(row["name"], _text(row["vendor_en"]), points, reason_text(row))
    return table


def _points(row: Row, points: str, low: str, high: str) -> tuple[str, str]:
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


def _evidence(row: Row) -> str:
    benchmarks, domains = int(row["benchmarks"]), int(row["domains"])
    return f"{benchmarks} in {domains} domain{_s(domains)}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _signed(value: float, digits: int = 1) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _rounded(value: float, digits: int) -> float | None:
    return None if value != value else round(float(value), digits)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "–"
