"""Text to requests, by lm-eval's own rules for Hugging Face models.

The rules are those of lm-eval 0.4.13's ``HFLM`` (context and continuation encoded together and
split, trailing spaces moved over, one prefix token where the context is empty, left truncation to
the window, disjoint rolling windows with one token of context). Strings are encoded in batches and
each distinct one once; a test compares every rule with ``HFLM`` request by request. Beside lm-eval's rolling
requests stand those of the text alone (``text_windows``), which are the house's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from harness.engine.base import GenerateRequest, Request, ScoreRequest
from harness.engine.generation import draws


class Unscorable(Exception):
    """A request that the model's window cannot hold; lm-eval stops there, we leave the task out."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The requests that answer one instance, and how many of its tokens were cut off.

    ``text`` are the further requests of a rolling text that give its own bits per byte (``text_windows``).
    """

    requests: tuple[Request, ...]
    truncated: int = 0
    text: tuple[Request, ...] = ()


class Encoder(Protocol):
    """What a run asks of a codec. The windows of rolling texts hold ``window`` tokens and move by ``stride``."""

    window: int
    stride: int
    tokenizer: Any

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
    """Encodes for one model. ``lm`` is an ``HFLM``; ``window`` caps rolling windows (tokens), which move by ``stride``."""

    def __init__(self, lm: Any, window: int | None = None, stride: int | None = None) -> None:
        self._lm = lm
        self.tokenizer = lm.tokenizer
        self.max_length = int(lm.max_length)
        self.window = min(window, self.max_length) if window else self.max_length
        self.stride = min(stride, self.window) if stride else self.window
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
        ids, own = self._encode(texts), own_tokens(self._lm.tokenizer, texts, self._prefix)
        return [rolling_windows(ids[text], own[text], self._prefix, self.window, self.stride) for text in texts]

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
                options[draws.OPTION] = draw
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


def rolling_windows(ids: Sequence[int], own: Sequence[int], prefix: int, window: int, stride: int) -> Encoded:
    """The requests of a rolling text: lm-eval's on ``ids`` (as the tokenizer gives them), and the text's on its ``own``."""
    return Encoded(lm_eval_windows(ids, prefix, window), text=text_windows(own, prefix, window, stride))


def lm_eval_windows(ids: Sequence[int], prefix: int, window: int) -> tuple[ScoreRequest, ...]:
    """lm-eval's disjoint rolling windows of a text's tokens (``ids``, with what the tokenizer adds)."""
    from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

    windows = get_rolling_token_windows(token_list=list(ids), prefix_token=prefix, max_seq_len=window, context_len=1)
    parts = [make_disjoint_window(w) for w in windows]
    return tuple(ScoreRequest(tuple(c), tuple(t), greedy=False) for c, t in parts)


def text_windows(ids: Sequence[int], prefix: int, window: int, stride: int | None = None) -> tuple[ScoreRequest, ...]:
    """Windows in which every token of a text (``ids``, without added tokens) is scored exactly once.

    Each begins with one ``prefix`` token as context. The first scores ``window`` tokens; later ones score the next
    ``stride`` tokens behind those tokens before them that the window has room for. Windows that do not overlap
    (``stride`` None or ``window``) have one token of context, and so score ``window - 1``.
    """
    step = min(stride or window, window - 1)
    starts = [0, *range(window, len(ids), step)] if ids else []
    return tuple(
        ScoreRequest((prefix, *ids[max(start - (window - step), 0) : start]), tuple(ids[start:end]), greedy=False)
        for start, end in pairwise([*starts, len(ids)])
    )


def own_tokens(tokenizer: Any, texts: Iterable[str], prefix: int) -> dict[str, list[int]]:
    """Token ids of each distinct text without those that the tokenizer adds itself (a first ``prefix``, a last EOS).

    Some tokenizers add theirs whatever they are asked: what they make of an empty text says so.
    """

    def encode(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False))

    added = encode("")
    head = int(added[:1] == [prefix])
    tail = int(added[head:][-1:] == [tokenizer.eos_token_id])
    ids = {text: encode(text) for text in dict.fromkeys(texts)}
    return {text: i[head : len(i) - tail] for text, i in ids.items()}


def _move_spaces(context: str, continuation: str) -> tuple[str, str]:
    spaces = len(context) - len(context.rstrip())
    return (context[:-spaces], context[-spaces:] + continuation) if spaces else (context, continuation)


def _freeze(value: Any) -> object:
    return tuple(value) if isinstance(value, list) else value
