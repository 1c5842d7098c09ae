"""models.dev: ``api.json`` (providers and their offers) and ``models.json`` (models, with reported scores).

Mapping: provider → ``providers``; each offer → one row of ``prices`` for the snapshot's day, priced or not (an offer
without a price still says who serves what); an offer whose model is not known, but whose maker is, adds the model
with what its maker's own offer says of weights, date and context; ``models.json`` → ``models`` and, from ``benchmarks``, ``reported_scores``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from harness.catalog.import_context import ImportContext, Imported, SourceFile, commonest, decimal, plain, sizes
from harness.catalog.importers.models_dev_scores import full_date, listed_score
from harness.catalog.importers.new_models import FAMILY, OWNER, add_model
from harness.catalog.importers.offers import add_price
from harness.catalog.names import spellings
from harness.catalog.names.matching import HUB, Match, maker, match_provider, match_vendor
from harness.catalog.schema import MODALITIES
from harness.errors import BadInput

# Owners before a slash that only say through whom or how an offer is served.
NOT_OWNERS = frozenset(
    [
        "workers-ai",
        "cf",
        "models",
        "tee",
        "route",
        "routers",
        "public",
        "stealth",
        "azure",
        "vertex-ai",
        "bedrock",
        "pro",
        "novita",
        "completion",
        "chat-completion",
        "main",
        "tts",
        "flux",
        "fal-ai",
        "empty",
        "us",
        "eu",
        "together-ai",
        "fireworks",
        "accounts",
    ]
)
# Names of offers behind which no one model stands: a family without a size, a router's presets, a plan.
NO_MODELS = frozenset({"gemma-3", "gemma-4", "glm-for-coding", "hermes-high", "hermes-low", "hermes-medium"})
_COSTS = (
    ("input", "input_per_mtok"),
    ("output", "output_per_mtok"),
    ("cache_read", "cache_read_per_mtok"),
    ("cache_write", "cache_write_per_mtok"),
)


@dataclass(frozen=True)
class Offer:
    """One model of one provider, as the snapshot has it."""

    provider: str
    id: str
    facts: Mapping[str, Any]


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """Rows of a snapshot: models first, so that offers find them."""
    out = Imported()
    documents = [_document(f) for f in files]
    for document in documents:
        if not _is_api(document):
            for model in sorted(document.values(), key=lambda m: (len(str(m["id"])), str(m["id"]))):
                _listed_model(out, context, model)
    for document in filter(_is_api, documents):
        _providers(out, context, document)
        _offers(out, context, document)
    return out


def _document(file: SourceFile) -> dict[str, Any]:
    try:
        document = json.loads(file.text(), parse_float=Decimal, parse_int=Decimal)
    except ValueError as error:
        raise BadInput(f"{file.name} is no JSON: {error}") from error
    if not isinstance(document, dict) or not all(isinstance(v, dict) for v in document.values()):
        raise BadInput(f"{file.name} is neither models.dev's api.json nor its models.json")
    return document


def _is_api(document: Mapping[str, Any]) -> bool:
    return all("models" in v for v in document.values())


def _modalities(values: Iterable[str]) -> str:
    return ";".join(m for m in MODALITIES if m in values)


def _flag(value: object) -> str:
    return "" if value is None else str(bool(value)).lower()


def _count(value: object) -> str:
    number = decimal(value)
    return plain(number) if number and number > 0 and number == number.to_integral_value() else ""


def _hub(model: Mapping[str, Any]) -> str:
    for weights in model.get("weights") or ():
        url = str(weights.get("url", ""))
        if url.startswith("https://huggingface.co/") and url.count("/") == 4:
            return url.removeprefix("https://huggingface.co/")
    return ""


def _listed_model(out: Imported, context: ImportContext, model: Mapping[str, Any]) -> None:
    """Add the model and the scores of one entry of models.json."""
    vendor = match_vendor(context.names, str(model["id"]).split("/")[0])
    match = context.model(out, str(model["id"]))
    if match is None and vendor is None:
        out.leave("model", str(model["id"]), "its vendor is not known")
        return
    vendor_id = context.names.vendor_of_model[match.id] if match else vendor.id if vendor else ""
    model_id = match.id if match else new_id(context, str(model["id"]))
    page = _hub(model)
    other = context.names.page_of_another(f"{HUB}{page}", model_id)
    if other:
        out.leave("hub page", page, f"it is the page of {other}, not of {model_id}")
        page = ""
    total, active = sizes(page or str(model["id"]))
    cells = {
        "model_id": model_id,
        "vendor_id": vendor_id,
        "name": context.names.rows[model_id]["name"] if match and match.period else settled(str(model["name"])),
        "family": spellings.slug(str(model.get("family", ""))),
        "released": full_date(model.get("release_date")),
        "params_b": total,
        "active_params_b": active,
        "context_tokens": _count(model.get("limit", {}).get("context")),
        "input_modalities": _modalities(model["modalities"]["input"]),
        "output_modalities": _modalities(model["modalities"]["output"]),
        "open_weights": _listed_open(model),
        "licence": str(model.get("license") or ""),
        "hub_id": page,
        "as_of": context.as_of,
        "source_id": context.source_id,
    }
    if match:
        out.add("models", **cells, product_id=model_id)
    else:
        add_model(out, context, OWNER, **cells)
    for score in model.get("benchmarks") or ():
        listed_score(out, context, model_id, score)


def settled(name: str) -> str:
    """A name without the word by which a list says that it moves from model to model: a model's own name stays."""
    return re.sub(r"\s*\(?\blatest\)?$", "", name, flags=re.IGNORECASE) or name


