"""lm-eval's own ``HFLM`` asked for token ids, as the benchmarks hold the packed engine against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.engine.base import Generated, GenerateRequest, Request, Scored, ScoreRequest


class Reference:
    """HFLM at one batch size, with fp32 softmax and without its cache of logits."""

    def __init__(self, model: Any, tokenizer: Any, batch: int, *, device: str, window: int) -> None:
        from lm_eval.models.huggingface import HFLM

        self.batch = batch
        self.inner: Any = HFLM(
            pretrained=model,
            tokenizer=tokenizer,
            batch_size=batch,
            device=device,
            max_length=window,
            logits_cache=False,
            softmax_dtype="float32",
            backend="causal",
        )

    def __call__(self, requests: Sequence[Request]) -> list[Any]:
        """Answers in order; rolling windows (not greedy) a batch a call, as HFLM's own loop has them."""
        if isinstance(requests[0], GenerateRequest):
            return self._generate(requests)
        rows = [(("", ""), list(r.context), list(r.continuation)) for r in requests if isinstance(r, ScoreRequest)]
        size = len(rows) if requests[0].greedy else self.batch  # type: ignore[union-attr]
        answers: list[Any] = []
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            answers += self.inner._loglikelihood_tokens(part, disable_tqdm=True, override_bs=min(self.batch, len(part)))
        return [Scored(float(v), bool(g)) for v, g in answers]

    def _generate(self, requests: Sequence[Request]) -> list[Any]:
        from lm_eval.api.instance import Instance

        instances = []
        for i, r in enumerate(requests):
            assert isinstance(r, GenerateRequest)
            text = " ".join(self.inner.tokenizer.convert_ids_to_tokens(list(r.context)))
            options = {"until": list(r.until), "max_gen_toks": r.max_new_tokens, "do_sample": False}
            instances.append(Instance(request_type="generate_until", doc={}, arguments=(text, options), idx=i))
        return [Generated(t, 0) for t in self.inner.generate_until(instances, disable_tqdm=True)]
