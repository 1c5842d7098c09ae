"""Text to requests for an engine with its own tokenizer: pairs and prompts go as text, windows as token ids.

lm-eval's own class encodes pairs and prompts. Rolling texts are cut here, since the suite fixes the
window so that bits per byte can be compared between models, and lm-eval's classes take the model's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from harness.engine.base import TextRequest
from harness.engine.codec import Encoded, Unscorable, own_tokens, rolling_windows


class TextCodec:
    """Encodes for an lm-eval ``TemplateLM``. ``room`` is how many tokens one of its requests may hold."""

    def __init__(self, lm: Any, room: int, window: int | None = None, stride: int | None = None) -> None:
        self._lm = lm
        self.tokenizer = lm.tokenizer
        self.room = room
        self.window = min(window, room - 1) if window else room - 1
        self.stride = min(stride, self.window) if stride else self.window

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        """Requests for the log-likelihood of ``(context, continuation)`` pairs.

        Raises:
            Unscorable: a continuation is empty or leaves no room for a token of context.
        """
        out = []
        for context, continuation in pairs:
            head, tail = self._lengths(context, continuation)
            if not tail:
                raise Unscorable(f"its continuation {continuation[:40]!r} has no tokens of its own")
            if tail >= self.room:
                raise Unscorable(
                    f"a continuation of {tail} tokens is longer than the {self.room} that the engine's window leaves"
                )
            request = TextRequest("loglikelihood", (context, continuation))
            out.append(Encoded((request,), max(0, head + tail - self.room)))
        return out

    def rolling(self, texts: Sequence[str]) -> list[Encoded]:
        """Requests whose log-likelihoods sum to that of each whole text, in windows of ``window`` tokens."""
        prefix = self._lm.prefix_token_id
        own = own_tokens(self._lm.tokenizer, texts, prefix)
        ids = [self._lm.tok_encode(text) for text in texts]
        return [
            rolling_windows(i, own[text], prefix, self.window, self.stride) for i, text in zip(ids, texts, strict=True)
        ]

    def generate(self, prompts: Sequence[tuple[str, dict[str, Any]]], repeat: Sequence[int]) -> list[Encoded]:
        """Requests for generated text. ``repeat`` tells apart repeated draws of one prompt.

        Raises:
            Unscorable: the window has no room for a context beside the tokens to generate.
        """
        out = []
        for (prompt, arguments), draw in zip(prompts, repeat, strict=True):
            limit = int(arguments.get("max_gen_toks", self._lm.max_gen_toks))
            left = self.room - limit
            if left <= 0:
                raise Unscorable(f"it generates up to {limit} tokens and the engine's window holds {self.room}")
            request = TextRequest(
                "generate_until",
                (prompt, json.dumps(arguments, sort_keys=True)),
                draw if arguments.get("do_sample") else 0,
            )
            out.append(Encoded((request,), max(0, len(self._lm.tok_encode(prompt)) - left)))
        return out

    def _lengths(self, context: str, continuation: str) -> tuple[int, int]:
        if not context:
            return 1, len(self._lm.tok_encode(continuation, add_special_tokens=False))
        head, tail = self._lm._encode_pair(context, continuation)
        return len(head), len(tail)
