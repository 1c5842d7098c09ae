"""The packed engine against lm-eval's HFLM on a real model and real tasks: paired rounds, ratios to HFLM's best batch size.

Both begin with lm-eval's instances and end with answers, tokenisation included; weights are shared, fp32. HFLM runs with
``logits_cache=False`` and ``softmax_dtype=float32``. Peak memory is that of a process of its own, the model's weights included.

    PYTHONPATH=. LANDSCAPE_HUB=MIRROR python benchmarks/real_models.py MODEL --workloads choice-0,answers --rounds 3
    PYTHONPATH=. LANDSCAPE_HUB=MIRROR python benchmarks/real_models.py MODEL --workloads choice-5 --memory

``--clock cpu`` (one thread) is the steadier clock on a machine that others use.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import torch

from harness import places
from harness.engine import load as loading
from harness.engine.base import Generated, Scored
from harness.engine.codec import Codec
from harness.engine.libraries import quiet
from harness.engine.measure import peak_memory
from harness.engine.packed.hardware import malloc
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.suites.jinja_cache import compiled_once
from harness.suites.load import load_suite
from harness.suites.tasks import resolve as resolve_tasks

# Two exact ways to the same sum, fp32: the demand on every log-likelihood.
TOLERANCE = 1e-4

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Workload:
    """Tasks of a suite, how many items of each, and the ratio asked for."""

    title: str
    suite: str
    tasks: tuple[str, ...]
    items: int
    goal: float


WORKLOADS = {
    "choice-0": Workload(
        "multiple choice, zero-shot (ARC, OpenBookQA)",
        "core-en",
        ("arc_easy", "arc_challenge", "openbookqa"),
        16,
        4.0,
    ),
    "choice-5": Workload(
        "multiple choice, five-shot (two subjects of MMLU)",
        "core-en",
        ("mmlu_abstract_algebra", "mmlu_anatomy"),
        20,
        12.0,
    ),
    "zh-5": Workload(
        "Chinese multiple choice, five-shot (two subjects of CMMLU)",
        "core-zh",
        ("cmmlu_agronomy", "cmmlu_anatomy"),
        20,
        6.0,
    ),
    "answers": Workload("generated answers, five-shot (GSM8K)", "core-en", ("gsm8k",), 40, 2.0),
    "rolling": Workload("rolling perplexity, 1,024-token windows (WikiText)", "core-en", ("wikitext",), 2, 1.2),
}


def instances_of(workload: Workload, items: int) -> tuple[list[Any], int]:
    """lm-eval's instances of the first items of each task, and the suite's window of rolling texts."""
    suite = load_suite(workload.suite)
    with quiet(), compiled_once():
        tasks = resolve_tasks(suite, places.hub(), True, only=workload.tasks).tasks
        for task in tasks.values():
            task.build_all_requests(limit=min(items, len(task.eval_docs)), rank=0, world_size=1)
    assert tasks, "the mirror has none of the tasks"
    return [i for task in tasks.values() for i in task.instances], suite.window


class Packed:
    """The packed engine as a run uses it: encode, partition, batch by batch."""

    def __init__(self, loaded: Any) -> None:
        self._lm, self._engine = loaded.lm, loaded.engine

    def __call__(self, instances: Sequence[Any], window: int) -> list[Any]:
        """Answers in order: ``Scored`` (summed over windows) or ``Generated``."""
        forget = getattr(self._engine.choice.scorer, "forget", None)
        if forget:
            forget()  # every round computes its preambles anew
        kind, arguments = instances[0].request_type, [i.args for i in instances]
        codec = Codec(self._lm, window)
        if kind == "loglikelihood":
            encoded = codec.score([(a[0], a[1]) for a in arguments])
        elif kind == "loglikelihood_rolling":
            encoded = codec.rolling([a[0] for a in arguments])
        else:
            encoded = codec.generate([(a[0], a[1]) for a in arguments], [0] * len(arguments))
        distinct: dict[Any, int] = {}
        parts = [[distinct.setdefault(r, len(distinct)) for r in e.requests] for e in encoded]
        requests = list(distinct)
        answers: list[Any] = [None] * len(requests)
        for batch in self._engine.partition(requests):
            found, _ = self._engine.run([requests[i] for i in batch.requests])
            for i, answer in zip(batch.requests, found, strict=True):
                answers[i] = answer
        return [_joined([answers[i] for i in part]) for part in parts]


def _joined(answers: list[Any]) -> Any:
    if len(answers) == 1:
        return answers[0]
    return Scored(sum(a.logprob for a in answers), all(a.greedy for a in answers))


class Reference:
    """HFLM at one batch size, on the same weights."""

    def __init__(self, loaded: Any, batch: int) -> None:
        self._loaded, self._batch = loaded, batch

    def __call__(self, instances: Sequence[Any], window: int) -> list[Any]:
        """As ``Packed``."""
        from lm_eval.models.huggingface import HFLM

        kind, lm = instances[0].request_type, self._loaded.lm
        reference: Any = HFLM(
            pretrained=lm.model,
            tokenizer=lm.tokenizer,
            batch_size=self._batch,
            device="cpu",
            max_length=window if kind == "loglikelihood_rolling" else lm.max_length,
            logits_cache=False,
            softmax_dtype="float32",
            add_bos_token=lm.add_bos_token,
        )
        with quiet():
            found = getattr(reference, kind)(list(instances), disable_tqdm=True)
        if kind == "generate_until":
            return [Generated(text, 0) for text in found]
        if kind == "loglikelihood_rolling":
            return [Scored(value, True) for value in found]
        return [Scored(*pair) for pair in found]


@dataclass
class Row:
    """One line of the table."""

    workload: Workload
    instances: int
    batch: int = 0
    theirs: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    difference: float = 0.0
    disagree: int = 0

    @property
    def ratios(self) -> list[float]:
        """HFLM's seconds over ours, round by round."""
        return [a / b for a, b in zip(self.theirs, self.ours, strict=True)]


