"""The grammar and its known truth, each computed a second way."""

from __future__ import annotations

import itertools
import math
import string
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.random import RandomState

from harness.suites.calibration import bayes, items, sampling
from harness.suites.calibration.grammar import (
    FREE,
    HAN_WORDS,
    LABELS,
    SEED,
    SUCCESSORS,
    SYMBOLS,
    SYMBOLS_PER_ITEM,
    WORDS_PER_TEXT,
    Grammar,
    grammar,
    stationary,
)
from harness.suites.calibration.truth import Truth, byte_entropy, truth


@pytest.fixture(scope="module")
def source() -> Grammar:
    return grammar(SEED)


@pytest.fixture(scope="module")
def known() -> Truth:
    return truth(SEED)


def test_the_seed_alone_makes_the_grammar(source: Grammar) -> None:
    again = grammar.__wrapped__(SEED)
    assert again.words == source.words
    assert again.partner == source.partner
    assert np.array_equal(again.transitions, source.transitions)
    assert not np.array_equal(grammar(SEED + 1).transitions, source.transitions)


def test_every_row_is_a_distribution_and_mostly_eight_successors(source: Grammar) -> None:
    assert np.allclose(source.transitions.sum(axis=1), 1, atol=1e-12)
    assert np.allclose(source.class_transitions.sum(axis=2), 1, atol=1e-12)
    likely = (source.transitions > FREE / len(source.words) + 1e-12).sum(axis=1)
    assert set(likely) == {SUCCESSORS}


def test_no_word_is_a_prefix_of_another_and_some_are_three_bytes_a_character(source: Grammar) -> None:
    encoded = sorted(word.encode() for word in source.words)
    # In sorted order a prefix stands directly before a word that it begins.
    assert not any(b.startswith(a) for a, b in itertools.pairwise(encoded))
    assert set(HAN_WORDS) < set(source.words)
    assert len("山".encode()) == source.word_bytes[source.words.index("山")] == 3


def test_stationary_equals_the_leading_eigenvector_and_a_solved_two_state_chain(source: Grammar) -> None:
    values, vectors = np.linalg.eig(source.transitions.T)
    leading = np.real(vectors[:, np.argmax(np.real(values))])
    assert np.allclose(source.start, leading / leading.sum(), atol=1e-10)
    # Two states that are left with probabilities a and b are visited in the ratio b : a.
    assert np.allclose(stationary(np.array([[0.7, 0.3], [0.1, 0.9]])), [0.25, 0.75])


def test_partners_are_one_cycle(source: Grammar) -> None:
    seen, word = set(), 0
    while word not in seen:
        seen.add(word)
        word = source.partner[word]
    assert len(seen) == len(source.words)


def test_entropy_rate_equals_that_of_the_byte_by_byte_source(source: Grammar, known: Truth) -> None:
    """Walk the bytes instead of the words: states are (previous word, bytes so far of the next)."""
    bits = expected_bytes = 0.0
    for previous, row in zip(source.start, source.transitions, strict=True):
        shares: Counter[bytes] = Counter()
        for word, p in zip(source.words, row, strict=True):
            data = word.encode() + b" "
            for cut in range(len(data) + 1):
                shares[data[:cut]] += p
        for prefix, p in shares.items():
            if prefix:
                bits -= previous * p * math.log2(p / shares[prefix[:-1]])
                expected_bytes += previous * p
    assert known.text_entropy_rate == pytest.approx(bits / expected_bytes, rel=1e-10)


def test_entropy_rate_agrees_with_a_long_sample(source: Grammar, known: Truth) -> None:
    """The ideal code length of fresh texts, from counts of word pairs, lies within its interval."""
    texts = sampling.texts(source, RandomState(7), 2000, WORDS_PER_TEXT)
    index = {word: i for i, word in enumerate(source.words)}
    lengths = np.array([len(text.encode()) for text in texts])
    bits = np.empty(len(texts))
    for i, text in enumerate(texts):
        pairs = Counter(itertools.pairwise(text.split(" ")))
        first = text.split(" ")[0]
        bits[i] = -math.log2(source.start[index[first]])
        bits[i] -= sum(n * math.log2(source.transitions[index[a], index[b]]) for (a, b), n in pairs.items())
    for measured, expected in ((bits, known.text_expected_bits), (lengths, known.text_expected_bytes)):
        assert abs(measured.mean() - expected) < 4 * measured.std() / math.sqrt(len(texts))
    # A text begins without context, which costs a little over the endless source.
    assert known.text_expected_bits / known.text_expected_bytes > known.text_entropy_rate


def test_ideal_code_length_of_the_shipped_texts_by_counting_pairs(source: Grammar, known: Truth) -> None:
    index = {word: i for i, word in enumerate(source.words)}
    for text, bits, length in zip(items.items()["text"]["text"], known.text_bits, known.text_bytes, strict=True):
        chain = [index[word] for word in str(text).split(" ")]
        expected = -math.log2(source.start[chain[0]])
        expected -= sum(math.log2(source.transitions[a][b]) for a, b in itertools.pairwise(chain))
        assert bits == pytest.approx(expected, rel=1e-12)
        assert length == len(str(text).encode())
        assert len(chain) == WORDS_PER_TEXT
    spread = np.std(known.text_bits) / math.sqrt(len(known.text_bits))
    assert abs(np.mean(known.text_bits) - known.text_expected_bits) < 3 * spread


