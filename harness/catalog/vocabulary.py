"""The closed lists of the catalog: fact keys with dimension and unit, units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FactKey:
    """A kind of fact of a vendor. ``many``: several values at one date do not contradict each other."""

    key: str
    dimension: str
    unit: str  # "" for words
    says: str
    many: bool = False


FACT_KEYS: tuple[FactKey, ...] = (
    # talent and data stand under research and development
    FactKey("staff", "rnd", "people", "all staff of the company"),
    FactKey("researchers", "rnd", "people", "staff in research and development, or in an AI division"),
    FactKey("notable_authors", "rnd", "people", "distinct authors on its notable models"),
    FactKey("notable_models", "rnd", "models", "models that Epoch AI counts as notable"),
    FactKey("citations", "rnd", "citations", "citations of its notable models' papers"),
    FactKey("rnd_spend", "rnd", "USD", "yearly spending on research and development"),
    FactKey("dataset", "rnd", "", "a data set that it released", many=True),
    FactKey("datasets_released", "rnd", "data sets", "data sets in the ecosystem graph"),
    FactKey("training_tokens", "rnd", "tokens", "tokens of text that a model was trained on, as stated", many=True),
    FactKey("training_compute", "rnd", "FLOP", "training compute of a model", many=True),
    FactKey("largest_training_compute", "rnd", "FLOP", "largest training compute known of any of its models"),
    FactKey("transparency_index", "rnd", "points", "Foundation Model Transparency Index, of 100"),
    FactKey("domain", "application", "", "an application domain", many=True),
    FactKey("product", "application", "", "a product for end users", many=True),
    FactKey("monthly_users", "application", "people", "monthly active users of a product", many=True),
    FactKey("modality", "application", "", "a modality that its models read or write", many=True),
    FactKey("business_model", "business", "", "how it earns", many=True),
    FactKey("channel", "business", "", "how customers reach its models", many=True),
    FactKey("licence", "business", "", "a licence under which it gives weights away", many=True),
    FactKey("open_weight_models", "ecosystem", "models", "models with open weights in the catalog's sources"),
    FactKey("developer_hub", "ecosystem", "", "its organisation on a model hub", many=True),
    FactKey("derived_models", "ecosystem", "models", "models of others that name its models as their base"),
    FactKey("funding_round", "capital", "USD", "money taken in one round", many=True),
    FactKey("funding_total", "capital", "USD", "money raised in all so far"),
    FactKey("valuation", "capital", "USD", "value of the company"),
    FactKey("revenue", "capital", "USD", "revenue of a year, or annualised"),
    FactKey("net_income", "capital", "USD", "net income of a year"),
    FactKey("listing", "capital", "", "where its shares, or its group's, are listed", many=True),
    FactKey("compute_spend", "capital", "USD", "spending on compute in a year", many=True),
    FactKey("training_cost", "capital", "USD", "estimated cost of training a model", many=True),
    FactKey(
        "position", "value-chain", "", "compute, data, framework, base-model, deployment or application", many=True
    ),
)
FACTS_BY_KEY = {f.key: f for f in FACT_KEYS}
POSITIONS = ("compute", "data", "framework", "base-model", "deployment", "application")
BUSINESS_MODELS = (
    "api", "subscription", "enterprise-licence", "cloud", "advertising", "open-weights", "devices", "integration",
    "research-grants", "marketplace", "private-deployment",
)  # fmt: skip
CHANNELS = ("own-api", "own-app", "own-cloud", "partner-cloud", "model-hub", "devices", "enterprise-sales")
DOMAINS = (
    "general", "coding", "search", "office", "education", "finance", "health", "law", "industry", "government",
    "e-commerce", "media", "games", "automotive", "speech", "vision", "robotics", "security", "science", "telecom",
    "agents", "translation",
)  # fmt: skip
CLOSED_VALUES = {
    "position": POSITIONS,
    "business_model": BUSINESS_MODELS,
    "channel": CHANNELS,
    "domain": DOMAINS,
    "modality": ("text", "image", "pdf", "video", "audio", "embedding"),
}
# Units of facts that are no money; money is an ISO 4217 code and marked per key as USD.
UNITS = tuple(sorted({f.unit for f in FACT_KEYS if f.unit}))
