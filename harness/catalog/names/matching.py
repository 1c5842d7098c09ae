"""Matching of a source's names to the catalog's models, vendors and providers.

A match comes from rows of the catalog or reviewed aliases, and names its rule. Where a name fits two models or none,
the match is None: nothing is guessed. Unlike a name that a person types
(``harness.names``), a price list's name is matched whole, in the forms of ``catalog.names.spellings``: an ending is never enough.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.catalog.names import spellings
from harness.catalog.tables import Row

HUB = "https://huggingface.co/"
"""Addresses of the hub begin so."""
# Words of names that mark somebody else's alteration of a model: such a name never follows from its family.
_ALTERED = re.compile(
    r"(?:^|-)(abliterated|uncensored|derestricted|heretic|obliterated|lorablated|unleashed|roleplay|rp|erotica|nsfw|merge"
    r"|merged|finetune|drummer|storybook|euryale|magnum|cydonia|dolphin|eva|lumimaid|unslop\w*|rocinante|anubis|gguf|lora"
    r"|garnet\w*|gemopus|darkidol|fabled|unshackled|k1|larkspur|meromero|musica|queen|anko|infracelestial|rprmax|durian"
    r"|distilled|simpo|scitune|snoozy|adapter|nerdtemplate|sbert|router|auto|latest-free|fallen|tunes?)(?:-|$)"
)


@dataclass(frozen=True)
class Period:
    """What a name meant from ``start`` to ``end`` (ISO days, both included; empty: no bound)."""

    id: str
    start: str = ""
    end: str = ""

    def holds(self, day: str) -> bool:
        """Whether the name meant this on a day; without a day the newest meaning counts."""
        return (self.start <= day and (not self.end or day <= self.end)) if day else not self.end


@dataclass(frozen=True)
class Match:
    """An id of the catalog, and the rule by which a name matched it; of a moving name also the period."""

    id: str
    rule: str
    period: Period | None = field(default=None, compare=False)


@dataclass
class NameIndex:
    """Index of the catalog's names in normal form: id by name, vendor by model.

    A name that moved from model to model has one alias for each period; ``day`` (ISO) is the day on which names are
    read, the snapshot's.
    """

    models: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, Row] = field(default_factory=dict)
    vendor_of_model: dict[str, str] = field(default_factory=dict)
    aliases: dict[tuple[str, str], list[Period]] = field(default_factory=lambda: defaultdict(list))
    vendors: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    benchmarks: set[str] = field(default_factory=set)
    released: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    provider_kinds: dict[str, str] = field(default_factory=dict)
    vendor_of_provider: dict[str, str] = field(default_factory=dict)
    hubs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    day: str = ""

    def alias(self, kind: str, form: str) -> str:
        """Id that a reviewed alias gives a form on ``day``; empty where there is none, or none for that day."""
        period = self.period(kind, form)
        return period.id if period else ""

    def period(self, kind: str, form: str) -> Period | None:
        """What a reviewed alias says that a form meant on ``day``; None where there is none, or none for that day."""
        return next((p for p in self.aliases.get((kind, form), ()) if p.holds(self.day)), None)

    def moved(self, form: str) -> bool:
        """Whether a model's name has meant different models, so that only its alias of the day may say which."""
        return any(p.start or p.end for p in self.aliases.get(("model", form), ()))

    def page_of_another(self, url: str, model_id: str) -> str:
        """Id of the model whose page on the hub an address is, where that is another than ``model_id``; else empty.

        Lists give a name that moves from model to model the newest one's page, and its figures.
        """
        page = url.lower()
        if not page.startswith(HUB):
            return ""
        owners = self.hubs.get("/".join(page.removeprefix(HUB).split("/")[:2]), set())
        return "" if model_id in owners else min(owners, default="")

    def add_model(self, row: Row) -> None:
        """Add a model under its id, its name and its hub name."""
        self.rows.setdefault(row["model_id"], row)
        self.vendor_of_model[row["model_id"]] = row["vendor_id"]
        if row["open_weights"] == "false":
            self.closed.add(row["model_id"])
        self.released[row["model_id"]] = self.released.get(row["model_id"], "") or row["released"]
        if row["hub_id"]:
            self.hubs[row["hub_id"].lower()].add(row["model_id"])
        for name in (row["model_id"], row["name"].replace("/", "-"), row["hub_id"]):
            if name:
                self.models[spellings.normal(name)].add(row["model_id"])


