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
    signed: bool = False  # may be below zero


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
    FactKey(
        "share_sale",
        "capital",
        "USD",
        "money from a sale of shares that are listed already; an initial public offering is a funding round",
        many=True,
    ),
    FactKey("funding_total", "capital", "USD", "money raised in all so far"),
    FactKey("valuation", "capital", "USD", "value of the company"),
    FactKey("revenue", "capital", "USD", "revenue of a full year"),
    FactKey("net_income", "capital", "USD", "net income of a year", signed=True),
    FactKey("listing", "capital", "", "where its shares, or its group's, are listed", many=True),
    FactKey("compute_spend", "capital", "USD", "spending on compute in a year", many=True),
    FactKey("training_cost", "capital", "USD", "estimated cost of training a model", many=True),
    # figures of a part of a year or of the company, plans, and what companies say of their reach: shown, and ranked with none
    FactKey("weekly_users", "application", "people", "weekly active users of a product", many=True),
    FactKey("daily_users", "application", "people", "daily active users of a product", many=True),
    FactKey("paying_users", "application", "people", "paying users or seats of a product", many=True),
    FactKey("users", "application", "people", "users in all, as the vendor counts them", many=True),
    FactKey(
        "tokens_processed",
        "application",
        "tokens per day",
        "tokens that its models process in a day; rates a minute or a week are converted, the note says so",
        many=True,
    ),
    FactKey(
        "tokens_processed_part",
        "application",
        "tokens per day",
        "tokens a day of one product, or through one gateway: never compared with tokens_processed",
        many=True,
    ),
    FactKey("tokens_processed_total", "application", "tokens", "tokens processed so far", many=True),
    FactKey("devices", "application", "devices", "devices with its system or models", many=True),
    FactKey("internal_products", "application", "products", "own products that use its models"),
    FactKey(
        "customers",
        "business",
        "companies",
        "all customers of its models, as the vendor counts them",
        many=True,
    ),
    FactKey(
        "customers_part",
        "business",
        "companies",
        "customers of one kind, size, product or channel, which the note names: never compared with customers",
        many=True,
    ),
    FactKey("market_share", "business", "fraction", "share of a market that the note names", many=True),
    FactKey("market_rank", "business", "rank", "rank in a market that the note names", many=True),
    FactKey("orders", "business", "USD", "orders or contracts won", many=True),
    FactKey("backlog", "business", "USD", "contracted revenue that is still to come", many=True),
    FactKey("developers", "ecosystem", "people", "developers that it serves", many=True),
    FactKey("downloads", "ecosystem", "downloads", "downloads of its open weights", many=True),
    FactKey(
        "compute_capacity", "rnd", "GW", "all its computing capacity, built or agreed, as the note says", many=True
    ),
    FactKey("compute_capacity_part", "rnd", "GW", "computing capacity of one site, supplier or period", many=True),
    FactKey("power_capacity", "rnd", "GW", "power plants planned for data centres", many=True),
    FactKey(
        "accelerators", "rnd", "accelerators", "accelerators in use (GPUs or own chips, as the note says)", many=True
    ),
    FactKey("staff_change", "rnd", "people", "people dismissed (negative) or added in a step", many=True, signed=True),
    FactKey("staff_guidance", "rnd", "people", "staff planned", many=True),
    FactKey("staff_shareholders", "rnd", "people", "employees that hold shares"),
    FactKey("rnd_spend_guidance", "rnd", "USD", "research and development planned", many=True),
    FactKey("ai_spend", "rnd", "USD", "spending on AI products", many=True),
    FactKey("ai_spend_guidance", "rnd", "USD", "spending on AI planned", many=True),
    FactKey("partner_models", "rnd", "models", "models of others on its hardware", many=True),
    FactKey("capex", "capital", "USD", "capital expenditure of twelve months", many=True),
    FactKey(
        "capex_part", "capital", "USD", "capital expenditure of a part of a year: never compared with capex", many=True
    ),
    FactKey("capex_guidance", "capital", "USD", "capital expenditure planned; the midpoint of a range", many=True),
    FactKey("cloud_revenue", "capital", "USD", "revenue of the whole cloud business in a year", many=True),
    FactKey(
        "cloud_revenue_part",
        "capital",
        "USD",
        "revenue of the cloud business in a part of a year: never compared with cloud_revenue",
        many=True,
    ),
    FactKey("ai_revenue", "capital", "USD", "revenue with AI of a period, or annualised, as the note says", many=True),
    FactKey("ai_revenue_guidance", "capital", "USD", "revenue with AI planned", many=True),
    FactKey("revenue_guidance", "capital", "USD", "revenue planned", many=True),
    FactKey("operating_income", "capital", "USD", "operating income of a year", signed=True),
    FactKey(
        "operating_income_part",
        "capital",
        "USD",
        "operating income of a part of a year or of the company: never compared with operating_income",
        many=True,
        signed=True,
    ),
    FactKey("free_cash_flow", "capital", "USD", "free cash flow of a year", signed=True),
    FactKey("free_cash_flow_part", "capital", "USD", "free cash flow of a part of a year", many=True, signed=True),
    FactKey("cash", "capital", "USD", "cash and equivalents", many=True),
    FactKey("cost_of_revenue", "capital", "USD", "cost of revenue of a period", many=True),
    FactKey("marketing_spend", "capital", "USD", "sales and marketing of a period", many=True),
    FactKey(
        "compute_commitment",
        "capital",
        "USD",
        "compute that it has bound itself to buy over the years the note names",
        many=True,
    ),
    FactKey("investments_held", "capital", "USD", "stakes held in other companies", many=True),
    FactKey(
        "revenue_part",
        "capital",
        "USD",
        "revenue of a part of a year (quarter, half, nine months): never compared with revenue",
        many=True,
    ),
    FactKey(
        "revenue_run_rate",
        "capital",
        "USD",
        "revenue of a month or a quarter, annualised, or annual recurring revenue: never compared with revenue",
    ),
    FactKey(
        "net_income_part",
        "capital",
        "USD",
        "net income of a part of a year: never compared with net_income",
        many=True,
        signed=True,
    ),
    FactKey(
        "rnd_spend_part",
        "rnd",
        "USD",
        "research and development of a part of a year: never compared with rnd_spend",
        many=True,
    ),
    FactKey("product_revenue", "capital", "USD", "revenue of one product or part of the company", many=True),
    FactKey(
        "compute_spend_part",
        "capital",
        "USD",
        "spending on a part of its compute (one supplier, training or inference alone)",
        many=True,
    ),
    FactKey(
        "net_income_guidance",
        "capital",
        "USD",
        "net income expected by the company before its accounts",
        many=True,
        signed=True,
    ),
    FactKey("hub_models", "ecosystem", "models", "models of others on the hub that it runs", many=True),
    FactKey("hub_datasets", "ecosystem", "data sets", "data sets of others on the hub that it runs", many=True),
    FactKey(
        "hub_derived_models",
        "ecosystem",
        "models",
        "models on a hub that name its models as their base, as stated (derived_models counts the ecosystem graph)",
        many=True,
    ),
    FactKey(
        "open_weight_models_stated",
        "ecosystem",
        "models",
        "models with open weights as the vendor itself counts them",
        many=True,
    ),
    FactKey(
        "platform_users",
        "application",
        "people",
        "users of its whole platform, of features across it or of a phone's built-in assistant, a month unless the note says a day; "
        "not of one AI product",
        many=True,
    ),
    FactKey(
        "compute_capacity_flops",
        "rnd",
        "EFLOPS",
        "computing capacity in EFLOPS, as stated (precision mostly not named)",
        many=True,
    ),
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