def compare(row: Row, theirs: Sequence[Any], ours: Sequence[Any]) -> None:
    """Largest relative difference of a log-likelihood, and answers that differ (greedy flags, texts)."""
    for a, b in zip(theirs, ours, strict=True):
        if isinstance(b, Generated):
            row.disagree += a.text != b.text
        else:
            row.difference = max(row.difference, abs(a.logprob - b.logprob) / max(abs(a.logprob), 1.0))
            row.disagree += a.greedy != b.greedy


def measure(loaded: Any, workload: Workload, items: int, batches: Sequence[int], rounds: int, clock: Any) -> Row:
    """Rounds of HFLM and ours back to back; the first finds HFLM's best batch size.

    Raises:
        AssertionError: a log-likelihood or a greedy answer differs.
    """
    instances, window = instances_of(workload, items)
    row = Row(workload, len(instances))
    packed = Packed(loaded)

    def timed(work: Callable[..., list[Any]], allocator: Callable[[], object]) -> tuple[float, list[Any]]:
        allocator()
        malloc.trim()
        started = clock()
        answers = work(instances, window)
        return clock() - started, answers

    packed(instances[:4], window)
    first = {b: timed(Reference(loaded, b), malloc.restore_trim_threshold) for b in batches}
    row.batch = min(first, key=lambda b: first[b][0])
    theirs = first[row.batch]
    for turn in range(rounds):
        if turn:
            theirs = timed(Reference(loaded, row.batch), malloc.restore_trim_threshold)
        ours = timed(packed, malloc.keep_freed_blocks)
        row.theirs.append(theirs[0])
        row.ours.append(ours[0])
    rolling = instances[0].request_type == "loglikelihood_rolling"
    answers = [Scored(a.logprob, True) for a in ours[1]] if rolling else ours[1]
    compare(row, theirs[1], answers)
    assert row.difference <= TOLERANCE, f"{workload.title}: log-likelihoods differ by {row.difference:.1e}"
    assert not row.disagree, f"{workload.title}: {row.disagree} greedy answers differ"
    return row


def peak(model: str, name: str, items: int, engine: str, batch: int) -> int:
    """Peak resident bytes of a process that loads a model and answers one workload."""
    command = [sys.executable, __file__, model, "--workloads", name, "--items", str(items)]
    done = subprocess.run(
        [*command, "--only", engine, "--batches", str(batch)], check=True, capture_output=True, text=True
    )
    return int(json.loads(done.stdout.splitlines()[-1])["peak"])


def alone(source: Any, workload: Workload, items: int, engine: str, batch: int) -> None:
    """One engine in this process: prints its peak memory and processor seconds."""
    loaded = loading.load(source, Settings(engine, "cpu", "fp32", batch_size=batch))
    instances, window = instances_of(workload, items)
    work: Any = Packed(loaded) if engine == "packed" else Reference(loaded, batch)
    started = time.process_time()
    work(instances, window)
    print(json.dumps({"peak": peak_memory("cpu"), "cpu_s": time.process_time() - started}))


def line(row: Row) -> str:
    """One line of the markdown table."""
    return (
        f"| {row.workload.title} | {row.instances} | {row.batch} | {statistics.median(row.theirs):.2f} "
        f"| {statistics.median(row.ours):.2f} | **{statistics.median(row.ratios):.1f}×** "
        f"({min(row.ratios):.1f}–{max(row.ratios):.1f}) | {row.workload.goal:g}× | {row.difference:.1e} |"
    )


HEAD = (
    "| workload | requests | best HFLM batch | HFLM s | packed s | ratio (median, range) | goal | largest relative difference |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|"
)


def main() -> None:
    """Run what the arguments ask for; the table goes to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a folder or a GGUF file")
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="of " + ", ".join(WORKLOADS))
    parser.add_argument("--items", type=int, help="of each task; each workload's own number by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall", help="cpu: processor time on one thread")
    parser.add_argument("--memory", action="store_true", help="peak memory, each engine in a process of its own")
    parser.add_argument("--only", choices=("packed", "hf"), help="one engine, once, in this process: its peak memory")
    given = parser.parse_args()
    if given.clock == "cpu":
        torch.set_num_threads(1)
    source = resolve(given.model, offline=True)
    chosen = {name: WORKLOADS[name] for name in given.workloads.split(",")}
    if given.only:
        ((_, workload),) = chosen.items()
        alone(source, workload, given.items or workload.items, given.only, given.batches[0])
        return
    name = Path(given.model).name
    if given.memory:
        print("| workload | batch | HFLM peak MiB | packed peak MiB | share |\n|---|--:|--:|--:|--:|")
        for key, workload in chosen.items():
            items, batch = given.items or workload.items, given.batches[-1]
            theirs, ours = (peak(given.model, key, items, engine, batch) for engine in ("hf", "packed"))
            print(
                f"| {name}, {workload.title} | {batch} | {theirs / 2**20:,.0f} | {ours / 2**20:,.0f} | {ours / theirs:.2f} |",
                flush=True,
            )
        return
    loaded = loading.load(source, Settings("packed", "cpu", "fp32"))
    print(f"{name}, {given.clock} time, {torch.get_num_threads()} thread(s), fp32\n\n{HEAD}")
    for workload in chosen.values():
        row = measure(loaded, workload, given.items or workload.items, given.batches, given.rounds, CLOCKS[given.clock])
        print(line(row), flush=True)


if __name__ == "__main__":
    main()
