"""The choice of scorer for a model: the first that its architecture allows and that agrees with its plain forward.

tree          shared prefixes once, packed without padding
prefix        a context once in a key-value cache, continuations after it
padding-free  requests end to end, separated by transformers' own mask
padded        right-padded rows
alone         one request a forward pass
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

import torch

from harness.engine.base import Scored, ScoreRequest
from harness.engine.packed.attention import flex
from harness.engine.packed.hardware import memory, parallel
from harness.engine.packed.hardware.last_layer import last_layer
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.model import PackedModel
from harness.engine.packed.plan.packing import Limits
from harness.engine.packed.plan.tree import inputs
from harness.engine.packed.scoring.fallback_scorers import PaddedScorer, PaddingFreeScorer, PrefixScorer, Reader
from harness.engine.packed.scoring.head import Head
from harness.engine.packed.scoring.tree_scorer import TreeScorer
from harness.errors import RunFailed

# Two exact ways of the same sum differ by some 1e-6 in fp32; 16-bit weights round each product to 3 digits.
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-6}
ROUGH = 5e-2

# The check runs past a sliding window up to this size; for wider ones it suffices that the layers ask for it.
CHECKED_WINDOW = 256


class Scorer(Protocol):
    """Answers score requests in order."""

    @property
    def name(self) -> str:
        """Name of the scorer, as in the table above."""
        ...

    def score(self, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
        """Answers in order."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """The scorer in use, why better ones are not, and the one for requests that must stand alone."""

    scorer: Scorer
    alone: Scorer
    head: str
    fallbacks: tuple[str, ...]


def choose(model: Any, device: torch.device, limits: Limits, meter: Meter, *, deterministic: bool) -> Choice:
    """The first way that the architecture allows and that agrees with the model's plain forward.

    Raises:
        RunFailed: none agrees, the plainest included.
    """
    head, note = _head(model)
    reader = Reader(model, device, head, meter)
    fallbacks = [note] if note else []
    # Fused attention sees whole tiles of a preamble without a mask: on a card the check has two of them.
    whole_tiles = 2 * flex.TILE if device.type == "cuda" else 0
    requests = _check_requests(model.config.get_text_config(), 12 + whole_tiles)
    expected = _plain_answers(Reader(model, device, None, Meter()), requests, limits)
    for name, reason, make in _candidates(model, device, head, reader, limits, deterministic=deterministic):
        make = cache(make)  # the scorer that was tried is the one in use
        problem = reason or _compare(make, requests, expected, limits, _dtype(model))
        if not problem:
            scorer = make()
            meter.take()
            alone = PaddedScorer(reader, alone=True)
            return Choice(scorer, alone, head.kind if head else "full logits", tuple(fallbacks))
        fallbacks.append(f"{name}: {problem}")
    raise RunFailed(
        f"This model cannot be trusted: no way of scoring agrees with its plain forward ({'; '.join(fallbacks)}). "
        "Nothing was scored; try another --dtype or device."
    )


def _dtype(model: Any) -> torch.dtype:
    dtype: torch.dtype = next(model.parameters()).dtype
    return dtype


def _head(model: Any) -> tuple[Head | None, str]:
    if getattr(model, "base_model", model) is model or model.get_output_embeddings() is None:
        return None, "head: the model has no base model apart from its output layer"
    try:
        return Head(model), ""
    except Exception as error:  # an unknown architecture may fail in any way; it still works through full logits
        return None, f"head: {type(error).__name__}"


def _candidates(
    model: Any, device: torch.device, head: Head | None, reader: Reader, limits: Limits, *, deterministic: bool
) -> Iterator[tuple[str, str, Callable[[], Scorer]]]:
    def tree(*, whole: bool = False, fused: bool = False) -> Scorer:
        assert head is not None
        fixed = limits.budget if deterministic else None
        packed = PackedModel(model, device, head, reader.meter, fixed=fixed, whole=whole, fused=fused)
        alike = fixed is None and head.kind == "linear" and position_limit(model.config.get_text_config()) is None
        return TreeScorer(packed, parallel.stream_count(device, limits, can=alike and memory.narrow(model)))

    problem = "no head" if head is None else tree_problem(model, deterministic=deterministic)
    if not problem and not deterministic:
        some = "last layer for scored tokens alone"
        if device.type == "cuda":
            yield f"fused attention, {some}", "", lambda: tree(fused=True)
            yield "fused attention", "", lambda: tree(fused=True, whole=True)
        if last_layer(model) is not None:
            yield some, "", tree
    yield "tree", problem, lambda: tree(whole=True)
    if deterministic:
        yield "alone", "", lambda: PaddedScorer(reader, alone=True)
        return
    yield "prefix", "quantised weights" if _quantised(model) else "", lambda: PrefixScorer(reader)
    yield "padding-free", padding_free_problem(model), lambda: PaddingFreeScorer(reader)
    yield "padded", "", lambda: PaddedScorer(reader)
    yield "alone", "", lambda: PaddedScorer(reader, alone=True)


def tree_problem(model: Any, *, deterministic: bool) -> str:
    """Why an architecture cannot take the tree, or an empty string."""
    config = model.config.get_text_config()
    if _quantised(model):
        return "quantised weights"
    if not model._can_set_attn_implementation():
        return "attention is not exchangeable"
    if deterministic and _experts(config):
        return "fixed shapes cannot be had with routed experts"
    return padding_free_problem(model)


def padding_free_problem(model: Any) -> str:
    """Why packed sequences cannot be told apart by positions, or an empty string."""
    config = model.config.get_text_config()
    base = getattr(model, "base_model", model)
    if "position_ids" not in inspect.signature(base.forward).parameters:
        return "no positions"
    kinds = set(getattr(config, "layer_types", None) or ()) - {"full_attention", "sliding_attention"}
    if kinds:
        return f"layers of kind {', '.join(sorted(kinds))}"
    if getattr(config, "attention_chunk_size", None):
        return "chunked attention"
    if getattr(config, "alibi", False) or getattr(config, "position_embedding_type", "") == "alibi":
        return "ALiBi"
    return ""


def _quantised(model: Any) -> bool:
    return bool(getattr(model.config, "quantization_config", None) or getattr(model, "is_quantized", False))


def _experts(config: Any) -> bool:
    names = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
    return any((getattr(config, name, None) or 0) > 1 for name in names)


def windows(config: Any) -> set[int]:
    """The sliding windows that a configuration's layers have."""
    window = getattr(config, "sliding_window", None)
    if not window or getattr(config, "use_sliding_window", True) is False:
        return set()
    kinds = getattr(config, "layer_types", None)
    return {int(window)} if kinds is None or "sliding_attention" in kinds else set()


