"""The planner, without a model: what is shared, what is packed, and that nothing is lost."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.base import ScoreRequest
from harness.engine.packed.plan import packing, tree
from harness.engine.packed.plan.packing import Document, Limits
from tests.engine.packed.small import draw

# Two letters make prefixes, duplicates and nested sequences common.
tokens = st.lists(st.integers(0, 1), min_size=1, max_size=12).map(tuple)
requests = st.lists(st.builds(ScoreRequest, tokens, tokens), min_size=1, max_size=25)
limits = st.builds(
    Limits,
    budget=st.integers(1, 40),
    branch=st.integers(1, 40),
    min_preamble=st.integers(1, 6),
    min_gain=st.integers(1, 10),
    batch=st.integers(1, 60),
)


def _past(document: Document) -> tuple[int, ...]:
    """The tokens of a document's preamble."""
    parts, preamble = [], document.preamble
    while preamble is not None:
        parts.append(preamble.tokens)
        preamble = preamble.parent
    return tuple(t for part in reversed(parts) for t in part)


@given(st.lists(tokens, min_size=2, max_size=2))
def test_common_prefix_is_the_longest(pair: list[tuple[int, ...]]) -> None:
    a, b = pair
    length = tree.common_prefix(a, b)
    assert a[:length] == b[:length]
    assert length == min(len(a), len(b)) or a[length] != b[length]


@given(requests)
def test_tree_holds_every_distinct_prefix_once(asked: list[ScoreRequest]) -> None:
    prefixes = {tree.inputs(r)[:n] for r in asked for n in range(1, len(tree.inputs(r)) + 1)}
    assert sum(len(n.tokens) for n in tree.build(asked)) == len(prefixes)


@settings(max_examples=300, deadline=None)
@given(requests, limits)
def test_every_request_reads_its_own_tokens(asked: list[ScoreRequest], sizes: Limits) -> None:
    seen = []
    for document in packing.documents(asked, sizes):
        past = _past(document)
        for request, path, start in zip(document.requests, document.paths, document.starts, strict=True):
            assert past + tuple(document.tokens[i] for i in path) == tree.inputs(asked[request])
            assert [document.positions[i] for i in path] == list(range(len(past), len(past) + len(path)))
            assert len(past) + start == len(asked[request].context) - 1
            assert start >= 0
            seen.append(request)
    assert sorted(seen) == list(range(len(asked)))


@settings(max_examples=300, deadline=None)
@given(requests, limits)
def test_a_token_sees_its_own_path_and_nothing_else(asked: list[ScoreRequest], sizes: Limits) -> None:
    for document in packing.documents(asked, sizes):
        size = len(document.tokens)
        for path in document.paths:
            for i in path:
                visible = [j for j in range(size) if j <= i < document.ends[j]]
                assert visible == [j for j in path if j <= i]


@settings(max_examples=200, deadline=None)
@given(requests, limits)
def test_packs_hold_each_document_once_within_the_budget(asked: list[ScoreRequest], sizes: Limits) -> None:
    packs = packing.packs(asked, sizes)
    assert sorted(r for p in packs for d in p.documents for r in d.requests) == list(range(len(asked)))
    for pack in packs:
        assert pack.size <= sizes.budget or len(pack.documents) == 1
        assert {d.preamble for d in pack.documents} == {pack.preamble}


@settings(max_examples=200, deadline=None)
@given(requests, limits)
def test_partition_covers_every_request_once_and_is_a_function(asked: list[ScoreRequest], sizes: Limits) -> None:
    batches = packing.partition(asked, sizes)
    assert sorted(i for b in batches for i in b.requests) == list(range(len(asked)))
    assert batches == packing.partition(asked, sizes)


def test_a_context_is_read_once_for_all_its_choices() -> None:
    dice = random.Random(0)
    context = draw(dice, 200)
    asked = [ScoreRequest(context, (i, *draw(dice, 9))) for i in range(4)]
    (pack,) = packing.packs(asked, Limits(1024))
    assert pack.size == 200 + 4 * 9
    assert pack.preamble is None


