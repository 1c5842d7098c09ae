"""The steps of ``benchmarks/gpu.py``, in order. Each yields rows; a row with ``equal`` is a comparison with HFLM."""

from __future__ import annotations

import copy
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch

from benchmarks.gpu_bench import Bench, Row, Step, draw, needed_work
from benchmarks.hflm import Reference
from harness.engine import measure
from harness.engine.base import GenerateRequest, Request, Scored, ScoreRequest
from harness.engine.packed.attention import flex
from harness.engine.packed.hardware import memory
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.model import PackedModel
from harness.engine.packed.plan.packing import Limits
from harness.engine.packed.scoring.fallback_scorers import PaddedScorer, PaddingFreeScorer, PrefixScorer, Reader
from harness.engine.packed.scoring.head import Head
from harness.engine.packed.scoring.tree_scorer import TreeScorer
from harness.errors import RunFailed

FP32, BF16 = torch.float32, torch.bfloat16

# Relative to the larger of 1 and the log-probability. In bf16 a path may be as far from fp32 as HFLM is, and a bit more.
FP32_TOLERANCE, BF16_TIMES, BF16_LEAST = 1e-4, 2.0, 1e-2

# How many times as fast as the best HFLM (zero-shot, five-shot), and the share of the card's matmul rate.
GOALS = {"0.5B": (10.0, 40.0, None), "1.7B": (7.0, 35.0, None), "8B": (5.0, 25.0, 0.5)}
# Contexts that each engine scores (zero-shot, five-shot): ours, HFLM. HFLM's time a context is what is compared.
CONTEXTS = {"0.5B": ((1024, 256), (1024, 64)), "1.7B": ((768, 192), (768, 48)), "8B": ((384, 96), (384, 24))}
BATCHES = {"zero-shot": (16, 64, 128), "five-shot": (8, 32), "rolling": (4, 16), "generation": (32, 64)}


def machine(bench: Bench) -> Iterator[Row]:
    """Versions, the device, and its rates: what all shares below are shares of."""
    yield {**measure.versions(), "device": measure.device_name(str(bench.device)), "toy": bench.toy}
    size, repeats = (256, 3) if bench.toy else (8192, 10)
    a, b = (torch.randn(size, size, device=bench.device).to(BF16) for _ in range(2))
    for _ in range(3):
        a @ b
    bench.synchronise()
    start = time.perf_counter()
    for _ in range(repeats):
        a @ b
    bench.synchronise()
    bench.rate = 2.0 * size**3 * repeats / (time.perf_counter() - start)
    yield {"bf16 matmul, TFLOP/s": bench.rate / 1e12, "size": size}


def family(bench: Bench, seed: int = 0) -> list[ScoreRequest]:
    """Every shape of request: a preamble of several tiles, branches in tiles, one-token labels, a window, a lone one."""
    dice, v = random.Random(seed), bench.vocabulary
    shared = draw(dice, v, 300)
    requests = []
    for _ in range(4 if bench.toy else 12):
        context = shared + draw(dice, v, 20, 150)
        stem = draw(dice, v, 2)
        requests += [ScoreRequest(context, stem + draw(dice, v, 3, 12)) for _ in range(3)]
        requests.append(ScoreRequest(context, draw(dice, v, 1)))
    for _ in range(2 if bench.toy else 6):
        context = draw(dice, v, 5, 200)
        requests += [ScoreRequest(context, draw(dice, v, 1, 5)) for _ in range(3)]
    requests += [ScoreRequest((0,), draw(dice, v, 200 if bench.toy else 900), greedy=False) for _ in range(2)]
    return list(dict.fromkeys(requests))


