"""Rules on the names under which prices and scores came in: their words must be those of the model they hang on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.catalog.names import effort, matching, spellings
from harness.catalog.rules import cell_rules
from harness.catalog.tables import Catalog, Finding, Row

_SIZE = re.compile(r"a?\d+[bm]|\d+x\d+b")
_CONTEXT = re.compile(r"(\d+)k")
_VERSION = re.compile(r"[a-z]?\d{1,2}")
_SHADES = frozenset({"tiny", "nano", "mini", "small", "medium", "large", "xl", "lite"})
_MODES = frozenset({"thinking", "base", "vl", "coder", "math", "embedding", "fast", "highspeed", "lightning"})
_FAST = frozenset({"fast", "highspeed", "lightning"})
_CHAT = frozenset({"instruct", "chat", "it"})
_CUT = frozenset({"int4", "awq", "gptq", "q4", "4bit", "fp4", "nvfp4", "nf4", "w4a16"})
# Words of a maker's lines; "turbo" is none, which hosts add to a fast copy.
_LINES = frozenset({
    "codex", "air", "audio", "search", "realtime", "transcribe", "tts", "flash", "pro", "plus", "ultra",
    "haiku", "sonnet", "opus", "omni", "image", "distill", "guard", "reranker", "scout", "maverick", "live", "research",
})  # fmt: skip
_MARKS = _SHADES | _MODES | _CUT
AS, _VERSION_OF = "as ", "version "  # a setting's part that states under which name the source has the model


@dataclass(frozen=True)
class _Known:
    """What is known of a model's name: the words of its id, of all its names, and the row."""

    own: frozenset[str]
    all: frozenset[str]
    row: Row


# Spellings of one word.
_SAME = {
    "think": "thinking",
    "thought": "thinking",
    "reasoning": "thinking",
    "reasoner": "thinking",
    "vision": "vl",
    "pt": "base",
    "pretrained": "base",
    "newest": "latest",
    "current": "latest",
}

# The other mode of a model that has one alone.
_WITHOUT = re.compile(r"-(?:non?|without)-?(?:think|reason)|-(?:think|reason)ing-(?:off|disabled)")
# Families with a switch; xAI sells either mode under a name of its own.
_BOTH_MODES = (*spellings.SWITCHED, "grok-4-fast", "grok-4-1", "grok-4-2")
# Words of moving names at the end alone: stable-code-3b is none.
_MOVING_ENDS = frozenset({"stable", "default", "production", "prod", "recent", "preferred", "main"})


def _parts(name: str) -> list[str]:
    """Words of a name in its order, one spelling each."""
    # Vertex's ending where a model has no dated versions is no moving name
    last = name.rstrip("/").rsplit("/", 1)[-1].removesuffix("@default")
    parts = re.sub(r"((?!int)[a-z]{3,})(?=\d)", r"\1-", spellings.slug(last)).split("-")
    if parts[-1] in _MOVING_ENDS:
        parts[-1] = "latest"
    return [_SAME.get(part, part) for part in parts]


def _words(name: str) -> frozenset[str]:
    words = frozenset(_parts(name))
    return words - {"nano"} if "banana" in words else words


def _known(row: Row) -> _Known:
    own = _words(row["model_id"])
    return _Known(own, own | _words(row["name"]) | _words(row["hub_id"]), row)


def differences(name: str, model: _Known, ids: Container[str], tier: str = "standard") -> list[str]:
    """What ``name`` says that ``model`` is not, and the other way round: sizes, contexts, moving names, modes."""
    words, form = _words(name), spellings.normal(name)
    marks = _marks(form, model, tier)
    found = sorted(w for w in words & marks if w not in model.all)
    if {w for w in words if _SIZE.fullmatch(w)}:
        found += sorted(w for w in words - model.all if _SIZE.fullmatch(w) and not _is_size(w, model.row))
    found += sorted(w for w in words - model.all if _CONTEXT.fullmatch(w) and not _is_context(w, model.row))
    found += sorted(f"no {w}" for w in model.own - words if _CONTEXT.fullmatch(w))
    if "latest" in words and "latest" not in model.own and not any(w.startswith("20") for w in words):
        found.append("latest, without an alias of its period")
    if _WITHOUT.search(form) and not _WITHOUT.search(model.row["model_id"]) and "thinking" in marks:
        found.append("non-thinking")
    lacking = sorted((model.own - words) & (marks | (frozenset() if words & _CHAT else _CHAT)))
    if lacking and form in ids and form != model.row["model_id"]:
        found.append(f"no {', no '.join(lacking)}, and {form} is a model")
    if not model.all & _CHAT and any(f"{model.row['model_id']}-{w}" in ids for w in words & _CHAT):
        found.append(min(words & _CHAT))
    return found