def test_a_shared_preamble_is_found_and_kept_apart() -> None:
    dice = random.Random(0)
    shared = draw(dice, 300)
    contexts = [shared + (i, *draw(dice, 99)) for i in range(20)]
    asked = [ScoreRequest(c, (j, *draw(dice, 4))) for c in contexts for j in range(4)]
    packs = packing.packs(asked, Limits(1024))
    assert {p.preamble.tokens for p in packs if p.preamble} == {shared}
    assert sum(p.size for p in packs) == 20 * (100 + 4 * 4)


def test_batches_of_one_family_find_the_same_preamble_again() -> None:
    dice = random.Random(0)
    shared = draw(dice, 300)
    # Leading words that many documents share must not lengthen one batch's preamble.
    contexts = [shared + (dice.randrange(3, 6), i + 10, *draw(dice, 99)) for i in range(40)]
    asked = [ScoreRequest(c, (j, *draw(dice, 4))) for c in contexts for j in range(4)]
    sizes = Limits(1024, batch=1500)
    batches = packing.partition(asked, sizes)
    assert len(batches) > 2
    found = {p.preamble for b in batches for p in packing.packs([asked[i] for i in b.requests], sizes)}
    assert found == {packing.Preamble(shared)}


def test_nested_preambles_form_a_chain() -> None:
    dice = random.Random(0)
    system = draw(dice, 100)
    tasks = [system + (i, *draw(dice, 99)) for i in range(3)]
    asked = [ScoreRequest(t + (i, *draw(dice, 200)), draw(dice, 3)) for t in tasks for i in range(10)]
    found = {d.preamble for d in packing.documents(asked, Limits(1024))}
    assert all(p is not None and p.parent == packing.Preamble(system) and p.length == 200 for p in found)
    assert len(found) == 3


def test_a_preamble_over_the_budget_comes_in_pieces() -> None:
    dice = random.Random(0)
    shared = draw(dice, 250)
    asked = [ScoreRequest(shared + (i, *draw(dice, 30)), draw(dice, 2)) for i in range(10)]
    preamble = packing.documents(asked, Limits(100))[0].preamble
    assert preamble is not None
    assert (preamble.length, len(preamble.tokens)) == (250, 50)


def test_scored_positions_stay_out_of_the_preamble() -> None:
    dice = random.Random(0)
    context = draw(dice, 400)
    asked = [ScoreRequest(context, (i, *draw(dice, 80))) for i in range(12)]
    documents = packing.documents(asked, Limits(1024))
    assert documents
    for document in documents:
        assert document.preamble is not None
        assert document.preamble.length == 399
        assert document.starts == (0,) * len(document.requests)


@pytest.mark.parametrize(("budget", "expected"), [(8, 4), (1, 1)])
def test_halving_never_reaches_zero(budget: int, expected: int) -> None:
    assert Limits(budget).halved().budget == expected


def test_small_documents_share_an_attention_call_and_large_ones_stand_alone() -> None:
    from harness.engine.packed.attention.layout import BLOCK_TOKENS, blocks

    small, large = packing.chain((5,) * 60), packing.chain((5,) * (BLOCK_TOKENS + 1))
    found = blocks([large, small, small, small, small, large])
    assert [(b.start, len(b.ends)) for b in found] == [(0, 193), (193, 180), (373, 60), (433, 193)]
    assert [b.causal for b in found] == [193, 0, 60, 193]
    # Within a shared call a token sees its own document alone: it ends where the next begins.
    assert found[1].ends == (60,) * 60 + (120,) * 60 + (180,) * 60
    assert found[1].positions == tuple(range(60)) * 3


def test_planning_needs_no_torch() -> None:
    code = (
        "import sys; from harness.engine.packed.plan import packing, tree; "
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
