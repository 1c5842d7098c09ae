"""The catalog's files in one declared list: tables, columns, types, keys, allowed values.

Everything else (loader, checks, importers, guide) reads this list. A column's ``kind`` names the rule in
``harness.catalog.rules.cell_rules`` that its text has to obey; an empty cell means *unknown* and is refused only where
``required``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table: ``values`` closes the list of its values; ``ref`` is the table that has a row for the cell.

    The cell names that row by its column ``by``: by its key where ``by`` is empty.
    """

    name: str
    kind: str
    required: bool = False
    ref: str = ""
    values: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class Table:
    """One table of the catalog, in the file ``name`` + ``.csv``; ``key`` is unique."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def file(self) -> str:
        """Name of its CSV file."""
        return f"{self.name}.csv"

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns, in the order of the heading."""
        return tuple(c.name for c in self.columns)


SEGMENTS = ("big-tech", "startup", "lab", "reference")
BORDERLINE_SEGMENTS = ("big-tech", "startup")  # only their line is one of revenue, which a vendor can be near
DIMENSIONS = ("rnd", "application", "business", "ecosystem", "capital")  # those that positioning ranks
FACT_DIMENSIONS = (*DIMENSIONS, "value-chain")
RELATIONS = ("acquired", "invested", "partnered", "spun-out", "distributes")
REPORTERS = ("vendor", "third-party")
ALIAS_KINDS = ("model", "provider", "vendor", "family", "benchmark")
MODALITIES = ("text", "image", "pdf", "video", "audio", "embedding")
MODEL_KINDS = ("text", "multimodal", "embedding", "reranker", "speech", "image", "video", "moderation")
LANGUAGE_KINDS = ("text", "multimodal")  # the kinds that comparisons of language models take
PROVIDER_KINDS = ("maker", "cloud", "host", "router", "reseller", "plan")
PRICE_TIERS = ("standard", "fast", "batch", "free", "plan")
PRICE_PERS = ("token", "character", "image", "minute", "request")  # only prices per token are compared
SCORE_UNITS = ("fraction", "elo", "points", "minutes")
BENCHMARK_DOMAINS = ("agents", "coding", "mathematics", "knowledge", "reasoning", "language", "multimodal", "safety",
                     "general")  # fmt: skip
EVIDENCE = (
    "primary",
    "secondary",
    "aggregator",
)  # the maker's or benchmark's own page; one that quotes it; a collection
TASK_COST_UNITS = {
    "cost": "USD",
    "input_tokens": "tokens",
    "output_tokens": "tokens",
    "reasoning_tokens": "tokens",
    "tokens": "tokens",  # of all kinds, as the source counts them
    "seconds": "seconds",
    "speed": "tokens/s",
    "first_token": "seconds",  # nosec B105: a unit
}
TASK_COST_KEYS = tuple(TASK_COST_UNITS)
BENCHMARK_ROLES = (
    "scale",
    "index",
    "rating",
    "other",
)  # may enter the capability scale; a composite; Elo; none of these

_STAMP = (Column("as_of", "date", required=True), Column("source_id", "slug", required=True, ref="sources"))


def _table(name: str, row_is: str, key: tuple[str, ...], *columns: Column, stamped: bool = True) -> Table:
    return Table(name, row_is, columns + (_STAMP if stamped else ()), key)


