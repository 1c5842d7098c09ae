"""Rules on figures: exchange rates and facts in money or numbers must fit their neighbours and their period."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from harness.catalog.rules import cell_rules
from harness.catalog.rules.days import days_between
from harness.catalog.tables import Catalog, Finding, Row

NEIGHBOUR_DAYS = 366
YEARLY = ("revenue", "net_income", "rnd_spend", "capex", "operating_income", "free_cash_flow", "cloud_revenue")
# Figures that rarely fall by much: a newest one far below an earlier one is a part's.
FIGURES = (
    *("revenue", "rnd_spend", "capex", "ai_revenue", "cloud_revenue", "revenue_run_rate", "funding_total", "valuation"),
    *(
        "staff",
        "researchers",
        "users",
        "monthly_users",
        "weekly_users",
        "daily_users",
        "paying_users",
        "platform_users",
    ),
    *("customers", "developers", "tokens_processed", "hub_models", "open_weight_models", "compute_capacity"),
)
WHOLE = ("tokens_processed", "customers", "compute_capacity")
CUMULATIVE = ("funding_total",)  # it cannot fall at all
FALL, LEAP = Decimal("0.6"), Decimal(100)  # a newest figure below this share of an earlier one; above this multiple
PART_OF_YEAR = re.compile(
    r"\b(annuali[sz]ed|recurring|run[ -]rate|quarter(ly)?|half(-year)?|(\w+ )?months|per month|monthly|interim"
    r"|year[ -]to[ -]date|ytd|[HQ][1-4]|[1-4][HQ](20)?\d*)\b",
    re.IGNORECASE,
)
OF_A_PART = re.compile(
    r"\b(alone|one site|added in|up to|planned capacity of|agencies|computer vision|\w+ tools|that (spend|spent)|with more than|on (OpenRouter|GitHub|Amazon Bedrock)|gateway)\b",
    re.IGNORECASE,
)
COUNTED = re.compile(r"\bof its (\d+) models in models\.csv\b")
WHOLE_YEAR = re.compile(r"\b(four quarters|twelve months)\b", re.IGNORECASE)


def _rates(catalog: Catalog) -> Iterator[Finding]:
    """A rate 1.5 times off its neighbour in time is turned round or another currency's."""
    by_currency: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in catalog.numbered("fx"):
        by_currency[row["currency"]].append((line, row))
    for rows in by_currency.values():
        rows.sort(key=lambda r: r[1]["as_of"])
        for (_, before), (line, row) in zip(rows, rows[1:], strict=False):
            old, new = cell_rules.number(before["usd_per_unit"]), cell_rules.number(row["usd_per_unit"])
            days = days_between(row["as_of"], before["as_of"])
            if old and new and days is not None and days <= NEIGHBOUR_DAYS and not 1 / 1.5 <= new / old <= 1.5:
                message = f"{row['usd_per_unit']} after {before['usd_per_unit']} on {before['as_of']}"
                key = f"{row['currency']} {row['as_of']}"
                yield Finding("fx.csv", line, "usd_per_unit", message, rule="rate-jump", key=key)


def _series(catalog: Catalog) -> Iterator[Finding]:
    """A newest figure far below an earlier one is a part's and would be shown as the whole; far above, another unit's."""
    rates = {r["currency"]: cell_rules.number(r["usd_per_unit"]) for r in sorted(catalog.rows["fx"], key=_day)}
    groups: dict[tuple[str, str, str], list[tuple[str, Decimal, int]]] = defaultdict(list)
    for line, row in catalog.numbered("facts"):
        value, rate = cell_rules.number(row["value"]), rates.get(row["unit"])
        if row["key"] in FIGURES and value is not None:
            unit = "USD" if rate else row["unit"]  # at the newest rate: figures differ by more than rates do
            groups[row["vendor_id"], row["key"], unit].append((row["as_of"], value * (rate or 1), line))
    for name, figures in groups.items():
        yield from _newest(" ".join(name), figures, Decimal(1) if name[1] in CUMULATIVE else FALL)


def _day(row: Row) -> str:
    return row["as_of"]


def _written(value: Decimal) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:f}"


def _newest(name: str, figures: list[tuple[str, Decimal, int]], share: Decimal) -> Iterator[Finding]:
    """Findings of the newest of a vendor's figures (day, value, row of the file) beside the highest before it."""
    day, value, line = max(figures)
    highest = max((v for d, v, _ in figures if d < day), default=value)
    if value < highest * share:
        message = f"the newest {name} ({_written(value)}, {day}) is below an earlier {_written(highest)}: is it of a part (a product, a quarter)?"
        yield Finding("facts.csv", line, "value", message, "warning", "figure-falls", name)
    if highest > 0 and value > highest * LEAP:
        message = f"the newest {name} ({_written(value)}, {day}) is above 100 times any earlier one: is the unit right?"
        yield Finding("facts.csv", line, "value", message, "warning", "figure-leaps", name)


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


def _parts(catalog: Catalog) -> Iterator[Finding]:
    """One product's tokens, or the customers of one size or channel, beside another company's all would be ranked with these."""
    for line, row in catalog.numbered("facts"):
        part = OF_A_PART.search(row["note"])
        if row["key"] in WHOLE and part:
            message = f"{row['key']} is of the whole company and the note says {cell_rules.quoted(part[0])}: {row['key']}_part is the key of a part"
            key = f"{row['vendor_id']} {row['key']} {row['as_of']}"
            yield Finding("facts.csv", line, "key", message, rule="part-of-figure", key=key)


def _counts(catalog: Catalog) -> Iterator[Finding]:
    """A count of the catalog's own models goes stale with every model that is added, taken out or mended."""
    models = Counter(r["vendor_id"] for r in catalog.rows["models"])
    with_weights = Counter(r["vendor_id"] for r in catalog.rows["models"] if r["open_weights"] == "true")
    for line, row in catalog.numbered("facts"):
        counted = COUNTED.search(row["note"]) if row["key"] == "open_weight_models" else None
        now = (str(with_weights[row["vendor_id"]]), str(models[row["vendor_id"]]))
        if counted and (row["value"], counted[1]) != now:
            message = f"{row['value']} of {counted[1]} models; models.csv has {now[0]} of {now[1]}"
            yield Finding("facts.csv", line, "value", message, "warning", "count-stale", row["vendor_id"])


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_rates, _series, _periods, _parts, _counts)
