"""Near ties of greedy decoding: the gap, in nats, between the two next tokens where two texts part.

Greedy decoding turns the last bit of a logit into another text: where two tokens are likelier than all
others and alike to a thousandth of a nat, either is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.engine.base import Answer, Generated, GenerateRequest, Request, Scored, ScoreRequest
from harness.engine.load import Loaded

TIE = 1e-3
"""Nats: ten times what fp32 rounding moves a log-probability by (``agreement.FP32_LIMIT``)."""


def texts_without_tie(
    reference: Loaded, asked: Sequence[Request], truth: Sequence[Answer], ours: Sequence[Answer]
) -> int:
    """Number of texts of ``ours`` that part from ``truth`` where the reference sees no near tie."""
    count = 0
    for request, one, two in zip(asked, truth, ours, strict=True):
        if isinstance(request, GenerateRequest) and isinstance(one, Generated) and isinstance(two, Generated):
            count += one.text != two.text and not _tie(reference, request, one.text, two.text)
    return count


def _tie(reference: Loaded, request: GenerateRequest, one: str, two: str) -> bool:
    tokenizer = reference.lm.tokenizer
    a, b = (tokenizer.encode(text, add_special_tokens=False) for text in (one, two))
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    ends = tokenizer.eos_token_id
    nexts = [ids[shared] if shared < len(ids) else ends for ids in (a, b)]
    context = (*request.context, *a[:shared])
    scores = [Scored(0.0, False), Scored(0.0, False)]
    for i, token in enumerate(nexts):
        (answer,), _ = reference.engine.run([ScoreRequest(context, (token,))])
        assert isinstance(answer, Scored)
        scores[i] = answer
    return abs(scores[0].logprob - scores[1].logprob) <= TIE
