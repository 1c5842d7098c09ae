"""Frame of a chart: long titles of axes take two lines."""

from __future__ import annotations

from harness.charts.chart import across


def test_a_long_unit_is_broken_before_its_bracket() -> None:
    assert (
        across("Capability (log-odds on WinoGrande, reported)") == "Capability<br>(log-odds on WinoGrande,<br>reported)"
    )
    assert across("能力（以 WinoGrande 的对数几率计，报告值）") == "能力<br>（以 WinoGrande 的对数几率计，<br>报告值）"
    assert across("Difference of mean percentiles") == "Difference of<br>mean percentiles"
    assert across("Share of items") == "Share of items" and across("平均百分位之差") == "平均百分位之差"
    assert across("US$ (3:1)") == "US$ (3:1)" and across("美元（3:1）") == "美元（3:1）"
