"""Rules on one thing in two rows: a model under two names or ids, a page as two sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from harness.catalog.names import spellings
from harness.catalog.rules import cell_rules
from harness.catalog.rules.days import stated_day
from harness.catalog.rules.identity_rules import is_product
from harness.catalog.tables import Catalog, Finding, Row

_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_IMPORTED = ("collected-", "prices-")


def _twins(catalog: Catalog) -> Iterator[Finding]:
    """One model as two products splits its prices and scores."""
    products = {r["model_id"]: r for r in catalog.rows["models"] if is_product(r)}
    by_name: dict[str, Row] = {}
    by_letters: dict[tuple[str, str], Row] = {}
    for line, row in catalog.numbered("models"):
        if not is_product(row):
            continue
        same = by_name.setdefault(spellings.slug(row["name"].replace("+", " plus ")) or row["model_id"], row)
        if same is not row:
            yield _twin(line, row, "name", f"is the name of {same['model_id']} too")
        maker, solid = row["vendor_id"].replace("-", ""), row["model_id"].replace("-", "")
        letters = solid.removeprefix(maker) or solid
        same = by_letters.setdefault((row["vendor_id"], letters), row)
        if same is not row and not _sizes_differ(row, same):
            yield _twin(line, row, "model_id", f"has the letters of {same['model_id']}")
        elif served := _served(row, products):
            yield _twin(
                line, row, "model_id", f"is {served} with a word that says how it is served, or with its own day"
            )


def _twin(line: int, row: Row, column: str, message: str) -> Finding:
    text = f"{message}: one model twice? Then set its product_id"
    return Finding("models.csv", line, column, text, "warning", "model-twice", row["model_id"])


def _sizes_differ(row: Row, other: Row) -> bool:
    a, b = cell_rules.number(row["params_b"]), cell_rules.number(other["params_b"])
    return a is not None and b is not None and abs(a - b) > max(a, b) / 10


def _served(row: Row, products: dict[str, Row]) -> str:
    """The product of the same vendor that an id means without precision, seller and its own release day; else empty."""
    for name in (row["model_id"], row["name"]):
        form = spellings.normal(name)
        if stated_day(row["model_id"]) in ("", row["released"]):
            form = spellings.undated(form)
        known = products.get(form)
        if known and form != row["model_id"] and known["vendor_id"] == row["vendor_id"] and _same_day(row, known):
            return form
    return ""


def _same_day(row: Row, other: Row) -> bool:
    """Whether two rows may have one release: the same, or one unknown."""
    return row["released"] == other["released"] or not (row["released"] and other["released"])


def _pages(catalog: Catalog) -> Iterator[Finding]:
    """One page as two sources looks like two that agree; snapshots of a day, and what an import collects, stand apart."""
    first: dict[str, str] = {}
    for line, row in catalog.numbered("sources"):
        address = _SCHEME.sub("", row["url"]).rstrip("/").lower()
        if not address or _SNAPSHOT.search(row["source_id"]) or row["source_id"].startswith(_IMPORTED):
            continue
        same = first.setdefault(address, row["source_id"])
        if same != row["source_id"]:
            message = f"the address of {same}: one page, one source"
            yield Finding("sources.csv", line, "url", message, "warning", "source-twice", row["source_id"])


def _hub_pages(catalog: Catalog) -> Iterator[Finding]:
    """A row with the hub page of one product under another has the wrong page or the wrong product."""
    owner = {r["hub_id"].lower(): r["model_id"] for r in catalog.rows["models"] if r["hub_id"] and is_product(r)}
    for line, row in catalog.numbered("models"):
        if is_product(row):
            continue  # two products of one page are told by ``same-hub``
        own = owner.get(row["hub_id"].lower(), row["product_id"]) if row["hub_id"] else row["product_id"]
        if own != row["product_id"]:
            message = f"is the page of {own}, and the product is {row['product_id']}"
            yield Finding("models.csv", line, "hub_id", message, "warning", "hub-of-another", row["model_id"])


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_twins, _pages, _hub_pages)
