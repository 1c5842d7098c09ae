"""The guide of own machines: its commands print what stands in it, and its figures follow from first principles."""

from __future__ import annotations

import math
import re
import shlex
from pathlib import Path

import pytest

from harness.__main__ import run
from harness.commands import self_host as cost
from harness.market.own_machines.published import checked
from tests.market.own_machines.catalog_files import CatalogFiles

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "self_hosting.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```\n(harness cost [^\n]+)\n```\n\n```text\n(.+?)\n```", GUIDE, re.DOTALL)
PAIR, NODE, PUBLISHED = (dict(re.findall(r"^(\S.*?)  +(\S.*)$", text, re.MULTILINE)) for _, text in EXAMPLES)


@pytest.mark.parametrize(("command", "text"), EXAMPLES)
def test_the_commands_print_what_the_guide_says(
    command: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cost, "open_reader", CatalogFiles)
    assert run(shlex.split(command)[1:]) == 0
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == text.splitlines()


def numbers(text: str) -> list[float]:
    """Every number of a line, with its million or billion."""
    size = {"million": 1e6, "billion": 1e9, "k": 1e3}
    return [
        float(n.replace(",", "")) * size.get(unit, 1)
        for n, unit in re.findall(r"([\d,]*\d(?:\.\d+)?) ?(million|billion|k\b)?", text)
    ]


def roofline(
    *, params: float, active: float, layers: int, cache: float, width: float, peak: float, bandwidth: float, room: float,
    compute: tuple[float, float], touched: float = 1.0,
) -> list[float]:  # fmt: skip
    """Tokens per second, low, middle and high, of 6,144 tokens in and 2,048 out; all in SI units."""
    batch = room // (cache * 8192)
    middles = (math.sqrt(compute[0] * compute[1]), math.sqrt(0.4 * 0.75))
    rates = []
    for share, reach, layer, overlap in (
        (compute[0], 0.4, 300e-6, False), (*middles, 70e-6, False), (compute[1], 0.75, 0.0, True)
    ):  # fmt: skip
        prompt = (2 * active + 4 * width * layers * 3072) / (peak * share)
        arithmetic = batch * (2 * active + 4 * width * layers * 7168) / (peak * share)
        reading = (params * touched + batch * cache * 7168) / (bandwidth * reach)
        step = (max(arithmetic, reading) if overlap else arithmetic + reading) + layers * layer
        rates.append(8192 / (6144 * prompt + 2048 * step / batch))
    return rates


def rounded(values: list[float]) -> list[float]:
    return [float(f"{v:.0f}") for v in values]


def test_seventy_billion_on_two_cards_by_first_principles() -> None:
    cache = 80 * 8 * 128 * 2  # bytes a token at one byte a value
    room = 0.9 * 160e9 - 70e9
    low, middle, high = roofline(
        params=70e9, active=70e9, layers=80, cache=cache, width=8192, peak=2 * 1979e12, bandwidth=2 * 3.35e12, room=room,
        compute=(0.25, 0.76),
    )  # fmt: skip
    assert numbers(PAIR["memory"])[1:4] == [55, 1.34, 144] and room // (cache * 8192) == 55
    middle_low_high = [middle, low, high]
    assert numbers(PAIR["tokens/s"])[:3] == rounded(middle_low_high)
    day = 2 * 24 * 3.99
    rates = [r * 43_200 for r in middle_low_high]
    assert numbers(PAIR["tokens a day"])[:3] == pytest.approx(rates, rel=5e-3)
    assert numbers(PAIR["US$/M tokens"])[:3] == pytest.approx(
        [day / r * 1e6 for r in (rates[0], rates[2], rates[1])], rel=5e-3
    )
    assert numbers(PAIR["energy"])[:3] == pytest.approx([1400 / r / 3.6 for r in (middle, high, low)], rel=5e-3)
    assert numbers(PAIR["US$ a task"])[0] == pytest.approx(day / rates[0] * 8192, rel=5e-3)
    sentence = EXAMPLES[0][1].splitlines()[0]
    assert "$44.00 a day at the API, $192 on" in sentence and f"{day:.0f}" == "192" and 50 * 0.88 == 44
    assert "218 million" in sentence and day / 0.88 == pytest.approx(218, abs=0.5)
    assert numbers(PAIR["break-even a day"]) == [109e6, 218e6]
    assert pytest.approx(109, abs=0.5) == 2 * 24 * 1.99 / 0.88


def test_deepseek_on_a_node_by_first_principles() -> None:
    cache = (512 + 64) * 61 * 2
    room = 0.9 * 8 * 141e9 - 671e9
    assert room // (cache * 8192) == 597 == numbers(NODE["memory"])[1]
    low, middle, high = roofline(
        params=671e9, active=37e9, layers=61, cache=cache, width=128 * 160, peak=8 * 1979e12, bandwidth=8 * 4.8e12, room=room,
        compute=(0.08, 0.76),
    )  # fmt: skip
    # every expert is touched to within 10⁻⁸
    assert numbers(NODE["tokens/s"])[:3] == rounded([middle, low, high])
    assert numbers(NODE["US$ a day"])[0] == pytest.approx(8 * 24 * 10.6, rel=5e-3)
    assert numbers(NODE["US$/M tokens"])[0] == pytest.approx(8 * 10.6 / 3600 / 0.5 / middle * 1e6, rel=5e-3)


def test_the_published_example_is_nvidias_figure() -> None:
    assert numbers(PUBLISHED["tokens/s"]) == [6219, 4146] == [4146 * 3000 / 2000, 4146]
    assert numbers(PUBLISHED["US$/M tokens"])[0] == pytest.approx(2 * 3.99 / 3600 / 6219 * 1e6, rel=5e-3)


def test_the_comparison_with_published_throughputs_is_today_s() -> None:
    rows = checked(CatalogFiles())
    assert (
        f"\n{len(rows)} published throughputs" in GUIDE
        and f"estimate: {rows['inside'].sum()} lie in the interval" in GUIDE
    )
    ratio = rows["published"] / rows["middle"]
    for (model, gpu, gpus, precision), part in rows.groupby(["model_id", "gpu", "gpus", "precision"]):
        span = f"{ratio[part.index].min():.2f} to {ratio[part.index].max():.2f}"
        assert f"| {model} | {gpus} × {gpu} | {precision} | {len(part)} | {part['inside'].sum()} | {span} |" in GUIDE
    for row in rows[~rows["inside"]].itertuples():
        assert f"| {row.published:,.0f} | {row.low:,.0f} to {row.high:,.0f} |" in GUIDE
