"""The training stream and the training itself: repeatable, and of the grammar only."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.random import RandomState

from harness.suites.calibration import corpus, tokenizer
from harness.suites.calibration.bayes import Bayes
from harness.suites.calibration.grammar import LABELS, SYMBOLS_PER_ITEM, grammar


def documents(rows: corpus.Rows) -> list[str]:
    return [bytes(row[row < tokenizer.BYTES].astype(np.uint8)).decode(errors="ignore") for row in rows.tokens]


def learned(rows: corpus.Rows) -> list[str]:
    """The bytes that carry weight, row by row."""
    return [
        bytes(row[weight > 0].astype(np.uint8)).decode() for row, weight in zip(rows.tokens, rows.weights, strict=True)
    ]


def test_only_texts_follow_the_beginning_token_and_padding_is_never_taught() -> None:
    source, rng = grammar(), RandomState(0)
    for rows in (
        corpus.text_rows(source, rng, 3, 320),
        corpus.class_rows(source, rng, 3),
        corpus.fact_rows(source, rng, 3),
        corpus.lookup_rows(rng, 3),
    ):
        assert ((rows.tokens == tokenizer.BOS).sum(axis=1) == (rows.tokens.shape[1] == 320)).all()
        assert rows.weights[rows.tokens >= tokenizer.BYTES].sum() == 0


def test_text_rows_fill_the_context_with_words_of_the_grammar() -> None:
    rows = corpus.text_rows(grammar(), RandomState(0), 4, 320)
    assert rows.tokens.shape == (4, 320)
    assert (rows.weights[:, 1:] == 1).all()
    for text in documents(rows):
        # The last word may be cut.
        assert set(text.split(" ")[:-1]) <= set(grammar().words)


def test_only_the_right_answers_are_learned() -> None:
    source, best = grammar(), Bayes(grammar())
    facts = corpus.fact_rows(source, RandomState(1), 20)
    for document, answer in zip(documents(facts), learned(facts), strict=True):
        prompt = document.removesuffix(answer)
        assert prompt.endswith("=")
        assert best.answer(prompt) + "\n" == answer
    for document, answers in zip(
        *(f(corpus.lookup_rows(RandomState(1), 20)) for f in (documents, learned)), strict=True
    ):
        table, *asked = document.strip().split("\n")
        assert [best.answer(f"{table}\n{line[0]}") for line in asked] == [line[1:] for line in asked]
        assert answers == "".join(line[1:] + "\n" for line in asked)
    for document, label in zip(
        *(f(corpus.class_rows(source, RandomState(1), 20)) for f in (documents, learned)), strict=True
    ):
        assert label.strip() in LABELS
        assert len(document) == len("label :") + SYMBOLS_PER_ITEM + len(label)


def test_training_twice_gives_the_same_weights_and_lowers_the_loss(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs the engine half (pip install .[engine])")
    from harness.suites.calibration import train

    size = dataclasses.replace(train.SIZES["xs"], steps=12)
    recipe = dataclasses.replace(train.Recipe(), rows=(1, 4, 4, 4), warmup=2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        (first, loss), (second, again) = train.train(size, recipe), train.train(size, recipe)
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(False)
    assert loss == again
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    rows = corpus.text_rows(grammar(), RandomState(5), 2, 320)
    torch.manual_seed(recipe.seed)
    assert train.loss(first, rows).item() < 0.9 * train.loss(train.build(size), rows).item()
    train.save(first, "xs", recipe, loss, tmp_path)
    assert json.loads((tmp_path / "recipe.json").read_text())["recipe"]["rows"] == [1, 4, 4, 4]
    assert {"model.safetensors", "tokenizer.json", "config.json", "README.md"} <= {p.name for p in tmp_path.iterdir()}


def test_the_schedule_rises_then_falls_to_zero() -> None:
    pytest.importorskip("torch", reason="needs the engine half (pip install .[engine])")
    from harness.suites.calibration.train import schedule

    assert [schedule(step, 100, 10) for step in (0, 4, 9, 10, 55, 100)] == pytest.approx([0.1, 0.5, 1, 1, 0.5, 0])


def test_the_byte_alphabet_is_that_of_byte_level_tokenizers() -> None:
    pytest.importorskip("tokenizers", reason="needs the engine half (pip install .[engine])")
    from tokenizers.pre_tokenizers import ByteLevel

    ours = tokenizer.byte_characters()
    assert sorted(ours) == sorted(ByteLevel.alphabet())
    assert (ours[0x20], ours[0x0A], ours[0x41]) == ("Ġ", "Ċ", "A")


def test_the_truth_needs_numpy_alone() -> None:
    code = (
        "import sys; from harness.suites.calibration.truth import truth; truth(); "
        "print(sorted({'torch', 'pandas', 'pyarrow', 'scipy', 'transformers', 'lm_eval', 'tokenizers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
