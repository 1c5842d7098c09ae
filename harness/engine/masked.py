"""Masked language models (BERT type): pseudo-log-likelihoods.

The pseudo-log-likelihood of a text masks one token at a time and sums the log-probabilities of the
masked ones given all others (Salazar et al. 2020, "Masked Language Model Scoring", eq. 2). It is no
probability of the text: such scores stand beside those of causal models, never in one ranking of
perplexities, and every run says so in its verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.engine.base import Answer, Batch, Request, Scored, ScoreRequest, Work
from harness.engine.source import ModelSource
from harness.errors import BadInput

ROWS = 32
"""Masked copies in one forward: enough to fill a CPU's matrix units, small enough for any card."""


@dataclass
class MaskedModel:
    """What the codec and a run ask of a model, for masked ones; ``generates`` is false, ``beside`` as of ``CheckedHFLM``."""

    model: Any
    tokenizer: Any
    max_length: int
    device: Any
    generates: bool = False
    add_bos_token: bool | None = False
    max_gen_toks: int = 256
    beside: tuple[str, ...] = ()

    @property
    def prefix_token_id(self) -> int:
        """The token that stands before every text ([CLS])."""
        return int(self.tokenizer.cls_token_id)

    @property
    def eot_token_id(self) -> int:
        """The token that ends every text ([SEP])."""
        return int(self.tokenizer.sep_token_id)

    @property
    def tokenizer_name(self) -> str:
        """Name of the tokenizer, without slashes."""
        return str(self.tokenizer.name_or_path).replace("/", "__")

    def tok_decode(self, tokens: Any, skip_special_tokens: bool = True) -> str:
        """Text of token ids."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=skip_special_tokens))


def load_masked(source: ModelSource, device: str, dtype: str, trust_remote_code: bool) -> MaskedModel:
    """Load a masked language model and its tokenizer.

    Raises:
        BadInput: the tokenizer lacks [MASK], [CLS] or [SEP]; the weights lack tensors, or are no finite numbers.
    """
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    from harness.engine.trust.checked_model import check
    from harness.engine.trust.completeness import check_headers

    if not trust_remote_code:
        check_headers(source, AutoModelForMaskedLM)
    tokenizer = AutoTokenizer.from_pretrained(source.location, trust_remote_code=trust_remote_code)
    model, info = AutoModelForMaskedLM.from_pretrained(
        source.location,
        dtype=getattr(torch, dtype),
        trust_remote_code=trust_remote_code,
        use_safetensors=True,
        output_loading_info=True,
    )
    beside = check(source.name, model, info, Path(source.location))
    missing = [name for name in ("mask", "cls", "sep") if getattr(tokenizer, f"{name}_token_id", None) is None]
    if missing:
        raise BadInput(
            f"The tokenizer of {source.name} lacks the tokens {', '.join(missing)}, which masked scoring needs."
        )
    positions = int(getattr(model.config, "max_position_embeddings", 512))
    offset = 2 if "roberta" in str(model.config.model_type) else 0
    model = model.to(device).eval()
    return MaskedModel(model, tokenizer, max_length=positions - offset - 3, device=torch.device(device), beside=beside)


class MaskedEngine:
    """Scores a continuation by masking its tokens one at a time; a batch is one request."""

    name = "masked"
    version = "1"
    notes = (
        "Scores are pseudo-log-likelihoods of a masked language model (Salazar et al. 2020); they are no perplexities.",
    )

    def __init__(self, lm: MaskedModel) -> None:
        self._lm = lm

    def settings(self) -> dict[str, object]:
        """Rows of one forward; the numbers do not depend on anything else."""
        return {"rows": ROWS, "softmax": "float32"}

    def partition(self, requests: Sequence[Request]) -> list[Batch]:
        """One request a batch: its masked copies fill the forwards."""
        return [Batch((i,)) for i in range(len(requests))]

    def run(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        """Answers to one batch, in order."""
        answers: list[Answer] = []
        tokens = forwards = 0
        for request in requests:
            assert isinstance(request, ScoreRequest)
            answer, work = self._score(request)
            answers.append(answer)
            tokens += work.prompt_tokens
            forwards += work.forwards
        return answers, Work(tokens, 0, forwards)

    def _score(self, request: ScoreRequest) -> tuple[Scored, Work]:
        import torch

        lm = self._lm
        context = list(request.context)
        if context[0] != lm.prefix_token_id:
            context = [lm.prefix_token_id, *context]
        ids = torch.tensor([*context, *request.continuation, lm.eot_token_id])
        places = torch.arange(len(context), len(context) + len(request.continuation))
        total, greedy, forwards = 0.0, True, 0
        for start in range(0, len(places), ROWS):
            some = places[start : start + ROWS]
            rows = ids.repeat(len(some), 1)
            rows[torch.arange(len(some)), some] = lm.tokenizer.mask_token_id
            with torch.inference_mode():
                logits = (
                    lm.model(input_ids=rows.to(lm.device)).logits[torch.arange(len(some)), some.to(lm.device)].float()
                )
            wanted = ids[some].to(lm.device)
            logprobs = logits.gather(1, wanted[:, None]).squeeze(1) - logits.logsumexp(dim=1)
            total += float(logprobs.double().sum())
            greedy = greedy and bool((logits.argmax(dim=1) == wanted).all())
            forwards += 1
        return Scored(total, greedy), Work(len(ids) * len(places), 0, forwards)