def meant_otherwise(name: str, row: Row, ids: Container[str], tier: str = "standard") -> list[str]:
    """What ``name`` says that the model of ``row`` is not: ``differences``, and versions (4.9 on a model 4.8)."""
    model = _known(row)
    return differences(name, model, ids, tier) + _versions(name, model)


def _versions(name: str, model: _Known) -> list[str]:
    """Version numbers of a name where the model has others: each has one that the other lacks."""
    further = re.match(rf"{re.escape(model.row['model_id'])}-([1-9])(?:-|$)", spellings.normal(name))
    if further and _VERSION.fullmatch(model.row["model_id"].rsplit("-", 1)[-1]):
        return [f"version {further[1]}"]  # v3.1 on v3
    if _solid(model.row["model_id"]) in _solid(name):
        return []  # one version in two spellings: gpt-35-turbo
    named, own = _numbers(_parts(name)), _numbers(_parts(model.row["model_id"]))
    unknown = set(named - own) - set(_numbers(model.all))
    return [f"version {', '.join(sorted(unknown))}"] if unknown and own - named else []


def _numbers(words: Iterable[str]) -> Counter[str]:
    """How often each version number stands in a name: 5.5 has two fives."""
    return Counter(w.removeprefix("v") for w in words if _VERSION.fullmatch(w))


def _solid(name: str) -> str:
    return spellings.slug(name).replace("-", "")


def beyond(name: str, row: Row, ids: Container[str], tier: str = "standard") -> list[str]:
    """Sizes, contexts and modes that ``name`` states and the model of ``row`` has not; ``ids`` are all models' ids.

    A precision (``awq``) is left out: the weights are the same.
    """
    found = differences(name, _known(row), ids, tier)
    return [word for word in found if word not in _CUT and not word.startswith("no ")]


def _marks(form: str, model: _Known, tier: str) -> frozenset[str]:
    """Words that tell models apart, without those that are a switch or a tier of this one.

    Of an offer in a plan, in a batch or free of charge the speed is no matter: only the standard tier is compared.
    """
    switched = any(name.startswith(_BOTH_MODES) for name in (form, model.row["model_id"]))
    switches = {"thinking"} if switched else set()
    if switched and not re.search(r"-medium-\d", form):
        switches.add("medium")  # an effort, not a size as in Mistral Medium 3
    return (_MARKS | _LINES) - switches - (_FAST if tier != "standard" else set())


def _is_size(word: str, row: Row) -> bool:
    """Whether a size in a name is the model's number of parameters, total or active, as far as it is known."""
    numbers = [cell_rules.number(row[c]) for c in ("params_b", "active_params_b")]
    stated = float(re.sub(r"\D", "", word.split("x")[-1])) / (1000 if word.endswith("m") else 1)
    return any(n is not None and abs(float(n) - stated) <= 0.1 * stated for n in numbers)


def _is_context(word: str, row: Row) -> bool:
    """Whether a context in a name is the model's own; 32k stands for 32,000 as for 32,768."""
    tokens = cell_rules.number(row["context_tokens"])
    return tokens is not None and abs(float(tokens) / (int(word[:-1]) * 1000 or 1) - 1) < 0.06


def _moving(catalog: Catalog) -> set[str]:
    """Forms of names whose meaning on each day a person has stated."""
    return {
        matching.alias_key("model", r["alias"])
        for r in catalog.rows["aliases"]
        if r["kind"] == "model" and (r["valid_from"] or r["valid_to"])
    }


