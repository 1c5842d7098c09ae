"""Greedy generation in slots: shared preambles once, a finished slot is filled with the next prompt.

Each step feeds the newest token of every active slot as one packed row. Active slots are kept at
the front, so that keys and values are read in place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from harness.engine.base import Generated, GenerateRequest, ScoreRequest
from harness.engine.packed.attention.layout import DecodeLayout, KeyValue, Prefix
from harness.engine.packed.generation.stops import Stops, end_tokens
from harness.engine.packed.hardware import memory
from harness.engine.packed.plan import packing
from harness.engine.packed.plan.packing import Document, Limits, Pack, Preamble
from harness.engine.packed.scoring.tree_scorer import TreeScorer

# Places by which a slot's room grows.
GROWTH = 64


@dataclass(slots=True)
class _Answer:
    """A prompt in a slot and what has come of it."""

    index: int
    request: GenerateRequest
    stops: Stops
    position: int  # of the newest token
    tokens: list[int] = field(default_factory=list)


class SlotGenerator:
    """Answers greedy generation requests with the tree scorer's model and preambles."""

    def __init__(self, scorer: TreeScorer, tokenizer: Any) -> None:
        self.scorer, self.model, self.tokenizer = scorer, scorer.model, tokenizer
        self.ends = end_tokens(scorer.model.model, tokenizer)
        self.slots = memory.slots(scorer.model.model, scorer.model.device)

    def generate(self, requests: Sequence[GenerateRequest], limits: Limits) -> list[Generated]:
        """Answers in order."""
        prompts = [ScoreRequest(r.context, (0,)) for r in requests]
        families: dict[Preamble | None, list[Document]] = {}
        for document in packing.documents(prompts, limits):
            families.setdefault(document.preamble, []).append(document)
        answers: dict[int, Generated] = {}
        for preamble, family in families.items():
            answers.update(_Family(self, requests, preamble, family, limits).run())
        return [answers[i] for i in range(len(requests))]


