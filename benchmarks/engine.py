"""The packed engine against lm-eval's HFLM: paired rounds, ratios to HFLM's best batch size.

Both get the same token ids (tokenisation apart), fp32 weights and an fp32 softmax; HFLM runs with
``logits_cache=False`` and ``softmax_dtype=float32``, the settings under which its numbers are right.

    python benchmarks/engine.py                          # the whole table, into RESULTS.md
    python benchmarks/engine.py --models 15M --workloads choice-0 --rounds 1 --dry
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

import torch

from benchmarks.hflm import Reference
from harness.engine.base import GenerateRequest, Request, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.hardware import malloc

RESULTS = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- engine: begin -->", "<!-- engine: end -->"
VOCABULARY = 16_384
HF_BATCHES = (1, 4, 16)

# hidden, intermediate, layers, heads: tied embeddings of 16k rows bring them to 17M and 97M parameters.
SIZES = {"15M": (384, 1024, 6, 6), "100M": (768, 2048, 12, 12), "1B": (2048, 5632, 20, 32)}


@dataclass(frozen=True)
class Workload:
    """Requests, and what the ratio should reach: the study's floor and the goal."""

    title: str
    requests: Sequence[Request]
    floor: float
    goal: float
    memory: float  # peak extra memory as a share of HFLM's


def workloads(size: str, share: float = 1.0, seed: int = 0) -> dict[str, Workload]:
    """The issue's table. Larger models get fewer documents, so that a round stays in minutes."""
    dice = random.Random(seed)
    scale = {"15M": 1.0, "100M": 0.4, "1B": 0.1}.get(size, 1.0) * share

    def draw(low: int, high: int | None = None) -> tuple[int, ...]:
        count = low if high is None else dice.randint(low, high)
        return tuple(dice.randrange(10, VOCABULARY) for _ in range(count))

    def some(count: int, least: int = 4) -> range:
        return range(max(least, int(count * scale)))

    few_shot, prompt = draw(1000), draw(300)
    labels2, labels4 = [draw(1), draw(1)], [draw(3, 5) for _ in range(4)]
    contexts = [draw(150, 250) for _ in some(40)]
    followers = [few_shot + draw(150, 250) for _ in some(40, int(40 * share) if size != "1B" else 8)]
    texts, reviews = [draw(30, 120) for _ in some(120)], [draw(30, 300) for _ in some(80)]
    return {
        "choice-0": Workload(
            "multiple choice, 4 options, zero-shot",
            [ScoreRequest(c, draw(5, 15)) for c in contexts for _ in range(4)],
            4.1,
            5.0,
            1 / 5,
        ),
        "choice-5": Workload(
            "the same, five-shot (1,000-token preamble)",
            [ScoreRequest(c, draw(5, 15)) for c in followers for _ in range(4)],
            15.0,
            18.0,
            1 / 20,
        ),
        "class-4": Workload(
            "classification, 4 multi-token labels",
            [ScoreRequest(c, label) for c in texts for label in labels4],
            5.0,
            5.5,
            1 / 5,
        ),
        "class-1": Workload(
            "classification, one-token labels",
            [ScoreRequest(c, label) for c in reviews for label in labels2],
            1.2,
            1.5,
            1 / 4,
        ),
        "rolling": Workload(
            "rolling perplexity, 1,024-token windows",
            [ScoreRequest((0,), draw(n), greedy=False) for _ in some(8) for n in (1024, 1024, dice.randint(100, 1000))],
            0.9,
            1.2,
            1 / 4,
        ),
        "answers": Workload(
            "short answers that stop at different lengths, shared preamble",
            [GenerateRequest(prompt + draw(20, 80), (".",), 32) for _ in some(96, 32)],
            1.5,
            2.0,
            1.0,
        ),
    }


