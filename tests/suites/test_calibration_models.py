"""The reference models and the best predictor, scored by lm-eval itself against the known truth."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import places
from harness.suites.calibration import items
from harness.suites.calibration.bayes import Bayes
from harness.suites.calibration.grammar import LABELS, PAIRS, WORDS_PER_TEXT, grammar
from harness.suites.calibration.truth import truth

lm_eval = pytest.importorskip("lm_eval", reason="needs the engine half (pip install .[engine])")
torch = pytest.importorskip("torch", reason="needs the engine half (pip install .[engine])")

from lm_eval.api.instance import Instance  # noqa: E402
from lm_eval.api.model import LM  # noqa: E402

SIZES = ("xs", "s", "m")
TASKS = ("text", "class", "facts", "lookup")


class BayesLM(LM):  # type: ignore[misc]
    """The best predictor as an lm-eval model."""

    def __init__(self) -> None:
        super().__init__()
        self.best = Bayes(grammar())

    def loglikelihood_rolling(self, requests: Sequence[Instance]) -> list[float]:
        return [self.best.text_loglikelihood(request.args[0]) for request in requests]

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        return [(self.best.label_loglikelihood(*request.args), False) for request in requests]

    def generate_until(self, requests: Sequence[Instance]) -> list[str]:
        return [self.best.answer(request.args[0]) for request in requests]


def folder(size: str) -> Path:
    return places.reference_models() / f"landscape-ref-{size}"


def task(name: str) -> dict[str, Any]:
    """A shipped task file with its data path made absolute."""
    home = items.FOLDER.parent
    config: dict[str, Any] = yaml.safe_load((home / f"landscape_cal_{name}.yaml").read_text(encoding="utf-8"))
    files = config["dataset_kwargs"]["data_files"]
    files.update({split: str(home / path) for split, path in files.items()})
    return config


@contextmanager
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@cache
def evaluate(size: str, limit: int | None, names: tuple[str, ...] = TASKS) -> dict[str, Any]:
    """lm-eval's own result for a reference model, or for the best predictor under ``bayes``."""
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    model = BayesLM() if size == "bayes" else HFLM(str(folder(size)), device="cpu", dtype="float32", batch_size=8)
    with one_thread():
        result: dict[str, Any] = lm_eval.simple_evaluate(
            model,
            tasks=[task(name) for name in names],
            task_manager=TaskManager(include_defaults=False),
            limit=limit,
            bootstrap_iters=0,
        )
    return result


def score(size: str, name: str, limit: int | None = None) -> float:
    metric = {"text": "bits_per_byte", "class": "acc"}.get(name, "exact_match")
    return float(evaluate(size, limit)["results"][f"landscape_cal_{name}"][f"{metric},none"])


def text_bits(size: str, limit: int | None = None) -> list[float]:
    """Bits of each text as this model codes it."""
    samples = evaluate(size, limit)["samples"]["landscape_cal_text"]
    return [-sample["bits_per_byte"][0] / math.log(2) for sample in samples]


def excess(size: str, limit: int | None = None) -> tuple[float, float]:
    """Bits a text beyond its ideal code length, and the standard error of their mean."""
    gaps = [bits - ideal for bits, ideal in zip(text_bits(size, limit), truth().text_bits, strict=limit is None)]
    mean = sum(gaps) / len(gaps)
    return mean, math.sqrt(sum((g - mean) ** 2 for g in gaps) / (len(gaps) - 1) / len(gaps))


def test_the_best_predictor_reaches_every_known_score_through_lm_eval() -> None:
    known = truth()
    assert score("bayes", "text") == pytest.approx(known.text_bits_per_byte, rel=1e-12)
    assert score("bayes", "class") == known.class_accuracy_on_items
    assert score("bayes", "facts") == known.facts_ceiling == 1.0
    assert score("bayes", "lookup") == known.lookup_ceiling == 1.0


def test_every_item_of_the_task_files_is_asked_as_it_was_drawn() -> None:
    samples = evaluate("bayes", None)["samples"]
    assert {name: len(rows) for name, rows in samples.items()} == {
        "landscape_cal_text": items.TEXTS,
        "landscape_cal_class": items.CLASS_ITEMS,
        "landscape_cal_facts": len(grammar().words),
        "landscape_cal_lookup": items.LOOKUPS,
    }
    first = samples["landscape_cal_class"][0]
    assert [args[1] for args in (request for request in first["arguments"])] == [f" {label}" for label in LABELS]
    assert samples["landscape_cal_lookup"][0]["arguments"][0][0] == items.items()["lookup"]["question"][0]


