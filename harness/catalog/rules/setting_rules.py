"""Rules on rows of models that are no model (a prompt, an agent, an effort, a fast lane, a moving name), and on efforts of scores."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from harness.catalog.names import effort, spellings
from harness.catalog.rules.identity_rules import is_product
from harness.catalog.rules.name_rules import AS
from harness.catalog.schema import LANGUAGE_KINDS
from harness.catalog.tables import Catalog, Finding, Row

_PROMPT = re.compile(
    r"(?:-(?:(?:\d+|zero|one|few|many|multi)-?shots?|cot|chain-of-thought|self-(?:consistency|refine)|(?:system-)?prompt(?:ed|ing)?|greedy"
    r"|(?:maj|pass|cons|best-of|mean-of|avg|k|n)-?(?:at-)?\d+|(?:(?:majority|consensus)-?)?(?:vot(?:e|ing)(?:-?\d+)?|majority|consensus)|best-of-n|ensemble|react|scaffold(?:ed)?"
    r"|(?:[a-z]+-?)?agent(?:ic)?|codeact|openhands|terminus-\d|rag|code-interpreter|(?:t|temp|temperature)-?\d(?:-\d+)?|(?:with-|no-|without-)(?:search|python)"
    r"|(?:with-|no-|without-)?(?:tools|tool-use|browsing)|sc-?\d*))+$"
)
_JOINED = re.compile(r" \+ |\bwith (?:tools|search|browsing|python|an? )|\bw/", re.IGNORECASE)
_SHOTS_IN_ID = re.compile(r"-\d+-?shots?(?:-|$)")
_EFFORT_END = re.compile(
    rf"-(?:thinking-\d+k|\d+k-thinking|adaptive(?:-(?:reasoning|thinking))?|(?:{'|'.join(effort.LEVELS)})(?:-(?:effort|reasoning|thinking))+)$"
)
_FAST_END = re.compile(r"-(?:fast|highspeed|high-speed|lightning)$")
_LATEST = re.compile(
    r"(?:^|-)(?:latest|newest|current)(?:-(?!\d)|$)|-(?:stable|default|production|prod|recent|preferred|main|auto|flagship)$"
)


def _model(line: int, row: Row, column: str, message: str, rule: str, level: str = "warning") -> Finding:
    return Finding("models.csv", line, column, message, level, rule, row["model_id"])


def _prompts(catalog: Catalog) -> Iterator[Finding]:
    """A prompt, a way of sampling or an agent that stands as a model counts the same weights twice."""
    ids = {r["model_id"] for r in catalog.rows["models"]}
    for line, row in catalog.numbered("models"):
        stem = _without_prompt(row["model_id"], ids)
        if _SHOTS_IN_ID.search(row["model_id"]):
            message = "the number of examples in a prompt is a score's setting, not a model"
            yield _model(line, row, "model_id", message, "prompt-as-model", "error")
        elif stem:
            message = f"{row['model_id'][len(stem) + 1 :]!r} is a score's setting, not a model: {stem} is the model"
            yield _model(line, row, "model_id", message, "prompt-as-model", "error")
        elif is_product(row) and row["kind"] in LANGUAGE_KINDS and _JOINED.search(row["name"]):
            message = f"{row['name']!r} is a model with something beside it: tools and agents are a score's setting"
            yield _model(line, row, "name", message, "agent-as-model")


def _efforts(catalog: Catalog) -> Iterator[Finding]:
    """A known model with an effort or a speed at the end of its id, without weights of its own, is that model."""
    ids = {r["model_id"] for r in catalog.rows["models"]}
    for line, row in catalog.numbered("models"):
        if row["hub_id"] or not is_product(row):
            continue
        stem = _without_effort(row["model_id"], ids)
        if stem:
            message = f"{row['model_id'][len(stem) + 1 :]!r} is no product without weights of its own: is it {stem}, with an effort?"
            yield _model(line, row, "product_id", message, "effort-as-product")
        fast = _FAST_END.sub("", row["model_id"])
        if row["kind"] in LANGUAGE_KINDS and fast != row["model_id"] and fast in ids:
            message = f"is it {fast} in a fast lane (tier fast of a price), or a model of its own?"
            yield _model(line, row, "product_id", message, "fast-as-product")


def _without_prompt(model_id: str, ids: Collection[str]) -> str:
    """The longest known model that an id means without its prompt or agent; empty where it has none."""
    stems = (model_id[: at.start()] for at in reversed(list(re.finditer("-", model_id))))
    return next((stem for stem in stems if stem in ids and _PROMPT.fullmatch(model_id[len(stem) :])), "")


def _without_effort(model_id: str, ids: Collection[str]) -> str:
    """The known model that an id means without its effort; empty where it has none, or where no such model is known."""
    stems = (_EFFORT_END.sub("", model_id), effort.split(model_id)[0])
    return next((stem for stem in stems if stem != model_id and stem in ids), "")


def _moving_names(catalog: Catalog) -> Iterator[Finding]:
    """A moving name as a product joins the prices and scores of the models that it meant in turn."""
    for line, row in catalog.numbered("models"):
        if not is_product(row):
            continue
        column = next((c for c in ("model_id", "name") if _LATEST.search(spellings.slug(row[c]))), "")
        if column:
            message = f"{row[column]!r} is a moving name, not a model: which model was it, and from when to when?"
            yield _model(line, row, column, message, "moving-as-product")


def _efforts_of_scores(catalog: Catalog) -> Iterator[Finding]:
    """A level that stands in the source's name is the score's effort, and a model's own last word is none."""
    told = set()
    for line, row in catalog.numbered("reported_scores"):
        named = {part.removeprefix(AS) for part in row["setting"].split("; ") if part.startswith(AS)}
        stated = {effort.split(name)[1] for name in named} - {effort.DEFAULT, row["effort"]}
        own = row["effort"] in effort.LEVELS and row["model_id"].endswith(f"-{row['effort']}")
        key = f"{row['model_id']} {row['effort']} {row['source_id']}"
        if (stated or own) and key not in told:
            told.add(key)
            message = f"is {row['effort']}, and the name {'of the model ends so' if own else f'in the source says {min(stated)}'}"
            yield Finding("reported_scores.csv", line, "effort", message, "warning", "score-effort", key)


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_prompts, _efforts, _moving_names, _efforts_of_scores)
