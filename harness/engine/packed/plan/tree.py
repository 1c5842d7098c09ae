"""The tree of shared prefixes: every distinct token of a set of sequences once, in depth-first order.

Token ids in, nodes out; imports no torch. A node is a run of tokens without a branch or an end inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.engine.base import ScoreRequest


def inputs(request: ScoreRequest) -> tuple[int, ...]:
    """The tokens that a model must read to answer ``request``: the last one is only predicted."""
    return request.context + request.continuation[:-1]


def common_prefix(a: Sequence[int], b: Sequence[int], known: int = 0) -> int:
    """Length of the longest common prefix; the first ``known`` tokens are known to agree."""
    low, high = known, min(len(a), len(b))
    if a[low:high] == b[low:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


@dataclass(slots=True)
class Node:
    """A run of tokens. ``depth`` is the position of its first token, ``end`` the index after its subtree."""

    tokens: tuple[int, ...]
    depth: int
    parent: int
    end: int = 0
    size: int = 0  # tokens in the subtree, this node included
    lowest: int = 0  # first position in the subtree whose hidden state some request needs
    children: list[int] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)  # requests whose inputs end with this node

    @property
    def stop(self) -> int:
        """The position after the node's last token."""
        return self.depth + len(self.tokens)


def build(requests: Sequence[ScoreRequest]) -> list[Node]:
    """Nodes in depth-first order; node 0 is the root and holds what all requests share (maybe nothing)."""
    sequences = [inputs(r) for r in requests]
    order = sorted(range(len(requests)), key=lambda i: (sequences[i], i))
    nodes: list[Node] = []
    pending = [(0, len(order), 0, -1)] if order else []
    while pending:
        low, high, depth, parent = pending.pop()
        first = sequences[order[low]]
        shared = common_prefix(first, sequences[order[high - 1]], depth)
        node = Node(first[depth:shared], depth, parent)
        nodes.append(node)
        if parent >= 0:
            nodes[parent].children.append(len(nodes) - 1)
        while low < high and len(sequences[order[low]]) == shared:
            node.finished.append(order[low])
            low += 1
        pending.extend(reversed(_ranges(sequences, order, low, high, shared, len(nodes) - 1)))
    _summarise(nodes, requests)
    return nodes


def _ranges(
    sequences: list[tuple[int, ...]], order: list[int], low: int, high: int, at: int, parent: int
) -> list[tuple[int, int, int, int]]:
    ranges, start = [], low
    for i in range(low + 1, high + 1):
        if i == high or sequences[order[i]][at] != sequences[order[start]][at]:
            ranges.append((start, i, at, parent))
            start = i
    return ranges


def _summarise(nodes: list[Node], requests: Sequence[ScoreRequest]) -> None:
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        below = [nodes[c] for c in node.children]
        node.end = below[-1].end if below else index + 1
        node.size = len(node.tokens) + sum(c.size for c in below)
        starts = [len(requests[r].context) - 1 for r in node.finished] + [c.lowest for c in below]
        node.lowest = min(starts)