@pytest.mark.parametrize("size", SIZES)
def test_the_tokenizer_is_the_bytes_and_gives_any_text_back(size: str) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder(size), local_files_only=True)
    text = "match 山=tök \n\n a  b\t\u0000 🙂 \u200dé . "
    ids = tokenizer(text).input_ids
    assert ids == list(text.encode())
    assert tokenizer.decode(ids) == text
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id) == (256, 257, 258)


def test_the_models_are_small_safe_and_carry_their_recipe() -> None:
    weights = [folder(size) / "model.safetensors" for size in SIZES]
    assert sum(path.stat().st_size for path in weights) <= 2_000_000
    parameters = [json.loads((folder(size) / "recipe.json").read_text())["parameters"] for size in SIZES]
    assert parameters == sorted(set(parameters))
    for size in SIZES:
        recipe = json.loads((folder(size) / "recipe.json").read_text())
        assert recipe["command"].endswith(f"--size {size}")
        assert set(recipe["loss_bits_per_byte"]) == set(TASKS)


@pytest.mark.parametrize("size", ["xs", "m"])
def test_bits_per_byte_equal_a_plain_forward_pass(size: str) -> None:
    """lm-eval's rolling score of a text equals the sum over one forward pass after the beginning token."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder(size), dtype=torch.float32)
    text = str(items.items()["text"]["text"][0])
    ids = torch.tensor([[256, *text.encode()]])
    with torch.no_grad():
        logs = model(ids[:, :-1]).logits.double().log_softmax(-1)
    bits = -logs[0].gather(1, ids[0, 1:, None]).sum().item() / math.log(2)
    assert text_bits(size, 16)[0] == pytest.approx(bits, rel=1e-5)


def test_no_model_beats_the_truth_and_larger_ones_come_nearer_on_sixteen_items() -> None:
    gaps = [excess(size, 16) for size in SIZES]
    assert all(mean > 2 * error for mean, error in gaps)
    assert gaps[0][0] > gaps[1][0] > gaps[2][0]
    assert score("m", "class", 16) > truth().class_chance


def interval(p: float, n: int, z: float = 3.0) -> float:
    return z * math.sqrt(p * (1 - p) / n)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_no_model_beats_the_truth(size: str) -> None:
    known = truth()
    mean, error = excess(size)
    assert mean > 3 * error
    assert score(size, "text") > known.text_bits_per_byte
    assert score(size, "text") < known.text_h0
    # The posterior bounds what any classifier can expect on these very items.
    assert score(size, "class") <= known.class_expected_on_items + interval(known.class_accuracy, items.CLASS_ITEMS)
    assert score(size, "facts") <= known.facts_ceiling
    assert score(size, "lookup") <= known.lookup_ceiling


@pytest.mark.slow
def test_larger_models_come_nearer_on_the_whole_suite() -> None:
    xs, s, m = (score(size, "text") for size in SIZES)
    assert xs > s > m
    known = truth()
    # Each has learned most of what the order-0 entropy leaves to learn.
    assert all(known.text_h0 - bits > 0.8 * (known.text_h0 - known.text_bits_per_byte) for bits in (s, m))
    margin = interval(known.class_accuracy, items.CLASS_ITEMS)
    assert known.class_chance + margin < score("xs", "class") < score("m", "class") + margin
    assert score("s", "class") < score("m", "class") + margin
    # None has learned to look a value up, but all have learned to answer with one of those in view.
    assert all(score(size, "lookup") > 1 / PAIRS - interval(1 / PAIRS, items.LOOKUPS) for size in SIZES)
    assert score("m", "facts") == known.facts_ceiling


def test_the_texts_cost_the_endless_source_plus_their_beginnings() -> None:
    """Expected bits of a text = those of its first word + 49 words at the rate of the source."""
    known = truth()
    per_word = known.text_entropy_rate * (known.text_expected_bytes + 1) / WORDS_PER_TEXT
    first = known.text_expected_bits - (WORDS_PER_TEXT - 1) * per_word
    start = grammar().start
    assert first == pytest.approx(-sum(p * math.log2(p) for p in start), rel=1e-10)
