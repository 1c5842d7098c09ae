"""The other scorers, for models that cannot take a tree: by key-value cache, padding-free, padded, one by one.

All read hidden states where the model has a base model, and logits only for the scored rows.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch

from harness.engine.base import Scored, ScoreRequest
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.plan.packing import Limits
from harness.engine.packed.plan.tree import common_prefix, inputs
from harness.engine.packed.scoring import cache_names
from harness.engine.packed.scoring.head import Head, Wanted, score_rows
from harness.engine.packed.scoring.tree_scorer import gather

# A row's scored positions: (request, index of the row's token that predicts the first target).
Rows = list[tuple[int, int, int]]  # (request, row in the flattened hidden states, target)


class Reader:
    """A model's plain forward: hidden states and head where there are both, else its full logits."""

    def __init__(self, model: Any, device: torch.device, head: Head | None, meter: Meter) -> None:
        self.model, self.device, self.head, self.meter = model, device, head, meter

    def __call__(self, ids: torch.Tensor, **arguments: Any) -> tuple[torch.Tensor, Any]:
        """Rows ``[batch * tokens, size]`` and the cache, if one was asked for."""
        self.meter.forward(ids.numel())
        arguments.setdefault("use_cache", False)
        target = self.model if self.head is None else self.model.base_model
        with torch.inference_mode():
            output = target(input_ids=ids.to(self.device), **arguments)
        rows = output.logits if self.head is None else output.last_hidden_state
        return rows.flatten(0, 1), cache_names.held(output)

    def fresh(self) -> None:
        """Restore the rotary frequencies that an earlier, longer row has stretched."""
        for module in self.model.modules():
            for name in [n for n in vars(module) if n.endswith("max_seq_len_cached")]:
                prefix = name.removesuffix("max_seq_len_cached")
                first = getattr(module, f"{prefix}original_inv_freq", None)
                if first is not None:
                    now = getattr(module, f"{prefix}inv_freq")
                    setattr(module, f"{prefix}inv_freq", first.to(now.device))
                    setattr(module, name, module.original_max_seq_len)

    def score(self, rows: torch.Tensor, wanted: Rows) -> list[tuple[int, Scored]]:
        """Answers of the requests that have their rows here, whole."""
        distinct = sorted({row for _, row, _ in wanted})
        local = {row: i for i, row in enumerate(distinct)}
        ordered = sorted(wanted, key=lambda w: w[1])
        pairs = Wanted(torch.tensor([local[w[1]] for w in ordered]), torch.tensor([w[2] for w in ordered]))
        chosen = rows[torch.tensor(distinct, device=rows.device)]
        with torch.inference_mode():
            values, flags = self.head.score(chosen, pairs) if self.head else score_rows(torch.clone, chosen, pairs)
        owners = [w[0] for w in ordered]
        return gather(owners, values, flags, sorted(set(owners)))