def test_no_wrong_model_of_the_texts_beats_the_truth(source: Grammar, known: Truth) -> None:
    """Ten perturbed grammars each need more bits on the shipped texts than the true one."""
    rng = np.random.default_rng(0)
    texts = [str(text) for text in items.items()["text"]["text"]]
    for _ in range(10):
        noisy = source.transitions * np.exp(0.3 * rng.standard_normal(source.transitions.shape))
        noisy /= noisy.sum(axis=1, keepdims=True)
        wrong = bayes.Bayes(Grammar(source.words, source.start, noisy, source.class_transitions, source.partner))
        assert -sum(map(wrong.text_loglikelihood, texts)) / math.log(2) > sum(known.text_bits)


def test_h0_equals_a_hand_count(known: Truth) -> None:
    data = "".join(str(text) for text in items.items()["text"]["text"]).encode()
    counts = Counter(data)
    assert known.text_h0 == pytest.approx(sum(n / len(data) * math.log2(len(data) / n) for n in counts.values()))
    assert byte_entropy(b"abcd" * 5) == pytest.approx(2.0)
    assert byte_entropy(b"aaab") == pytest.approx(2 - 0.75 * math.log2(3))


def test_bayes_accuracy_by_enumerating_transition_counts(source: Grammar, known: Truth) -> None:
    """Strings with the same first letter and pair counts are equally likely: sum over such types."""
    m = len(SYMBOLS)
    types: Counter[tuple[int, tuple[int, ...]]] = Counter({(s, (0,) * (m * m)): 1 for s in range(m)})
    for _ in range(SYMBOLS_PER_ITEM - 1):
        longer: Counter[tuple[int, tuple[int, ...]]] = Counter()
        for (last, counts), n in types.items():
            for letter in range(m):
                pair = last * m + letter
                longer[letter, (*counts[:pair], counts[pair] + 1, *counts[pair + 1 :])] += n
        types = longer
    assert sum(types.values()) == m**SYMBOLS_PER_ITEM
    counts = np.array([c for _, c in types])
    likelihood = np.exp(counts @ np.log(source.class_transitions.reshape(len(LABELS), -1)).T) / m
    accuracy = float(np.array(list(types.values())) @ likelihood.max(axis=1)) / len(LABELS)
    assert known.class_accuracy == pytest.approx(accuracy, rel=1e-10)


def test_posterior_is_bayes_rule_on_products(source: Grammar) -> None:
    for letters in ("abcdabcdab", "aaaaaaaaaa", "dcbadcbadc"):
        joint = [
            math.prod(table[SYMBOLS.index(a)][SYMBOLS.index(b)] for a, b in itertools.pairwise(letters))
            for table in source.class_transitions
        ]
        assert np.allclose(bayes.Bayes(source).posterior(letters), np.array(joint) / sum(joint), rtol=1e-12)


def test_bayes_rule_reaches_its_accuracy_on_fresh_items(source: Grammar, known: Truth) -> None:
    drawn = sampling.class_items(source, RandomState(3), 4000)
    hits = np.mean([bayes.Bayes(source).posterior(letters).argmax() == label for letters, label in drawn])
    assert abs(hits - known.class_accuracy) < 4 * math.sqrt(known.class_accuracy * (1 - known.class_accuracy) / 4000)
    n = items.CLASS_ITEMS
    margin = 3 * math.sqrt(known.class_accuracy * (1 - known.class_accuracy) / n)
    assert abs(known.class_accuracy_on_items - known.class_accuracy) < margin
    assert abs(known.class_expected_on_items - known.class_accuracy) < margin


@pytest.mark.parametrize("name", ["text", "class", "facts", "lookup"])
def test_the_shipped_items_are_those_of_the_seed(name: str) -> None:
    shipped = pq.read_table(items.FOLDER / f"{name}.parquet").to_pydict()
    assert shipped == {key: list(values) for key, values in items.items()[name].items()}


def test_writing_makes_the_same_tables_again_in_under_a_megabyte(tmp_path: Path) -> None:
    items.write(tmp_path)
    for path in tmp_path.iterdir():
        assert pq.read_table(path).equals(pq.read_table(items.FOLDER / path.name))
    assert sum(path.stat().st_size for path in items.FOLDER.iterdir()) < 1_000_000


def test_every_text_fits_the_context_and_every_answer_the_generation_limit() -> None:
    from harness.suites.calibration.train import CONTEXT

    assert max(truth().text_bytes) + 1 <= CONTEXT
    tables = items.items()
    assert max(len(str(a).encode()) for a in tables["facts"]["answer"]) < 8
    assert max(len(str(a).encode()) for a in tables["lookup"]["answer"]) < 4


def test_lookups_are_answerable_and_their_answers_unique() -> None:
    table = items.items()["lookup"]
    for question, answer in zip(table["question"], table["answer"], strict=True):
        pairs, key = str(question).split("\n")
        assert [pair[1:] for pair in pairs.split(" ") if pair[0] == key] == [answer]
    with pytest.raises(ValueError, match="different keys"):
        bayes.Bayes(grammar()).answer("Ax Ay Bz Cw\nA")


def test_chances_are_those_of_guessing(source: Grammar, known: Truth) -> None:
    tables = items.items()
    answers = [str(a) for a in tables["facts"]["answer"]]
    # Naming any one word is right for exactly one of all words.
    assert {answers.count(word) / len(answers) for word in source.words} == {known.facts_chance}
    assert known.lookup_chance == 1 / len(set(string.ascii_lowercase))
    assert known.class_chance == 1 / len({str(label) for label in LABELS})
