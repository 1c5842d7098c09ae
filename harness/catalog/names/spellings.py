"""Names of models as providers write them, brought to one form.

``normal`` turns ``us.anthropic.claude-3-5-haiku-20241022-v1:0``, ``anthropic/claude-3.5-haiku`` and
``Claude 3.5 Haiku`` into text that can be compared; ``forms`` adds, in the order of trust, the shorter
forms that a reviewed rule allows. Nothing here knows which models exist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Parts that say how an offer is served, never which model it is.
_REGION = re.compile(r"^(us-gov|us|eu|apac|global|jp|au|ca|sa)\.(?=[a-z0-9]+\.)")
_DOTTED_VENDOR = re.compile(
    r"^(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|google|nvidia|minimax|moonshot|moonshotai|zai|writer"
    r"|stability|xai)\.(?=[a-z])"
)
_SERVING_TAG = re.compile(r":(free|extended|beta|nitro|floor|exacto|online|discounted|fast|cloud|latest|\d+)$")
_BEDROCK_VERSION = re.compile(r"-v\d+(:\d+)?(:\d+k)?$")
_PRECISION = re.compile(
    r"-(fp8|fp4|fp16|nvfp4|mxfp4|bf16|int4|int8|awq|gptq|gguf|w4a16|w8a8|q4-k-m|q8-0|4bit|6bit|8bit|iq4-xs|mlx|fp8-dynamic|fp8-fast|fp8-tput|tput)$"
)
_SERVING = re.compile(
    r"-(tee|maas|hf|dd|vllm|free|cf|fw|turbo-tee|fast-api|api|default|original|cheaper|sambanova|high-throughput|flex|cs)$"
)
_FULL_DATE = re.compile(r"-(?:20\d{2}-?[01]\d-?[0-3]\d|2[3-9][01]\d[0-3]\d)$")
_MODE = re.compile(
    r"-(thinking|think|non-thinking|nothinking|no-thinking|reasoning|non-reasoning|nonthinking|minimal|low|medium|high|xhigh"
    r"|none|thinking-(?:low|medium|high|max|minimal)|thinking-\d+k?|reasoning-(?:low|medium|high)|\d+k-thinking|fast)$"
)
# Who serves it, written before the name of a family that is known.
_LEAD = re.compile(
    r"^(?:databricks|openai|anthropic|duo-chat|coding|zai-org|z-ai|zai|xiaomi|alicloud|azure|google|alibaba|groq|cerebras|meta"
    r"|umans|labs|deep|c4ai|deepseek-ai|mistralai|route|minimaxai|moonshotai|ai21|cohere|nvidia)"
    r"-(?=xiaomi|nvidia|claude|opus|sonnet|haiku|gpt|chatgpt|o1|o3|o4|gemini|gemma|glm|mimo|qwen|llama|deepseek|minimax|devstral|kimi|wan\d|mistral|mixtral|jamba"
    r"|command|nemotron)"
)
# The same version written in two ways; each pair keeps the meaning.
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^llama-?v?([1-4])(?=-|$)"), r"llama-\1"),
    (re.compile(r"^qwen-([123](?:-[567])?)(?=-(?!b))"), r"qwen\1"),
    (re.compile(r"^claude-([4-9](?:-\d)?)-(haiku|sonnet|opus|fable)"), r"claude-\2-\1"),
    (re.compile(r"^claude-(haiku|sonnet|opus)-(3(?:-[57])?)(?=-|$)"), r"claude-\2-\1"),
    (re.compile(r"^gpt-?([345])([1-5])(?=-|$)"), r"gpt-\1-\2"),
    (re.compile(r"^gpt([345])"), r"gpt-\1"),
    (re.compile(r"^claude-(haiku|sonnet|opus)([4-9])"), r"claude-\1-\2"),
    (re.compile(r"^(claude-[a-z]+-[4-9]-\d+)-v1$"), r"\1"),
    (re.compile(r"^minimax-m2([1-9])(?=-|$)"), r"minimax-m2-\1"),
    (re.compile(r"^qwen([23])5(?=-)"), r"qwen\1-5"),
    (re.compile(r"^deepseek-([34])-"), r"deepseek-v\1-"),
    (re.compile(r"^(gemini-3)-0-"), r"\1-"),
    (re.compile(r"^(imagen-4|veo-3)-0-"), r"\1-"),
    (re.compile(r"^(imagen-[a-z0-9-]*?|veo-[a-z0-9-]*?)-generate-\d+$"), r"\1"),
    (re.compile(r"^veo(\d)"), r"veo-\1"),
    (re.compile(r"^seed-(?=[12]-)"), r"doubao-seed-"),
    (re.compile(r"^(grok-4-20)-beta"), r"\1"),
    (re.compile(r"^mistral-small(\d)"), r"mistral-small-\1"),
    (re.compile(r"^mistral-large(\d)"), r"mistral-large-\1"),
    (re.compile(r"^(mistral-7b-instruct)-v0(\d)$"), r"\1-v0-\2"),
    (re.compile(r"^(opus|sonnet|haiku)-(?=4)"), r"claude-\1-"),
    (re.compile(r"^(gemini-(?:1-0|2-[05])-[a-z-]+)-00[1-9]$"), r"\1"),  # 001 and 002 of Gemini 1.5 have other weights
    (re.compile(r"^phi-?(\d)"), r"phi-\1"),
    (re.compile(r"^gemma-?([2-4])"), r"gemma-\1"),
    (re.compile(r"^deepseek-chat-v3"), r"deepseek-v3"),
    (re.compile(r"^(k2)-(?=[5-9])"), r"kimi-k2-"),
)
# Families whose modes are switches of one model, not models of their own.
SWITCHED = (
    "claude-", "gpt-5", "gpt-oss", "o1", "o3", "o4", "gemini-2-5", "gemini-3", "deepseek-v3-1", "deepseek-v3-2",
    "deepseek-v4", "glm-4-5", "glm-4-6", "glm-4-7", "glm-5", "mimo-", "grok-3-mini", "kimi-k2-5", "kimi-k2-6", "step-3-",
    "minimax-m", "nemotron-3-", "gemma-4-", "hermes-4-", "ernie-5-1", "mistral-medium-3-5", "mistral-small-4", "qwen3-5", "qwen3-6", "qwen3-7", "hy3",
)  # fmt: skip
# Families whose preview became the released model without a change of name (o1-preview is not o1).
_PREVIEWED = ("gemini-", "grok-", "kimi-", "glm-", "mimo-", "hy3", "qwen3-")
CHAT_ENDINGS = ("-instruct", "-it", "-chat")


def slug(text: str) -> str:
    """Lower-case letters and digits, everything else one hyphen."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def owner(offer_id: str) -> str:
    """Owner in an offer's id (the part before the last slash) as a slug: often the vendor (``meta-llama``)."""
    parts = [p for p in offer_id.split("/") if p]
    return slug(parts[-2].removeprefix("hf:").removeprefix("~")) if len(parts) > 1 else ""


