"""Characters that a run asks for and the model's tokens do not spell: unknown ones, dropped ones, capitals made small.

Bits per byte divide what the tokens cost by the bytes of the text: a character that no token spells costs nothing and counts.
What the tokens spell is their decoded text. Characters are counted, wherever they stand: decoders add spaces, and what is added
is not lost. Forms that Unicode calls canonically equivalent are one.
"""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.engine.base import GenerateRequest, Request, ScoreRequest
from harness.engine.codec import Encoded

PROMPTS, CHOICES = 100, 500
"""Prompts and choices of a task that are looked at, drawn by the task's name: what a tokenizer loses it loses everywhere."""
_UNKNOWN = "\x00"


@dataclass(frozen=True)
class Lost:
    """So many of all: characters, or items."""

    lost: int = 0
    all: int = 0

    @property
    def share(self) -> float:
        """The lost part, 0 to 1."""
        return self.lost / self.all if self.all else 0.0


@dataclass(frozen=True)
class LostText:
    """What the tokens of a task's requests do not spell: characters of rolling ``texts``, of ``prompts`` and of ``choices``.

    ``alike`` counts the items of which two choices with different texts have the same tokens.
    """

    texts: Lost = Lost()
    prompts: Lost = Lost()
    choices: Lost = Lost()
    alike: Lost = Lost()


def of_task(instances: Sequence[Any], encoded: Sequence[Encoded], tokenizer: Any) -> LostText:
    """What the requests of one task's instances do not spell. Prompts that were cut to the window are passed over."""
    rolling, asked, choices = dict[str, Sequence[int]](), list[tuple[str, Request]](), dict[str, None]()
    for instance, one in zip(instances, encoded, strict=True):
        if instance.request_type == "loglikelihood_rolling":
            rolling[instance.args[0]] = [i for r in one.text if isinstance(r, ScoreRequest) for i in r.continuation]
        elif not one.truncated:
            scored = instance.request_type == "loglikelihood"
            asked.append((str(instance.args[0]) + (instance.args[1] if scored else ""), one.requests[0]))
            if scored:
                choices[instance.args[1]] = None
    draw = random.Random(instances[0].task_name if instances else "")
    some = draw.sample(asked, min(PROMPTS, len(asked)))
    answers = draw.sample(list(choices), min(CHOICES, len(choices)))
    return LostText(
        _sum(tokenizer, rolling.items()),
        _sum(tokenizer, ((text, _ids(tokenizer, text, request)) for text, request in some)),
        _sum(tokenizer, ((text, _encode(tokenizer, text)) for text in answers)),
        alike(instances, encoded),
    )


def alike(instances: Sequence[Any], encoded: Sequence[Encoded]) -> Lost:
    """Items whose choices have fewer different requests than different texts, of all items with choices."""
    texts: dict[int, set[tuple[str, str]]] = {}
    requests: dict[int, set[Request]] = {}
    for instance, one in zip(instances, encoded, strict=True):
        if instance.request_type == "loglikelihood" and not one.truncated:
            texts.setdefault(instance.doc_id, set()).add((str(instance.args[0]), str(instance.args[1])))
            requests.setdefault(instance.doc_id, set()).update(one.requests)
    several = [item for item, said in texts.items() if len(said) > 1]
    return Lost(sum(len(requests[item]) < len(texts[item]) for item in several), len(several))


def lost(text: str, spelled: str, unknown: str | None = None) -> int:
    """Characters of a text that do not stand in what its tokens spell; ``unknown`` is how an unknown token is written.

    Spaces before the text are passed over: tokenizers add and drop them by convention.
    """
    if text == spelled:
        return 0
    if unknown:
        text, spelled = text.replace(unknown, _UNKNOWN), spelled.replace(unknown, _UNKNOWN)
    wanted = Counter(unicodedata.normalize("NFC", text.lstrip(" ")))
    return (wanted - Counter(unicodedata.normalize("NFC", spelled))).total()


def _sum(tokenizer: Any, texts: Iterable[tuple[str, Sequence[int]]]) -> Lost:
    missing = characters = 0
    unknown = getattr(tokenizer, "unk_token", None)
    for text, ids in texts:
        spelled = _spelled(tokenizer, ids)
        characters += len(text)
        if text not in spelled:
            missing += max(min(lost(text, one, unknown) for one in spelled), _white_space_lost(tokenizer, text))
    return Lost(missing, characters)


def _white_space_lost(tokenizer: Any, text: str) -> int:
    """The white space of a text whose tokens are the same without any: its decoder may write spaces of its own."""
    bare = "".join(text.split())
    same = len(bare) < len(text.lstrip(" ")) and _encode(tokenizer, bare) == _encode(tokenizer, text)
    return len(text) - len(bare) if same else 0


def _spelled(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """What tokens spell; where a tokenizer has no decoder, also with its marks of spaces and bytes read."""
    text = str(tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False))
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or backend.decoder is not None:
        return [text]
    from tokenizers.decoders import ByteLevel

    return [text, text.replace("▁", " "), ByteLevel().decode([text.replace(" ", "")])]


def _ids(tokenizer: Any, text: str, request: Request) -> Sequence[int]:
    if isinstance(request, ScoreRequest):
        return (*request.context, *request.continuation)
    return request.context if isinstance(request, GenerateRequest) else _encode(tokenizer, text)


def _encode(tokenizer: Any, text: str) -> Sequence[int]:
    ids: Sequence[int] = tokenizer.encode(text, add_special_tokens=False)
    return ids


def beyond(lost_text: Mapping[str, LostText], part: str, least: float) -> list[tuple[str, Lost]]:
    """Tasks of which more than a share of that part is lost, the worst first."""
    counts = [(task, getattr(one, part)) for task, one in lost_text.items()]
    return sorted((c for c in counts if c[1].share > least), key=lambda c: -c[1].share)
