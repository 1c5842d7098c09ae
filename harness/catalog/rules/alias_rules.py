"""Rules on names that lead to a model: an alias, and a row under a product, must have the words of what they mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from harness.catalog.names import matching
from harness.catalog.rules import name_rules
from harness.catalog.rules.days import days_between
from harness.catalog.rules.identity_rules import DATED
from harness.catalog.tables import Catalog, Finding

_VERSIONED = re.compile(r"(?<=[a-z])-\d{1,2}(?:-\d{1,2})?$")
EARLY_DAYS = 31  # a name may be announced so long before the release that the row states


def _aliases(catalog: Catalog) -> Iterator[Finding]:
    """An alias of another size, context, version or mode sends its prices and scores to the wrong model."""
    models = {r["model_id"]: r for r in catalog.rows["models"]}
    for line, row in catalog.numbered("aliases"):
        model = models.get(row["id"])
        if row["kind"] != "model" or model is None:
            continue
        early = days_between(model["released"], row["valid_from"])
        if early is not None and early > EARLY_DAYS:
            message = f"{early} days before the release of {row['id']} ({model['released']}): the name meant another model then"
            yield Finding("aliases.csv", line, "valid_from", message, "warning", "alias-early", row["alias"])
        if row["valid_from"] or row["valid_to"]:
            continue  # of a name that moves a person has said what it meant
        found = name_rules.meant_otherwise(row["alias"], model, models, tier="")
        if found:
            message = f"{row['alias']} means {row['id']}: {', '.join(found)}"
            yield Finding("aliases.csv", line, "id", message, "warning", "alias-name", row["alias"])


def _members(catalog: Catalog) -> Iterator[Finding]:
    """A row of another size, version or mode than its product has other weights."""
    models = {r["model_id"]: r for r in catalog.rows["models"]}
    for line, row in catalog.numbered("models"):
        product = models.get(row["product_id"])
        if product is None or product is row:
            continue
        found = name_rules.meant_otherwise(row["model_id"], product, {}, tier="")
        if found:
            message = f"{row['model_id']} under the product {row['product_id']}: {', '.join(found)}"
            yield Finding("models.csv", line, "product_id", message, "warning", "product-name", row["model_id"])


def _undated(catalog: Catalog) -> Iterator[Finding]:
    """A name that begins several dated releases moved from one to the next: it has an alias for each period."""
    dated: dict[str, list[str]] = defaultdict(list)
    for row in catalog.rows["models"]:
        if match := DATED.search(row["model_id"]) or _VERSIONED.search(row["model_id"]):
            dated[row["model_id"][: match.start()]].append(row["model_id"])
    for line, row in catalog.numbered("aliases"):
        releases = dated[matching.alias_key(row["kind"], row["alias"])]
        if row["kind"] == "model" and not (row["valid_from"] or row["valid_to"]) and len(releases) > 1:
            message = f"{row['alias']} means {row['id']} on all days, beside {', '.join(sorted(releases))}"
            yield Finding("aliases.csv", line, "valid_from", message, "warning", "alias-undated", row["alias"])


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_aliases, _members, _undated)
