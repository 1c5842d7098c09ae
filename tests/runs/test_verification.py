"""``harness verify`` finds agreement where there is, and any error that is planted in the packed engine."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.__main__ import run as harness
from harness.engine.base import Answer, Generated, GenerateRequest, Request, Scored, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from harness.runs.verification import command
from harness.runs.verification.agreement import Drift, TaskDifference, drift, judge
from harness.runs.verification.bounded_scoring import Deadline
from harness.runs.verification.command import described
from harness.runs.verification.packed_against_hf import FEWEST, Options, Report, verify

FEW = Options("cpu", "fp32", offline=True, items=4)


def silent(text: str) -> None:
    del text


def test_the_engines_agree_in_fp32_and_determinism_holds_to_the_bit(tiny_model: Path) -> None:
    found = verify(str(tiny_model), replace(FEW, shuffle=True), silent)
    assert found.agrees and found.reasons == ()
    assert found.hf is None and 0 < found.packed.largest_relative < 1e-4
    assert found.packed.scored > 100 and found.packed.generated > 10
    assert {t.task for t in found.tasks} == {
        "landscape_cal_text", "landscape_cal_class", "landscape_cal_facts", "landscape_cal_lookup",
    }  # fmt: skip
    assert all(t.n == 4 and abs(t.difference) < 1e-5 for t in found.tasks)
    assert found.shuffled is not None and found.shuffled.deterministic.nothing
    assert found.shuffled.plain.scored == found.packed.scored


def test_bf16_is_held_against_fp32(tiny_model: Path) -> None:
    found = verify(str(tiny_model), replace(FEW, dtype="bf16"), silent)
    assert found.agrees
    assert found.hf is not None and found.hf.rms_relative > 1e-4
    assert found.packed.rms_relative < 2 * found.hf.rms_relative + 1e-4


def skewed(answers: list[Answer], by: float) -> list[Answer]:
    return [replace(a, logprob=a.logprob * (1 + by)) if isinstance(a, Scored) else a for a in answers]


@pytest.mark.parametrize(("by", "agrees"), [(2e-3, False), (1e-6, True)])
def test_a_planted_error_is_found(by: float, agrees: bool, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = PackedEngine.run

    def wrong(self: PackedEngine, asked: Sequence[Request]) -> Any:
        answers, work = plain(self, asked)
        return skewed(answers, by), work

    monkeypatch.setattr(PackedEngine, "run", wrong)
    found = verify(str(tiny_model), replace(FEW, items=2), silent)
    assert found.agrees is agrees
    assert agrees or "Log-likelihoods differ by up to 0.002 relative" in found.reasons[0]


def test_a_wrong_text_is_no_tie(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = PackedEngine.run

    def wrong(self: PackedEngine, asked: Sequence[Request]) -> Any:
        answers, work = plain(self, asked)
        return [Generated("zz" + a.text, a.tokens) if isinstance(a, Generated) else a for a in answers], work

    monkeypatch.setattr(PackedEngine, "run", wrong)
    found = verify(str(tiny_model), replace(FEW, items=2), silent)
    assert not found.agrees
    assert found.packed.texts_differing == found.packed.generated
    assert found.packed.unexplained is not None and found.packed.unexplained > 0.9 * found.packed.generated


def test_the_command_prints_one_document_and_exits_by_the_verdict(
    tiny_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "Options", partial(Options, items=2))
    assert harness(["verify", "--model", str(tiny_model), "--offline", "--device", "cpu", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["models"]
    assert found["agrees"] is True and found["packed"]["greedy_disagreements"] == 0
    monkeypatch.setattr(PackedEngine, "run", _halved(PackedEngine.run))
    assert harness(["verify", "--model", str(tiny_model), "--offline", "--device", "cpu"]) == 1
    assert "DISAGREE in fp32 on cpu" in capsys.readouterr().out
    assert harness(["verify", "--model", "no/such/model", "--offline", "--device", "cpu"]) == 2


class Ticks:
    """A clock that moves by one second each time it is looked at."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_a_bounded_verification_compares_what_all_have_answered(tiny_model: Path) -> None:
    bars: list[list[Any]] = []

    @contextmanager
    def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
        bars.append([title, total, 0])

        def advance(done: int) -> None:
            bars[-1][2] += done

        yield advance

    whole = verify(str(tiny_model), FEW, silent, bar)
    assert whole.requests == whole.asked and all(total == done for _, total, done in bars)
    titles = [title.removeprefix(tiny_model.name + ": ") for title, *_ in bars]
    for engine in ("hf, fp32: ", "packed, fp32: "):
        kinds = {k for t in titles if t.startswith(engine) for k in t.removeprefix(engine).split(" and ")}
        assert kinds == {"classification", "perplexity", "qa"}
    assert sum(done for title, _, done in bars if ": hf" in title) == whole.asked
    bars.clear()
    cut = verify(str(tiny_model), FEW, silent, bar, Deadline(40.0, Ticks()))
    assert FEWEST <= cut.requests < cut.asked == whole.asked and cut.agrees
    assert cut.packed.scored + cut.packed.generated == cut.requests and cut.packed.generated > 0
    assert {t.task for t in cut.tasks} <= {t.task for t in whole.tasks}
    assert f"{cut.requests} requests of {cut.asked}, all that the time sufficed for" in described(cut)


