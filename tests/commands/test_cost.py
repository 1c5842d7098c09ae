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
        "The API costs less at 1 million tokens a day of 70B: $0.10 a day at the API, $96.0 on 1 × (2 ×"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--gpu-hour", "2", "--api-price", "10", "--tokens-a-day", "50e6"),
            "Own machines cost less at 50 million tokens a day",
        ),
        (("--gpu-hour", "2", "--api-price", "10"), "A machine pays from 9.6 million tokens a day."),
        (("--gpu-hour", "2", "--api-price", "0.1"), "it never pays even at the fast end of it."),
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
