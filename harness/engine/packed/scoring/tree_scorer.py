"""The tree scorer: log-likelihoods of a batch's requests, pack by pack, every shared prefix computed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import torch

from harness.engine.base import Scored, ScoreRequest
from harness.engine.packed.attention.layout import Prefix
from harness.engine.packed.hardware import parallel
from harness.engine.packed.model import PackedModel
from harness.engine.packed.plan import packing
from harness.engine.packed.plan.packing import Limits, Pack, Preamble
from harness.engine.packed.scoring.head import Wanted

# Preambles whose keys and values stay for later batches. A run goes family by family, so few suffice.
CACHED_PREAMBLES = 2


class TreeScorer:
    """Answers score requests through packs; preambles are cached between batches."""

    name = "tree"

    def __init__(self, model: PackedModel, streams: int = 1) -> None:
        self.model, self.streams = model, streams
        self._lock = threading.RLock()
        self._preambles: OrderedDict[Preamble, Prefix] = OrderedDict()

    def score(self, requests: Sequence[ScoreRequest], limits: Limits) -> list[Scored]:
        """Answers in order."""
        answers: list[Scored | None] = [None] * len(requests)
        budget = max(1, limits.budget // self.streams)  # the packs of all streams are held at once
        packs = packing.packed(packing.documents(requests, limits), budget)
        with self.model.patched():
            by_pack = parallel.map_in_threads(lambda pack: self._pack(requests, pack, limits), packs, self.streams)
        for index, answer in (pair for pairs in by_pack for pair in pairs):
            answers[index] = answer
        assert all(a is not None for a in answers), "a request without a document"
        return [a for a in answers if a is not None]

    def prefix(self, preamble: Preamble | None, room: int) -> Prefix | None:
        """Keys and values of a preamble; computed in passes of its own, so that they never depend on the batch.

        Where packs run side by side they all read it, so it has no room that one of them could write to.
        """
        if preamble is None:
            return None
        with self._lock:
            return self._prefix(preamble, room if self.streams == 1 else 0)

    def _prefix(self, preamble: Preamble, room: int) -> Prefix:
        prefix = self._preambles.get(preamble)
        if prefix is None:
            prefix = self.model.preamble(preamble, self.prefix(preamble.parent, len(preamble.tokens)), room)
            self._preambles[preamble] = prefix
            while len(self._preambles) > CACHED_PREAMBLES:
                self._preambles.popitem(last=False)
        else:
            self._preambles.move_to_end(preamble)
        return prefix

    def forget(self) -> None:
        """Drops the cached preambles."""
        self._preambles.clear()

    def _pack(self, requests: Sequence[ScoreRequest], pack: Pack, limits: Limits) -> list[tuple[int, Scored]]:
        owners, places, targets = _targets(requests, pack)
        if not owners:
            return [(r, Scored(0.0, True)) for d in pack.documents for r in d.requests]
        distinct, rows = torch.unique(torch.tensor(places), return_inverse=True)
        order = torch.argsort(rows, stable=True)
        wanted = Wanted(rows[order], torch.tensor(targets)[order])
        hidden = self._hidden(pack, distinct, limits)
        with torch.inference_mode():
            values, flags = self.model.head.score(hidden, wanted, fixed=self.model.fixed is not None)
        back = torch.argsort(order)
        return gather(owners, values[back], flags[back], [r for d in pack.documents for r in d.requests])

    def _hidden(self, pack: Pack, rows: torch.Tensor, limits: Limits) -> torch.Tensor:
        """Hidden states of some of a pack's tokens; a chain far over the budget is read in pieces, in turn."""
        size = pack.size
        prefix = self.prefix(pack.preamble, max(size, limits.branch))
        piece = limits.budget
        if size <= (piece if self.model.fixed is not None else 2 * piece):
            return self.model.pack(pack, prefix, rows=rows)[0]
        (document,) = pack.documents
        parts = []
        for start in range(0, size, piece):
            hidden, prefix = self.model.extend(document.tokens[start : start + piece], prefix, piece)
            parts.append(hidden)
        return torch.cat(parts)[rows.to(parts[0].device)]


def _targets(requests: Sequence[ScoreRequest], pack: Pack) -> tuple[list[int], list[int], list[int]]:
    """Owner, row and target of every log-probability, the requests' tokens in order."""
    owners: list[int] = []
    places: list[int] = []
    targets: list[int] = []
    offset = 0
    for document in pack.documents:
        for request, path, start in zip(document.requests, document.paths, document.starts, strict=True):
            continuation = requests[request].continuation
            owners.extend([request] * len(continuation))
            places.extend(offset + i for i in path[start : start + len(continuation)])
            targets.extend(continuation)
        offset += len(document.tokens)
    return owners, places, targets


def gather(
    owners: list[int], values: torch.Tensor, flags: torch.Tensor, requests: Sequence[int]
) -> list[tuple[int, Scored]]:
    """Sums per request in double precision; a request is greedy where all its tokens are."""
    size = max(requests) + 1
    at = torch.tensor(owners)
    sums = torch.zeros(size, dtype=torch.float64).index_add_(0, at, values.double()).tolist()
    misses = torch.zeros(size, dtype=torch.long).index_add_(0, at, (~flags).long()).tolist()
    return [(r, Scored(sums[r], misses[r] == 0)) for r in requests]