def _meanings(catalog: Catalog) -> dict[str, str]:
    """The model that each form of a name means by the catalog's ids and its aliases without a period."""
    ids = {r["model_id"]: r["model_id"] for r in catalog.rows["models"]}
    return ids | {
        matching.alias_key("model", r["alias"]): r["id"] for r in catalog.rows["aliases"] if r["kind"] == "model"
    }


def _stated_names(catalog: Catalog) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
    """Row of the file, then table, name, model and tier of every offer and of every score that states its name."""
    for line, row in catalog.numbered("prices"):
        if row["model_id"]:
            yield line, ("prices", row["offer_id"].rsplit("/", 1)[-1].lower(), row["model_id"], row["tier"])
    known = _meanings(catalog)
    for line, row in catalog.numbered("reported_scores"):
        for part in row["setting"].lower().split("; "):
            name = part.removeprefix(AS).removeprefix(_VERSION_OF)
            if part.startswith(AS) or spellings.normal(name) in known:
                yield line, ("reported_scores", name, row["model_id"], "standard")


def _names(catalog: Catalog) -> Iterator[Finding]:
    """A price or a score under another size, context or mode is another model's; one warning a name and model."""
    models = {r["model_id"]: _known(r) for r in catalog.rows["models"]}
    moving, ids, meanings = _moving(catalog), frozenset(models), _meanings(catalog)
    lines: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for line, stated in _stated_names(catalog):
        lines[stated].append(line)
    for (table, name, model_id, tier), found in lines.items():
        if model_id not in models or spellings.normal(name) in moving:
            continue
        if table == "prices" and _served_chat(name, model_id, models) and not _words(name) & _CUT:
            continue
        differing = differences(name, models[model_id], ids, tier) + _versions(name, models[model_id])
        if "thinking" in models[model_id].own and not _WITHOUT.search(model_id) and effort.split(name)[1] == "none":
            differing.append("no thinking")
        means = meanings.get(spellings.normal(name), model_id)
        if means in models and models[means].row["product_id"] != models[model_id].row["product_id"]:
            differing.append(f"the name is that of {means}")
        if differing:
            rows = f" ({len(found)} rows)" if len(found) > 1 else ""
            message = f"{name} on {model_id}: {', '.join(differing)}{rows}"
            rule = "offer-name" if table == "prices" else "score-name"
            yield Finding(f"{table}.csv", found[0], "model_id", message, "warning", rule, f"{name} {model_id}")


def _served_chat(name: str, model_id: str, models: Mapping[str, _Known]) -> bool:
    """Whether an offer is the chat version of the model that its name alone would mean: APIs serve that one.

    As in the importers, not where the name contains ``base`` or the plain name is a closed model of its own.
    """
    plain = spellings.normal(name)
    is_chat = model_id in {plain + ending for ending in spellings.CHAT_ENDINGS}
    closed = plain in models and models[plain].row["open_weights"] == "false"
    return is_chat and "base" not in name and not closed


def _own_names(catalog: Catalog) -> Iterator[Finding]:
    """A model whose id, name and hub page speak of two modes or sizes (base and instruct, VL and text) is two models."""
    for line, row in catalog.numbered("models"):
        own = _words(row["model_id"])
        for column in ("name", "hub_id"):
            words = _words(row[column]) if row[column] else own
            lacking = _MARKS | (_CHAT if column == "hub_id" and not words & _CHAT else frozenset())
            found = [*sorted((words - own) & _MARKS), *(f"no {w}" for w in sorted((own - words) & lacking))]
            sizes, sizes_own = ({w for w in each if _SIZE.fullmatch(w)} for each in (words, own))
            found += sorted(sizes - sizes_own) if sizes and sizes_own and not sizes & sizes_own else []
            contexts, contexts_own = ({w for w in each if _CONTEXT.fullmatch(w)} for each in (words, own))
            found += sorted(contexts - contexts_own) if column == "hub_id" or contexts_own else []
            found += _versions(row[column], _Known(own, own, row)) if row[column] else []
            if found:
                message = f"{row[column]} beside the id {row['model_id']}: {', '.join(found)}"
                yield Finding("models.csv", line, column, message, "warning", "id-and-name", row["model_id"])


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_names, _own_names)
