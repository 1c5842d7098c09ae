"""Rules on the size of a price: per 1,000 tokens, per token, per image, or of the wrong column."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator

from harness.catalog.rules import cell_rules
from harness.catalog.schema import LANGUAGE_KINDS
from harness.catalog.tables import Catalog, Finding, Row

FACTOR = 100  # between an offer and the median of the model's offers of all days: one of a thousand is a slip
HIGHEST, LOWEST = 1000.0, 0.001  # USD per million tokens; the dearest list price is 600
# USD per million tokens; below, a price of pictures, films or speech is one picture's, second's or minute's.
MEDIA_LOWEST = {"image": 0.25, "speech": 0.25, "video": 1.0}
CACHE_SHARE = 200  # a read from the cache costs at least this fraction of the input
_COLUMNS = ("input_per_mtok", "output_per_mtok")


def _offer(line: int, row: Row, column: str, message: str, rule: str) -> Finding:
    key = f"{row['provider_id']} {row['offer_id']} {row['as_of']}"
    return Finding("prices.csv", line, column, message, "warning", rule, key)


def _number(text: str) -> float:
    return float(cell_rules.number(text) or 0)


def rates_of(catalog: Catalog) -> dict[str, float]:
    """Newest USD of one unit of each currency that the catalog knows."""
    rows = sorted(catalog.rows["fx"], key=lambda r: r["as_of"])
    return {"USD": 1.0} | {r["currency"]: _number(r["usd_per_unit"]) for r in rows}


def _ranges(catalog: Catalog) -> Iterator[Finding]:
    """A price a thousand times off is in another unit: against the model's offers of all days, and against all models."""
    rates = rates_of(catalog)
    kind = {r["model_id"]: r["kind"] for r in catalog.rows["models"]}
    groups: dict[tuple[str, str], list[tuple[int, Row, float]]] = defaultdict(list)
    for line, row in catalog.numbered("prices"):
        if row["per"] != "token" or row["tier"] != "standard":
            continue
        prices = {c: _number(row[c]) * rates.get(row["currency"], 0) for c in _COLUMNS}
        for column, price in prices.items():
            if price and row["model_id"]:
                groups[row["model_id"], column].append((line, row, price))
        off = next((c for c, p in prices.items() if p and not LOWEST <= p <= HIGHEST), "")
        if off:
            message = f"{row[off]} {row['currency']} for a million tokens: is it for one token, or for a thousand?"
            yield _offer(line, row, off, message, "price-out-of-range")
        dearest = max(prices.values())
        if 0 < dearest < MEDIA_LOWEST.get(kind.get(row["model_id"], ""), 0):
            message = f"{dearest:g} USD for a million tokens of a model of the kind {kind[row['model_id']]}: is it for one image or minute?"
            yield _offer(line, row, "per", message, "media-price")
    for (model_id, column), offers in groups.items():
        yield from _far(model_id, column, offers)


def _far(model_id: str, column: str, offers: list[tuple[int, Row, float]]) -> Iterator[Finding]:
    if len(offers) < 2 or max(o[2] for o in offers) < FACTOR * min(o[2] for o in offers):
        return
    for at, (line, row, own) in enumerate(offers):
        middle = statistics.median(o[2] for position, o in enumerate(offers) if position != at)
        if own >= FACTOR * middle or own <= middle / FACTOR:
            message = (
                f"{row[column]} {row['currency']} beside a median of {middle:g} USD of all other offers of {model_id}"
            )
            yield _offer(line, row, column, message, "price-unit")


def _columns(catalog: Catalog) -> Iterator[Finding]:
    """A price in another column's place, and a price of nothing in the tier that is compared."""
    kind = {r["model_id"]: r["kind"] for r in catalog.rows["models"]}
    for line, row in catalog.numbered("prices"):
        given, written, cached = (_number(row[c]) for c in (*_COLUMNS, "cache_read_per_mtok"))
        language = kind.get(row["model_id"], "") in LANGUAGE_KINDS
        if row["per"] != "token" or row["tier"] != "standard":
            continue
        if language and 0 < written < 0.9 * given:
            message = f"{row['output_per_mtok']} for output below {row['input_per_mtok']} for input: have they changed places?"
            yield _offer(line, row, "output_per_mtok", message, "prices-swapped")
        if given and cached > given:
            message = f"{row['cache_read_per_mtok']} from the cache is above the {row['input_per_mtok']} without it"
            yield _offer(line, row, "cache_read_per_mtok", message, "cache-price")
        if 0 < cached < given / CACHE_SHARE:
            message = f"{row['cache_read_per_mtok']} is below a {CACHE_SHARE}th of the input's {row['input_per_mtok']}: another unit?"
            yield _offer(line, row, "cache_read_per_mtok", message, "cache-price")
        if language and row["input_per_mtok"] and row["output_per_mtok"] and not given and not written:
            message = "an offer at price 0 is of the tier free or plan"
            yield _offer(line, row, "tier", message, "free-as-standard")


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_ranges, _columns)
