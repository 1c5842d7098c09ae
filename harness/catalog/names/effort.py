"""How hard a model was asked to think: one spelling for what sources write in names and settings.

An effort is ``default`` (the source states none: the model as it is served), or one to three of these, joined by
hyphens: a mode (``none``: thinking off, ``thinking``: on, of unstated depth), a level (``minimal`` to ``max``), a budget of
thinking tokens in thousands (``64k``). ``thinking`` is left out where a level or a budget says more.
"""

from __future__ import annotations

import re

DEFAULT = "default"
LEVELS = ("minimal", "low", "medium", "high", "xhigh", "max")
_LEVEL = "|".join(LEVELS)
_EFFORT = re.compile(rf"default|none(?:-(?:{_LEVEL}))?|thinking|(?:{_LEVEL})(?:-\d+k)?|\d+k")

# Models that are asked for a level: elsewhere "medium" and "high" at a name's end are sizes (gpt2-medium, Mistral Medium).
_LEVELLED = re.compile(
    r"^(?:o[1-9]|gpt-?(?:[5-9]|oss)|codex|grok|claude|gemini|deepseek-v[4-9]|qwen-?3|kimi|glm|minimax|muse|step)"
)
_WORDS = r"(?:(?P<off>non?-?(?:thinking|reasoning)|none)|(?P<on>thinking|think|reasoning)(?:-auto)?)"
_ENDINGS = (
    # claude-opus-4-5-thinking-64k-high-effort, …-thinking-low-effort, …-medium-effort
    re.compile(rf"[-_ ]\(?(?:(?P<on>thinking)(?:-auto)?-)?(?:(?P<budget>\d+)k-)?(?P<level>{_LEVEL})-effort\)?$"),
    re.compile(r"[-_ ]\(?(?P<on>thinking)(?:-auto)?[- ](?P<budget>\d+)k\)?$"),
    re.compile(r"[-_ ]\(?(?P<budget>\d+)k(?:[- ](?P<on>thinking)(?: tokens)?)\)?$"),
    re.compile(rf" \((?P<level>{_LEVEL}) (?:reasoning|thinking)\)$"),
    re.compile(rf"[-_ ](?P<level>{_LEVEL})thinking$"),
    re.compile(r"_(?P<budget>\d+)k$"),  # Epoch's claude-3-7-sonnet-20250219_64K; a hyphen there is a context's size
    re.compile(rf"[-_ ]\(?{_WORDS}\)?$"),
)
# Models whose own name ends in a level: GPT-5.1-Codex-Max, Qwen3.7 Max.
_NAMED_BY_LEVEL = re.compile(r"(?:codex|qwen-?3[\d.-]*)[- ]max$")
_BARE_LEVEL = re.compile(rf"(?:_|[- ]\(?)(?P<level>{_LEVEL})\)?$")


def is_effort(text: str) -> bool:
    """Whether a text is an effort in this module's spelling."""
    return _EFFORT.fullmatch(text) is not None


def effort_of(*, on: bool = False, off: bool = False, level: str = "", budget: str = "") -> str:
    """The effort of a mode, a level and a budget (thousands of tokens, digits alone)."""
    if off:
        return f"none-{level}" if level else "none"
    parts = [level, f"{budget}k" if budget else ""]
    return "-".join(p for p in parts if p) or ("thinking" if on else DEFAULT)


def split(name: str) -> tuple[str, str]:
    """A model's name without the effort at its end, and that effort (DEFAULT where the name states none).

    Sizes and context lengths (``gpt2-medium``, ``yi-34b-200k``) stay in the name.
    """
    lower = name.lower()
    for ending in _ENDINGS:
        if match := ending.search(lower):
            found = match.groupdict()
            stated = effort_of(
                on=bool(found.get("on")),
                off=bool(found.get("off")),
                level=found.get("level") or "",
                budget=found.get("budget") or "",
            )
            return name[: match.start()].rstrip(), stated
    match = None if _NAMED_BY_LEVEL.search(lower) else _BARE_LEVEL.search(lower)
    if match and (match.group().startswith("_") or _LEVELLED.match(lower.rsplit("/", 1)[-1])):
        bare, before = split(name[: match.start()].rstrip())
        if before == DEFAULT:
            return bare, match.group("level")
    return name, DEFAULT


def rank(effort: str) -> float:
    """Order of efforts, for the highest of a source: thinking off, least, as served, more, a budget above a level."""
    if effort in ("none", DEFAULT, "thinking"):
        return {"none": 0.0, DEFAULT: 3.0, "thinking": 5.0}[effort]
    level = next((p for p in effort.split("-") if p in LEVELS), "")
    height = {"minimal": 1.0, "low": 2.0, "": 5.0, "medium": 4.0, "high": 5.0, "xhigh": 6.0, "max": 7.0}[level]
    if effort.startswith("none-"):
        return height / 10
    budget = next((int(p[:-1]) for p in effort.split("-") if p.endswith("k")), 0)
    return height + min(budget, 999) / 1000