def words() -> Any:
    """A tokenizer of whole words, one an id; every sixth word ends a sentence."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    names = {f"w{i}{'.' if i % 6 == 0 else ''}": i for i in range(3, VOCABULARY)}
    vocabulary = {"<s>": 0, "</s>": 1, "<unk>": 2, **names}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    inner.decoder = decoders.Fuse()
    make: Any = PreTrainedTokenizerFast
    return make(tokenizer_object=inner, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="</s>")


def random_model(size: str) -> Any:
    """A random-initialised Llama whose logits are spread enough to be told apart."""
    from transformers import AutoModelForCausalLM, LlamaConfig

    hidden, inner, layers, heads = SIZES[size]
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        initializer_range=0.05,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    torch.manual_seed(0)
    make: Any = AutoModelForCausalLM.from_config
    return make(config).eval()


class Packed:
    """The packed engine as a run uses it: partition, then batch by batch."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.engine = PackedEngine(model, tokenizer, "cpu", torch.float32)
        self.tokens = self.generated = self.forwards = 0

    def __call__(self, requests: Sequence[Request]) -> list[Any]:
        """Answers in order."""
        scorer = self.engine.choice.scorer
        getattr(scorer, "forget", lambda: None)()  # every round computes its preambles anew
        self.tokens = self.generated = self.forwards = 0
        found: dict[int, Any] = {}
        for batch in self.engine.partition(requests):
            answers, work = self.engine.run([requests[i] for i in batch.requests])
            found.update(zip(batch.requests, answers, strict=True))
            self.tokens += work.prompt_tokens
            self.generated += work.generated_tokens
            self.forwards += work.forwards
        return [found[i] for i in range(len(requests))]


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Peak:
    """The most resident memory beyond the start, sampled every 5 ms."""

    def __enter__(self) -> Peak:
        gc.collect()
        self.start = self.top = _resident()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            self.top = max(self.top, _resident())

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def bytes(self) -> int:
        """Bytes beyond the start."""
        return max(0, self.top - self.start)


def matmul_rate(seconds: float = 1.0) -> float:
    """Multiply-adds a second (times two) of a large fp32 product on this machine."""
    a, b = torch.randn(1024, 2048), torch.randn(2048, 2048)
    rates = []
    start = clock()
    while clock() - start < seconds:
        begin = clock()
        torch.mm(a, b)
        rates.append(2 * 1024 * 2048 * 2048 / (clock() - begin))
    return statistics.median(rates)


def useful_work(model: Any, requests: Sequence[Request]) -> float:
    """Floating-point operations that a workload needs: distinct context tokens once, output rows where scored."""
    from harness.engine.packed.plan.tree import build

    config = model.config
    width, layers = int(config.hidden_size), int(config.num_hidden_layers)
    body = layers * (4 * width * width + 3 * width * int(config.intermediate_size))
    prompts = [r if isinstance(r, ScoreRequest) else ScoreRequest(r.context, (0,)) for r in requests]
    work = 0.0
    for node in build(prompts):
        work += sum(2 * body + 4 * layers * width * (node.depth + i) for i in range(len(node.tokens)))
    rows = {(r.context, r.continuation[:i]) for r in prompts for i in range(len(r.continuation))}
    return work + 2.0 * len(rows) * width * int(config.vocab_size)


@dataclass
class Row:
    """One line of the table."""

    model: str
    workload: Workload
    batch: int = 0
    ratios: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)
    tokens: int = 0
    share: float | None = None
    difference: float = 0.0
    disagree: int = 0


# On a machine shared with others the processor time of one thread is steadier than the wall clock.
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}
clock = CLOCKS["wall"]


def timed(work: Callable[[], list[Any]], allocator: Callable[[], object]) -> tuple[float, int, list[Any]]:
    """Seconds, peak extra bytes, answers. Each engine has the heap that it has in a process of its own."""
    allocator()
    malloc.trim()
    with Peak() as peak:
        start = clock()
        answers = work()
        seconds = clock() - start
    return seconds, peak.bytes, answers


