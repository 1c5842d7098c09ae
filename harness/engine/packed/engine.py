"""The packed engine: lm-eval's numbers from token ids, with every shared prefix computed once.

It does not import lm-eval. It takes a loaded transformers model and tokenizer, chooses at the start which scorer the
model can take (``scoring/choose.py``), and answers batches. The picture of its parts: ``README.md`` beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from harness.engine.base import Answer, Batch, Generated, GenerateRequest, Request, Scored, ScoreRequest, Work
from harness.engine.generation.draws import without_draw
from harness.engine.generation.own_rules import own_rules
from harness.engine.packed.generation.generate import SlotGenerator
from harness.engine.packed.generation.sample import PlainGenerator, is_greedy
from harness.engine.packed.hardware import malloc, memory
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.plan import packing
from harness.engine.packed.plan.tree import inputs
from harness.engine.packed.scoring import choose
from harness.engine.packed.scoring.tree_scorer import TreeScorer
from harness.errors import RunFailed

# Prompts of one generation batch: several times the slots, so that finished slots find a next prompt.
GENERATION_BATCH = 128

# Below this the weights of the model alone fill the memory.
SMALLEST_BUDGET = 16


class PackedEngine:
    """Engine of ``harness.engine.base`` on a loaded causal language model."""

    name = "packed"
    version = "5"

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        device: str | torch.device,
        dtype: torch.dtype,
        *,
        deterministic: bool = False,
        token_budget: int | None = None,
    ) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer
        self.device, self.dtype, self.deterministic = torch.device(device), dtype, deterministic
        self.meter = Meter()
        self.limits = memory.limits(model, self.device, token_budget, deterministic=deterministic)
        self.halvings = 0
        self._current = self.limits
        if self.device.type == "cpu":
            malloc.keep_freed_blocks()
        with torch.inference_mode():
            self.choice = choose.choose(model, self.device, self.limits, self.meter, deterministic=deterministic)
        self._position_limit = choose.position_limit(model.config.get_text_config())
        self._plain = PlainGenerator(model, tokenizer, self.device, self.meter)
        self._slots = self._slot_generator()

    def _slot_generator(self) -> SlotGenerator | None:
        scorer = self.choice.scorer
        if self.deterministic or not isinstance(scorer, TreeScorer) or own_rules(self.model) or self._position_limit:
            return None
        return SlotGenerator(scorer, self.tokenizer)

    def _shape(self) -> dict[str, str | int]:
        """Attention call, rows of the last layer, library of the products, and packs at once, as settings."""
        scorer = self.choice.scorer
        if not isinstance(scorer, TreeScorer):
            return {"attention": "the model's own", "last_layer": "all tokens", "products": "torch", "streams": 1}
        packed = scorer.model
        return {
            "attention": "fused" if packed.fused else "by document",
            "last_layer": "scored tokens" if packed.last else "all tokens",
            "products": packed.products.kind,
            "streams": scorer.streams,
        }

    def settings(self) -> dict[str, object]:
        """All that fixes the partition and the numbers, and the fallbacks taken."""
        limits = self.limits
        return {
            "path": self.choice.scorer.name,
            "fallbacks": list(self.choice.fallbacks),
            "head": self.choice.head,
            **self._shape(),
            "generation": "slots" if self._slots else "generate",
            "generation_rules": list(own_rules(self.model)),
            "token_budget": limits.budget,
            "batch_tokens": limits.batch,
            "branch_tokens": limits.branch,
            "min_preamble": limits.min_preamble,
            "min_gain": limits.min_gain,
            "deterministic": self.deterministic,
            "device": self.device.type,
            "dtype": str(self.dtype).removeprefix("torch."),
            "threads": torch.get_num_threads() if self.device.type == "cpu" else None,
            "out_of_memory_halvings": self.halvings,
        }

    def partition(self, requests: Sequence[Request]) -> list[Batch]:
        """Score batches family by family, then generation batches by arguments and length."""
        scores = [i for i, r in enumerate(requests) if isinstance(r, ScoreRequest)]
        chosen = [r for r in requests if isinstance(r, ScoreRequest)]
        batches = [Batch(tuple(scores[i] for i in b.requests)) for b in packing.partition(chosen, self.limits)]
        return batches + self._generation_batches(requests)

    def _generation_batches(self, requests: Sequence[Request]) -> list[Batch]:
        groups: dict[str, list[tuple[tuple[int, ...], int]]] = {}
        for i, r in enumerate(requests):
            if isinstance(r, GenerateRequest):
                arguments = without_draw(r.options)[0]  # the draws of one prompt lie side by side
                groups.setdefault(repr(tuple(arguments.items())), []).append((r.context, i))
        batches: list[Batch] = []
        for _, group in sorted(groups.items()):
            order = [i for _, i in sorted(group)]
            count = -(-len(order) // GENERATION_BATCH)
            size = -(-len(order) // count)
            batches.extend(Batch(tuple(sorted(order[s : s + size]))) for s in range(0, len(order), size))
        return batches

    def run(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        """Answers to one batch; after an out-of-memory the whole batch is tried again with half the budget."""
        self.meter.take()
        while True:
            try:
                with torch.inference_mode():
                    return self._answer(requests), self.meter.take()
            except Exception as error:
                if not memory.is_out_of_memory(error):
                    raise
                self._halve(error)

    def _halve(self, error: Exception) -> None:
        if self._current.budget <= SMALLEST_BUDGET:
            raise RunFailed(
                f"The model does not fit: memory ran out even with {self._current.budget} tokens a forward pass. "
                "Batches already scored are kept; free memory or choose a smaller dtype, then run the same command."
            ) from error
        self.halvings += 1
        self._current = self._current.halved()
        if isinstance(self.choice.scorer, TreeScorer):
            self.choice.scorer.forget()
        if self._slots is not None:
            self._slots.slots = max(1, self._slots.slots // 2)
        memory.release(self.device)

    def _answer(self, requests: Sequence[Request]) -> list[Answer]:
        scores = [(i, r) for i, r in enumerate(requests) if isinstance(r, ScoreRequest)]
        texts = [(i, r) for i, r in enumerate(requests) if isinstance(r, GenerateRequest)]
        answers: dict[int, Answer] = {}
        answers.update(zip([i for i, _ in scores], self._score([r for _, r in scores]), strict=True))
        answers.update(zip([i for i, _ in texts], self._generate([r for _, r in texts]), strict=True))
        return [answers[i] for i in range(len(requests))]

    def _score(self, requests: Sequence[ScoreRequest]) -> list[Scored]:
        """Each distinct request once; those whose numbers would depend on their neighbours by themselves."""
        distinct = list(dict.fromkeys(replace(r, greedy=True) for r in requests))
        limit = self._position_limit
        lone = [r for r in distinct if limit is not None and len(inputs(r)) > limit]
        others = [r for r in distinct if limit is None or len(inputs(r)) <= limit]
        answers = dict(zip(others, self.choice.scorer.score(others, self._current), strict=True))
        answers.update(zip(lone, self.choice.alone.score(lone, self._current), strict=True))
        return [answers[replace(r, greedy=True)] for r in requests]

    def _generate(self, requests: Sequence[GenerateRequest]) -> list[Generated]:
        distinct = list(dict.fromkeys(requests))
        drawn = [r for r in distinct if without_draw(r.options)[1] is not None]
        others = [r for r in distinct if without_draw(r.options)[1] is None and not is_greedy(r.options)]
        greedy = [r for r in distinct if is_greedy(r.options)]
        if self._slots is None or not greedy:
            answers = dict(zip(greedy, self._plain.generate(greedy, alone=self.deterministic), strict=True))
        else:
            answers = dict(zip(greedy, self._slots.generate(greedy, self._current), strict=True))
        answers.update(zip(drawn, self._plain.generate(drawn, alone=self.deterministic), strict=True))
        answers.update(zip(others, self._plain.generate(others, alone=True), strict=True))
        return [answers[r] for r in requests]