def _listed_open(model: Mapping[str, Any]) -> str:
    """Whether the weights of a listed model are open; not told where neither their page nor a licence bears it out."""
    flag = _flag(model.get("open_weights"))
    founded = flag != "true" or model.get("weights") or model.get("license")
    return flag if founded else ""


def new_id(context: ImportContext, name: str) -> str:
    """Id of a model that is not in the catalog yet: a reviewed alias's id, else the model's name without a mode."""
    form = spellings.normal(name)
    for candidate in (form, spellings.unmoded(form)):
        if alias := context.names.alias("model", candidate):
            return alias
    return spellings.unmoded(form)


def _providers(out: Imported, context: ImportContext, document: Mapping[str, Any]) -> None:
    for key in sorted(document):
        provider = document[key]
        match = match_provider(context.names, key)
        vendor = match_vendor(context.names, key) or match_vendor(context.names, str(provider["name"]))
        url = str(provider.get("doc") or provider.get("api") or "")
        out.add(
            "providers",
            provider_id=match.id if match else spellings.slug(key),
            name=str(provider["name"]).strip(),
            vendor_id=vendor.id if vendor else "",
            website=url if url.startswith("http") and " " not in url and "{" not in url and "$" not in url else "",
            as_of=context.as_of,
            source_id=context.source_id,
        )


def _offers(out: Imported, context: ImportContext, document: Mapping[str, Any]) -> None:
    offers = [
        Offer(_provider_id(context, key), str(offer), facts)
        for key in sorted(document)
        for offer, facts in sorted(document[key]["models"].items())
    ]
    hosts = hosts_of(context, document)
    _new_models(out, context, offers, hosts)
    for offer in offers:
        match = offered_model(out, context, offer.id, hosts)
        cost = offer.facts.get("cost") or {}
        prices = {column: _price(cost.get(name)) for name, column in _COSTS}
        add_price(out, context, offer.provider, offer.id, match.id if match else "", prices)


def _provider_id(context: ImportContext, key: str) -> str:
    match = match_provider(context.names, key)
    return match.id if match else spellings.slug(key)


def _price(value: object) -> str:
    """A price to twelve digits: some sources multiplied in binary and wrote 0.049999999999999996."""
    number = None if value is None else decimal(value)
    return "" if number is None or number < 0 else plain(Context(prec=12).plus(number))


def hosts_of(context: ImportContext, providers: Iterable[str]) -> frozenset[str]:
    """Owners before a slash that are providers rather than vendors, and so do not name a model's vendor."""
    slugs = {spellings.slug(p) for p in providers} | NOT_OWNERS
    return frozenset(s for s in slugs if match_vendor(context.names, s) is None)


