"""Rules on prices: an offer must fit its model's release, unit, maker's list and the model's other offers."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from harness.catalog.rules import cell_rules
from harness.catalog.rules.days import days_between, released_on
from harness.catalog.rules.price_range_rules import rates_of
from harness.catalog.schema import LANGUAGE_KINDS
from harness.catalog.tables import Catalog, Finding, Row

EARLY_DAYS = 7  # an offer may open to a few customers before the release is announced
LIST_DAYS = 366  # how long a maker's list price is held against other sellers' prices
SELLERS_ON = ("reseller", "router", "plan")  # their prices follow from their own terms, not from the model's cost


def _models(catalog: Catalog) -> dict[str, Row]:
    return {r["model_id"]: r for r in catalog.rows["models"]}


def _offer(line: int, row: Row, column: str, message: str, rule: str, level: str = "warning") -> Finding:
    key = f"{row['provider_id']} {row['offer_id']} {row['as_of']}"
    return Finding("prices.csv", line, column, message, level, rule, key)


def _sold_before_release(catalog: Catalog) -> Iterator[Finding]:
    """A price before the release is another model's, under a name that moved on."""
    models = _models(catalog)
    for line, row in catalog.numbered("prices"):
        released = released_on(row["model_id"], models)
        days = days_between(row["as_of"], released)
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
    models = _models(catalog)
    needs = {"image": ("image",), "minute": ("audio", "video")}
    for line, row in catalog.numbered("prices"):
        model = models.get(row["model_id"])
        if model is None or row["tier"] != "standard" or row["per"] not in needs or model["kind"] not in LANGUAGE_KINDS:
            continue
        handled = model["output_modalities"] + (f";{model['input_modalities']}" if row["per"] == "minute" else "")
        if not set(handled.split(";")) & set(needs[row["per"]]):
            message = f"{row['model_id']} is a language model: its standard price is per token, not per {row['per']}"
            yield _offer(line, row, "per", message, "unit-of-price", "error")


def _fees(catalog: Catalog) -> Iterator[Finding]:
    """A language model paid by the request or the character cannot be compared; one warning an offer."""
    models = _models(catalog)
    told = set()
    for line, row in catalog.numbered("prices"):
        kind = models.get(row["model_id"], {}).get("kind", "")
        offer = (row["provider_id"], row["offer_id"])
        is_fee = row["tier"] == "standard" and row["per"] in ("request", "character") and kind in LANGUAGE_KINDS
        if is_fee and offer not in told:
            told.add(offer)
            message = f"a standard price per {row['per']} on {row['model_id']}, a language model: is it per token?"
            yield Finding("prices.csv", line, "per", message, "warning", "fee-of-language-model", " ".join(offer))


def _compared_prices(catalog: Catalog) -> Iterator[tuple[int, Row]]:
    """Offers of a known model in the standard tier, per token."""
    for line, row in catalog.numbered("prices"):
        if row["model_id"] and row["tier"] == "standard" and row["per"] == "token":
            yield line, row


_PRICES = ("input_per_mtok", "output_per_mtok")


def _below_the_maker(catalog: Catalog) -> Iterator[Finding]:
    """A closed model sold below half of its maker's list price is a plan's, a coupon's or another model's price."""
    models = _models(catalog)
    providers = {r["provider_id"]: r for r in catalog.rows["providers"]}
    rates = rates_of(catalog)
    lists: dict[tuple[str, ...], dict[str, Decimal]] = defaultdict(dict)
    for _, row in _compared_prices(catalog):
        provider, model = providers.get(row["provider_id"]), models.get(row["model_id"])
        if provider and model and provider["kind"] in ("", "maker") and provider["vendor_id"] == model["vendor_id"]:
            for column in _PRICES:
                price, key = _in_usd(row, column, rates), (row["model_id"], column)
                if price:
                    lists[key][row["as_of"]] = min(price, lists[key].get(row["as_of"], price))
    for line, row in _compared_prices(catalog):
        provider, model = providers.get(row["provider_id"]), models.get(row["model_id"])
        if not provider or not model or provider["kind"] in SELLERS_ON or model["open_weights"] == "true":
            continue  # anybody may host open weights for less
        for column in _PRICES:
            price = _in_usd(row, column, rates)
            listed = _newest(lists[row["model_id"], column], row["as_of"])
            if price and listed and price < listed / 2:
                message = f"{row[column]} {row['currency']} is below half of the maker's list price ({listed:.4g} USD); the provider is no reseller"
                yield _offer(line, row, column, message, "below-list")
                break


def _in_usd(row: Row, column: str, rates: dict[str, float]) -> Decimal | None:
    """A price in USD; None where it is empty, or where the catalog knows no rate of its currency."""
    price, rate = cell_rules.number(row[column]), rates.get(row["currency"])
    return price * Decimal(str(rate)) if price and rate else None


def _newest(prices: dict[str, Decimal], day: str) -> Decimal | None:
    """The price of the newest day up to ``day``; None where that is more than LIST_DAYS before."""
    before = max((d for d in prices if d <= day), default="")
    age = days_between(day, before)
    return prices[before] if age is not None and age <= LIST_DAYS else None


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


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _sold_before_release,
    _units,
    _fees,
    _below_the_maker,
    _far_from_others,
)
