"""Rules on scores, prices and facts: what a row says must fit its model, its unit, its day and its neighbours."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from harness.catalog.names import spellings
from harness.catalog.rules import cell_rules
from harness.catalog.schema import LANGUAGE_KINDS, TASK_COST_UNITS
from harness.catalog.tables import Catalog, Finding, Row

EARLY_DAYS = 7  # an offer may open to a few customers before the release is announced
NEIGHBOUR_DAYS = 366
LANGUAGE_DOMAINS = frozenset({"agents", "coding", "mathematics", "knowledge", "reasoning", "language"})
FIGURES = ("revenue", "funding_total", "valuation", "staff")
YEARLY = ("revenue", "net_income", "rnd_spend", "capex", "operating_income", "free_cash_flow")
PART_OF_YEAR = re.compile(
    r"\b(annuali[sz]ed|recurring|run[ -]rate|quarter|half|(three|six|nine) months|Q[1-4])\b", re.IGNORECASE
)
WHOLE_YEAR = re.compile(r"\b(four quarters|twelve months)\b", re.IGNORECASE)
SELLERS_ON = ("reseller", "router", "plan")  # their prices follow from their own terms, not from the model's cost
# Beginnings of the sources whose snapshots are dated by their edition (``Importer.by_edition``).
BY_EDITION = ("livebench-",)
# Names of one cloud that have no word in common.
SAME_CLOUD = (frozenset({"aws", "amazon-web-services"}), frozenset({"gcp", "google-cloud"}))


def _days(text: str, other: str) -> int | None:
    """Days from ``other`` to ``text``; None where one is no date."""
    a, b = cell_rules.date(text), cell_rules.date(other)
    return (a - b).days if a and b else None


def _by_id(catalog: Catalog, table: str, column: str) -> dict[str, Row]:
    return {r[column]: r for r in catalog.rows[table]}


def _tested_before_release(catalog: Catalog) -> Iterator[Finding]:
    """Nobody can test a model before its release: the date is a question set's, or the score is another model's.

    A paper known by its month is dated by the month's first day, so a release in that month is no contradiction.
    """
    models = _by_id(catalog, "models", "model_id")
    for table in ("reported_scores", "task_costs"):
        for line, row in catalog.numbered(table):
            released = models.get(row["model_id"], {}).get("released", "")
            days = _days(row["as_of"], released)
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
        days = _days(row["as_of"], models.get(row["model_id"], {}).get("released", ""))
        by_edition = row["source_id"].startswith(BY_EDITION)
        if row["as_of"] == edition.get(row["benchmark_id"]) and days is not None and days > 3 and not by_edition:
            lines[row["benchmark_id"]].append(line)
    for benchmark_id, found in lines.items():
        message = f"{len(found)} scores of {benchmark_id} have the day of its questions: were they published that day?"
        yield Finding("reported_scores.csv", found[0], "as_of", message, "warning", "edition-day", benchmark_id)


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


def _offer(line: int, row: Row, column: str, message: str, rule: str, level: str = "warning") -> Finding:
    key = f"{row['provider_id']} {row['offer_id']} {row['as_of']}"
    return Finding("prices.csv", line, column, message, level, rule, key)


def _sold_before_release(catalog: Catalog) -> Iterator[Finding]:
    """A price before the release is another model's, under a name that moved on."""
    models = _by_id(catalog, "models", "model_id")
    for line, row in catalog.numbered("prices"):
        released = models.get(row["model_id"], {}).get("released", "")
        days = _days(row["as_of"], released)
        if days is None or days >= 0:
            continue
        if days < -EARLY_DAYS:
            message = f"{row['model_id']} was released on {released}"
            yield _offer(line, row, "as_of", message, "sold-before-release", "error")
        else:
            message = f"{-days} days before the release of {row['model_id']}: early access?"
            yield _offer(line, row, "as_of", message, "early-access")


def _units(catalog: Catalog) -> Iterator[Finding]:
    """A price per image or minute on a language model that makes no images, hears no sound, is another model's."""
    models = _by_id(catalog, "models", "model_id")
    needs = {"image": ("image",), "minute": ("audio", "video")}
    for line, row in catalog.numbered("prices"):
        model = models.get(row["model_id"])
        if model is None or row["tier"] != "standard" or row["per"] not in needs or model["kind"] not in LANGUAGE_KINDS:
            continue
        handled = model["output_modalities"] + (f";{model['input_modalities']}" if row["per"] == "minute" else "")
        if not set(handled.split(";")) & set(needs[row["per"]]):
            message = f"{row['model_id']} is a language model: its standard price is per token, not per {row['per']}"
            yield _offer(line, row, "per", message, "unit-of-price", "error")


def _compared_prices(catalog: Catalog) -> Iterator[tuple[int, Row]]:
    """Offers of a known model in the standard tier, per token."""
    for line, row in catalog.numbered("prices"):
        if row["model_id"] and row["tier"] == "standard" and row["per"] == "token":
            yield line, row


_PRICES = ("input_per_mtok", "output_per_mtok")


