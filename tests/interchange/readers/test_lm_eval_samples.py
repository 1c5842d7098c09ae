"""lm-eval's samples: log-likelihoods, weights, the right choice, and samples without a results file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_lm_eval_choices_have_likelihoods_and_the_right_one(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lm_eval_run(tmp_path / "r"))
    samples = [s for s in run.samples.to_pylist() if s["filter"] == "none"]
    assert samples[0]["choice_loglikelihoods"] == [-2.0, -1.0]
    assert [s["gold"] for s in samples] == [1, 1, 1, 1]
    assert samples[3]["response"] == " no" and samples[3]["value"] == 0.0


def test_lm_eval_target_as_text_finds_the_choice(tmp_path: Path, runs_of: Runs) -> None:
    line = {**b.lm_eval_sample(0, True), "target": "yes"}
    b.write(tmp_path / f"acme__m/samples_t_{b.DATE}.jsonl", json.dumps(line) + "\n")
    (run,) = runs_of(tmp_path / "acme__m")
    assert run.samples.to_pylist()[0]["gold"] == 1


def test_samples_alone_make_the_score_themselves(tmp_path: Path, runs_of: Runs) -> None:
    lines = [json.dumps(b.lm_eval_sample(i, i != 3)) for i in range(4)]
    b.write(tmp_path / f"acme__tiny/samples_toy_{b.DATE}.jsonl", "\n".join(lines))
    (run,) = runs_of(tmp_path)
    found = rows(run)["toy", "acc", "none"]
    assert found["score"] == 0.75
    assert found["stderr"] == pytest.approx((0.1875 * 4 / 3 / 4) ** 0.5)  # s²/n with n − 1
    assert run.manifest["model"]["id"] == "acme/tiny"
    assert {"no-results", "model-from-folder"} <= codes(run)


@pytest.mark.parametrize("bits", ["bits_per_byte", "text_bits_per_byte"])
def test_bits_per_byte_becomes_a_weighted_mean(bits: str, tmp_path: Path, runs_of: Runs) -> None:
    base = {k: v for k, v in b.lm_eval_sample(0, True).items() if k not in ("acc", "metrics")}
    lines = [
        {
            **base,
            "doc_id": i,
            "metrics": [bits, "word_perplexity"],
            bits: pair,
            "word_perplexity": pair,
        }
        for i, pair in enumerate(([-69.31471805599453, 100], [-69.31471805599453, 50]))
    ]
    b.write(tmp_path / f"acme__m/samples_wiki_{b.DATE}.jsonl", "".join(json.dumps(x) + "\n" for x in lines))
    (run,) = runs_of(tmp_path)
    assert [(s["value"], s["weight"]) for s in run.samples.to_pylist()] == [(1.0, 100.0), (2.0, 50.0)]
    assert rows(run)["wiki", bits, "none"]["score"] == pytest.approx(200 / 150)
    assert "corpus-metrics" in codes(run)


def test_samples_as_lm_eval_0_4_0_wrote_them(tmp_path: Path, runs_of: Runs) -> None:
    """``results.json`` without a date; samples as one list over many lines, named after arguments and task."""
    b.write(tmp_path / "r/results.json", b.lm_eval_results())
    lines = [b.lm_eval_sample(i, i != 3) for i in range(4)]
    b.write(tmp_path / "r/pretrained__acme__tiny-1b,dtype__float16_toy.jsonl", json.dumps(lines, indent=2))
    (run,) = runs_of(tmp_path / "r")
    assert run.samples.num_rows == 4 and set(run.samples.column("task").to_pylist()) == {"toy"}
    assert rows(run)["toy", "acc", "none"]["score"] == 0.75 and run.manifest["model"]["id"] == "acme/tiny-1b"


def test_samples_under_any_name(tmp_path: Path, runs_of: Runs) -> None:
    lines = [json.dumps(b.lm_eval_sample(i, i != 3)) for i in range(4)]
    (run,) = runs_of(b.write(tmp_path / "acme__tiny/mine.jsonl", "\n".join(lines)))
    assert rows(run)["mine", "acc", "none"]["score"] == 0.75


def test_samples_of_one_date_without_results_are_one_run(tmp_path: Path, runs_of: Runs) -> None:
    for task in ("toy", "play"):
        lines = [json.dumps(b.lm_eval_sample(i, i != 3)) for i in range(4)]
        b.write(tmp_path / f"acme__tiny/samples_{task}_{b.DATE}.jsonl", "\n".join(lines))
    (run,) = runs_of(tmp_path)
    assert {(task, row["score"]) for (task, _, _), row in rows(run).items()} == {("toy", 0.75), ("play", 0.75)}
