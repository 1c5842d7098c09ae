"""Kind of a new model, by rule: what it reads and writes, and the words of its name.

Words decide where modalities cannot: an embedding model, a reranker and a guard all write "text" in price lists. Without
modalities only such words say anything; ``text`` and ``multimodal`` are never taken from a name alone.
"""

from __future__ import annotations

import re

from harness.catalog.names import spellings

_RERANKER = re.compile(r"(?:^|-)rerank")
_EMBEDDING = re.compile(r"(?:^|-)embed|^(?:bge|gte|voyage|e5)-")
_MODERATION = re.compile(r"guard(?:-|$)|(?:^|-)(?:moderation|content-safety|shieldgemma|shield)(?:-|$)")
_UNNAMED = re.compile(
    r"(?:^|-)(?:rm|reward|music|lyria|ocr)(?:-|$)"
)  # reward models, music, page readers: no kind of ours
_SPEECH = re.compile(
    r"(?:^|-)(?:tts|asr|stt|whisper|parakeet|transcribe|realtime|livetranslate|voicechat|native-audio|speech|voice)(?:-|$)|^aura-\d"
)
_IMAGE = re.compile(
    r"(?:^|-)(?:image|imagen|imagine-image|flux|dall-e|seedream|ideogram|recraft)(?:-|$)|^stable-?diffusion"
)
_VIDEO = re.compile(r"(?:^|-)(?:veo|sora|kling|seedance|[tir]2v)(?:-|$)")
_SEES = re.compile(r"(?:^|-)(?:vl|vlm|v|vision|omni|multimodal|voxtral|\d+v)(?:-|$)")
_ALWAYS_SEES = re.compile(r"^gemini-")  # every model of the family reads pictures, whatever a list says of one


def kind_of(name: str, input_modalities: str = "", output_modalities: str = "") -> str:
    """Kind of a model (``schema.MODEL_KINDS``) by its name or id and its modalities (``text;image``); empty: unknown."""
    form = spellings.normal(name)
    reads, writes = set(filter(None, input_modalities.split(";"))), set(filter(None, output_modalities.split(";")))
    for kind, words in (("reranker", _RERANKER), ("embedding", _EMBEDDING), ("moderation", _MODERATION)):
        if words.search(form):
            return kind
    if _UNNAMED.search(form):
        return ""
    return _made(form, reads, writes) or _language(form, reads, writes)


def _made(form: str, reads: set[str], writes: set[str]) -> str:
    """The kind of a model that makes pictures, films or speech, or writes speech down; empty where it is none."""
    if "video" in writes or (not writes and _VIDEO.search(form)):
        return "video"
    if writes & {"image"} and ("text" not in writes or _IMAGE.search(form)):
        return "image"
    if _IMAGE.search(form) and (not writes or "image-generation" in form):
        return "image"
    if writes == {"audio"} or reads == {"audio"}:
        return "speech"
    return "speech" if _SPEECH.search(form) and not _SEES.search(form) else ""


def _language(form: str, reads: set[str], writes: set[str]) -> str:
    """``text`` or ``multimodal`` for a model that reads and writes text; a PDF is text as its provider reads it."""
    if "text" not in reads or "text" not in writes:
        return ""
    more = bool((reads | writes) - {"text", "pdf"})
    return "multimodal" if more or _SEES.search(form) or _ALWAYS_SEES.search(form) else "text"