def _pad(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and their mask."""
    width = max(len(r) for r in rows)
    ids = torch.zeros((len(rows), width), dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def _wanted(request: ScoreRequest, index: int, first: int) -> Rows:
    return [(index, first + i, target) for i, target in enumerate(request.continuation)]


class PaddedScorer:
    """Right-padded rows of like length; with ``alone`` one request a forward, so that nothing else matters to it."""

    def __init__(self, reader: Reader, *, alone: bool = False) -> None:
        self.reader, self.alone = reader, alone
        self.name = "alone" if alone else "padded"

    def score(self, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
        """Answers in order."""
        order = sorted((i for i, r in enumerate(requests) if r.continuation), key=lambda i: -len(inputs(requests[i])))
        answers = {i: Scored(0.0, True) for i, r in enumerate(requests) if not r.continuation}
        while order:
            width = len(inputs(requests[order[0]]))
            count = 1 if self.alone else max(1, limits.budget // width)
            chosen, order = order[:count], order[count:]
            ids, mask = _pad([inputs(requests[i]) for i in chosen])
            if self.alone:
                self.reader.fresh()
            padded = {} if bool(mask.all()) else {"attention_mask": mask.to(self.reader.device)}
            rows, _ = self.reader(ids, **padded)
            wanted = [
                w
                for place, i in enumerate(chosen)
                for w in _wanted(requests[i], i, place * width + len(requests[i].context) - 1)
            ]
            answers.update(self.reader.score(rows, wanted))
        return [answers[i] for i in range(len(requests))]


class PaddingFreeScorer:
    """Requests end to end in one row with positions that begin again: transformers keeps them apart by its mask."""

    name = "padding-free"

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def score(self, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
        """Answers in order."""
        answers = {i: Scored(0.0, True) for i, r in enumerate(requests) if not r.continuation}
        current: list[int] = []
        filled = 0
        for i in [i for i, r in enumerate(requests) if r.continuation]:
            size = len(inputs(requests[i]))
            if current and filled + size > limits.budget:
                answers.update(self._row(requests, current))
                current, filled = [], 0
            current.append(i)
            filled += size
        if current:
            answers.update(self._row(requests, current))
        return [answers[i] for i in range(len(requests))]

    def _row(self, requests: Sequence[ScoreRequest], chosen: list[int]) -> list[tuple[int, Scored]]:
        tokens: list[int] = []
        positions: list[int] = []
        wanted: Rows = []
        for i in chosen:
            wanted.extend(_wanted(requests[i], i, len(tokens) + len(requests[i].context) - 1))
            tokens.extend(inputs(requests[i]))
            positions.extend(range(len(inputs(requests[i]))))
        places = torch.tensor([positions], device=self.reader.device)
        rows, _ = self.reader(torch.tensor([tokens]), position_ids=places)
        return self.reader.score(rows, wanted)


class PrefixScorer:
    """A context is read once into a key-value cache, its continuations follow as rows of one batch."""

    name = "prefix"

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._cache_name = cache_names.argument(reader.model)

    def score(self, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
        """Answers in order."""
        answers = {i: Scored(0.0, True) for i, r in enumerate(requests) if not r.continuation}
        groups: dict[tuple[int, ...], list[int]] = {}
        for i, r in enumerate(requests):
            if r.continuation:
                groups.setdefault(r.context, []).append(i)
        shared, cache = self._preamble(sorted(groups), limits)
        for context, group in sorted(groups.items()):
            answers.update(self._context(requests, context, group, shared, cache, limits))
        return [answers[i] for i in range(len(requests))]

    def _preamble(self, contexts: list[tuple[int, ...]], limits: Limits) -> tuple[int, Any]:
        """Length and cache of what all contexts begin with, where that is worth a pass of its own."""
        if len(contexts) < 2:
            return 0, None
        shared = min(common_prefix(contexts[0], contexts[-1]), *(len(c) - 1 for c in contexts))
        if shared < limits.min_preamble or shared * (len(contexts) - 1) < limits.min_gain:
            return 0, None
        _, cache = self.reader(torch.tensor([contexts[0][:shared]]), use_cache=True)
        return shared, cache

    def _context(
        self,
        requests: Sequence[ScoreRequest],
        context: tuple[int, ...],
        group: list[int],
        shared: int,
        before: Any,
        limits: Limits,
    ) -> list[tuple[int, Scored]]:
        longer = [i for i in group if len(requests[i].continuation) > 1]
        if len(group) == 1:
            own = inputs(requests[group[0]])[shared:]
            only, _ = self._after(torch.tensor([own]), copy.deepcopy(before), keep=before is not None)
            return self.reader.score(only, _wanted(requests[group[0]], group[0], len(context) - 1 - shared))
        keep = bool(longer) or before is not None
        first, cache = self._after(torch.tensor([context[shared:]]), copy.deepcopy(before), keep=keep)
        wanted: Rows = [(i, len(context) - 1 - shared, requests[i].continuation[0]) for i in group]
        rows, offset = [first], len(first)
        width = max((len(requests[i].continuation) - 1 for i in longer), default=1)
        size = max(1, limits.budget // width)
        for start in range(0, len(longer), size):
            chosen = longer[start : start + size]
            ids, mask = _pad([requests[i].continuation[:-1] for i in chosen])
            last = start + size >= len(longer)
            copied = cache if last else copy.deepcopy(cache)
            copied.reorder_cache(torch.zeros(len(chosen), dtype=torch.long, device=self.reader.device))
            past = torch.ones((len(chosen), len(context)), dtype=torch.long)
            whole = torch.cat([past, mask], dim=1).to(self.reader.device)
            more, _ = self._after(ids, copied, keep=True, attention_mask=whole)
            rows.append(more)
            for place, i in enumerate(chosen):
                at = offset + place * ids.shape[1]
                wanted.extend((i, at + k, target) for k, target in enumerate(requests[i].continuation[1:]))
            offset += len(more)
        return self.reader.score(torch.cat(rows), wanted)

    def _after(self, ids: torch.Tensor, cache: Any, *, keep: bool, **arguments: Any) -> tuple[torch.Tensor, Any]:
        if cache is not None:
            arguments[self._cache_name] = cache
        return self.reader(ids, use_cache=keep, **arguments)
