"""Rules on scores and what tasks cost: what a row says must fit its model, its unit and its day."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from harness.catalog.rules import cell_rules
from harness.catalog.rules.days import days_between, released_on
from harness.catalog.schema import LANGUAGE_KINDS, TASK_COST_UNITS
from harness.catalog.tables import Catalog, Finding, Row

_NUMBERED = re.compile(r"(?:^|; )figure \d+ of this source")  # as importers tell several figures of one setting apart
MOST_TESTS = 12  # of a source whose columns were typed by hand
LANGUAGE_DOMAINS = frozenset({"agents", "coding", "mathematics", "knowledge", "reasoning", "language"})
# Beginnings of the sources whose snapshots are dated by their edition (``Importer.by_edition``).
BY_EDITION = ("livebench-",)
HUNDREDTH = 80  # a score in the wrong unit is a hundredth: at most this part of the best possible one
FIGURES_APART = Decimal("0.05")  # of the best possible score, between two figures of one source and setting
FEW_MODELS = 3  # other models on a test before the lowest of them says what is low


def _by_id(catalog: Catalog, table: str, column: str) -> dict[str, Row]:
    return {r[column]: r for r in catalog.rows[table]}


def _tested_before_release(catalog: Catalog) -> Iterator[Finding]:
    """Nobody can test a model before its release: the date is a question set's, or the score is another model's.

    A paper known by its month is dated by the month's first day, so a release in that month is no contradiction.
    """
    models = _by_id(catalog, "models", "model_id")
    for table in ("reported_scores", "task_costs"):
        for line, row in catalog.numbered(table):
            released = released_on(row["model_id"], models)
            days = days_between(row["as_of"], released)
            same_month = row["as_of"].endswith("-01") and row["as_of"][:7] == released[:7]
            if days is not None and days < 0 and not same_month:
                message = f"{row['model_id']} was released on {released}"
                key = f"{row['model_id']} {row['benchmark_id']} {row['as_of']}"
                yield Finding(f"{table}.csv", line, "as_of", message, rule="tested-before-release", key=key)


def _edition_days(catalog: Catalog) -> Iterator[Finding]:
    """The day of a set of questions is not the day on which a model was tested; one warning a benchmark.

    A source whose snapshots are dated by their edition says no other day: its scores have the edition's day or the
    model's release, the first on which they can have been published.
    """
    models = _by_id(catalog, "models", "model_id")
    edition = {r["benchmark_id"]: r["edition"] for r in catalog.rows["benchmarks"]}
    lines: dict[str, list[int]] = defaultdict(list)
    for line, row in catalog.numbered("reported_scores"):
        days = days_between(row["as_of"], models.get(row["model_id"], {}).get("released", ""))
        by_edition = row["source_id"].startswith(BY_EDITION)
        asked = edition.get(row["benchmark_id"], "")
        if row["as_of"] in _first_days(asked) and days is not None and days > 3 and not by_edition:
            lines[row["benchmark_id"]].append(line)
    for benchmark_id, found in lines.items():
        message = f"{len(found)} scores of {benchmark_id} have the day of its questions: were they published that day?"
        yield Finding("reported_scores.csv", found[0], "as_of", message, "warning", "edition-day", benchmark_id)


def _first_days(edition: str) -> set[str]:
    """The day with which an edition's name begins, or the first of its month or year: ``2024-08 to 2025-05``."""
    found = re.match(r"(20\d\d)(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?(?![\d.])", edition)
    return {f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}"} if found else set()


def _errors_of_scores(catalog: Catalog) -> Iterator[Finding]:
    """A standard error above half of the range is in percent beside a fraction, or no standard error."""
    benchmarks = _by_id(catalog, "benchmarks", "benchmark_id")
    for line, row in catalog.numbered("reported_scores"):
        stderr = cell_rules.number(row["stderr"])
        ceiling = cell_rules.number(benchmarks.get(row["benchmark_id"], {}).get("ceiling", ""))
        high = ceiling or (Decimal(1000) if row["unit"] == "elo" else None)
        if stderr is not None and high is not None and stderr > high / 2:
            message = f"{row['stderr']} is above half of the range 0 to {high:f}"
            key = f"{row['model_id']} {row['benchmark_id']} {row['as_of']}"
            yield Finding("reported_scores.csv", line, "stderr", message, rule="stderr-above-range", key=key)