SOURCES = _table(
    "sources",
    "one row per source of facts",
    ("source_id",),
    Column("source_id", "slug", required=True),
    Column("title", "text", required=True),
    Column("publisher", "text", required=True),
    Column("url", "place", required=True),
    Column("licence", "text"),
    Column("retrieved", "date"),
    stamped=False,
)
VENDORS = _table(
    "vendors",
    "one row per vendor: who makes models",
    ("vendor_id",),
    Column("vendor_id", "slug", required=True),
    Column("name_en", "text", required=True),
    Column("name_zh", "text"),
    Column("segment", "choice", required=True, values=SEGMENTS),
    Column("segment_borderline", "choice", values=BORDERLINE_SEGMENTS),
    Column("country", "country", required=True),
    Column("city", "text"),
    Column("founded", "partial-date"),
    Column("parent_id", "slug", ref="vendors"),
    Column("website", "url"),
)
MODELS = _table(
    "models",
    "one row per released model of a vendor",
    ("model_id",),
    Column("model_id", "slug", required=True),
    Column("product_id", "slug", required=True, ref="models"),
    Column("vendor_id", "slug", required=True, ref="vendors"),
    Column("name", "text", required=True),
    Column("kind", "choice", values=MODEL_KINDS),
    Column("family", "text"),
    Column("released", "date"),
    Column("params_b", "positive"),
    Column("active_params_b", "positive"),
    Column("context_tokens", "count"),
    Column("input_modalities", "list", values=MODALITIES),
    Column("output_modalities", "list", values=MODALITIES),
    Column("open_weights", "boolean"),
    Column("licence", "text"),
    Column("hub_id", "hub-id"),
    Column("derived_from", "slug", ref="models"),
)
PROVIDERS = _table(
    "providers",
    "one row per provider: who serves models over an API",
    ("provider_id",),
    Column("provider_id", "slug", required=True),
    Column("name", "text", required=True),
    Column("kind", "choice", values=PROVIDER_KINDS),
    Column("vendor_id", "slug", ref="vendors"),
    Column("country", "country"),
    Column("website", "url"),
)
PRICES = _table(
    "prices",
    "one row per offer and date; prices per million tokens",
    ("provider_id", "offer_id", "as_of"),
    Column("provider_id", "slug", required=True, ref="providers"),
    Column("offer_id", "offer-id", required=True),
    Column("model_id", "slug", ref="models"),
    Column("tier", "choice", required=True, values=PRICE_TIERS),
    Column("per", "choice", required=True, values=PRICE_PERS),
    Column("currency", "currency", required=True),
    Column("input_per_mtok", "amount"),
    Column("output_per_mtok", "amount"),
    Column("cache_read_per_mtok", "amount"),
    Column("cache_write_per_mtok", "amount"),
)
GPU_PRICES = _table(
    "gpu_prices",
    "one row per cloud, GPU, size, terms and date; price of one GPU for one hour",
    ("cloud", "gpu", "gpus", "memory_gb", "terms", "as_of"),
    Column("cloud", "text", required=True),
    Column("gpu", "text", required=True),
    Column("gpus", "count", required=True),
    Column("memory_gb", "positive"),
    Column("terms", "text", required=True),
    Column("currency", "currency", required=True),
    Column("per_gpu_hour", "amount", required=True),
)
FX = _table(
    "fx",
    "one row per currency and date: what one unit of it cost in USD",
    ("currency", "as_of"),
    Column("currency", "currency", required=True),
    Column("usd_per_unit", "positive", required=True),
)
FACTS = _table(
    "facts",
    "one row per fact about a vendor, long form",
    ("vendor_id", "key", "value", "note", "as_of", "source_id"),
    Column("vendor_id", "slug", required=True, ref="vendors"),
    Column("dimension", "choice", required=True, values=FACT_DIMENSIONS),
    Column("key", "fact-key", required=True),
    Column("value", "fact-value", required=True),
    Column("unit", "unit"),
    Column("note", "text"),
)
RELATIONS_TABLE = _table(
    "relations",
    "one row per relation between two vendors",
    ("from_id", "to_id", "kind", "as_of", "source_id"),
    Column("from_id", "slug", required=True, ref="vendors"),
    Column("to_id", "slug", required=True, ref="vendors"),
    Column("kind", "choice", required=True, values=RELATIONS),
    Column("amount", "amount"),
    Column("currency", "currency"),
    Column("note", "text"),
)
BENCHMARKS = _table(
    "benchmarks",
    "one row per benchmark: a test and what its scores mean",
    ("benchmark_id",),
    Column("benchmark_id", "slug", required=True),
    Column("name_en", "text", required=True),
    Column("name_zh", "text"),
    Column("family", "text"),
    Column("edition", "text"),
    Column("set_up_by", "slug", required=True),
    Column("domain", "choice", values=BENCHMARK_DOMAINS),
    Column("language", "text"),
    Column("metric", "text"),
    Column("unit", "choice", required=True, values=SCORE_UNITS),
    Column("chance", "amount"),
    Column("ceiling", "positive"),
    Column("higher_is_better", "boolean"),
    Column("role", "choice", required=True, values=BENCHMARK_ROLES),
)
REPORTED_SCORES = _table(
    "reported_scores",
    "one row per score that somebody published",
    ("model_id", "benchmark_id", "effort", "setting", "reported_by", "as_of", "source_id"),
    Column("model_id", "slug", required=True, ref="models"),
    Column("benchmark_id", "slug", required=True, ref="benchmarks"),
    Column("effort", "effort", required=True),
    Column("setting", "text"),
    Column("score", "number", required=True),
    Column("unit", "choice", required=True, values=SCORE_UNITS),
    Column("stderr", "amount"),
    Column("reported_by", "text", required=True),
    Column("reporter", "choice", required=True, values=REPORTERS),
    Column("evidence", "choice", required=True, values=EVIDENCE),
)
TASK_COSTS = _table(
    "task_costs",
    "one row per cost, number of tokens or time that a task of a benchmark took a model",
    ("model_id", "benchmark_id", "effort", "setting", "key", "reported_by", "as_of", "source_id"),
    Column("model_id", "slug", required=True, ref="models"),
    Column("benchmark_id", "slug", required=True, ref="benchmarks"),
    Column("effort", "effort", required=True),
    Column("setting", "text"),
    Column("key", "choice", required=True, values=TASK_COST_KEYS),
    Column("value", "amount", required=True),
    Column("unit", "choice", required=True, values=tuple(dict.fromkeys(TASK_COST_UNITS.values()))),
    Column("reported_by", "text", required=True),
    Column("evidence", "choice", required=True, values=EVIDENCE),
)
ALIASES = _table(
    "aliases",
    "one row per name that others use for one of our models, providers, vendors or benchmarks, and period of it",
    ("kind", "alias", "valid_from"),
    Column("kind", "choice", required=True, values=ALIAS_KINDS),
    Column("alias", "alias", required=True),
    Column("id", "slug", required=True),
    Column("valid_from", "date"),
    Column("valid_to", "date"),
)

TABLES: tuple[Table, ...] = (
    SOURCES,
    VENDORS,
    MODELS,
    PROVIDERS,
    PRICES,
    GPU_PRICES,
    FX,
    FACTS,
    RELATIONS_TABLE,
    BENCHMARKS,
    REPORTED_SCORES,
    TASK_COSTS,
    ALIASES,
)
BY_NAME = {t.name: t for t in TABLES}


def named_by(column: Column) -> str:
    """The column of ``column.ref`` whose value a cell of ``column`` names."""
    return column.by or BY_NAME[column.ref].key[0]


# Which table an alias's id lives in. A family is a beginning of model names that belongs to one vendor.
ALIAS_TARGET = {"model": "models", "provider": "providers", "vendor": "vendors", "family": "vendors",
                "benchmark": "benchmarks"}  # fmt: skip
