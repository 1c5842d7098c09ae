"""Generation by transformers' own ``generate``: for sampling, beams and models without the tree.

Only prompts of one length share a call, so that nothing is padded and recurrent models stay exact;
every row stops by itself. Each row is drawn from the seed of its own draw, whatever rows stand beside it: what is drawn
equals what the ``hf`` engine draws in batches of one. The draws of one prompt have one length, so they share calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from harness.engine.base import Generated, GenerateRequest
from harness.engine.generation.draws import without_draw
from harness.engine.generation.own_rules import NEUTRAL
from harness.engine.packed.generation.stops import Stops, end_tokens
from harness.engine.packed.hardware.meter import Meter

ROWS = 16

# Options that mean nothing when nothing is sampled.
_IDLE = {"do_sample", "temperature", "top_p", "top_k", "min_p", "typical_p"}


def is_greedy(options: Sequence[tuple[str, object]]) -> bool:
    """Whether generation arguments ask for nothing but the likeliest token."""
    named = dict(options)
    if named.get("do_sample"):
        return False
    return all(k in _IDLE or v in NEUTRAL.get(k, ()) for k, v in named.items())


class PlainGenerator:
    """Answers any generation request."""

    def __init__(self, model: Any, tokenizer: Any, device: torch.device, meter: Meter) -> None:
        self.model, self.tokenizer, self.device, self.meter = model, tokenizer, device, meter
        self.ends = end_tokens(model, tokenizer)

    def generate(self, requests: Sequence[GenerateRequest], *, alone: bool = False) -> list[Generated]:
        """Answers in order."""
        groups: dict[tuple[object, ...], list[int]] = {}
        for i, r in enumerate(requests):
            arguments = repr(sorted(without_draw(r.options)[0].items()))
            groups.setdefault((len(r.context), r.until, r.max_new_tokens, arguments), []).append(i)
        answers: dict[int, Generated] = {}
        for group in groups.values():
            size = 1 if alone else ROWS
            for start in range(0, len(group), size):
                answers.update(self._call(requests, group[start : start + size]))
        return [answers[i] for i in range(len(requests))]

    def _call(self, requests: Sequence[GenerateRequest], chosen: list[int]) -> list[tuple[int, Generated]]:
        from transformers import StoppingCriteriaList

        first = requests[chosen[0]]
        stops = Stops(self.tokenizer, first.until)
        ids = torch.tensor([requests[i].context for i in chosen], device=self.device)
        arguments, _ = without_draw(first.options)
        seeds = [without_draw(requests[i].options)[1] for i in chosen]
        options = {k: v for k, v in arguments.items() if not (is_greedy(first.options) and k in _IDLE)}
        pad = getattr(self.tokenizer, "pad_token_id", None)
        with torch.inference_mode(), _drawing(seeds, self.device):
            output = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=first.max_new_tokens,
                stopping_criteria=StoppingCriteriaList([_PerRow(stops, ids.shape[1])]),
                pad_token_id=next(iter(sorted(self.ends)), 0) if pad is None else pad,
                eos_token_id=sorted(self.ends) or None,
                **{"do_sample": False, **options},
            )
        self.meter.forward(ids.numel())
        return [(i, self._answer(stops, row[ids.shape[1] :].tolist())) for i, row in zip(chosen, output, strict=False)]

    def _answer(self, stops: Stops, tokens: list[int]) -> Generated:
        """An answer without what ``generate`` filled the row with after its end."""
        for count in range(1, len(tokens) + 1):
            over = tokens[count - 1] in self.ends
            if over or count == len(tokens) or stops.reached(tokens[:count]):
                self.meter.step(count)
                return Generated(stops.text(tokens[: count - 1] if over else tokens[:count]), count)
        return Generated("", 0)


def _drawing(seeds: Sequence[int | None], device: torch.device) -> AbstractContextManager[object]:
    """Each row of a sampled call drawn from its own seed; with none, from torch's."""
    known = [seed for seed in seeds if seed is not None]
    return _RowDraws(known, device) if len(known) == len(seeds) else nullcontext()


class _RowDraws(TorchFunctionMode):
    """``torch.multinomial`` row by row, each with the stream that ``torch.manual_seed`` would give it alone."""

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        super().__init__()
        self._streams = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not torch.multinomial:
            return func(*args, **(kwargs or {}))
        rows = zip(args[0], self._streams, strict=True)
        return torch.stack([torch.multinomial(row, 1, generator=stream) for row, stream in rows])


class _PerRow:
    """Stops each row by itself."""

    def __init__(self, stops: Stops, start: int) -> None:
        self._stops, self._start = stops, start

    def __call__(self, ids: torch.Tensor, scores: object, **others: object) -> torch.Tensor:
        done = [self._stops.reached(row) for row in ids[:, self._start :].tolist()]
        return torch.tensor(done, device=ids.device)