def greedy_ones(model: Any, requests: Sequence[ScoreRequest]) -> list[ScoreRequest]:
    """Continuations that are the model's own choice, so that the greedy flag is true somewhere."""
    chosen = []
    for request in requests[:: max(1, len(requests) // 4)]:
        ids = list(request.context)
        with torch.inference_mode():
            for _ in range(3):
                logits = model(torch.tensor([ids], device=model.device), use_cache=False).logits[0, -1]
                ids.append(int(logits.float().argmax()))
        chosen.append(ScoreRequest(request.context, tuple(ids[len(request.context) :])))
    return chosen


Scorers = dict[str, Callable[[], Any]]


def paths(bench: Bench, model: Any) -> Scorers:
    """Every way of scoring, whatever the engine would choose; the fused ones compiled, also on a CPU."""
    flex.COMPILED_ON.add(bench.device.type)
    head, device = Head(model), bench.device
    reader = Reader(model, device, head, Meter())

    def tree(**how: Any) -> Callable[[], Any]:
        return lambda: TreeScorer(PackedModel(model, device, head, Meter(), **how))

    return {
        "by document, last layer for scored tokens": tree(),
        "by document, whole": tree(whole=True),
        "fixed shapes": tree(fixed=512 if not bench.cuda else 4096),
        "prefix": lambda: PrefixScorer(reader),
        "padding-free": lambda: PaddingFreeScorer(reader),
        "padded": lambda: PaddedScorer(reader),
        "alone": lambda: PaddedScorer(reader, alone=True),
        "fused, last layer for scored tokens": tree(fused=True),
        "fused, whole": tree(fused=True, whole=True),
    }


def differences(answers: Sequence[Scored], truth: Sequence[Scored]) -> list[float]:
    """Of each log-probability, relative to the larger of 1 and itself; NaN counts as infinite."""
    found = [abs(a.logprob - t.logprob) / max(1.0, abs(t.logprob)) for a, t in zip(answers, truth, strict=True)]
    return [d if d == d else float("inf") for d in found]


def equality(bench: Bench, dtype: torch.dtype) -> Iterator[Row]:
    """Every path against HFLM one by one; in bf16 both against HFLM in fp32 on the same weights."""
    model = bench.model("0.5B", dtype)
    requests = family(bench)
    requests += greedy_ones(model, requests)
    hflm = bench.reference(model, 1)(requests)
    truth, allowed = hflm, FP32_TOLERANCE
    if dtype != FP32:
        exact = copy.deepcopy(model).float()
        truth = bench.reference(exact, 1)(requests)
        del exact
        own = differences(hflm, truth)
        allowed = max(BF16_LEAST, BF16_TIMES * max(own))
        yield _compared("HFLM itself", dtype, hflm, truth, allowed, None)
    limits = Limits(4096, min_preamble=32, min_gain=2048) if bench.cuda else Limits(1024)
    for name, make in paths(bench, model).items():
        start = time.perf_counter()
        with torch.inference_mode():
            try:
                answers = make().score(requests, limits)
            except Exception as error:  # the next path may work; this one did not hold
                text = (str(error).strip() or "?").splitlines()[0][:200]
                yield {"path": name, "dtype": _name(dtype), "equal": False, "error": f"{type(error).__name__}: {text}"}
                continue
        yield _compared(name, dtype, answers, truth, allowed, time.perf_counter() - start)


def _compared(
    name: str,
    dtype: torch.dtype,
    answers: Sequence[Scored],
    truth: Sequence[Scored],
    allowed: float,
    seconds: float | None,
) -> Row:
    found = differences(answers, truth)
    flags = sum(a.greedy != t.greedy for a, t in zip(answers, truth, strict=True))
    return {
        "path": name,
        "dtype": _name(dtype),
        "requests": len(truth),
        "largest difference": max(found),
        "median difference": statistics.median(found),
        "allowed": allowed,
        "greedy flags that differ": flags,
        "true flags": sum(t.greedy for t in truth),
        # bf16 has ties of the two likeliest tokens, of which either is right
        "equal": max(found) <= allowed and (flags == 0 or dtype != FP32),
        "seconds": seconds,
    }


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def fused(bench: Bench) -> Iterator[Row]:
    """Seconds to compile the fused attention, shapes compiled, and its gain over attention by document."""
    import torch._dynamo

    flex.COMPILED_ON.add(bench.device.type)
    model = bench.model("0.5B", FP32 if bench.toy else BF16)
    head = Head(model)
    count = 4 if bench.toy else 512
    limits = memory.limits(model, bench.device, None, deterministic=False)
    kinds = {"zero-shot": zero_shot(bench, count), "five-shot": five_shot(bench, count)}
    scorers = [TreeScorer(PackedModel(model, bench.device, head, Meter(), fused=how)) for how in (True, False)]
    with torch.inference_mode():
        for kind, requests in kinds.items():
            before = _graphs()
            first, _, _ = bench.timed(partial(_fresh, scorers[0], requests, limits))
            seconds: list[list[float]] = [[], []]
            answers: list[Any] = [None, None]
            for _ in range(1 if bench.toy else 5):
                for i, scorer in enumerate(scorers):
                    spent, answers[i], _ = bench.timed(partial(_fresh, scorer, requests, limits))
                    seconds[i].append(spent)
            fast, plain = (statistics.median(s) for s in seconds)
            yield {
                "workload": kind,
                "contexts": count,
                "first pass, s": first,
                "of it compiling, s": first - fast,
                "shapes compiled": _graphs() - before,
                "fused, s": fast,
                "by document, s": plain,
                "gain": plain / fast,
                "largest difference": max(differences(answers[0], answers[1])),
            }


def _fresh(scorer: TreeScorer, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
    scorer.forget()
    return scorer.score(requests, limits)


def _graphs() -> int:
    import torch._dynamo.utils

    return int(torch._dynamo.utils.counters["stats"]["unique_graphs"])


def zero_shot(bench: Bench, count: int) -> list[ScoreRequest]:
    """Contexts of 150 to 250 tokens, four options of 5 to 15."""
    dice, v = random.Random(1), bench.vocabulary
    low, high = (30, 60) if bench.toy else (150, 250)
    contexts = [draw(dice, v, low, high) for _ in range(count)]
    return [ScoreRequest(c, draw(dice, v, 5, 15)) for c in contexts for _ in range(4)]


def five_shot(bench: Bench, count: int) -> list[ScoreRequest]:
    """The same after one preamble of 1,000 tokens."""
    shared = draw(random.Random(2), bench.vocabulary, 260 if bench.toy else 1000)
    return [ScoreRequest(shared + r.context, r.continuation) for r in zero_shot(bench, count)]


def rolling(bench: Bench, count: int) -> list[ScoreRequest]:
    """Windows of 1,024 tokens."""
    dice = random.Random(3)
    return [ScoreRequest((0,), draw(dice, bench.vocabulary, 64 if bench.toy else 1024), False) for _ in range(count)]


def prompts(bench: Bench, count: int) -> list[GenerateRequest]:
    """Prompts of a 300-token preamble and 20 to 80 tokens; 64 tokens to generate."""
    dice, v = random.Random(4), bench.vocabulary
    shared = draw(dice, v, 40 if bench.toy else 300)
    limit = 6 if bench.toy else 64
    return [GenerateRequest(shared + draw(dice, v, 20, 80), ("\n\n",), limit) for _ in range(count)]


def speed(bench: Bench, size: str) -> Iterator[Row]:
    """Zero-shot, five-shot, rolling and generation against HFLM at its best batch."""
    model = bench.model(size, FP32 if bench.toy else BF16)
    start = time.perf_counter()
    ours = bench.packed(model)
    settings = ours.engine.settings()
    yield {
        "model": size,
        "parameters": sum(p.numel() for p in model.parameters()),
        "engine starts in, s": time.perf_counter() - start,
        **{k: settings[k] for k in ("path", "attention", "last_layer", "token_budget", "fallbacks")},
    }
    (zero, zero_hf), (five, five_hf) = ((4, 2), (4, 2)) if bench.toy else CONTEXTS[size]
    few = 2 if bench.toy else 64
    workloads: list[tuple[str, Sequence[Request], int, float | None]] = [
        ("zero-shot", zero_shot(bench, zero), 4 * zero_hf, GOALS[size][0]),
        ("five-shot", five_shot(bench, five), 4 * five_hf, GOALS[size][1]),
        ("rolling", rolling(bench, few), few // (1 if bench.toy else 2), None),
        ("generation", prompts(bench, 3 if bench.toy else 128), 3 if bench.toy else 64, None),
    ]
    share = bench.step_left() / len(workloads)
    for name, requests, theirs, goal in workloads:
        yield {"model": size, "workload": name, **against(bench, model, ours, name, requests, theirs, goal, share)}


def against(
    bench: Bench,
    model: Any,
    ours: Any,
    name: str,
    requests: Sequence[Request],
    theirs: int,
    goal: float | None,
    seconds: float,
) -> Row:
    """Ours on all requests, HFLM at its best batch on the first ``theirs`` of them: seconds a request, and their ratio."""
    start = time.monotonic()
    ours(requests[: max(8, len(requests) // 8)])
    runs = [bench.timed(partial(ours, requests)) for _ in range(1 if bench.toy else 3)]
    spent = statistics.median(s for s, _, _ in runs)
    planning = time.perf_counter()
    ours.engine.partition(requests)
    planning = time.perf_counter() - planning
    rows = [r for r in requests if isinstance(r, ScoreRequest)]
    rate = needed_work(model, rows) / spent if rows else None
    row: Row = {
        "requests": len(requests),
        "ours, ms": 1000 * spent / len(requests),
        "of it partition, ms": 1000 * planning / len(requests),
        "tokens/s": ours.tokens / spent,
        "useful TFLOP/s": rate and rate / 1e12,
        "of matmul rate": rate and bench.rate and rate / bench.rate,
        "most memory, GiB": _gibibytes(max((m or 0 for _, _, m in runs), default=0)) if bench.cuda else None,
    }
    part = requests[:theirs]
    best: tuple[float, int, list[Any], int | None] | None = None
    for batch in BATCHES[name] if not bench.toy else (2,):
        if best is not None and time.monotonic() - start > seconds / 2:
            break
        try:
            reference: Reference = bench.reference(model, batch)
            reference(part[: min(4, len(part))])
            took, answers, peak = bench.timed(partial(reference, part))
        except torch.OutOfMemoryError:
            row[f"HFLM at {batch}"] = "out of memory"
            bench.synchronise()
            continue
        if best is None or took < best[0]:
            best = took, batch, answers, peak
    if best is None:
        return row
    took, batch, answers, peak = best
    row |= {
        "HFLM's requests": len(part),
        "HFLM's best batch": batch,
        "HFLM, ms": 1000 * took / len(part),
        "HFLM memory, GiB": _gibibytes(peak) if peak is not None else None,
        "times as fast": (took / len(part)) / (spent / len(requests)),
        "goal": goal,
    }
    mine = runs[-1][1][: len(part)]
    if rows:
        row["median difference"] = statistics.median(differences(mine, answers))
    else:
        row["texts that differ"] = sum(a.text != b.text for a, b in zip(mine, answers, strict=True))
    return row


def _gibibytes(count: int) -> float:
    return count / 2**30


def out_of_memory(bench: Bench) -> Iterator[Row]:
    """Too little memory for the budget: the engine halves it and goes on, to the same numbers (fp32)."""
    model = bench.model("0.5B", FP32)
    requests = five_shot(bench, 6 if bench.toy else 256) + zero_shot(bench, 4 if bench.toy else 256)
    roomy = bench.packed(model, 128 if bench.toy else 2048)
    truth = roomy(requests)
    tight = bench.packed(model, 512 if bench.toy else 32_768)
    with _little_memory(bench, model):
        try:
            answers = tight(requests)
        except RunFailed as error:
            yield {"budget": tight.engine.limits.budget, "equal": False, "error": str(error)[:200]}
            return
    worst = max(differences(answers, truth))
    halvings = tight.engine.halvings
    yield {
        "provoked by": "a limit on the card's memory" if bench.cuda else "an error raised on long rows",
        "budget": tight.engine.limits.budget,
        "halvings": halvings,
        "attention": tight.engine.settings()["attention"],
        "requests": len(requests),
        "largest difference": worst,
        "within 1e-5": worst <= 1e-5,
        "equal": worst <= FP32_TOLERANCE and halvings > 0,
    }


class _little_memory:
    """While active, the card gives 1 GiB beside what is held; on a CPU a row of more than 160 tokens raises as a card would."""

    def __init__(self, bench: Bench, model: Any) -> None:
        self._bench, self._model = bench, model
        self._hook: Any = None

    def __enter__(self) -> None:
        if self._bench.cuda:
            torch.cuda.empty_cache()
            total = torch.cuda.get_device_properties(self._bench.device).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, (torch.cuda.memory_reserved() + 2**30) / total))
            return

        def refuse(_module: Any, _args: Any, options: dict[str, Any]) -> None:
            if options["input_ids"].numel() > 160:
                raise torch.OutOfMemoryError("out of memory (provoked)")

        self._hook = self._model.base_model.register_forward_pre_hook(refuse, with_kwargs=True)

    def __exit__(self, *error: object) -> None:
        if self._hook is not None:
            self._hook.remove()
        else:
            torch.cuda.set_per_process_memory_fraction(1.0)


def energy(bench: Bench) -> Iterator[Row]:
    """Joules by the driver's counter over some seconds of scoring: null where there is none."""
    model = bench.model("0.5B", FP32 if bench.toy else BF16)
    ours = bench.packed(model)
    requests = zero_shot(bench, 4 if bench.toy else 1024)
    ours(requests)
    rounds, tokens = 0, 0
    with measure.Meter(str(bench.device)) as meter:
        start = time.monotonic()
        while rounds == 0 or time.monotonic() - start < (0 if bench.toy else 4):
            ours(requests)
            rounds, tokens = rounds + 1, tokens + ours.tokens
    joules = meter.energy_j
    yield {
        "seconds": meter.wall_s,
        "rounds": rounds,
        "tokens": tokens,
        "joules": joules,
        "watts": meter.mean_power_w,
        "joules a thousand tokens": None if joules is None else 1000 * joules / tokens,
    }


# Seconds a step may take and needs to begin; in all some eight minutes. The large model comes last of its kind, and takes
# what is left but for the two small steps after it.
STEPS = [
    Step("machine", machine, 20, 5),
    Step("equality-fp32", partial(equality, dtype=FP32), 60, 10),
    Step("equality-bf16", partial(equality, dtype=BF16), 45, 10),
    Step("fused", fused, 50, 15),
    Step("speed-0.5B", partial(speed, size="0.5B"), 70, 20),
    Step("speed-1.7B", partial(speed, size="1.7B"), 80, 25),
    Step("speed-8B", partial(speed, size="8B"), 130, 45),
    Step("out-of-memory", out_of_memory, 30, 8),
    Step("energy", energy, 20, 8),
]
