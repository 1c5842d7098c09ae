"""A sample's question and answer in an Inspect log: plain text, or messages whose content is text or a list of parts.

Parts are texts, images, audio, video, documents, data, reasoning and tool calls. What a person reads is the texts, with
``[image]`` where another part stands; what names the item is the whole input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from harness.interchange.foreign.bounded import mapping, sequence, text
from harness.interchange.foreign.names_and_dates import item_hash
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT

_ATTACHMENT = "attachment://"
# What Inspect writes in place of an image where the log keeps none.
_REMOVED = "<base64-data-removed>"
# Of a message or a part: made anew in each run, or notes of the log; they are no part of the question.
_NOT_CONTENT = frozenset(
    {"id", "internal", "metadata", "source", "model", "refusal", "citations", "role", "working_start"}
)


def question(sample: dict[str, Any]) -> str:
    """What the user asked: plain text, or the texts of the user's messages (of all messages where no user speaks)."""
    value = sample.get("input")
    if isinstance(value, str):
        return text(_attached(sample, value), MAX_SAMPLE_TEXT) or ""
    messages = [mapping(m) for m in sequence(value)]
    asked = [m for m in messages if m.get("role") == "user"] or messages
    return "\n".join(filter(None, (_shown(sample, m.get("content")) for m in asked)))[:MAX_SAMPLE_TEXT]


def answer(sample: dict[str, Any]) -> str | None:
    """The model's answer: the completion, else the texts of the first choice's message."""
    output = mapping(sample.get("output"))
    completion = output.get("completion")
    if not (isinstance(completion, str) and completion):
        message = mapping(mapping(next(iter(sequence(output.get("choices"))), None)).get("message"))
        completion = _shown(sample, message.get("content"))
    return text(_attached(sample, completion), MAX_SAMPLE_TEXT) if isinstance(completion, str) else None


def identity(sample: dict[str, Any], choices: list[str], target: str | None) -> str:
    """Hash of the whole input, choices and target: the same question has the same one in every log.

    A single message of the user with nothing but text is the same question as that text. Where the log keeps no images,
    the sample's id tells questions with the same words apart.
    """
    value = sample.get("input")
    messages = [mapping(m) for m in sequence(value)]
    parts = [_part(sample, p) for m in messages for p in _parts(m.get("content"))]
    if isinstance(value, str):
        whole = _attached(sample, value)
    elif len(messages) == 1 and messages[0].get("role") == "user" and all(isinstance(p, str) for p in parts):
        whole = "\n".join(p for p in parts if isinstance(p, str))
    else:
        spoken = [
            [m.get("role"), [_part(sample, p) for p in _parts(m.get("content"))], _part(sample, m.get("tool_calls"))]
            for m in messages
        ]
        whole = json.dumps(spoken, sort_keys=True, ensure_ascii=False)
        if _REMOVED in whole:
            whole += json.dumps(sample.get("id"), default=str)
    return item_hash("inspect", whole, *choices, target or "")


def _parts(content: Any) -> list[Any]:
    """A message's content as a list of parts; plain text is one part."""
    return content if isinstance(content, list) else [] if content is None else [content]


def _part(sample: dict[str, Any], value: Any) -> Any:
    """What a part says, without ids and notes: a text as itself, long data as their hash."""
    if isinstance(value, str):
        full = _attached(sample, value)
        data = full.startswith("data:") and len(full) > 200
        return f"sha256:{hashlib.sha256(full.encode('utf-8', 'replace')).hexdigest()}" if data else full
    if isinstance(value, list):
        return [_part(sample, v) for v in value]
    if isinstance(value, dict):
        if value.get("type") == "text" and isinstance(value.get("text"), str):
            return _attached(sample, value["text"])
        notes = _NOT_CONTENT if value.keys() & {"type", "function"} else frozenset[str]()
        return {k: _part(sample, v) for k, v in value.items() if k not in notes and v is not None}
    return value


def _shown(sample: dict[str, Any], content: Any) -> str:
    """The texts of a content, one a line; another part is named by its kind, reasoning is left out."""
    return "\n".join(filter(None, _lines(sample, content)))


def _lines(sample: dict[str, Any], content: Any) -> Iterator[str]:
    for part in _parts(content):
        if isinstance(part, str):
            yield _attached(sample, part)
        elif isinstance(mapping(part).get("text"), str):
            yield _attached(sample, part["text"])
        elif (kind := text(mapping(part).get("type"), 20)) and kind != "reasoning":
            yield f"[{kind}]"


def _attached(sample: dict[str, Any], value: str) -> str:
    """The text itself, where the log keeps it among the sample's attachments."""
    stored = (
        mapping(sample.get("attachments")).get(value.removeprefix(_ATTACHMENT))
        if value.startswith(_ATTACHMENT)
        else None
    )
    return stored if isinstance(stored, str) else value
