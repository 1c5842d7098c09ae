"""What the steps of ``benchmarks/gpu.py`` share: models, requests, both engines, the clock, and the results on disk."""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from benchmarks.hflm import Reference
from harness.engine.base import Request, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.plan.tree import build

Row = dict[str, Any]

# Shapes of Qwen2.5-0.5B, Qwen3-1.7B and Qwen3-8B; the toy ones keep their ratios of heads.
SHAPES: dict[str, dict[str, Any]] = {
    "0.5B": {
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
        "tie_word_embeddings": True,
    },
    "1.7B": {
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "tie_word_embeddings": True,
    },
    "8B": {
        "hidden_size": 4096,
        "intermediate_size": 12288,
        "num_hidden_layers": 36,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "tie_word_embeddings": False,
    },
}
TOY: dict[str, dict[str, Any]] = {
    "0.5B": {
        "hidden_size": 112,
        "intermediate_size": 160,
        "num_hidden_layers": 2,
        "num_attention_heads": 7,
        "num_key_value_heads": 1,
        "tie_word_embeddings": True,
    },
    "1.7B": {
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "tie_word_embeddings": True,
    },
    "8B": {
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "tie_word_embeddings": False,
    },
}
VOCABULARY, TOY_VOCABULARY = 151_936, 499
WINDOW = 8192

# Toy steps may take so many times as long: a CPU's compiler needs ten seconds to a minute for each shape of the fused attention.
TOY_PATIENCE = 8


class OutOfTime(BaseException):
    """A step used up its time. No ``Exception``, so that no fallback of the engine takes it for a failure of its own."""


@dataclass
class Results:
    """Rows in order, on disk after every step."""

    out: Path
    rows: list[Row] = field(default_factory=list)

    def add(self, step: str, rows: Sequence[Row]) -> None:
        """Appends rows to ``gpu.jsonl`` and writes ``gpu.md`` anew."""
        self.out.mkdir(parents=True, exist_ok=True)
        fresh = [{"step": step, **row} for row in rows]
        self.rows += fresh
        with (self.out / "gpu.jsonl").open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row, default=str) + "\n" for row in fresh)
            lines.flush()
            os.fsync(lines.fileno())
        aside = self.out / "gpu.md.new"
        aside.write_text(self.markdown(), encoding="utf-8")
        aside.replace(self.out / "gpu.md")

    def markdown(self) -> str:
        """One table a step."""
        parts = ["# The packed engine on a graphics card"]
        for step in dict.fromkeys(row["step"] for row in self.rows):
            rows = [{k: v for k, v in r.items() if k != "step"} for r in self.rows if r["step"] == step]
            columns = list(dict.fromkeys(k for r in rows for k in r))
            lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
            lines += ["| " + " | ".join(_cell(r.get(c)) for c in columns) + " |" for r in rows]
            parts.append(f"## {step}\n\n" + "\n".join(lines))
        return "\n\n".join(parts) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value).replace("|", "/")


class Bench:
    """The device, one model at a time, the clock and the results."""

    def __init__(self, device: str, *, toy: bool, out: Path, seconds: float) -> None:
        self.device, self.toy, self.results = torch.device(device), toy, Results(out)
        self._end = time.monotonic() + seconds
        self._step_end = self._end
        self._model: tuple[str, torch.dtype, Any] | None = None
        self._tokenizer: Any = None
        self.rate: float | None = None  # measured multiply-adds a second times two, bf16
        self.cuda = self.device.type == "cuda"

    @property
    def vocabulary(self) -> int:
        """Rows of the embedding."""
        return TOY_VOCABULARY if self.toy else VOCABULARY

    def left(self) -> float:
        """Seconds left to all steps."""
        return self._end - time.monotonic()

    def begin(self, seconds: float) -> None:
        """Starts a step that may take so long."""
        self._step_end = time.monotonic() + min(seconds, self.left())

    def step_left(self) -> float:
        """Seconds left to the step."""
        return self._step_end - time.monotonic()

    def held(self) -> bool:
        """Whether paths were compared with HFLM, all of them agreed, and no step that compares was cut short."""
        rows = self.results.rows
        compared = [row["equal"] for row in rows if "equal" in row]
        cut = [row for row in rows if row["step"].startswith("equality") and {"error", "stopped", "skipped"} & set(row)]
        return bool(compared) and all(compared) and not cut

    def model(self, size: str, dtype: torch.dtype) -> Any:
        """A random model on the device whose logits are spread enough to be told apart; the one before is dropped."""
        if self._model is None or self._model[:2] != (size, dtype):
            self.drop()
            self._model = size, dtype, self._random(size, dtype)
        return self._model[2]

    def drop(self) -> None:
        """Frees the model."""
        self._model = None
        gc.collect()
        if self.cuda:
            torch.cuda.empty_cache()

    def _random(self, size: str, dtype: torch.dtype) -> Any:
        import transformers

        shape = (TOY if self.toy else SHAPES)[size]
        kind: Any = transformers.Qwen2Config if size == "0.5B" else transformers.Qwen3Config
        config = kind(
            vocab_size=self.vocabulary,
            max_position_embeddings=WINDOW,
            initializer_range=2 / shape["hidden_size"] ** 0.5,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
            **shape,
        )
        torch.manual_seed(0)
        make: Any = transformers.AutoModelForCausalLM.from_config
        with self.device:
            model = make(config, dtype=dtype)
        return model.to(self.device).eval()

    def tokenizer(self) -> Any:
        """A tokenizer of whole words, one an id."""
        if self._tokenizer is None:
            from tokenizers import Tokenizer, decoders, models, pre_tokenizers
            from transformers import PreTrainedTokenizerFast

            names = {"<s>": 0, "</s>": 1, "<unk>": 2, **{f"w{i}": i for i in range(3, self.vocabulary)}}
            inner = Tokenizer(models.WordLevel(names, unk_token="<unk>"))
            inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
            inner.decoder = decoders.Fuse()
            make: Any = PreTrainedTokenizerFast
            self._tokenizer = make(
                tokenizer_object=inner, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="</s>"
            )
        return self._tokenizer

    def reference(self, model: Any, batch: int) -> Reference:
        """HFLM at a batch size."""
        return Reference(model, self.tokenizer(), batch, device=str(self.device), window=WINDOW)

    def packed(self, model: Any, budget: int | None = None) -> Packed:
        """The packed engine."""
        return Packed(PackedEngine(model, self.tokenizer(), self.device, model.dtype, token_budget=budget))

    def synchronise(self) -> None:
        """Waits for the card."""
        if self.cuda:
            torch.cuda.synchronize()

    def timed(self, work: Callable[[], Any]) -> tuple[float, Any, int | None]:
        """Seconds, result, and the most memory beside what was there before (bytes; None on a CPU)."""
        self.synchronise()
        before = 0
        if self.cuda:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
        start = time.perf_counter()
        result = work()
        self.synchronise()
        seconds = time.perf_counter() - start
        return seconds, result, torch.cuda.max_memory_allocated() - before if self.cuda else None


