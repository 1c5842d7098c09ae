"""The plan of scoring: preambles, documents, packs and batches, in tokens. Plain values; imports no torch.

    preamble    tokens that many documents begin with; computed once, its keys and values are kept
    document    a small tree of tokens after a preamble: a context and every continuation of it
    pack        documents of one preamble, side by side in one row of at most ``budget`` tokens
    batch       documents that are scored and journalled as a whole, in one or more packs

The plan of a batch follows from the batch's requests alone, so a batch that is scored again by
itself takes the same path and gives the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from harness.engine.base import Batch, ScoreRequest
from harness.engine.packed.plan import tree

Segments: TypeAlias = "tuple[tuple[int, int, int], ...]"


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in tokens that fix a plan.

    A preamble costs a forward pass of its own, which must be worth it: on a CPU a pass of few
    tokens costs about as much as one of ``min_preamble``; on a GPU a launch-bound pass is dearer.
    """

    budget: int
    branch: int = 512  # a document's tokens after its first branch: their attention is dense
    min_preamble: int = 16
    min_gain: int = 128
    batch: int = 16_384

    def halved(self) -> Limits:
        """The limits after an out-of-memory: half the budget, and no branch larger than it."""
        budget = max(1, self.budget // 2)
        return replace(self, budget=budget, branch=min(self.branch, budget))


@dataclass(frozen=True, slots=True)
class Preamble:
    """Shared tokens after those of ``parent``."""

    tokens: tuple[int, ...]
    parent: Preamble | None = None

    @property
    def length(self) -> int:
        """Tokens of the whole chain."""
        return len(self.tokens) + (self.parent.length if self.parent else 0)


@dataclass(frozen=True, slots=True)
class Document:
    """A tree of tokens in depth-first order: token ``j`` is seen by the tokens ``j … ends[j] - 1``.

    ``requests[i]`` reads the tokens ``paths[i]`` after the preamble, and its continuation's first
    token is predicted by the ``starts[i]``-th of them.
    """

    preamble: Preamble | None
    tokens: tuple[int, ...]
    positions: tuple[int, ...]
    ends: tuple[int, ...]
    segments: Segments  # (first token, token after the last, parent segment or -1)
    requests: tuple[int, ...]
    paths: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]

    @property
    def root(self) -> int:
        """Tokens before the first branch; none in a filler."""
        return self.segments[0][1] if self.segments else 0


@dataclass(frozen=True, slots=True)
class Pack:
    """Documents that share one forward pass."""

    preamble: Preamble | None
    documents: tuple[Document, ...]

    @property
    def size(self) -> int:
        """Tokens fed to the model, the preamble's apart."""
        return sum(len(d.tokens) for d in self.documents)


@dataclass(frozen=True, slots=True)
class Outline:
    """A document before its tokens are laid out: the subtree of a node, from position ``base`` on."""

    node: int
    preamble: Preamble | None
    base: int
    size: int
    early: tuple[int, ...]  # requests that end above the node


def outline(requests: Sequence[ScoreRequest], limits: Limits) -> tuple[list[tree.Node], list[Outline]]:
    """Cuts the tree of shared prefixes into preambles and documents."""
    nodes = tree.build(requests)
    outlines: list[Outline] = []
    pending: list[tuple[int, Preamble | None, int, tuple[int, ...]]] = [(0, None, 0, ())] if nodes else []
    while pending:
        index, preamble, base, early = pending.pop()
        node = nodes[index]
        size = node.depth - base + node.size
        if _whole(node, base, size, limits):
            outlines.append(Outline(index, preamble, base, size, early))
            continue
        early += tuple(node.finished)
        cut = _cut(requests, node, early)
        branches = len(node.children)
        if cut - base >= limits.min_preamble and (cut - base) * (branches - 1) >= limits.min_gain:
            preamble, base = _extend(preamble, _sequence(requests, nodes, index)[base:cut], limits), cut
        for place, child in reversed(list(enumerate(node.children))):
            pending.append((child, preamble, base, early if place == 0 else ()))
    return nodes, outlines


def _whole(node: tree.Node, base: int, size: int, limits: Limits) -> bool:
    """Whether a subtree becomes one document: small enough, and its branches share enough to sit together."""
    if not node.children:
        return True
    chain = node.stop - base
    branches = len(node.children) + bool(node.finished)
    return (
        size <= limits.budget and size - chain <= limits.branch and (chain * (branches - 1) * 8 >= size or size <= 64)
    )


def _cut(requests: Sequence[ScoreRequest], node: tree.Node, early: tuple[int, ...]) -> int:
    """How far a preamble may reach: not over a position whose hidden state is needed."""
    starts = [len(requests[r].context) - 1 for r in early]
    return min([node.lowest, node.stop, *starts])


def _extend(preamble: Preamble | None, tokens: tuple[int, ...], limits: Limits) -> Preamble | None:
    for start in range(0, len(tokens), limits.budget):
        preamble = Preamble(tokens[start : start + limits.budget], preamble)
    return preamble


