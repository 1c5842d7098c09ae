"""A model's chat template as a run applies it: always on the same day, never at random, and watched for texts that it loses."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeAlias

from harness.errors import BadInput
from harness.runs.prompts.fixed_clock import Clock, fixed_clock

Messages: TypeAlias = Sequence[Mapping[str, Any]]

PROBE = "Probe {}: Äpfel, 苹果 & Brot"
"""A text that no template has: short texts ("A") may stand in a prompt by chance, this one stands there only if it was put there."""
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")


@dataclass(frozen=True)
class Lost:
    """Prompts of a task that lost a text in the chat template: the system text, an example, the question (each whole or in part)."""

    system: int = 0
    examples: int = 0
    question: int = 0


@dataclass
class ChatPrompts:
    """A chat template that counts the prompts which lack a text of their messages. ``clock`` says whether it asked for the date."""

    template: Callable[..., str]
    model: str = "this model"
    clock: Clock = field(default_factory=Clock)
    _prompts: list[frozenset[str]] = field(default_factory=list)
    _of_roles: dict[tuple[object, ...], frozenset[int]] = field(default_factory=dict)

    def __call__(self, messages: Messages, *args: Any, **options: Any) -> str:
        """The prompt of these messages.

        Raises:
            BadInput: the template does not write the same prompt each time.
        """
        prompt = self._rendered(messages, args, options)
        if not self._prompts and self._rendered(messages, args, options) != prompt:
            raise self._unsteady("writes another prompt each time that it is asked")
        lost = missing(messages, prompt) | self._missing_of_roles(messages, args, options)
        parts = parts_of(messages)
        self._prompts.append(frozenset(parts[i] for i in lost))
        return prompt

    def taken(self) -> Lost:
        """The counts so far, which begin anew."""
        prompts, self._prompts = self._prompts, []
        return Lost(*(sum(part in lost for lost in prompts) for part in ("system", "examples", "question")))

    def _rendered(self, messages: Messages, args: tuple[Any, ...], options: Mapping[str, Any]) -> str:
        """The prompt on the fixed day.

        Raises:
            BadInput: the template draws at random, or prints where an object lies in memory.
        """
        before = random.getstate()
        with fixed_clock(self.clock):
            prompt = self.template(messages, *args, **options)
        if random.getstate() != before:
            raise self._unsteady("draws at random")
        if _ADDRESS.search(prompt) and not any(_ADDRESS.search(str(m["content"])) for m in messages):
            raise self._unsteady("prints where an object lies in memory")
        return prompt

    def _unsteady(self, fault: str) -> BadInput:
        return BadInput(
            f"The chat template of {self.model} {fault}: no run of it can be repeated. Mend its chat_template "
            "(tokenizer_config.json or chat_template.jinja), or drop --chat-template."
        )

    def _missing_of_roles(
        self, messages: Messages, args: tuple[Any, ...], options: Mapping[str, Any]
    ) -> frozenset[int]:
        """Messages that the template drops whatever they say, as those of these roles; a template may refuse to say."""
        key = (*(m["role"] for m in messages), args, tuple(sorted(options.items())))
        if key not in self._of_roles:
            probes = [{**m, "content": PROBE.format(i)} for i, m in enumerate(messages)]
            try:
                self._of_roles[key] = missing(probes, self._rendered(probes, args, options))
            except BadInput:
                raise
            except Exception:  # templates raise what they like; the prompts themselves were rendered
                self._of_roles[key] = frozenset()
        return self._of_roles[key]


def parts_of(messages: Messages) -> list[str]:
    """What each message is part of: ``system``, ``examples`` or ``question`` (the last user's message, and what follows)."""
    last = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=len(messages) - 1)
    return [
        "system" if m["role"] == "system" else "question" if i >= last else "examples" for i, m in enumerate(messages)
    ]


@dataclass(frozen=True)
class _Text:
    """A text without its white space, and the positions that had some before them."""

    letters: str
    breaks: frozenset[int]

    @classmethod
    def of(cls, text: str) -> _Text:
        words = text.split()
        return cls("".join(words), frozenset(accumulate(map(len, words[:-1]))))

    def place(self, part: _Text, start: int, end: int, *, last: bool = False) -> int:
        """Where a part stands between two positions, with more white space than its own or the same; -1 where nowhere."""
        while (at := (self.letters.rfind if last else self.letters.find)(part.letters, start, end)) >= 0:
            if all(at + b in self.breaks for b in part.breaks):
                return at
            start, end = (start, at + len(part.letters) - 1) if last else (at + 1, end)
        return -1


def missing(messages: Messages, prompt: str) -> frozenset[int]:
    """Indices of the messages whose text does not stand in the prompt; white space may be more, or other, there.

    System texts may stand anywhere; examples stand before the question, in their order.
    """
    whole, parts, lost = _Text.of(prompt), parts_of(messages), set[int]()
    question, end = parts.index("question") if "question" in parts else None, len(whole.letters)
    if question is not None:
        at, _ = _place(whole, messages[question], 0, end, last=True)
        lost |= {question} if at < 0 else set()
        end = at if at >= 0 else end
    start = 0
    for i, message in enumerate(messages):
        if i == question:
            start, end = end, len(whole.letters)
            continue
        at, behind = _place(whole, message, *((0, len(whole.letters)) if parts[i] == "system" else (start, end)))
        if at < 0:
            lost.add(i)
        elif parts[i] != "system":
            start = behind
    return frozenset(lost)


def _place(whole: _Text, message: Mapping[str, Any], start: int, end: int, *, last: bool = False) -> tuple[int, int]:
    """Where a message's text begins and ends in a part of the prompt, however it is escaped; (-1, -1) where nowhere."""
    text = str(message["content"])
    for spelling in _SPELLINGS:
        part = _Text.of(spelling(text))
        if (at := whole.place(part, start, end, last=last)) >= 0:
            return at, at + len(part.letters)
    return -1, -1


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: repr(text)[1:-1],
    html.escape,
)
"""A text as templates write it into a prompt."""