def _units_of_scores(catalog: Catalog) -> Iterator[Finding]:
    """A hundredth of what it should be lies inside the range: 0.00875 for 0.875, or a fraction among points of 100.

    Found by another score of the same model, test and effort a hundred times as high, and by one far below all others.
    """
    ceilings = {r["benchmark_id"]: cell_rules.number(r["ceiling"]) for r in catalog.rows["benchmarks"]}
    tests: dict[str, list[tuple[int, Row, Decimal]]] = defaultdict(list)
    for line, row in catalog.numbered("reported_scores"):
        if (value := cell_rules.number(row["score"])) is not None:
            tests[row["benchmark_id"]].append((line, row, value))
    for benchmark_id, scores in tests.items():
        highest = (ceilings.get(benchmark_id) or Decimal(0)) / HUNDREDTH
        for line, row, value in (s for s in scores if 0 < s[2] <= highest):
            own = [v for _, r, v in scores if (r["model_id"], r["effort"]) == (row["model_id"], row["effort"])]
            others = [(v, r["model_id"]) for _, r, v in scores if r["model_id"] != row["model_id"]]
            beside = next((v for v in own if 95 * value <= v <= 105 * value), None)
            if len({model_id for _, model_id in others}) >= FEW_MODELS and min(others)[0] > 5 * value:
                beside = beside or min(others)[0]
            if beside is not None:
                message = f"{row['score']} beside {beside:f}: is it a hundredth of the score?"
                key = f"{row['model_id']} {benchmark_id} {row['as_of']}"
                yield Finding("reported_scores.csv", line, "score", message, "warning", "score-unit", key)


def _costs(catalog: Catalog) -> Iterator[Finding]:
    """Tokens read as dollars make a model a thousand times dearer."""
    for line, row in catalog.numbered("task_costs"):
        unit = TASK_COST_UNITS.get(row["key"])
        if unit and row["unit"] != unit:
            message = f"{row['key']} is in {unit}, not {cell_rules.quoted(row['unit'])}"
            key = f"{row['model_id']} {row['benchmark_id']} {row['key']}"
            yield Finding("task_costs.csv", line, "unit", message, rule="cost-unit", key=key)


def _benchmarks(catalog: Catalog) -> Iterator[Finding]:
    """A test of an unstated set-up or domain is compared with what it is not."""
    for line, row in catalog.numbered("benchmarks"):
        for column in ("set_up_by", "domain"):
            if not row[column]:
                key = f"{row['benchmark_id']} {column}"
                yield Finding("benchmarks.csv", line, column, "is empty", "warning", "benchmark-unstated", key)


def _scores_of_other_kinds(catalog: Catalog) -> Iterator[Finding]:
    """A language score of an image, speech, video or embedding model is another model's, or the kind is wrong."""
    models = _by_id(catalog, "models", "model_id")
    domain = {r["benchmark_id"]: r["domain"] for r in catalog.rows["benchmarks"]}
    told = set()
    for line, row in catalog.numbered("reported_scores"):
        kind = models.get(row["model_id"], {}).get("kind", "")
        key = f"{row['model_id']} {row['benchmark_id']}"
        if (
            kind
            and kind not in LANGUAGE_KINDS
            and domain.get(row["benchmark_id"]) in LANGUAGE_DOMAINS
            and key not in told
        ):
            told.add(key)
            message = f"{row['model_id']} is of the kind {kind}, {row['benchmark_id']} a test of {domain[row['benchmark_id']]}"
            yield Finding("reported_scores.csv", line, "benchmark_id", message, "warning", "kind-and-domain", key)


def _thinking_twins(catalog: Catalog) -> Iterator[Finding]:
    """A score with thinking on a model beside its thinking checkpoint is the checkpoint's; one warning a model."""
    product = {r["model_id"]: r["product_id"] for r in catalog.rows["models"]}
    told = set()
    for line, row in catalog.numbered("reported_scores"):
        own = row["model_id"]
        twin = own.removesuffix("-instruct") + "-thinking"
        apart = twin in product and product[twin] != product.get(own)
        if row["effort"] == "thinking" and apart and own not in told:
            told.add(own)
            message = f"a score with thinking on {own}: is it of {twin}?"
            yield Finding("reported_scores.csv", line, "model_id", message, "warning", "thinking-twin", own)


