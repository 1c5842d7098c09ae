"""What a model needs while it is scored: memory of cards and host, cards, processors; and the work that it is in a night.

Memory is counted as the engines take it. Weights in the dtype of the computation, as the check before a load counts them (a GGUF
is dequantised); what a forward pass holds; logits; the cache of answers; and a stated allowance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.engine.memory.size import (
    GPU_BUDGETS,
    GPU_SLOTS,
    ONE_CARD,
    Size,
    token_bytes,
    value_bytes,
    vllm_cards,
    weight_bytes,
)
from harness.fleet.expected_time import SuiteAsked, expected
from harness.fleet.model import GIB, Need, Work

CONTEXT_GB = 1.0
"""Allowance on each model's card: the driver's context, kernels, and what the allocator cannot give back (an assumption)."""
HOST_GB = 4.0
"""Allowance on the host: Python with torch and transformers, the data of the tasks, requests and answers (an assumption)."""
SHARD_GB = 5.0
"""Weights pass through the host a file at a time; files of published models have up to 5 GB."""
WINDOW = 2_048
"""Tokens of the longest request where no suite states its window."""
LOGIT_ROWS = 512
"""Most rows of logits that the packed engine makes at once on a card."""
HF_BATCH = 8
"""Requests of a batch of ``--engine hf``."""
MOST_CARDS = 8
"""Cards that one host has at most, where neither layers nor heads say less."""
CPU_THREADS = 4.0
"""CPUs of a model that is scored on the processor; one on a card keeps one CPU busy."""


def need_of(size: Size, engine: str, dtype: str, *, device: str = "cuda", window: int = WINDOW) -> Need:
    """What a model takes with this engine and dtype, on cards or, with ``device`` cpu, on the processor.

    A model whose size is not known is placed as if it took a whole card.
    """
    if engine == "api":  # the weights are a server's
        return Need(0.0, HOST_GB)
    if device == "cpu":
        weights = weight_bytes(size.params, dtype) / GIB if size.params else 0.0
        return Need(0.0, HOST_GB + _loading(size, weights) + _least_work(size, engine, dtype, window), CPU_THREADS)
    if not size.params:
        return Need(CONTEXT_GB, HOST_GB + SHARD_GB, whole_card=True)
    weights = weight_bytes(size.params, dtype) / GIB
    counts = _card_counts(size, engine)
    least = CONTEXT_GB + max(weights + _least_work(size, engine, dtype, window), weights / ONE_CARD)
    host = HOST_GB + (size.params * 4 / GIB if size.gguf else min(weights, SHARD_GB))
    room = CONTEXT_GB + weights + _most_work(size, engine, dtype, window)
    return Need(
        card_memory_gb=least, memory_gb=host, most_cards=max(counts, default=1), card_counts=counts, room_gb=max(room, least),
        whole_card=engine == "vllm",  # it takes nine tenths of every card that it sees
    )  # fmt: skip


def work_of(
    key: str, model: str, size: Size, suites: Sequence[SuiteAsked], cards: Iterable[str], engine: str, dtype: str, *,
    device: str = "cuda", window: int = WINDOW, past: Sequence[Mapping[str, Any]] = (), revision: str | None = None,
    processor: str | None = None,
) -> Work:  # fmt: skip
    """A model and all its runs of a night: what it needs, and its expected seconds on every card of the fleet."""
    need = need_of(size, engine, dtype, device=device, window=window)
    names = sorted(set(cards)) if device != "cpu" else ["cpu"]
    times = expected(
        size, suites, engine, dtype, names, past, revision=revision, cores=need.cpus, device=processor
    )  # fmt: skip
    return Work(key, model, need, times.otherwise, times.seconds)


def unknown(size: Size) -> str | None:
    """A sentence where a model's size is not known; None where it is."""
    if size.params:
        return None
    return (
        "Its size is not known: it is placed as if it took a whole card, and timed as a model of 8 billion parameters."
    )


def _least_work(size: Size, engine: str, dtype: str, window: int) -> float:
    """GiB beside the weights without which the engine cannot score, where the widths are known."""
    value = value_bytes(dtype)
    if engine == "packed":
        return (
            _pass(size, GPU_BUDGETS[0], value) + _logits(size, LOGIT_ROWS, value) + _cache(size, window, value)
        ) / GIB
    return (_pass(size, window, value) + _logits(size, window, value) + _cache(size, window, value)) / GIB


def _most_work(size: Size, engine: str, dtype: str, window: int) -> float:
    """GiB beside the weights that the engine takes where there is room."""
    value = value_bytes(dtype)
    if engine == "packed":
        at_once, rows, prompts = GPU_BUDGETS[1], LOGIT_ROWS, GPU_SLOTS
    else:
        at_once, rows, prompts = HF_BATCH * window, HF_BATCH * window, HF_BATCH
    return (_pass(size, at_once, value) + _logits(size, rows, value) + _cache(size, prompts * window, value)) / GIB


def _pass(size: Size, tokens: int, value: int) -> int:
    return tokens * token_bytes(size.hidden, size.widest, value) if size.hidden and size.widest else 0


def _logits(size: Size, rows: int, value: int) -> int:
    """Logits of so many rows, and their log-probabilities in fp32."""
    return rows * (size.vocabulary or 0) * (value + 4)


def _cache(size: Size, tokens: int, value: int) -> int:
    return tokens * (size.layers or 0) * (size.cache_width or 0) * value


def _loading(size: Size, weights: float) -> float:
    """GiB that the weights take on a processor: a GGUF is dequantised in fp32 beside them."""
    return weights + (size.params * 4 / GIB if size.gguf and size.params else 0.0)


def _card_counts(size: Size, engine: str) -> tuple[int, ...]:
    """Numbers of cards above one: any for layers spread over cards, a divisor of the heads for vLLM's slices of layers."""
    if size.masked:
        return ()
    if engine == "vllm":
        return vllm_cards(size.heads)
    return tuple(range(2, min(MOST_CARDS, size.layers or MOST_CARDS) + 1))
