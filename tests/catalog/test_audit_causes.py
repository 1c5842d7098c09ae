"""Why a row differs: each cause shows in two values of the test's own, and a wrong value has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalog.auditing import gpus, raw, scores
from harness.catalog.auditing.causes import cause
from harness.catalog.auditing.raw import DIFFERS, SAME, Verdict
from harness.catalog.schema import GPU_PRICES, MODELS, PRICES, REPORTED_SCORES, Table
from harness.catalog.tables import Row


def _row(table: Table, **cells: str) -> Row:
    return {**dict.fromkeys(table.names, ""), **cells}


def _why(name: str, column: str, here: str, there: str) -> str:
    row = _row(MODELS, name=name, **{column: here})
    return cause("models", row, Verdict(DIFFERS, "", ((column, there),)))


@pytest.mark.parametrize(
    ("name", "column", "here", "there", "why"),
    [
        ("Acme 3.6B", "params_b", "3.6", "3", "cut off"),
        ("acme-560m", "params_b", "0.56", "0", "cut off"),
        ("Acme 8x7B", "params_b", "46.9", "46", "cut off"),
        ("Acme-34B", "params_b", "34", "33", "the name states 34"),
        ("Acme-7B-v0.1", "params_b", "7", "6", "the name states 7"),
        ("acme-base", "params_b", "131.6", "0", "no size"),
        ("Acme Large", "params_b", "1650", "1600", "rounds"),
        ("Acme Large", "params_b", "7.6156", "7.616", "rounds"),
        ("Acme Large", "context_tokens", "1048576", "1000000", "1,048,576"),
        ("Acme Large", "released", "2026-07-21", "2026-07", "month"),
    ],
)
def test_a_cause_shows_in_the_two_values(name: str, column: str, here: str, there: str, why: str) -> None:
    assert why in _why(name, column, here, there)


@pytest.mark.parametrize(
    ("name", "column", "here", "there"),
    [
        ("Acme 13B", "params_b", "13", "7"),  # another size
        ("Acme 8x7B", "params_b", "46.9", "56"),
        ("Acme Large", "params_b", "34", "33"),  # no name states it
        ("Acme Large", "params_b", "36.1", "35.2"),
        ("Acme 7B", "params_b", "7", "0.7"),  # a factor of ten
        ("Acme Large", "context_tokens", "1048576", "2000000"),
        ("Acme Large", "context_tokens", "131072", "1000000"),
        ("Acme Large", "released", "2026-07-21", "2026-08"),
        ("Acme Large", "released", "2026-07-21", "2026-07-22"),
    ],
)  # fmt: skip
def test_a_wrong_value_has_no_cause(name: str, column: str, here: str, there: str) -> None:
    assert _why(name, column, here, there) == ""


def test_one_cell_without_a_cause_leaves_the_row_open() -> None:
    row = _row(MODELS, name="Acme 3.6B", params_b="3.6", context_tokens="8192")
    wrong = (("params_b", "3"), ("context_tokens", "4096"))
    assert cause("models", row, Verdict(DIFFERS, "", wrong)) == ""


def test_a_price_left_out_on_review_says_why_and_another_does_not() -> None:
    row = _row(PRICES, provider_id="openai", offer_id="gpt-3.5-turbo", as_of="2025-10-01")
    assert "dearer" in cause("prices", row, Verdict(DIFFERS, "", (("cache_read_per_mtok", "1.25"),)))
    assert cause("prices", {**row, "as_of": "2026-07-02"}, Verdict(DIFFERS, "", (("cache_read_per_mtok", "1"),))) == ""
    assert cause("prices", row, Verdict(DIFFERS, "", (("input_per_mtok", "1"),))) == ""


@pytest.mark.parametrize(
    ("written", "name", "like"),
    [
        ("fireworks/acme-v3p2", "acme-v3.2", 1), ("fireworks/acme-v3p2", "acme-v3", 0),
        ("Acme R+ (04-2024)", "acme-r-plus-04-2024", 1), ("Acme R (04-2024)", "acme-r-plus-04-2024", 0),
        ("Acme-405B-Instruct-fp8", "acme-405b-instruct", 1), ("Acme-17B-128E-Instruct-FP8", "acme-17b-instruct", 1),
        ("parasail-acme-9b", "acme-9b", 1), ("parasail-acme-9b-mini", "acme-9b", 0),
    ],
)  # fmt: skip
def test_names_are_known_in_other_spellings(written: str, name: str, like: int) -> None:
    assert min(1, raw.likeness(written, {name})) == like


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A cloud's machines priced as wholes, a day's prices under a wrong card, and two papers' scores."""
    files = {
        "cloud_gpus/cloud-gpus.csv": "Cloud,GPU Type,GPUs,On-demand,Per-GPU,Spot,Name\n"
        "Acme,A5000 (24 GB),1,,1.3,,SMALL\nAcme,A5000 (24 GB),4,,4.4,,LARGE\n"
        "Acme,L4 (24 GB),1,,1.0,,S\nAcme,L4 (24 GB),4,,2.1,,L\n",
        "epoch_ai/hardware_prices.csv": "Price date,Hardware model,Vendor,Location,Price per chip-hour (on-demand),"
        "Cloud GPU description,Number of GPUs\n2026-05-01,NVIDIA Tesla P4,Acme,,2.07,P100 (16 GB),2\n"
        "2026-05-01,NVIDIA H100 SXM5 80GB,Acme,,3.5,H100 HGX (80GB),8\n",
        "epoch_ai/reported/external_benchmark_anli.csv": "Name,Score,Model version,Source link\n"
        "GPT-3,0.354,text-davinci-001,https://arxiv.org/pdf/2201.11990\n"
        "Acme 7B,0.41,text-davinci-001,https://arxiv.org/pdf/2201.11990\n",
        "epoch_ai/reported/external_benchmark_the_agent_company.csv": "Name,% Resolved,Model version,Source link\n"
        "Acme,7.4,acme-1,https://github.com/a/experiments/tree/main/evaluation/1.0.0/other_run\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("gpu", "number", "price", "agrees"),
    [
        ("A5000", "4", "1.1", SAME),
        ("A5000", "4", "4.4", DIFFERS),
        ("L4", "4", "2.1", SAME),
        ("L4", "4", "0.525", DIFFERS),
    ],
)
def test_a_machine_priced_as_a_whole_is_divided(market: Path, gpu: str, number: str, price: str, agrees: str) -> None:
    row = _row(
        GPU_PRICES, cloud="Acme", gpu=gpu, gpus=number, memory_gb="24", per_gpu_hour=price, source_id="cloud-gpus-1"
    )
    assert gpus.price(market, row).agrees == agrees