def alias_key(kind: str, name: str) -> str:
    """The form under which an alias of a kind is looked up."""
    if kind == "model":
        return spellings.normal(name)
    return spellings.slug(name) or name.strip().lower()


def index_names(
    models: Iterable[Row],
    vendors: Iterable[Row],
    providers: Iterable[Row],
    aliases: Iterable[Row],
    benchmarks: Iterable[Row] = (),
    day: str = "",
) -> NameIndex:
    """Index of names over the rows of a catalog, as they are read on ``day`` (ISO; empty: now)."""
    index = NameIndex(day=day, benchmarks={row["benchmark_id"] for row in benchmarks})
    for row in models:
        index.add_model(row)
    for row in vendors:
        for name in (row["vendor_id"], row["name_en"], row["name_zh"]):
            if name:
                index.vendors.setdefault(alias_key("vendor", name), row["vendor_id"])
    for row in providers:
        index.providers[row["provider_id"]] = row["provider_id"]
        index.provider_kinds[row["provider_id"]] = row["kind"]
        index.vendor_of_provider[row["provider_id"]] = row["vendor_id"]
    for row in aliases:
        period = Period(row["id"], row["valid_from"], row["valid_to"])
        index.aliases[row["kind"], alias_key(row["kind"], row["alias"])].append(period)
    return index


def match_model(index: NameIndex, name: str) -> Match | None:
    """The model that a name means: a reviewed alias, else a unique model of that form."""
    for form, rule in spellings.forms(name):
        if "date" in rule and index.moved(form):
            return None  # a dated checkpoint that the catalog lacks: the moving name may mean another
        period = index.period("model", form)
        if period and period.id in index.vendor_of_model:
            bounded = period if period.start or period.end else None
            return Match(period.id, "alias" if rule == "name" else f"alias, {rule}", bounded)
        if index.moved(form):
            return None  # a moving name of which nobody has said what it meant on that day
        ids = index.models.get(form, ())
        if form in ids:
            return Match(form, rule)
        if len(ids) == 1:
            return Match(next(iter(ids)), rule)
        if ids:
            return None  # two models of one name: a person has to decide
    return None


def moving_name(index: NameIndex, name: str) -> str:
    """The form of an unmatched name that is a moving one without an alias for the day; empty where it is none."""
    for form, rule in spellings.forms(name):
        if index.moved(form):
            return "" if "date" in rule else form
    return ""


def match_vendor(index: NameIndex, name: str) -> Match | None:
    """The vendor that a company's or organisation's name means."""
    key = alias_key("vendor", name)
    if alias := index.alias("vendor", key):
        return Match(alias, "alias")
    return Match(index.vendors[key], "name") if key in index.vendors else None


def match_provider(index: NameIndex, name: str) -> Match | None:
    """The provider that a name means."""
    key = spellings.slug(name)
    if alias := index.alias("provider", key):
        return Match(alias, "alias")
    return Match(index.providers[key], "name") if key in index.providers else None


def maker(index: NameIndex, name: str, hosts: frozenset[str] = frozenset()) -> Match | None:
    """The vendor of a model that the catalog does not know yet.

    The owner before the slash decides where it is a vendor; else the family at the beginning of the name,
    unless the owner is an unknown third party or the name says that somebody altered the model.
    """
    form = spellings.normal(name)
    owner = spellings.owner(name)
    if _ALTERED.search(form):
        return None
    if owner and owner not in hosts:
        return match_vendor(index, owner)
    for start in spellings.starts(form):
        vendor = index.alias("family", start)
        if vendor:
            return Match(vendor, "family")
    head = re.match(r"[a-z]+", form)  # qwen3-..., gpt5-...: the family and its number in one word
    vendor = index.alias("family", head.group()) if head and len(head.group()) > 3 else ""
    return Match(vendor, "family") if vendor else None