def position_limit(config: Any) -> int | None:
    """The length beyond which a request's numbers depend on the longest of its batch: such requests stand alone."""
    rope = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    entries = [rope, *(v for v in rope.values() if isinstance(v, dict))]
    kinds = {str(e.get("rope_type", "")) for e in entries}
    if "longrope" in kinds:
        originals = [e.get("original_max_position_embeddings") for e in entries]
        known = [o for o in [*originals, getattr(config, "original_max_position_embeddings", None)] if o]
        return int(min(known)) if known else int(config.max_position_embeddings)
    return int(config.max_position_embeddings) if "dynamic" in kinds else None


def _check_requests(config: Any, preamble: int = 12) -> list[ScoreRequest]:
    """A small family: a preamble, contexts, branching continuations, one long continuation."""
    dice = random.Random(0)
    vocabulary = int(config.vocab_size)

    def draw(count: int) -> tuple[int, ...]:
        return tuple(dice.randrange(vocabulary) for _ in range(count))

    longest = int(getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None) or 2048)
    window = max((w for w in windows(config) if w <= CHECKED_WINDOW), default=0)
    shared = draw(min(preamble + window, max(2, longest - 20)))
    first, second = shared + draw(5), shared + draw(3)
    stem = draw(2)
    return [
        ScoreRequest(first, stem + draw(3)),
        ScoreRequest(first, stem + draw(3)),
        ScoreRequest(first, draw(1)),
        ScoreRequest(first, draw(1)),
        ScoreRequest(second, draw(3)),
        ScoreRequest(second[:-1], second[-1:] + draw(7)),
        ScoreRequest(draw(1), draw(min(len(first) + 4, longest - 1)), greedy=False),
    ]


def _plain_answers(reader: Reader, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
    """Answers by the model's plain forward, requests of one length in one batch: nothing is padded or shared."""
    alike: dict[int, list[int]] = {}
    for i, request in enumerate(requests):
        alike.setdefault(len(inputs(request)), []).append(i)
    answers: dict[int, Scored] = {}
    for members in alike.values():
        reader.fresh()
        answers.update(zip(members, PaddedScorer(reader).score([requests[i] for i in members], limits), strict=True))
    return [answers[i] for i in range(len(requests))]


def _compare(
    make: Callable[[], Scorer],
    requests: Sequence[ScoreRequest],
    expected: Sequence[Scored],
    limits: Limits,
    dtype: torch.dtype,
) -> str:
    """Why a scorer does not hold against the expected answers, or an empty string."""
    small = replace(limits, budget=min(limits.budget, 48), min_preamble=8, min_gain=8)
    try:
        scorer = make()
        by_plan = [scorer.score(requests, plan) for plan in ((limits,) if _is_fixed(scorer) else (limits, small))]
        if isinstance(scorer, TreeScorer):
            scorer.forget()
    except Exception as error:  # whatever an unknown architecture raises, the next way may work
        return f"{type(error).__name__} in the self-check"
    if isinstance(scorer, TreeScorer):
        missing = windows(scorer.model.model.config.get_text_config()) - scorer.model.windows
        if missing:
            return "the layers do not pass their sliding window on"
    tolerance = TOLERANCE.get(dtype, ROUGH)
    for answers in by_plan:
        for answer, truth in zip(answers, expected, strict=True):
            if not abs(answer.logprob - truth.logprob) <= tolerance * max(1.0, abs(truth.logprob)):
                return "the self-check differs from the plain forward"
    return ""


def _is_fixed(scorer: Scorer) -> bool:
    return isinstance(scorer, TreeScorer) and scorer.model.fixed is not None
