"""Seconds of prefill and of decoding of a loaded causal model, by transformers' forward with its key-value cache.

Prompts are random tokens (seeded): speed does not depend on which they are, except in mixtures of experts, whose
experts random tokens use more evenly than text does. Decoding is greedy. Nothing is batched across requests of unequal
length and nothing is scheduled: a serving engine reaches more, and these figures say what this box does with this model.
"""

from __future__ import annotations

import inspect
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from harness.engine.measure import Meter
from harness.engine.packed.hardware.memory import is_out_of_memory
from harness.engine.packed.scoring import cache_names
from harness.runs.bench.shapes import Shape

State = Literal["measured", "out of memory", "no time left"]
SEED = 1234


@dataclass(frozen=True, slots=True)
class Speed:
    """What one shape took; medians over the rounds. Seconds and tokens per second of all requests together; memory in
    bytes; joules of one round. None where nothing was measured."""

    shape: Shape
    state: State
    rounds: int = 0
    first_token_s: float | None = None
    prefill_tokens_per_s: float | None = None
    decode_tokens_per_s: float | None = None
    peak_memory_bytes: int | None = None
    mean_power_w: float | None = None
    energy_j: float | None = None


def measure(
    model: Any,
    vocabulary: int,
    device: str,
    shapes: Iterable[Shape],
    *,
    new_tokens: int,
    rounds: int,
    seconds_left: Callable[[], float],
    room: int | None = None,
) -> Iterator[Speed]:
    """Measure the shapes one by one, after a round of the first that is thrown away.

    A shape that runs out of memory is said so, and those that need more of it (as many requests or more, of as many tokens
    or more) are not tried; nor is one whose keys and values alone need more bytes than ``room`` (None: unbounded), since a
    system that is out of main memory ends the process. None is begun once ``seconds_left`` is spent; of a shape that is begun at least one round is
    measured.
    """
    too_large: list[Shape] = []
    warm = False
    for shape in shapes:
        larger = any(shape.batch >= s.batch and shape.prompt_tokens >= s.prompt_tokens for s in too_large)
        if larger or (room is not None and cache_bytes(model, shape, new_tokens) > room):
            yield Speed(shape, "out of memory")
            continue
        if seconds_left() <= 0:
            yield Speed(shape, "no time left")
            continue
        try:
            if not warm:
                one_round(model, vocabulary, device, shape, new_tokens)
                warm = True
            yield _speed(model, vocabulary, device, shape, new_tokens, rounds, seconds_left)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            too_large.append(shape)
            yield Speed(shape, "out of memory")
        _free(device)


def _speed(
    model: Any, vocabulary: int, device: str, shape: Shape, new_tokens: int, rounds: int, left: Callable[[], float]
) -> Speed:
    """Medians of the rounds of one shape."""
    times: list[tuple[float, float]] = []
    with Meter(device) as meter:
        while len(times) < rounds and (not times or left() > 0):
            times.append(one_round(model, vocabulary, device, shape, new_tokens))
    first = statistics.median(t for t, _ in times)
    rest = statistics.median(t for _, t in times)
    return Speed(
        shape,
        "measured",
        len(times),
        first,
        shape.tokens / first,
        shape.batch * (new_tokens - 1) / rest,
        meter.peak_memory_bytes,
        meter.mean_power_w,
        None if meter.energy_j is None else meter.energy_j / len(times),
    )


def one_round(model: Any, vocabulary: int, device: str, shape: Shape, new_tokens: int) -> tuple[float, float]:
    """Seconds to the first new token of all requests, and seconds of the ``new_tokens - 1`` steps after it."""
    import torch

    generator = torch.Generator().manual_seed(SEED)
    prompt = torch.randint(vocabulary, (shape.batch, shape.prompt_tokens), generator=generator).to(device)
    name = cache_names.argument(model)
    last = {"logits_to_keep": 1} if "logits_to_keep" in inspect.signature(model.forward).parameters else {}
    with torch.inference_mode():
        _wait(device)
        began = time.perf_counter()
        out = model(input_ids=prompt, use_cache=True, **last)
        token = out.logits[:, -1:].argmax(-1)
        _wait(device)
        first = time.perf_counter()
        for _ in range(new_tokens - 1):
            out = model(input_ids=token, use_cache=True, **{name: cache_names.held(out)})
            token = out.logits[:, -1:].argmax(-1)
        _wait(device)
        ended = time.perf_counter()
    return first - began, ended - first


def cache_bytes(model: Any, shape: Shape, new_tokens: int) -> int:
    """Bytes of keys and values of all layers once every answer is whole; layers with a window are counted whole."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    tokens = shape.batch * (shape.prompt_tokens + new_tokens)
    return int(2 * config.num_hidden_layers * heads * size * tokens * model.dtype.itemsize)


def _wait(device: str) -> None:
    """Wait until the card has done what was asked of it."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.synchronize()
    elif device.startswith("mps"):
        torch.mps.synchronize()


def _free(device: str) -> None:
    import torch

    if device.startswith("cuda"):
        torch.cuda.empty_cache()