def test_the_clouds_own_description_names_the_card(market: Path) -> None:
    row = _row(GPU_PRICES, cloud="Acme", gpu="P100", gpus="2", memory_gb="16", per_gpu_hour="2.07", as_of="2026-05-01",
               source_id="hardware-prices-1")  # fmt: skip
    assert gpus.price(market, row).agrees == SAME
    assert gpus.price(market, {**row, "gpu": "P4"}).agrees == DIFFERS
    assert gpus.price(market, {**row, "gpu": "H100 SXM5 80GB", "memory_gb": "80", "per_gpu_hour": "3.5"}).agrees == SAME


def test_a_papers_gpt_3_is_the_model_of_2020_and_one_folder_holds_all_submissions(market: Path) -> None:
    row = _row(REPORTED_SCORES, benchmark_id="anli", score="0.354", source_id="reported-paper")
    paper = "https://arxiv.org/abs/2201.11990"
    for score, agrees in (("0.354", SAME), ("0.41", DIFFERS)):
        found = scores.score(market, {**row, "score": score}, {"GPT-3 175B"}, paper)
        assert found is not None and found.agrees == agrees
    row = _row(REPORTED_SCORES, benchmark_id="theagentcompany", score="0.074", source_id="reported-board")
    for folder, agrees in (("1.0.0/first_run", SAME), ("2.0.0/first_run", DIFFERS)):
        found = scores.score(market, row, {"acme-1"}, f"https://github.com/a/experiments/tree/main/evaluation/{folder}")
        assert found is not None and found.agrees == agrees
