"""``harness scale``: who leads the capability scale of published scores, by how much, and who is not ranked and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from harness import names
from harness.commands.database import reader as open_reader
from harness.commands.scale_text import (
    DOMAINS,
    UNIT,
    Row,
    domain_finding,
    finding,
    gap_sentence,
    index_sentence,
    points_text,
    ranked_table,
    ranks,
    releases_sentence,
    shared_table,
    unranked_lines,
    unranked_table,
)
from harness.errors import BadInput, MissingData
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

SHOWN = 30
"""Ranked products that are listed where nobody asks for all: a screen."""


def scale(*, least: int | None, expect: str | None, domain: str | None, every: bool, as_json: bool) -> None:
    """The scale as a table (the first ``SHOWN``, or ``every`` product) or as a JSON list of all products.

    ``least`` is the fewest benchmarks of a ranked product; ``expect`` names a benchmark whose score is to be expected of
    each; ``domain`` is one of DOMAINS, in whose points ranked products are then listed.

    Raises:
        BadInput: an unknown domain, or a benchmark's name that fits several (they are listed).
        MissingData: no scale, no such benchmark on it, or too few products with points in the domain.
    """
    from harness.analysis.scale.ranks import LEAST_BENCHMARKS
    from harness.market.newer_by_index import newer_by_index
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
    print(finding(placed) if domain is None else domain_finding(placed, domain))
    print(UNIT)
    if benchmark is not None:
        name = fit.benchmarks.set_index("benchmark_id").loc[benchmark, "benchmark"]
        print(f"Expected: the share of {name} that a new score would show, with its 95% interval.")
    if len(placed):
        print_table(ranked_table((placed if every else placed.head(SHOWN)).to_dict("records"), domain))
    if not every and len(placed) > SHOWN:
        print(f"The first {SHOWN} of {len(placed)} ranked products; --all lists all, and why others are not ranked.")
    for line in unranked_lines(table):
        print(line)
    releases = newest_unplaced(reader, table)
    if releases is not None:
        print(releases_sentence(releases.since.isoformat(), releases.released, releases.unplaced))
    newer = newer_by_index(reader, table)
    if newer is not None:
        print(index_sentence(newer))
    if every and len(unranked := table[~table["ranked"]]):
        print_table(unranked_table(unranked.to_dict("records")))


def compare(one: str, two: str, *, as_json: bool) -> None:
    """Two products on the scale: the difference of their points with its interval, and the benchmarks they share.

    Raises:
        BadInput: both names mean one product, or one fits several (they are listed).
        MissingData: no scale, or it does not place one of the products.
    """
    from harness.analysis.scale.ranks import contrast, shared
    from harness.market.scale_table import reason_text, scale_table

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
    first, second = (str(row["name"]) for row in rows)
    print(gap_sentence(first, second, gap))
    print(UNIT)
    for row in rows:
        standing = f"rank {ranks(row)}" if row["ranked"] else f"not ranked: {reason_text(row)}"
        print(f"  {row['name']}: {points_text(row, 'points', 'low', 'high')[0]}, {standing}")
    if both.empty:
        print("No benchmark has scores of both: the difference rests on what others share with each.")
    else:
        print_table(shared_table(both, first, second))


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


def _rounded(value: float, digits: int) -> float | None:
    return None if value != value else round(float(value), digits)
