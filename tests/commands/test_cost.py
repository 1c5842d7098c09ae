"""``harness cost self-host``: its document, its sentence for each outcome, and what it answers to an impossible ask."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.__main__ import run
from harness.commands import self_host as cost
from tests.market.own_machines.catalog_files import CatalogFiles

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "open_reader", CatalogFiles)


def document(capsys: Capture, *options: str) -> Any:
    assert run(["cost", "self-host", *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def first_line(capsys: Capture, *options: str) -> str:
    assert run(["cost", "self-host", *options]) == 0
    return capsys.readouterr().out.splitlines()[0]


def test_the_document_holds_intervals_and_null_for_what_is_not_known(capsys: Capture) -> None:
    found = document(
        capsys, "--params", "70", "--gpus", "2", "--gpu-hour", "2", "--api-price", "0.1", "--tokens-a-day", "1e6"
    )
    assert found["usd_a_day"] == {"low": 96, "middle": 96, "high": 96}
    assert found["break_even"] == {"low": None, "middle": None, "high": None}
    assert found["day"] == {"copies": 1, "own_usd": 96, "api_usd": pytest.approx(0.1)}
    assert found["throughput"]["basis"] == "estimated" and found["published"] is None and found["rent"]["clouds"] > 5
    assert found["answer"].startswith(
        "The API costs less at 1 million tokens a day of 70B: $0.10 a day at the API, $96.00 on 1 × (2 ×"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--gpu-hour", "2", "--api-price", "10", "--tokens-a-day", "50e6"),
            "Own machines cost less at 50 million tokens a day",
        ),
        (("--gpu-hour", "2", "--api-price", "10"), "A machine pays off from 9.6 million tokens a day."),
        (
            ("--gpu-hour", "2", "--api-price", "0.1"),
            "A machine never pays off, since even at 50% utilisation one costs $0.933 per million tokens, more than the API's $0.10.",
        ),
        (("--gpu-hour", "2"), "no API price to compare it with (--api-price)."),
        (("--gpu", "Ascend 910C"), "the catalog has no on-demand rent of it, so its cost is not known (--gpu-hour)."),
    ],
)
def test_the_sentence_says_which_costs_less_or_what_is_missing(
    capsys: Capture, options: tuple[str, ...], said: str
) -> None:
    assert said in first_line(capsys, "--params", "70", "--gpus", "2", "--precision", "int8", *options)


def test_more_tokens_than_a_machine_serves_take_more_machines(capsys: Capture) -> None:
    one = document(capsys, "--params", "70", "--gpus", "2", "--gpu-hour", "2", "--tokens-a-day", "1e6")
    tokens = 2.5 * one["capacity"]["middle"]
    three = document(capsys, "--params", "70", "--gpus", "2", "--gpu-hour", "2", "--tokens-a-day", str(tokens))
    assert three["day"] == {"copies": 3, "own_usd": 3 * 96, "api_usd": None}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("kimi-k2",), "needs 1,009 GB; a node of 8 × H100 has 576 GB"),
        (("--params", "70", "--gpu", "abacus"), "There are no figures of the GPU 'abacus'; there is H100"),
        (("no-such-model",), "There is no model 'no-such-model' in the catalog."),
        ((), "Name a model, or state its size with --params."),
    ],
)
def test_an_impossible_ask_is_answered_with_what_to_change(
    capsys: Capture, options: tuple[str, ...], said: str
) -> None:
    assert run(["cost", "self-host", *options]) != 0
    assert said in capsys.readouterr().err


def figures(capsys: Capture, *options: str) -> tuple[str, dict[str, str]]:
    """The sentence, and the rows of the table."""
    assert run(["cost", "self-host", *options]) == 0
    first, *rows = capsys.readouterr().out.splitlines()
    return first, {label.strip(): value.strip() for label, _, value in (row.partition("  ") for row in rows)}


def test_a_second_machine_that_idles_is_said_to_pay_later(capsys: Capture) -> None:
    said, rows = figures(capsys, "--params", "70", "--api-price", "2.4", "--tokens-a-day", "110e6")
    assert said.startswith("The API costs less at 110 million tokens a day of 70B: $264")
    assert (
        "pays off from 79.8 million tokens a day at the median rent; 110 million tokens need 2, which pay off from 160"
        in said
    )
    assert rows["break-even a day"].startswith("79.8 million; cheapest rent 39.8 million, dearest never; fast end")
    assert rows["110 million a day"] == "2 machines $383; API $264"


@pytest.mark.parametrize(
    ("options", "said", "row"),
    [
        (
            ("llama-3-1-8b-instruct", "--context", "256", "--output-tokens", "128", "--api-price", "0.02"),
            "never pays off at the median rent, since even at 50% utilisation one costs $0.0391 per million tokens, more than the API's $0.02; "
            "it does at the cheapest rent from 2.39 billion tokens a day.",
            "never; cheapest rent 2.39 billion, dearest never",
        ),
        (
            ("--params", "70", "--api-price", "0.9"),
            "it does at the fast end of the throughput from 213 million tokens a day.",
            "never; fast end of the throughput 213 million, slow end never",
        ),
        (
            ("--params", "70", "--api-price", "0.5"),
            "it does at the cheapest rent and the fast end of the throughput together from 191 million tokens a day.",
            "never; cheapest rent and fast end together 191 million",
        ),
        (("--params", "70", "--api-price", "0.1"), "more than the API's $0.10.", "never"),
    ],
)
def test_who_never_pays_is_said_with_the_rents_and_speeds_at_which_it_does(
    capsys: Capture, options: tuple[str, ...], said: str, row: str
) -> None:
    sentence, rows = figures(capsys, *options)
    assert said in sentence and rows["break-even a day"] == row


def test_equal_costs_are_called_equal(capsys: Capture) -> None:
    options = ("--gpus", "2", "--gpu-hour", "2", "--api-price", "2", "--tokens-a-day", "48e6")
    assert first_line(capsys, "--params", "70", *options).startswith(
        "Own machines and the API cost the same at 48 million"
    )


def test_counts_and_their_nouns_agree(capsys: Capture) -> None:
    said, rows = figures(
        capsys, "--params", "70", "--gpu", "H200", "--tokens-a-day", "1", "--api-price", "1e6", "--utilisation", "0.001"
    )
    assert "at 1 token a day" in said
    assert "at the only cloud in the catalog" in rows["rent"] and "to" not in rows["US$ a day"]
    assert rows["1 a day"].startswith("1 machine $") and rows["tokens a day"].endswith("at 0.1% utilisation")
    assert figures(capsys, "--params", "8", "--context", "2")[1]["request"] == "1 token in, 1 out (1:1)"
    assert "1 billion tokens a day" in first_line(
        capsys, "--params", "70", "--tokens-a-day", "999.9e6", "--api-price", "1"
    )
    assert "2.32 trillion" in first_line(capsys, "--params", "70", "--tokens-a-day", "2.32e12", "--api-price", "1")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0.3, "1"),
        (1, "1"),
        (999.6, "1 thousand"),
        (999.9e6, "1 billion"),
        (1e14, "100 trillion"),
        (2e15, "2,000 trillion"),
    ],
)
def test_tokens_in_words(count: float, text: str) -> None:
    assert cost.tokens(count) == text


@pytest.mark.parametrize(
    "options",
    [("deepseek-v3", "--params", "inf"), ("deepseek-v3", "--active", "inf"), ("--params", "8", "--tokens-a-day", "inf"),
     ("deepseek-v3", "--gpu", "H200", "--active", "-37"), ("deepseek-v3", "--params", "1"), ("llama",)],
)  # fmt: skip
def test_what_no_machine_can_be_is_wrong_usage(capsys: Capture, options: tuple[str, ...]) -> None:
    assert run(["cost", "self-host", *options]) == 2
    shown = capsys.readouterr()
    assert "did not foresee" not in shown.err and shown.err and not shown.out
