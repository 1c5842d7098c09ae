"""Train a reference model: ``python -m harness.suites.calibration.train --size s``.

One thread and a fixed seed; two minutes of one core for xs, five for s, a quarter of an hour for m. Every batch is drawn anew from the grammar, so the
model can only learn the sources, never the items. Beside the weights it writes ``recipe.json``:
all that is needed to make them again, and the loss that came out.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.random import RandomState
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

from harness import places
from harness.suites.calibration import corpus, tokenizer
from harness.suites.calibration.grammar import SEED, WORDS_PER_TEXT, grammar

# A text has at most 50 words of at most five letters: 299 bytes, and the beginning.
CONTEXT = 320
KINDS = ("text", "class", "facts", "lookup")


@dataclass(frozen=True)
class Size:
    """A model's shape and how long it is trained."""

    hidden: int
    layers: int
    heads: int
    inner: int
    steps: int
    learning_rate: float


SIZES = {
    "xs": Size(hidden=32, layers=1, heads=2, inner=80, steps=2_500, learning_rate=8e-3),
    "s": Size(hidden=48, layers=2, heads=3, inner=128, steps=4_000, learning_rate=6e-3),
    "m": Size(hidden=80, layers=3, heads=5, inner=208, steps=5_000, learning_rate=4e-3),
}


@dataclass(frozen=True)
class Recipe:
    """Training settings of every size: rows of each kind in a batch, and the schedule."""

    seed: int = SEED
    rows: tuple[int, int, int, int] = (4, 16, 8, 32)
    loss_weights: tuple[float, float, float, float] = (1.0, 0.5, 0.5, 0.5)
    warmup: int = 200
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    clip: float = 1.0


def build(size: Size) -> LlamaForCausalLM:
    """A Llama of this size with fresh weights."""
    config = LlamaConfig(
        vocab_size=tokenizer.VOCABULARY,
        hidden_size=size.hidden,
        intermediate_size=size.inner,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        initializer_range=size.hidden**-0.5,
        bos_token_id=tokenizer.BOS,
        eos_token_id=tokenizer.EOS,
        pad_token_id=tokenizer.PAD,
    )
    return LlamaForCausalLM(config)


def batches(recipe: Recipe) -> Iterator[list[corpus.Rows]]:
    """The stream of batches: one group of rows a kind, in the order of ``KINDS``."""
    source, rng = grammar(), RandomState([recipe.seed, 1000])
    text, labelled, facts, lookups = recipe.rows
    while True:
        yield [
            corpus.text_rows(source, rng, text, CONTEXT),
            corpus.class_rows(source, rng, labelled),
            corpus.fact_rows(source, rng, facts),
            corpus.lookup_rows(rng, lookups),
        ]


def loss(model: LlamaForCausalLM, rows: corpus.Rows) -> torch.Tensor:
    """Mean cross-entropy over the weighted tokens, in nats."""
    tokens = torch.from_numpy(rows.tokens)
    weights = torch.from_numpy(rows.weights[:, 1:]).float()
    logits = model(input_ids=tokens[:, :-1], use_cache=False).logits
    nats = cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return (nats * weights.flatten()).sum() / weights.sum()


def schedule(step: int, steps: int, warmup: int) -> float:
    """Share of the learning rate: a linear rise, then a cosine down to zero."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def train(size: Size, recipe: Recipe, report_every: int = 100) -> tuple[LlamaForCausalLM, dict[str, float]]:
    """Train one model; returns it and the mean loss of each kind over the last hundred steps."""
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True)
    model = build(size).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=size.learning_rate, betas=recipe.betas, weight_decay=recipe.weight_decay
    )
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedule(step, size.steps, recipe.warmup))
    seen: list[list[float]] = []
    for step, groups in zip(range(size.steps), batches(recipe), strict=False):
        parts = torch.stack([loss(model, rows) for rows in groups])
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward((parts * parts.new_tensor(recipe.loss_weights)).sum())
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        rate.step()
        seen.append(parts.tolist())
        if (step + 1) % report_every == 0:
            print(step + 1, _means(seen[-report_every:]), flush=True)
    return model.eval(), _means(seen[-100:])


def _means(rows: list[list[float]]) -> dict[str, float]:
    """Mean of each kind in bits a byte."""
    return {kind: round(float(m), 5) for kind, m in zip(KINDS, np.mean(rows, axis=0) / math.log(2), strict=True)}


def save(model: LlamaForCausalLM, size_name: str, recipe: Recipe, loss: dict[str, float], folder: Path) -> None:
    """Write weights, tokenizer, recipe and model card."""
    size = SIZES[size_name]
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    tokenizer.save(folder, CONTEXT)
    parameters = sum(p.numel() for p in model.parameters())
    trained = size.steps * sum(int((rows.tokens != tokenizer.PAD).sum()) for rows in next(batches(recipe)))
    record: dict[str, Any] = {
        "command": f"python -m harness.suites.calibration.train --size {size_name}",
        "parameters": parameters,
        "size": asdict(size),
        "recipe": asdict(recipe),
        "context": CONTEXT,
        "training_tokens_about": trained,
        "dtype": "float32",
        "loss_bits_per_byte": loss,
        "loss_is": "mean over the last 100 steps; for class, facts and lookup of the answer's bytes only",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "numpy": np.__version__,
        },
        "licence": "Apache-2.0",
    }
    (folder / "recipe.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_card(size_name, parameters, trained), encoding="utf-8")


def _card(name: str, parameters: int, trained: int) -> str:
    return f"""---
license: apache-2.0
pipeline_tag: text-generation
---
# landscape-ref-{name}

A byte-level Llama with {parameters:,} parameters, trained on about {trained:,} tokens of a synthetic grammar
(texts of {WORDS_PER_TEXT} words, labelled strings of letters, facts, lookups; `harness/suites/calibration`).
It is a measuring weight: the best possible scores on the calibration suite are known exactly, so a
harness can be checked against it. It knows no human language and is no vendor's product.

`recipe.json` holds seed, shape, schedule, versions and the resulting loss.
"""


def main() -> None:
    """Train the model of the given size and write its folder."""
    parser = argparse.ArgumentParser(description="Train a reference model of the calibration suite.")
    parser.add_argument("--size", choices=sorted(SIZES), required=True)
    parser.add_argument("--out", type=Path, help="folder of the model (default: data/reference/landscape-ref-SIZE)")
    arguments = parser.parse_args()
    folder = arguments.out or places.reference_models() / f"landscape-ref-{arguments.size}"
    # One thread: the order of additions, and with it the last bits, does not depend on the machine's cores.
    torch.set_num_threads(1)
    recipe = Recipe()
    model, loss = train(SIZES[arguments.size], recipe)
    save(model, arguments.size, recipe, loss, folder)


if __name__ == "__main__":
    main()
