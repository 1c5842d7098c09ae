"""LiteLLM's price map: one JSON object a key, prices in USD **per token** (some as text).

Mapping: ``litellm_provider`` → provider (reviewed aliases); the key without the provider's own prefix → offer; prices
times a million → ``prices``. Left out: the specimen entry, models that run locally (Ollama) and modes that are not
priced per token of text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal, plain
from harness.catalog.importers.models_dev import NOT_OWNERS, chat_version, hosts_of
from harness.catalog.importers.offers import add_price
from harness.catalog.names import spellings
from harness.catalog.names.matching import maker, match_provider
from harness.errors import BadInput

MODES = frozenset({"chat", "completion", "responses", "embedding"})
LOCAL = frozenset({"ollama", "ollama_chat"})
PER_TOKEN = (
    ("input_cost_per_token", "input_per_mtok"),
    ("output_cost_per_token", "output_per_mtok"),
    ("cache_read_input_token_cost", "cache_read_per_mtok"),
    ("cache_creation_input_token_cost", "cache_write_per_mtok"),
)
# The beginning of a key that repeats the provider.
PREFIXES = tuple(
    f"{p}/"
    for p in [
        "openrouter",
        "azure",
        "azure_ai",
        "xai",
        "together_ai",
        "gemini",
        "vertex_ai",
        "fireworks_ai",
        "groq",
        "deepinfra",
        "mistral",
        "perplexity",
        "deepseek",
        "anyscale",
        "replicate",
        "databricks",
        "cerebras",
        "friendliai",
        "bedrock",
        "sambanova",
        "vercel_ai_gateway",
        "lambda_ai",
        "nscale",
        "moonshot",
        "hyperbolic",
        "gradient_ai",
        "ai21",
        "cohere",
        "cohere_chat",
        "oci",
        "snowflake",
        "dashscope",
        "v0",
        "morph",
        "meta_llama",
        "palm",
        "cloudflare",
        "codestral",
        "watsonx",
        "text-completion-codestral",
        "featherless_ai",
        "voyage",
        "jina_ai",
        "nlp_cloud",
        "aleph_alpha",
        "aiml",
        "openai",
    ]
)


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """Prices of every map given, all for the same day."""
    out = Imported()
    for file in files:
        try:
            document = json.loads(file.text(), parse_float=Decimal, parse_int=Decimal)
        except ValueError as error:
            raise BadInput(f"{file.name} is no JSON: {error}") from error
        if not isinstance(document, dict):
            raise BadInput(f"{file.name} is not LiteLLM's price map")
        providers = {str(v.get("litellm_provider", "")) for v in document.values()}
        hosts = hosts_of(context, providers | NOT_OWNERS)
        for key in sorted(document):
            _entry(out, context, key, document[key], hosts)
    return out


def _entry(out: Imported, context: ImportContext, key: str, facts: Mapping[str, Any], hosts: frozenset[str]) -> None:
    if key == "sample_spec" or facts.get("litellm_provider") in LOCAL or facts.get("mode", "chat") not in MODES:
        return
    prices = {column: _per_million(facts.get(name)) for name, column in PER_TOKEN}
    if not prices["input_per_mtok"] and not prices["output_per_mtok"]:
        return  # priced by image, second or character
    wrong = next((name for name, _ in PER_TOKEN if _below_a_character(facts, name)), None)
    if wrong:
        out.leave("price", key, f"{wrong} is below the map's own price of a character, and a token has at least one")
        return
    provider = match_provider(context.names, str(facts.get("litellm_provider", "")))
    if provider is None:
        out.leave("provider", str(facts.get("litellm_provider", "")), f"not known; offer {key} left out")
        return
    offer = key
    for prefix in PREFIXES:
        offer = offer.removeprefix(prefix)
    match = chat_version(context, offer, context.model(out, offer, "fast"))
    if match is None:
        made_by = maker(context.names, offer, hosts)
        out.leave("offer", key, "its model is not in the catalog" if made_by else "its maker is not known")
    add_price(out, context, provider.id, offer, match.id if match else "", prices)
    out.add(
        "providers",
        provider_id=provider.id,
        name=spellings.slug(provider.id).replace("-", " ").title(),
        as_of=context.as_of,
        source_id=context.source_id,
    )


def _below_a_character(facts: Mapping[str, Any], name: str) -> bool:
    """Whether a price per token is below the same entry's price per character."""
    token, character = (facts.get(n) for n in (name, name.replace("_per_token", "_per_character")))
    one, other = (None if v is None else decimal(v) for v in (token, character))
    return one is not None and other is not None and 0 < one < other


def _per_million(value: object) -> str:
    number = None if value is None else decimal(value)
    return "" if number is None or number < 0 else plain(number * 1_000_000)