def _editions_passed(catalog: Catalog) -> Iterator[Finding]:
    """A model younger than the next edition of a board's questions was seldom asked the old ones; one warning a model and source.

    A source dated by its edition (``BY_EDITION``) is the board's own list of that edition.
    """
    models, tests = _by_id(catalog, "models", "model_id"), _by_id(catalog, "benchmarks", "benchmark_id")
    editions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for test in catalog.rows["benchmarks"]:
        if cell_rules.date(test["edition"]):
            editions[test["family"], test["set_up_by"]].add(test["edition"])
    told = set()
    for line, row in catalog.numbered("reported_scores"):
        asked = tests.get(row["benchmark_id"])
        key = f"{row['model_id']} {row['source_id']}"
        if (
            asked is None
            or key in told
            or row["source_id"].startswith(BY_EDITION)
            or not cell_rules.date(asked["edition"])
        ):
            continue
        later = min((e for e in editions[asked["family"], asked["set_up_by"]] if e > asked["edition"]), default="")
        released = released_on(row["model_id"], models)
        if later and released > later:
            told.add(key)
            message = f"of {test['edition']}, and the next edition ({later}) came before {row['model_id']} ({released}): which was asked?"
            yield Finding("reported_scores.csv", line, "benchmark_id", message, "warning", "edition-passed", key)


def _columns_twice(catalog: Catalog) -> Iterator[Finding]:
    """Two tests of one source on which every model has the same figure are one column copied into two."""
    scores: dict[str, dict[str, dict[str, tuple[str, int]]]] = defaultdict(lambda: defaultdict(dict))
    for line, row in catalog.numbered("reported_scores"):
        model = f"{row['model_id']} {row['effort']} {row['setting']}"
        scores[row["source_id"]][row["benchmark_id"]][model] = (row["score"], line)
    for source_id, tests in scores.items():
        if len(tests) > MOST_TESTS:
            continue  # a board's whole list: no column was typed
        for first, second in itertools.combinations(sorted(tests), 2):
            shared = tests[first].keys() & tests[second].keys()
            figures = {tests[first][m][0] for m in shared}
            if len(figures) >= FEW_MODELS and all(tests[first][m][0] == tests[second][m][0] for m in shared):
                line = min(tests[second][m][1] for m in shared)
                message = f"{len(shared)} models have the same figures on {first}: one column copied into two?"
                key = f"{source_id} {first} {second}"
                yield Finding("reported_scores.csv", line, "score", message, "warning", "column-twice", key)


def _two_figures(catalog: Catalog) -> Iterator[Finding]:
    """Two figures of one source under one setting are of two models, efforts or set-ups, of which the rows do not tell."""
    ceilings = {r["benchmark_id"]: cell_rules.number(r["ceiling"]) for r in catalog.rows["benchmarks"]}
    figures: dict[tuple[str, ...], list[tuple[int, Decimal]]] = defaultdict(list)
    for line, row in catalog.numbered("reported_scores"):
        value, setting = cell_rules.number(row["score"]), _NUMBERED.sub("", row["setting"])
        if value is not None:
            of = (row["model_id"], row["benchmark_id"], row["effort"], setting, row["source_id"], row["reported_by"])
            figures[(*of, row["as_of"])].append((line, value))
    for (model_id, benchmark_id, *_, source_id, _, _), found in figures.items():
        low, high = min(v for _, v in found), max(v for _, v in found)
        if high - low > FIGURES_APART * (ceilings.get(benchmark_id) or Decimal(1000)):
            message = f"{low:f} and {high:f} of one source and setting: is one of another model, effort or set-up?"
            key = f"{model_id} {benchmark_id} {source_id}"
            yield Finding("reported_scores.csv", found[-1][0], "score", message, "warning", "two-figures", key)


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _tested_before_release,
    _edition_days,
    _errors_of_scores,
    _units_of_scores,
    _costs,
    _benchmarks,
    _scores_of_other_kinds,
    _thinking_twins,
    _editions_passed,
    _columns_twice,
    _two_figures,
)