def normal(name: str) -> str:
    """Normal form of a model's name: the same for every spelling."""
    text = unicodedata.normalize("NFKC", name).strip().lower().lstrip("~")
    text = text.rstrip("/").rsplit("/", 1)[-1].replace("--", "-")
    text = _DOTTED_VENDOR.sub("", _REGION.sub("", text))
    text = text.replace("@", "-")
    if _SERVING_TAG.search(text) or re.search(r"-v\d+:", text):
        text = _BEDROCK_VERSION.sub("", text) if re.search(r"-v\d+:\d", text) else _SERVING_TAG.sub("", text)
    text = re.sub(r"(?<=\d)p(?=\d)", "-", text)  # Fireworks writes 3p1 for 3.1
    text = re.sub(r"\+", "-plus", text)
    text = slug(text)
    text = _bare(text)
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


def _bare(form: str) -> str:
    """A form without the endings for precision, provider and serving."""
    before = ""
    while before != form:
        before = form
        form = _LEAD.sub("", _SERVING.sub("", _PRECISION.sub("", form)))
    return form


def undated(form: str) -> str:
    """A form without a full date at its end; the form itself where it has none."""
    return _FULL_DATE.sub("", form)


def unmoded(form: str) -> str:
    """A form without the mode (thinking, effort) at its end, for families where a mode is a switch."""
    return _bare(_MODE.sub("", form)) if form.startswith(SWITCHED) else form


def forms(name: str) -> Iterator[tuple[str, str]]:
    """(form, rule) pairs under which a model may be known, the surest first."""
    exact = normal(name)
    seen: set[str] = set()
    steps = [
        (exact, "name"),
        (unmoded(exact), "mode"),
        (undated(exact), "date"),
        (undated(unmoded(exact)), "mode and date"),
        (unmoded(undated(exact)), "mode and date"),
    ]
    stem = re.sub(r"-latest$" if not exact.startswith(_PREVIEWED) else r"-(?:preview|latest|beta|exp)$", "", exact)
    steps.append((stem, "preview"))
    for form, rule in [*steps, *((f + e, "chat") for f, _ in steps[:3] for e in CHAT_ENDINGS)]:
        if form and form not in seen:
            seen.add(form)
            yield form, rule


def starts(form: str) -> Iterator[str]:
    """All beginnings of a form at its hyphens, the longest first: where families are looked up."""
    parts = form.split("-")
    for end in range(len(parts), 0, -1):
        yield "-".join(parts[:end])
