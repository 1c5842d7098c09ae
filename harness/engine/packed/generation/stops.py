"""Stop strings of a generation: the text ends before the first of them, wherever tokens begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Stops:
    """Looks for stop strings in a growing answer, decoding only when the newest token could complete one."""

    def __init__(self, tokenizer: Any, until: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        self.until = tuple(s for s in until if s)
        self._letters = frozenset(s[-1] for s in self.until)  # without its last character no stop string is complete
        self._matters: dict[int, bool] = {}

    def reached(self, tokens: Sequence[int]) -> bool:
        """Whether the text of ``tokens`` holds a stop string; asked after every token."""
        if not self.until or not self._could_complete(tokens[-1]):
            return False
        text = self._tokenizer.decode(list(tokens), skip_special_tokens=False)
        return any(stop in text for stop in self.until)

    def _could_complete(self, token: int) -> bool:
        """Whether a token holds the last character of a stop string.

        It is decoded twice in a row: decoders drop a leading space but not an inner one. Parts of
        characters always count.
        """
        known = self._matters.get(token)
        if known is None:
            text = self._tokenizer.decode([token, token], skip_special_tokens=False)
            known = "\ufffd" in text or not text or not self._letters.isdisjoint(text)
            self._matters[token] = known
        return known

    def text(self, tokens: Sequence[int]) -> str:
        """The answer: decoded without special tokens, cut before the first stop string."""
        text: str = self._tokenizer.decode(list(tokens), skip_special_tokens=True)
        for stop in self.until:
            text = text.split(stop)[0]
        return text


def end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """The ids that end an answer."""
    ends = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    listed = [] if ends is None else [ends] if isinstance(ends, int) else list(ends)
    own = getattr(tokenizer, "eos_token_id", None)
    return frozenset([*listed, *([] if own is None else [own])])