def _below_the_maker(catalog: Catalog) -> Iterator[Finding]:
    """A closed model sold below half of its maker's list price is a plan's, a coupon's or another model's price."""
    models = _by_id(catalog, "models", "model_id")
    providers = _by_id(catalog, "providers", "provider_id")
    lists: dict[tuple[str, ...], Decimal] = {}
    for _, row in _compared_prices(catalog):
        provider, model = providers.get(row["provider_id"]), models.get(row["model_id"])
        if provider and model and provider["kind"] in ("", "maker") and provider["vendor_id"] == model["vendor_id"]:
            for column in _PRICES:
                price, key = cell_rules.number(row[column]), (row["model_id"], row["as_of"], row["currency"], column)
                if price:
                    lists[key] = min(price, lists.get(key, price))
    for line, row in _compared_prices(catalog):
        provider, model = providers.get(row["provider_id"]), models.get(row["model_id"])
        if not provider or not model or provider["kind"] in SELLERS_ON or model["open_weights"] == "true":
            continue  # anybody may host open weights for less
        for column in _PRICES:
            price = cell_rules.number(row[column])
            listed = lists.get((row["model_id"], row["as_of"], row["currency"], column))
            if price and listed and price < listed / 2:
                message = (
                    f"{row[column]} is below half of the maker's list price ({listed:f}); the provider is no reseller"
                )
                yield _offer(line, row, column, message, "below-list")
                break


def _far_from_others(catalog: Catalog) -> Iterator[Finding]:
    """A price 8 times off is per 1,000 tokens, in another currency, or another model's."""
    groups: dict[tuple[str, ...], list[tuple[int, Row, float]]] = defaultdict(list)
    for line, row in _compared_prices(catalog):
        for column in _PRICES:
            price = cell_rules.number(row[column])
            if price:
                groups[row["model_id"], row["as_of"], row["currency"], column].append((line, row, float(price)))
    for (_, _, _, column), offers in groups.items():
        if len(offers) < 4 or max(o[2] for o in offers) < 8 * min(o[2] for o in offers):
            continue
        for position, (line, row, own) in enumerate(offers):
            middle = statistics.median(o[2] for at, o in enumerate(offers) if at != position)
            if own >= 8 * middle or own <= middle / 8:
                message = (
                    f"{row[column]} beside a median of {middle:g} of the {len(offers) - 1} other offers of that day"
                )
                yield _offer(line, row, column, message, "far-from-others")


def _clouds(catalog: Catalog) -> Iterator[Finding]:
    """One cloud under two names stands twice in every chart by cloud."""
    first: dict[str, int] = {}
    for line, row in catalog.numbered("gpu_prices"):
        first.setdefault(row["cloud"], line)
    names = sorted(first)
    for at, name in enumerate(names):
        for other in names[at + 1 :]:
            form, form_other = spellings.slug(name), spellings.slug(other)
            words, words_other = set(form.split("-")), set(form_other.split("-"))
            if words <= words_other or words_other <= words or {form, form_other} in SAME_CLOUD:
                message = f"{cell_rules.quoted(name)} and {cell_rules.quoted(other)}: one cloud under two names?"
                key = f"{name} / {other}"
                yield Finding("gpu_prices.csv", first[other], "cloud", message, "warning", "cloud-twice", key)


def _rates(catalog: Catalog) -> Iterator[Finding]:
    """A rate 1.5 times off its neighbour in time is turned round or another currency's."""
    by_currency: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in catalog.numbered("fx"):
        by_currency[row["currency"]].append((line, row))
    for rows in by_currency.values():
        rows.sort(key=lambda r: r[1]["as_of"])
        for (_, before), (line, row) in zip(rows, rows[1:], strict=False):
            old, new = cell_rules.number(before["usd_per_unit"]), cell_rules.number(row["usd_per_unit"])
            days = _days(row["as_of"], before["as_of"])
            if old and new and days is not None and days <= NEIGHBOUR_DAYS and not 1 / 1.5 <= new / old <= 1.5:
                message = f"{row['usd_per_unit']} after {before['usd_per_unit']} on {before['as_of']}"
                key = f"{row['currency']} {row['as_of']}"
                yield Finding("fx.csv", line, "usd_per_unit", message, rule="rate-jump", key=key)


def _series(catalog: Catalog) -> Iterator[Finding]:
    """A newest figure far below an earlier one is a part's (a product, a quarter) and would be shown as the whole."""
    groups: dict[tuple[str, ...], list[tuple[str, Decimal, int]]] = defaultdict(list)
    for line, row in catalog.numbered("facts"):
        value = cell_rules.number(row["value"])
        if row["key"] in FIGURES and value is not None:
            groups[row["vendor_id"], row["key"], row["unit"]].append((row["as_of"], value, line))
    for (vendor, key, unit), figures in groups.items():
        day, value, line = max(figures)
        highest = max(v for d, v, _ in figures)
        if value < highest / 3:
            message = (
                f"the newest {key} of {vendor} ({value:f} {unit}, {day}) is below a third of an earlier {highest:f}"
            )
            yield Finding("facts.csv", line, "value", message, "warning", "figure-falls", f"{vendor} {key} {unit}")


def _periods(catalog: Catalog) -> Iterator[Finding]:
    """A quarter's figure, or one extrapolated to a year, beside full years would be ranked with them."""
    for line, row in catalog.numbered("facts"):
        part = PART_OF_YEAR.search(row["note"])
        if row["key"] in YEARLY and part and not WHOLE_YEAR.search(row["note"]):
            own = "revenue_run_rate, or revenue_part" if row["key"] == "revenue" else f"{row['key']}_part"
            message = (
                f"{row['key']} is of a full year and the note says {cell_rules.quoted(part[0])}: "
                f"{own} is the key of other periods"
            )
            key = f"{row['vendor_id']} {row['key']} {row['as_of']}"
            yield Finding("facts.csv", line, "key", message, rule="period-of-figure", key=key)


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _tested_before_release,
    _edition_days,
    _errors_of_scores,
    _costs,
    _benchmarks,
    _scores_of_other_kinds,
    _thinking_twins,
    _sold_before_release,
    _units,
    _below_the_maker,
    _far_from_others,
    _clouds,
    _rates,
    _series,
    _periods,
)