class _Family:
    """All prompts that begin with one preamble, and the slots they pass through."""

    def __init__(
        self,
        owner: SlotGenerator,
        requests: Sequence[GenerateRequest],
        preamble: Preamble | None,
        documents: Sequence[Document],
        limits: Limits,
    ) -> None:
        self.owner, self.requests, self.limits, self.preamble = owner, requests, limits, preamble
        self.waiting = deque(sorted(documents, key=lambda d: -len(d.tokens)))
        self.ready: deque[tuple[_Answer, list[KeyValue]]] = deque()
        self.active: list[_Answer] = []
        self.cache: list[KeyValue] = []
        self.lengths: list[int] = []
        self.done: dict[int, Generated] = {}
        self._stops: dict[tuple[str, ...], Stops] = {}

    def run(self) -> dict[int, Generated]:
        """Steps until every prompt has its answer."""
        with self.owner.model.patched():
            while self.waiting or self.ready or self.active:
                free = self.owner.slots - len(self.active)
                if free and (self.waiting or self.ready) and (free * 4 >= self.owner.slots or not self.active):
                    self._fill(free)
                if self.active:
                    self._step()
        return self.done

    def _prefix(self) -> Prefix | None:
        return self.owner.scorer.prefix(self.preamble, self.limits.branch)

    def _fill(self, free: int) -> None:
        """Reads prompts until the free slots have one each."""
        while free and (self.ready or self.waiting):
            if not self.ready:
                self._read(free)
                continue
            answer, layers = self.ready.popleft()
            self._seat(answer, layers)
            free -= 1

    def _read(self, free: int) -> None:
        """One forward pass over waiting prompts: their first tokens, and keys and values for their slots."""
        chosen: list[Document] = []
        size = count = 0
        while self.waiting and count < free:
            more = len(self.waiting[0].tokens)
            if chosen and size + more > self.limits.budget:
                break
            chosen.append(self.waiting.popleft())
            size += more
            count += len(chosen[-1].requests)
        hidden, stored = self.owner.model.pack(Pack(self.preamble, tuple(chosen)), self._prefix(), keep=True)
        paths: list[tuple[int, torch.Tensor]] = []
        offset = 0
        for document in chosen:
            for index, path in zip(document.requests, document.paths, strict=True):
                paths.append((index, torch.tensor(path, device=hidden.device) + offset))
            offset += len(document.tokens)
        tokens = self._likeliest(hidden[torch.stack([places[-1] for _, places in paths])])
        for (index, places), token in zip(paths, tokens, strict=True):
            request = self.requests[index]
            answer = _Answer(index, request, self._stops_of(request.until), len(request.context) - 1)
            if self._accept(answer, token):
                layers = [(k[0][:, places.to(k.device)], v[0][:, places.to(v.device)]) for k, v in stored]
                self.ready.append((answer, layers))

    def _likeliest(self, hidden: torch.Tensor) -> list[int]:
        """The likeliest token after each row, a chunk of logits at a time."""
        head = self.owner.model.head
        tokens: list[int] = []
        with torch.inference_mode():
            for chunk in torch.split(hidden, head.rows):
                tokens += head.logits(chunk).argmax(dim=-1).tolist()
        return tokens

    def _stops_of(self, until: tuple[str, ...]) -> Stops:
        if until not in self._stops:
            self._stops[until] = Stops(self.owner.tokenizer, until)
        return self._stops[until]

    def _accept(self, answer: _Answer, token: int) -> bool:
        """Takes a new token; whether the answer goes on."""
        answer.tokens.append(token)
        answer.position += 1
        over = token in self.owner.ends
        if over or len(answer.tokens) >= answer.request.max_new_tokens or answer.stops.reached(answer.tokens):
            words = answer.tokens[:-1] if over else answer.tokens
            self.done[answer.index] = Generated(answer.stops.text(words), len(answer.tokens))
            return False
        return True

    def _seat(self, answer: _Answer, layers: list[KeyValue]) -> None:
        """Puts a prompt's keys and values into the next slot."""
        size, slot = layers[0][0].shape[1], len(self.active)
        if not self.cache:
            for key, value in layers:
                shape = (self.owner.slots, key.shape[0], size + GROWTH)
                self.cache.append((key.new_zeros((*shape, key.shape[2])), value.new_zeros((*shape, value.shape[2]))))
        self._make_room(size + 1)
        for (keys, values), (key, value) in zip(self.cache, layers, strict=True):
            keys[slot, :, :size] = key
            values[slot, :, :size] = value
        self.active.append(answer)
        self.lengths.append(size)

    def _make_room(self, places: int) -> None:
        have = self.cache[0][0].shape[2]
        if places <= have:
            return
        more = max(places, have + GROWTH)
        for i, (keys, values) in enumerate(self.cache):
            larger = [t.new_zeros((*t.shape[:2], more, t.shape[3])) for t in (keys, values)]
            for new, old in zip(larger, (keys, values), strict=True):
                new[:, :, :have] = old
            self.cache[i] = larger[0], larger[1]

    def _step(self) -> None:
        """One token for every active slot; finished slots are closed by moving the last one in."""
        model, longest = self.owner.model, max(self.lengths) + 1
        self._make_room(longest)
        layout = DecodeLayout(self.cache, torch.tensor(self.lengths, device=model.device), longest, self._prefix())
        hidden = model.step([a.tokens[-1] for a in self.active], [a.position for a in self.active], layout)
        tokens = self._likeliest(hidden)
        for slot in range(len(self.active)):
            self.lengths[slot] += 1
        finished = [s for s, (a, t) in enumerate(zip(self.active, tokens, strict=True)) if not self._accept(a, t)]
        for slot in reversed(finished):
            self._close(slot)

    def _close(self, slot: int) -> None:
        last = len(self.active) - 1
        if slot != last:
            used = self.lengths[last]
            for keys, values in self.cache:
                keys[slot, :, :used] = keys[last, :, :used]
                values[slot, :, :used] = values[last, :, :used]
            self.active[slot], self.lengths[slot] = self.active[last], self.lengths[last]
        self.active.pop()
        self.lengths.pop()