def _sequence(requests: Sequence[ScoreRequest], nodes: list[tree.Node], index: int) -> tuple[int, ...]:
    """The tokens from the root to the end of a node."""
    parts: list[tuple[int, ...]] = []
    while index >= 0:
        parts.append(nodes[index].tokens)
        index = nodes[index].parent
    return tuple(token for part in reversed(parts) for token in part)


def chain(tokens: Sequence[int], start: int = 0, preamble: Preamble | None = None) -> Document:
    """A document without branches or requests, whose first token is at position ``start``."""
    size = len(tokens)
    return Document(
        preamble=preamble,
        tokens=tuple(tokens),
        positions=tuple(range(start, start + size)),
        ends=(size,) * size,
        segments=((0, size, -1),),
        requests=(),
        paths=(),
        starts=(),
    )


def filler(size: int) -> Document:
    """Tokens that only fill a row: nothing sees them."""
    return Document(
        preamble=None,
        tokens=(0,) * size,
        positions=(0,) * size,
        ends=(0,) * size,
        segments=(),
        requests=(),
        paths=(),
        starts=(),
    )


def lay_out(requests: Sequence[ScoreRequest], nodes: list[tree.Node], plan: Outline) -> Document:
    """The document of an outline."""
    top = nodes[plan.node]
    tokens = list(_sequence(requests, nodes, plan.node)[plan.base :])
    segments: list[tuple[int, int, int]] = [(0, len(tokens), -1)]
    paths: list[tuple[int, ...]] = [tuple(range(len(tokens)))]
    ends = [plan.size] * len(tokens)
    positions = list(range(plan.base, plan.base + len(tokens)))
    owners = [(r, 0) for r in (*plan.early, *top.finished)]
    for index in range(plan.node + 1, top.end):
        node = nodes[index]
        parent = node.parent - plan.node
        start = len(tokens)
        tokens.extend(node.tokens)
        positions.extend(range(node.depth, node.stop))
        ends.extend([start + node.size] * len(node.tokens))
        segments.append((start, len(tokens), parent))
        paths.append(paths[parent] + tuple(range(start, len(tokens))))
        owners.extend((r, len(segments) - 1) for r in node.finished)
    return Document(
        preamble=plan.preamble,
        tokens=tuple(tokens),
        positions=tuple(positions),
        ends=tuple(ends),
        segments=tuple(segments),
        requests=tuple(r for r, _ in owners),
        paths=tuple(paths[s][: len(tree.inputs(requests[r])) - plan.base] for r, s in owners),
        starts=tuple(len(requests[r].context) - 1 - plan.base for r, _ in owners),
    )


def documents(requests: Sequence[ScoreRequest], limits: Limits) -> list[Document]:
    """All documents of a set of requests, laid out."""
    nodes, outlines = outline(requests, limits)
    return [lay_out(requests, nodes, o) for o in outlines]


def packs(requests: Sequence[ScoreRequest], limits: Limits) -> list[Pack]:
    """The forward passes of one batch: first fit by falling size, one preamble a pack."""
    return packed(documents(requests, limits), limits.budget)


def packed(documents: Sequence[Document], budget: int) -> list[Pack]:
    """Documents in packs of at most ``budget`` tokens; a larger document has one to itself."""
    families: dict[Preamble | None, list[Document]] = {}
    for document in documents:
        families.setdefault(document.preamble, []).append(document)
    return [Pack(preamble, tuple(bin_)) for preamble, family in families.items() for bin_ in _first_fit(family, budget)]


def _first_fit(family: list[Document], budget: int) -> list[list[Document]]:
    bins: list[list[Document]] = []
    room: list[int] = []
    for document in sorted(family, key=lambda d: -len(d.tokens)):
        size = len(document.tokens)
        place = next((i for i, free in enumerate(room) if free >= size), None)
        if place is None:
            bins.append([document])
            room.append(budget - size)
        else:
            bins[place].append(document)
            room[place] -= size
    return bins


def partition(requests: Sequence[ScoreRequest], limits: Limits) -> list[Batch]:
    """Batches of about ``limits.batch`` tokens that never part a document.

    Documents that share a preamble and fill several batches are interleaved over them (every n-th document), so that
    the tree of each batch branches right after the preamble, and each batch rebuilds the same preamble.
    """
    nodes, outlines = outline(requests, limits)
    families: dict[Preamble | None, list[Outline]] = {}
    for plan in outlines:
        families.setdefault(plan.preamble, []).append(plan)
    batches: list[list[Outline]] = []
    current: list[Outline] = []
    filled = 0
    for preamble, family in families.items():
        total = sum(o.size for o in family)
        if preamble is not None and total > limits.batch:
            count = min(-(-total // limits.batch), max(1, len(family) // 2))
            batches.extend(family[i::count] for i in range(count))
            continue
        for plan in family:
            if current and filled + plan.size > limits.batch:
                batches.append(current)
                current, filled = [], 0
            current.append(plan)
            filled += plan.size
    if current:
        batches.append(current)
    return [Batch(tuple(sorted(r for o in batch for r in _requests(nodes, o)))) for batch in batches]


def _requests(nodes: list[tree.Node], plan: Outline) -> list[int]:
    inside = [r for index in range(plan.node, nodes[plan.node].end) for r in nodes[index].finished]
    return [*plan.early, *inside]
