"""Rules on what only a maker can say: open weights, licence, the size of a closed model, the hub account, the kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from harness.catalog.importers import kinds
from harness.catalog.names import spellings
from harness.catalog.rules.size_rules import stated_sizes
from harness.catalog.schema import LANGUAGE_KINDS
from harness.catalog.tables import Catalog, Finding, Row

# Beginnings of the sources that list what sellers say of models.
SELLERS_LISTS = ("models-dev-", "litellm-")
FEWEST_PAGES = 3  # hub pages of a vendor from which its accounts are known

_CLOSED = re.compile(
    r"propriet|closed|commercial api|all rights|terms of (?:use|service)|^(?:none|n/?a|unknown)$", re.IGNORECASE
)


def _model(line: int, row: Row, column: str, message: str, rule: str) -> Finding:
    return Finding("models.csv", line, column, message, "warning", rule, row["model_id"])


def _licences(catalog: Catalog) -> Iterator[Finding]:
    """Open weights and a licence go together; sellers' lists state either carelessly."""
    for line, row in catalog.numbered("models"):
        is_open = row["open_weights"] == "true"
        if is_open and _CLOSED.search(row["licence"]):
            message = f"{row['licence']!r} is no licence of open weights"
            yield _model(line, row, "licence", message, "licence-and-weights")
        if not is_open and row["licence"] and not _CLOSED.search(row["licence"]):
            message = (
                f"{row['licence']!r} beside open_weights {row['open_weights'] or 'empty'}: what does the maker say?"
            )
            yield _model(line, row, "licence", message, "licence-and-weights")
        if is_open and not row["hub_id"] and row["licence"] and row["source_id"].startswith(SELLERS_LISTS):
            message = "is true by a list of sellers, without a hub page: what does the maker say?"
            yield _model(line, row, "open_weights", message, "open-by-sellers")


def _closed_sizes(catalog: Catalog) -> Iterator[Finding]:
    """Makers of closed models seldom state a size; one that the name does not state is an estimate."""
    for line, row in catalog.numbered("models"):
        if row["open_weights"] == "false" and row["params_b"] and not stated_sizes(row):
            message = f"{row['params_b']} billion of a closed model whose name states no size: does its maker say so?"
            yield _model(line, row, "params_b", message, "size-of-closed")


def _accounts(catalog: Catalog) -> Iterator[Finding]:
    """A hub account that has no other model of the vendor is somebody else's, who uploaded or altered the model."""
    accounts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in catalog.rows["models"]:
        if row["hub_id"]:
            accounts[row["vendor_id"]][row["hub_id"].split("/")[0].lower()] += 1
    for line, row in catalog.numbered("models"):
        owner, known = row["hub_id"].split("/")[0].lower(), accounts[row["vendor_id"]]
        if owner and known[owner] == 1 and known.total() > FEWEST_PAGES and known.most_common(1)[0][1] > 1:
            message = f"{owner} has no other model of {row['vendor_id']}, whose account is {known.most_common(1)[0][0]}"
            yield _model(line, row, "hub_id", message, "hub-account")


# Words of names of models that write no language, whatever a list says of what they write.
_NO_LANGUAGE = re.compile(
    r"(?:^|-)(?:sora|veo|kling|seedance|[tir]2[iv]|flux|imagen?|image-?gen|dall-e|seedream|ideogram|recraft|banana|upscaler?|lyria"
    r"|music|suno|hailuo|midjourney|dalle|grok-imagine|diffusion|whisper|voice|cosyvoice|eleven|aura|segmentation|moderation|rerank(?:er)?|colbert|reward|rm|tts|e5|bge|gte|siglip|clip|embed(?:ding)?s?)(?:-|$)"
)
# What a model of a kind must read or write.
_HANDLES = {"speech": "audio", "image": "image", "video": "video"}


def _modalities(catalog: Catalog) -> Iterator[Finding]:
    """A speech model hears or speaks; a model of pictures or films writes them."""
    for line, row in catalog.numbered("models"):
        needed = _HANDLES.get(row["kind"], "")
        handled = row["output_modalities"] + (f";{row['input_modalities']}" if row["kind"] == "speech" else "")
        if needed and row["output_modalities"] and needed not in handled.split(";"):
            message = f"{row['output_modalities']}, and no {needed}, of a model of the kind {row['kind']}"
            yield _model(line, row, "output_modalities", message, "kind-and-modalities")


def _kinds(catalog: Catalog) -> Iterator[Finding]:
    """A model that embeds, ranks, guards, speaks or draws stands in no comparison of language models, nor one that writes out."""
    for line, row in catalog.numbered("models"):
        reads, writes = row["input_modalities"], row["output_modalities"]
        likely = kinds.kind_of(row["model_id"], reads, writes) or kinds.kind_of(row["name"], reads, writes)
        media = next(filter(None, (_NO_LANGUAGE.search(spellings.slug(row[c])) for c in ("model_id", "name"))), None)
        if row["kind"] in LANGUAGE_KINDS and media and likely in ("", *LANGUAGE_KINDS):
            message = f"is {row['kind']}, and the name says {media.group().strip('-')}: does it write language?"
            yield _model(line, row, "kind", message, "kind-and-name")
        if row["kind"] and likely and (likely in LANGUAGE_KINDS) != (row["kind"] in LANGUAGE_KINDS):
            message = f"is {row['kind']}; by its name and what it reads and writes the model is of the kind {likely}"
            yield _model(line, row, "kind", message, "kind-and-name")


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _licences,
    _closed_sizes,
    _accounts,
    _kinds,
    _modalities,
)
