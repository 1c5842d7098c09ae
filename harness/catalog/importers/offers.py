"""One offer of a price list: what its price is per, at which tier it is sold, and the row that it becomes."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from harness.catalog.import_context import ImportContext, Imported

# Endings of an offer's id that name a tier of the provider's, where they are no part of the model's own name;
# ``fp8-fast`` is a precision, in which Cloudflare serves the model at its one price.
_FAST = re.compile(
    r"(?:(?<!-fp8)[-:](?:fast|turbo|lightning|highspeed|ultraspeed|nitro|specdec|priority))(?:-(?:latest|beta|original))?(?::.*)?$"
)
# Providers whose ``-fast`` is the model without thinking, at the price of the plain offer.
_FAST_IS_A_MODE = frozenset({"neuralwatt"})
_BATCH = re.compile(r"[-:](?:batch|flex)$")
_PLAN = re.compile(r"^coding-")
# What a price of a model that writes no text is per, by the model's name: lists write it into the fields of tokens.
_PER = (
    (
        re.compile(r"whisper|parakeet|^nova-[23](?:-(?!lite|pro|omni|micro|premier)|$)|qwen3-asr|melotts|smart-turn"),
        "minute",
    ),
    (re.compile(r"^aura-\d"), "character"),
    (re.compile(r"^flux|stable-diffusion|^qwen-image|^phoenix|^lucid-|gemini-.*-image"), "image"),
    (re.compile(r"^lyria|^resnet|^wan\d|pplx-.*-online|^sonar-.*-online"), "request"),
)


def tier_of(context: ImportContext, provider_id: str, offer_id: str, model_id: str, prices: Mapping[str, str]) -> str:
    """Tier of an offer (``schema.PRICE_TIERS``); ``model_id`` is empty where no model matches."""
    if context.names.provider_kinds.get(provider_id) == "plan" or _PLAN.match(offer_id):
        return "plan"
    paid = [prices.get(c, "") for c in ("input_per_mtok", "output_per_mtok")]
    if offer_id.endswith(":free") or (any(paid) and all(p in ("", "0") for p in paid)):
        return "free"
    if _BATCH.search(offer_id.lower()):
        return "batch"
    match = _FAST.search(offer_id.lower())
    word = re.sub(r"[^a-z].*", "", match.group()[1:]) if match else ""
    is_tier = match and provider_id not in _FAST_IS_A_MODE
    return "fast" if is_tier and model_id and word not in model_id.split("-") else "standard"


def per_of(offer_id: str) -> str:
    """What an offer's price is per (``schema.PRICE_PERS``)."""
    name = offer_id.lower().rsplit("/", 1)[-1]
    return next((per for pattern, per in _PER if pattern.search(name)), "token")


@cache
def wrong_in_source() -> dict[tuple[str, str, str, str], str]:
    """Reviewed reasons why an offer's price of one day cannot be right as its source has it.

    Keys are provider, offer, ISO day and the column of the one wrong price; an empty column stands for the whole row.
    """
    text = resources.files(__package__).joinpath("mappings/prices_out.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(r["provider_id"], r["offer_id"], r["as_of"], r["column"]): r["reason"] for r in rows}


def add_price(
    out: Imported, context: ImportContext, provider_id: str, offer_id: str, model_id: str, prices: Mapping[str, str]
) -> None:
    """Add an offer's price, in USD, with its tier and what it is per; a price known to be wrong is left by name."""
    offer = (provider_id, offer_id, context.as_of)
    if reason := wrong_in_source().get((*offer, "")):
        out.leave("price", f"{provider_id}: {offer_id}", f"wrong in its source: {reason}")
        return
    prices = {column: "" if (*offer, column) in wrong_in_source() else price for column, price in prices.items()}
    out.add(
        "prices",
        provider_id=provider_id,
        offer_id=offer_id,
        model_id=model_id,
        tier=tier_of(context, provider_id, offer_id, model_id, prices),
        per=per_of(offer_id),
        currency="USD",
        **prices,
        as_of=context.as_of,
        source_id=context.source_id,
    )