def offered_model(out: Imported, context: ImportContext, offer_id: str, hosts: frozenset[str]) -> Match | None:
    """The model of an offer; without one the offer is listed as unmatched, with the reason."""
    match = chat_version(context, offer_id, context.model(out, offer_id, "fast"))
    if match is None:
        made_by = maker(context.names, offer_id, hosts)
        why = "its name fits more than one model" if made_by else "its maker is not known"
        out.leave("offer", offer_id, why)
    return match


def chat_version(context: ImportContext, offer_id: str, match: Match | None) -> Match | None:
    """Match of an offer, replaced by the model's chat version where the catalog has one.

    APIs serve the chat model under the plain name, unless the offer's id contains ``base`` or the plain name is an API
    model of its own (``gpt-3.5-turbo`` beside ``-instruct``): one without open weights.
    """
    if match is None or match.rule != "name" or "base" in offer_id.lower() or match.id in context.names.closed:
        return match
    for ending in spellings.CHAT_ENDINGS:
        if context.names.vendor_of_model.get(match.id + ending) == context.names.vendor_of_model[match.id]:
            return Match(match.id + ending, "chat")
    return match


def _new_models(out: Imported, context: ImportContext, offers: list[Offer], hosts: frozenset[str]) -> None:
    """Add models of known vendors that the catalog lacks, one row each, from all their offers."""
    groups: dict[str, list[Offer]] = defaultdict(list)
    makers: dict[str, list[Match]] = defaultdict(list)
    for offer in offers:
        if context.model(Imported(), offer.id) is None:
            made_by = maker(context.names, offer.id, hosts)
            if made_by:
                model_id = new_id(context, offer.id)
                groups[model_id].append(offer)
                makers[model_id].append(made_by)
    for model_id in sorted(groups):
        # an owner before the slash says more than the beginning of a name
        owners = [m.id for m in makers[model_id] if m.rule != "family"]
        vendor_id = commonest(owners or [m.id for m in makers[model_id]])
        _new_model(out, context, model_id, vendor_id, OWNER if owners else FAMILY, groups)


def _new_model(
    out: Imported, context: ImportContext, model_id: str, vendor_id: str, rule: str, groups: Mapping[str, list[Offer]]
) -> None:
    plainer = [f for f, rule in spellings.forms(model_id) if rule in ("date", "chat") and f != model_id and f in groups]
    if plainer or not model_id:
        return  # the same model under a shorter or fuller name that is in this list too
    if model_id.endswith("-latest") or model_id in NO_MODELS or context.names.moved(model_id):
        return  # a name that moves from model to model is none itself
    facts = [o.facts for o in groups[model_id]]
    # what a model is, its maker's own offer says; resellers write false for everything, and dates of their own
    own = [o.facts for o in groups[model_id] if context.names.vendor_of_provider.get(o.provider) == vendor_id]
    total, active = sizes(commonest(o.id.rsplit("/", 1)[-1] for o in groups[model_id]))
    day = commonest(full_date(f.get("release_date")) for f in own)
    add_model(
        out,
        context,
        rule,
        model_id=model_id,
        vendor_id=vendor_id,
        name=_tidy(commonest(str(f["name"]) for f in facts)) or model_id,
        family=spellings.slug(commonest(str(f.get("family") or "") for f in facts)),
        released=day if day <= context.as_of else "",
        params_b=total,
        active_params_b=active,
        context_tokens=commonest(_count(f.get("limit", {}).get("context")) for f in own),
        input_modalities=commonest(_modalities(f["modalities"]["input"]) for f in own or facts),
        output_modalities=commonest(_modalities(f["modalities"]["output"]) for f in own or facts),
        open_weights=commonest(_flag(f.get("open_weights")) for f in own),
        as_of=context.as_of,
        source_id=context.source_id,
    )


def _tidy(name: str) -> str:
    """A provider's display name without marks of its own (``(free)``, ``TEE``, ``Vendor: ``)."""
    text = name.split(": ", 1)[-1]
    if " " not in text:
        text = text.rsplit("/", 1)[-1]
    for mark in ("(free)", "(Free)", "TEE", "(TEE)", "(Preview)", "(FP8)"):
        text = text.replace(mark, "")
    return settled(" ".join(text.replace("<", "").replace(">", "").split()).strip("-=+@ "))