class Packed:
    """The packed engine as a run uses it: partition, then batch by batch, preambles anew each time."""

    def __init__(self, engine: PackedEngine) -> None:
        self.engine = engine
        self.tokens = self.forwards = 0

    def __call__(self, requests: Sequence[Request]) -> list[Any]:
        """Answers in order."""
        getattr(self.engine.choice.scorer, "forget", lambda: None)()
        self.tokens = self.forwards = 0
        answers: dict[int, Any] = {}
        for batch in self.engine.partition(requests):
            some, work = self.engine.run([requests[i] for i in batch.requests])
            answers.update(zip(batch.requests, some, strict=True))
            self.tokens += work.prompt_tokens + work.generated_tokens
            self.forwards += work.forwards
        return [answers[i] for i in range(len(requests))]


def draw(dice: random.Random, vocabulary: int, low: int, high: int | None = None) -> tuple[int, ...]:
    """Random ids, at least ``low`` and at most ``high`` of them."""
    return tuple(dice.randrange(3, vocabulary) for _ in range(low if high is None else dice.randint(low, high)))


def needed_work(model: Any, requests: Sequence[ScoreRequest]) -> float:
    """Floating-point operations that requests need: each distinct token once, output rows where scored."""
    config = model.config
    heads = int(config.num_attention_heads)
    width = heads * int(getattr(config, "head_dim", None) or config.hidden_size // heads)
    body = sum(p.numel() for p in model.base_model.parameters()) - model.get_input_embeddings().weight.numel()
    layers, work = int(config.num_hidden_layers), 0.0
    for node in build(requests):
        count = len(node.tokens)
        work += 2.0 * body * count + 4.0 * layers * width * (node.depth * count + count * (count + 1) / 2)
    rows = {(r.context, r.continuation[:i]) for r in requests for i in range(len(r.continuation))}
    return work + 2.0 * len(rows) * int(config.hidden_size) * int(config.vocab_size)


@dataclass(frozen=True)
class Step:
    """A named part of the benchmark. ``seconds`` is the time it may take on a card, ``least`` what it needs to begin."""

    name: str
    run: Callable[[Bench], Iterator[Row]]
    seconds: float
    least: float


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raises ``OutOfTime`` inside after so many seconds, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_steps(bench: Bench, steps: Sequence[Step]) -> None:
    """Each step in turn; its rows are written as they come, also those before an error or its time's end."""
    for step in steps:
        if bench.left() < step.least:
            bench.results.add(step.name, [{"skipped": f"{bench.left():.0f} s left, needs {step.least:.0f} s"}])
            continue
        bench.begin(step.seconds * (TOY_PATIENCE if bench.toy else 1))
        start = time.monotonic()
        try:
            with _time_limit(bench.step_left()):
                for row in step.run(bench):
                    bench.results.add(step.name, [row])
                    print(f"{time.monotonic() - start:6.1f} s  {step.name}: {row}", file=sys.stderr, flush=True)
        except OutOfTime:
            bench.results.add(step.name, [{"stopped": f"after {time.monotonic() - start:.0f} s, its time"}])
        except Exception as error:  # a step that fails takes nothing from the next one
            where = traceback.extract_tb(error.__traceback__)[-1]
            text = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
            bench.results.add(
                step.name, [{"error": f"{type(error).__name__}: {text} ({Path(where.filename).name}:{where.lineno})"}]
            )
            traceback.print_exc()
            del error
            bench.drop()