def test_too_few_requests_are_no_verdict(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["verify", "--model", str(tiny_model), "--offline", "--device", "cpu", "--json", "--minutes", "1e-9"]
    assert harness(line) == 1
    (found,) = json.loads(capsys.readouterr().out)["models"]
    assert 0 < found["requests"] < FEWEST and not found["agrees"]
    assert "Too few to say" in found["reasons"][-1]


@pytest.mark.parametrize("more", [["--minutes", "0"], ["--minutes", "nan"], ["--minutes", "5", "--shuffle"]])
def test_a_time_that_is_none_is_refused(more: list[str]) -> None:
    assert harness(["verify", "--model", "x", "--offline", *more]) == 2


def test_a_deadline_is_shared_in_like_parts() -> None:
    end = Deadline(100.0, lambda: 10.0)
    assert [end.share(3).end, end.share(3, 15.0).end, end.share(1, 15.0).end] == [40.0, 30.0, 100.0]
    assert end.share(2, 1000.0).passed() and not end.passed()
    assert not Deadline().share(3).bounded


def _halved(plain: Any) -> Any:
    def run(self: PackedEngine, asked: Sequence[Request]) -> Any:
        answers, work = plain(self, asked)
        return skewed(answers, -0.5), work

    return run


ASKED = [ScoreRequest((1,), (2,)), ScoreRequest((1,), (3,), greedy=False), GenerateRequest((1,), ("\n",), 4)]


def test_drift_by_hand() -> None:
    one: list[Answer] = [Scored(-10.0, True), Scored(-0.5, True), Generated("a", 1)]
    two: list[Answer] = [Scored(-10.01, False), Scored(-0.502, False), Generated("b", 1)]
    found = drift(ASKED, one, two)
    assert found.largest_absolute == pytest.approx(0.01)
    assert found.largest_relative == pytest.approx(0.002)
    assert found.rms_relative == pytest.approx(math.sqrt((0.001**2 + 0.002**2) / 2))
    assert (found.greedy_disagreements, found.texts_differing, found.generated) == (1, 1, 1)
    assert drift(ASKED, one, one).nothing


def test_infinite_and_missing_log_likelihoods_never_pass() -> None:
    one: list[Answer] = [Scored(-1.0, True)]
    for value in (-math.inf, math.nan):
        found = drift(ASKED[:1], one, [Scored(value, True)])
        assert found.largest_relative == math.inf
        assert not judge("fp32", found, None, [], None).agrees


def test_a_report_says_what_gave_way_and_what_is_missing() -> None:
    off = Drift(10, 0.5, 0.25, 0.1, 2, 4, 3, 1)
    task = TaskDifference("t", "acc", 9, 0.5, 0.4, 0.1, 0.02, 0.18)
    found = Report(
        "m", "cpu", "bf16", 14, 14, {"u": "no room."}, "prefix", ("no tree mask",), off, replace(off, unexplained=None), (task,),
        None, False, ("Too far.",),
    )  # fmt: skip
    lines = described(found).splitlines()
    assert lines[0] == "m: packed (prefix) and hf DISAGREE in bf16 on cpu, 14 requests"
    assert lines[1:4] == ["  Too far.", "  fallback: no tree mask", "  left out: u: no room."]
    assert "0.5 nats, 0.25 relative; 2 of 10 greedy flags; 3 of 4 texts (1 without a near tie)" in lines[4]
    assert lines[5].startswith("  hf in bf16 against hf in fp32") and lines[5].endswith("3 of 4 texts")
    assert lines[6] == "  t acc: packed 0.5, hf 0.4, difference +0.1 [+0.02, +0.18] over 9 items"


NONE = Drift(100, 0.0, 0.0, 0.0, 0, 10, 0, 0)


@pytest.mark.parametrize(
    ("packed", "hf", "tasks", "shuffled", "reason"),
    [
        (replace(NONE, greedy_disagreements=1), None, [], None, "1 of 100 greedy flags"),
        (replace(NONE, texts_differing=1, unexplained=1), None, [], None, "no near tie"),
        (NONE, None, [TaskDifference("t", "acc", 9, 0.5, 0.4, 0.1, 0.02, 0.18)], None, "t: acc differs by \\+0.1"),
        (replace(NONE, rms_relative=0.03), replace(NONE, rms_relative=0.01), [], None, "twice that is the limit"),
        (replace(NONE, greedy_disagreements=9), replace(NONE, greedy_disagreements=2), [], None, "9 greedy flags"),
        (NONE, None, [], (NONE, replace(NONE, largest_absolute=1e-9)), "With --deterministic a score still moves"),
        (NONE, None, [], (replace(NONE, largest_relative=1e-3), NONE), "In another order"),
    ],
)
def test_what_rounding_does_not_explain_is_said(packed: Any, hf: Any, tasks: Any, shuffled: Any, reason: str) -> None:
    import re

    found = judge("bf16" if hf else "fp32", packed, hf, tasks, shuffled)
    assert not found.agrees
    assert len(found.reasons) == 1 and re.search(reason, found.reasons[0])


def test_ties_and_rounding_are_no_disagreement() -> None:
    close = replace(NONE, largest_relative=9e-5, texts_differing=2, unexplained=0)
    assert judge("fp32", close, None, [], (close, NONE)).agrees
    assert judge("bf16", replace(NONE, rms_relative=0.011), replace(NONE, rms_relative=0.01), [], None).agrees
