"""The reference engine: lm-eval's own ``HFLM``, with our batches.

``logits_cache=False`` and ``softmax_dtype=float32`` are set where the model is loaded: with the
defaults of 0.4.13 requests of equal tokens and another split get each other's values, and a bf16
softmax loses whole nats. A batch is scored as one padded forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from harness.engine.base import (
    Answer,
    Batch,
    Generated,
    GenerateRequest,
    Request,
    Scored,
    ScoreRequest,
    TextRequest,
    Work,
)
from harness.engine.generation.draws import without_draw


class HFEngine:
    """Scores through ``HFLM._loglikelihood_tokens`` and generates through ``HFLM._model_generate``."""

    name = "hf"

    def __init__(self, lm: Any, batch_size: int = 8) -> None:
        self._lm = lm
        self._batch_size = batch_size
        self.version = f"lm-eval {version('lm_eval')}"

    def settings(self) -> dict[str, object]:
        """Batch size and attention: with the requests they fix the partition."""
        attention = getattr(self._lm.model.config, "_attn_implementation", None)
        return {"batch_size": self._batch_size, "attention": attention, "softmax": "float32", "logits_cache": False}

    def partition(self, requests: Sequence[Request]) -> list[Batch]:
        """Longest first, of like kind; ties in the order of the requests."""
        groups: dict[object, list[int]] = {}
        for i, request in enumerate(requests):
            groups.setdefault(_kind(request), []).append(i)
        batches = []
        for members in groups.values():
            members.sort(key=lambda i: (-_length(requests[i]), i))
            for start in range(0, len(members), self._batch_size):
                batches.append(Batch(tuple(members[start : start + self._batch_size])))
        return batches

    def run(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        """Answers to one batch. All of its requests are of one kind (see ``partition``)."""
        if isinstance(requests[0], ScoreRequest):
            return self._score([r for r in requests if isinstance(r, ScoreRequest)])
        return self._generate([r for r in requests if isinstance(r, GenerateRequest)])

    def _score(self, requests: list[ScoreRequest]) -> tuple[list[Answer], Work]:
        self._lm.batch_size_per_gpu = len(requests)
        triples = [(None, list(r.context), list(r.continuation)) for r in requests]
        pairs = self._lm._loglikelihood_tokens(triples, disable_tqdm=True, override_bs=len(requests))
        tokens = sum(len(r.context) + len(r.continuation) - 1 for r in requests)
        return [Scored(float(p), bool(g)) for p, g in pairs], Work(tokens, 0, 1)

    def _generate(self, requests: list[GenerateRequest]) -> tuple[list[Answer], Work]:
        import torch
        from lm_eval.models.utils import postprocess_generated_text

        first, lm = requests[0], self._lm
        width = max(len(r.context) for r in requests)
        pad = lm.tokenizer.pad_token_id
        ids = [[pad] * (width - len(r.context)) + list(r.context) for r in requests]
        mask = [[0] * (width - len(r.context)) + [1] * len(r.context) for r in requests]
        options, seed = without_draw(first.options)
        if seed is not None:
            torch.manual_seed(seed)
        with torch.no_grad():
            out = lm._model_generate(
                context=torch.tensor(ids, device=lm.device),
                attention_mask=torch.tensor(mask, device=lm.device),
                stop=list(first.until),
                max_length=width + first.max_new_tokens,
                **options,
            )
        answers: list[Answer] = []
        for row in out.tolist():
            text = lm.tok_decode(row[width:])
            text = postprocess_generated_text(generation=text, stop=list(first.until), think_end_token=None)
            answers.append(Generated(text, len(row) - width))
        generated = (out.shape[1] - width) * len(requests)
        return answers, Work(sum(len(r.context) for r in requests), generated, out.shape[1] - width)


def _kind(request: Request) -> object:
    assert not isinstance(request, TextRequest)
    if isinstance(request, ScoreRequest):
        return "score"
    return ("generate", request.until, request.max_new_tokens, request.options)


def _length(request: Request) -> int:
    assert not isinstance(request, TextRequest)
    return len(request.context) + (len(request.continuation) if isinstance(request, ScoreRequest) else 0)