def measure(name: str, model: Any, tokenizer: Any, workload: Workload, rounds: int) -> Row:
    """Rounds of HFLM and ours back to back; the first finds HFLM's best batch size."""
    row = Row(name, workload)
    requests = workload.requests
    references = {b: Reference(model, tokenizer, b, device="cpu", window=2048) for b in HF_BATCHES}
    packed = Packed(model, tokenizer)
    packed(requests[: max(4, len(requests) // 10)])
    references[4](requests[:4])
    first = {b: timed(lambda r=r: r(requests), malloc.restore_trim_threshold) for b, r in references.items()}  # type: ignore[misc]
    row.batch = min(first, key=lambda b: first[b][0])
    theirs = first[row.batch]
    rate = matmul_rate()
    for turn in range(rounds):
        if turn:
            theirs = timed(lambda: references[row.batch](requests), malloc.restore_trim_threshold)
        ours = timed(lambda: packed(requests), malloc.keep_freed_blocks)
        row.ratios.append(theirs[0] / ours[0])
        row.theirs.append(theirs[0])
        row.seconds.append(ours[0])
        row.memory = max(row.memory[0], theirs[1]), max(row.memory[1], ours[1])
    row.tokens = packed.tokens + packed.generated
    if isinstance(requests[0], ScoreRequest):
        row.share = useful_work(model, requests) / statistics.median(row.seconds) / rate
        pairs = list(zip(theirs[2], ours[2], strict=True))
        row.difference = max(abs(a.logprob - b.logprob) / max(abs(a.logprob), 1e-9) for a, b in pairs)
        row.disagree = sum(a.greedy != b.greedy for a, b in pairs)
    else:
        row.disagree = sum(a.text != b.text for a, b in zip(theirs[2], ours[2], strict=True))
    return row


def _megabytes(count: int) -> str:
    return f"{count / 2**20:,.0f}"


def table(rows: Sequence[Row]) -> str:
    """Markdown."""
    lines = [
        "| model | workload | best HFLM batch | HFLM s | packed s | ratio (median, range) | floor / goal "
        "| packed tokens/s | of matmul rate | extra memory HFLM / packed, MiB | largest relative difference "
        "| answers that differ |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        median, seconds = statistics.median(r.ratios), statistics.median(r.seconds)
        share = "–" if r.share is None else f"{r.share:.0%}"
        difference = "–" if r.share is None else f"{r.difference:.1e}"
        lines.append(
            f"| {r.model} | {r.workload.title} | {r.batch} | {statistics.median(r.theirs):.2f} | {seconds:.2f} "
            f"| **{median:.1f}×** ({min(r.ratios):.1f}–{max(r.ratios):.1f}) | {r.workload.floor}× / {r.workload.goal}× "
            f"| {r.tokens / seconds:,.0f} | {share} | {_megabytes(r.memory[0])} / {_megabytes(r.memory[1])} "
            f"| {difference} | {r.disagree} |"
        )
    return "\n".join(lines)


def report(rows: Sequence[Row], rounds: int, rate: float, how: str) -> str:
    """The section of RESULTS.md."""
    import lm_eval
    import transformers

    about = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {torch.get_num_threads()} thread(s), {how}, fp32, matmul rate "
        f"{rate / 1e9:.0f} GFLOP/s; torch {torch.__version__}, transformers {transformers.__version__}, "
        f"lm-eval {getattr(lm_eval, '__version__', '')}; {rounds} paired rounds; ratios to the best of HFLM's batch "
        f"sizes {', '.join(map(str, HF_BATCHES))} (`logits_cache=False`, `softmax_dtype=float32`). Both engines get the "
        "same token ids. Extra memory is the growth of the resident set during the work. The share of the matmul rate "
        "counts each distinct token once and the output matrix only where a row is scored."
    )
    return f"{BEGIN}\n## Packed engine against HFLM\n\n{about}\n\n{table(rows)}\n{END}\n"


def write(section: str) -> None:
    """Puts the section in its place in RESULTS.md."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n\n"
    if BEGIN in old and END in old:
        before, rest = old.split(BEGIN, 1)
        after = rest.split(END, 1)[1].lstrip("\n")
        text = before + section + ("\n" + after if after else "")
    else:
        text = old.rstrip("\n") + "\n\n" + section
    RESULTS.write_text(text, encoding="utf-8")


def main() -> int:
    """Runs what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="15M,100M", help="of " + ", ".join(SIZES) + ", or folders")
    parser.add_argument("--workloads", default="", help="names, all by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the documents, for a quick look")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall", help="cpu needs --threads 1")
    chosen = parser.parse_args()
    global clock
    clock = CLOCKS[chosen.clock]
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    tokenizer = words()
    rows = []
    for size in chosen.models.split(","):
        model = random_model(size)
        for name, workload in workloads(size, chosen.share).items():
            if chosen.workloads and name not in chosen.workloads.split(","):
                continue
            rows.append(measure(size, model, tokenizer, workload, chosen.rounds))
            print(table(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    documents = "" if chosen.share == 1 else f", {chosen.share:.0%} of the documents"
    section = report(rows, chosen.rounds, matmul_rate(), f"{chosen.clock} time{documents}")
    print(section)
    if not chosen.dry:
        write(section)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
