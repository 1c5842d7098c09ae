"""Text to requests, by lm-eval's own rules for Hugging Face models.

The rules are those of lm-eval 0.4.13's ``HFLM`` (context and continuation encoded together and
split, trailing spaces moved over, one prefix token where the context is empty, left truncation to
the window, disjoint rolling windows with one token of context). Strings are encoded in batches and
each distinct one once; a test compares every rule with ``HFLM`` request by request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.engine.base import GenerateRequest, Request, ScoreRequest


class Unscorable(Exception):
    """A request that the model's window cannot hold; lm-eval stops there, we leave the task out."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The requests that answer one instance, and how many of its tokens were cut off."""

    requests: tuple[Request, ...]
    truncated: int = 0


class Encoder(Protocol):
    """What a run asks of a codec. ``window`` caps the windows of rolling texts (tokens)."""

    window: int

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        """Requests for the log-likelihood of ``(context, continuation)`` pairs."""
        ...

    def rolling(self, texts: Sequence[str]) -> list[Encoded]:
        """Requests whose log-likelihoods sum to that of each whole text."""
        ...

    def generate(self, prompts: Sequence[tuple[str, dict[str, Any]]], repeat: Sequence[int]) -> list[Encoded]:
        """Requests for generated text."""
        ...


class Codec:
    """Encodes for one model. ``lm`` is an ``HFLM``; ``window`` caps rolling windows (tokens)."""

    def __init__(self, lm: Any, window: int | None = None) -> None:
        self._lm = lm
        self.max_length = int(lm.max_length)
        self.window = min(window, self.max_length) if window else self.max_length
        self._prefix = int(lm.prefix_token_id)
        self._bos = lm.tokenizer.decode(lm.prefix_token_id)

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        """Requests for the log-likelihood of ``(context, continuation)`` pairs.

        Raises:
            Unscorable: a continuation is empty or longer than the model's window.
        """
        moved = [_move_spaces(context, continuation) for context, continuation in pairs]
        contexts = self._encode(c for c, _ in moved if c)
        wholes = self._encode(c + t for c, t in moved if c)
        bare = self._encode((t for c, t in moved if not c), special=False)
        out = []
        for context, text in moved:
            if context:
                head = contexts[context]
                tail = wholes[context + text][len(head) :]
            else:
                head, tail = [self._prefix], bare[text]
                if tail and tail[0] == self._prefix:
                    head, tail = tail[:1], tail[1:]
            out.append(self._fit(head, tail, text))
        return out

    def rolling(self, texts: Sequence[str]) -> list[Encoded]:
        """Requests whose log-likelihoods sum to that of each whole text, in windows of ``window``."""
        from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

        ids = self._encode(texts)
        out = []
        for text in texts:
            windows = get_rolling_token_windows(
                token_list=ids[text], prefix_token=self._prefix, max_seq_len=self.window, context_len=1
            )
            parts = [make_disjoint_window(w) for w in windows]
            out.append(Encoded(tuple(ScoreRequest(tuple(c), tuple(t), greedy=False) for c, t in parts)))
        return out

    def generate(self, prompts: Sequence[tuple[str, dict[str, Any]]], repeat: Sequence[int]) -> list[Encoded]:
        """Requests for generated text. ``repeat`` tells apart repeated draws of one prompt.

        Raises:
            Unscorable: the window has no room for a context beside the tokens to generate.
        """
        from lm_eval.models.utils import handle_stop_sequences, normalize_gen_kwargs

        if not getattr(self._lm, "generates", True):
            raise Unscorable("a masked language model does not generate text")
        eos = self._lm.tok_decode(self._lm.eot_token_id, skip_special_tokens=False)
        ids = self._encode_prompts(p for p, _ in prompts)
        out = []
        for (prompt, arguments), draw in zip(prompts, repeat, strict=True):
            options: dict[str, Any] = dict(normalize_gen_kwargs(dict(arguments), self._lm.max_gen_toks))
            until = handle_stop_sequences(options.pop("until", None), eos=eos)
            limit = int(options.pop("max_gen_toks"))
            room = self.max_length - limit
            if room <= 0:
                raise Unscorable(f"it generates up to {limit} tokens and the model's window is {self.max_length}")
            if options.get("do_sample"):
                options["draw"] = draw
            context = ids[prompt]
            frozen = tuple(sorted((k, _freeze(v)) for k, v in options.items()))
            request = GenerateRequest(tuple(context[-room:]), tuple(until), limit, frozen)
            out.append(Encoded((request,), max(0, len(context) - room)))
        return out

    def _fit(self, head: list[int], tail: list[int], text: str) -> Encoded:
        if not tail:
            raise Unscorable(f"its continuation {text[:40]!r} has no tokens of its own")
        if len(tail) > self.max_length:
            raise Unscorable(
                f"a continuation of {len(tail)} tokens is longer than the model's window of {self.max_length}"
            )
        cut = max(0, len(head) + len(tail) - (self.max_length + 1))
        return Encoded((ScoreRequest(tuple(head[cut:]), tuple(tail)),), cut)

    def _encode(self, strings: Iterable[str], special: bool | None = None) -> dict[str, list[int]]:
        """Token ids of each distinct string, as ``HFLM.tok_encode`` gives them."""
        distinct = list(dict.fromkeys(strings))
        marked = [s for s in distinct if special is None and self._bos and s.startswith(self._bos)]
        plain = [s for s in distinct if s not in set(marked)] if marked else distinct
        add = special if special is not None else self._lm.add_bos_token
        return {**self._batch(plain, add), **self._batch(marked, False)}

    def _encode_prompts(self, strings: Iterable[str]) -> dict[str, list[int]]:
        """As ``HFLM.tok_batch_encode`` of one prompt: the tokenizer's own BOS decides, not the prefix token."""
        distinct = list(dict.fromkeys(strings))
        bos = getattr(self._lm.tokenizer, "bos_token", None)
        marked = [s for s in distinct if bos and s.startswith(bos)]
        plain = [s for s in distinct if not (bos and s.startswith(bos))]
        return {**self._batch(plain, self._lm.add_bos_token), **self._batch(marked, False)}

    def _batch(self, strings: list[str], add_special_tokens: bool | None) -> dict[str, list[int]]:
        if not strings:
            return {}
        options = {} if add_special_tokens is None else {"add_special_tokens": add_special_tokens}
        ids = self._lm.tokenizer(strings, return_attention_mask=False, verbose=False, **options)["input_ids"]
        return dict(zip(strings, ids, strict=True))


def _move_spaces(context: str, continuation: str) -> tuple[str, str]:
    spaces = len(context) - len(context.rstrip())
    return (context[:-spaces], context[-spaces:] + continuation) if spaces else (context, continuation)


def _freeze(value: Any) -> object:
    return tuple(value) if isinstance(value, list) else value
