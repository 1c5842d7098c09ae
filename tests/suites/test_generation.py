"""Settings of generation in tasks of lm-eval's own, which no file of ours has checked before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.suites import generation


def task(output: str = "generate_until", repeats: object = 1, **arguments: Any) -> Any:
    """A task as lm-eval builds it, as far as its settings of generation are read."""
    return SimpleNamespace(OUTPUT_TYPE=output, config=SimpleNamespace(repeats=repeats, generation_kwargs=arguments))


@pytest.mark.parametrize(
    ("built", "said"),
    [
        (task(repeats=0), "repeats is 0; it must be a whole number from 1 to 1,000."),
        (task(repeats=True), "repeats is True"),
        (task(output="multiple_choice", repeats=1001), "repeats is 1001"),
        (task(max_gen_toks=0), "max_gen_toks of generation_kwargs is 0"),
        (task(temperature=float("nan")), "temperature of generation_kwargs is nan"),
        (task(temperature=float("inf"), do_sample=True), "temperature of generation_kwargs is inf"),
        (task(top_p=1.5), "top_p of generation_kwargs is 1.5; it must be a number from 0 to 1."),
        (task(do_sample=True, temperature=0), "temperature of generation_kwargs is 0 and do_sample is true"),
    ],
)
def test_what_no_engine_can_carry_out_is_said(built: Any, said: str) -> None:
    assert (generation.problem(built) or "").startswith(said)


@pytest.mark.parametrize(
    "built",
    [
        task(),
        task(repeats=64, do_sample=True, temperature=0.2, top_p=0.95, max_gen_toks=1024),
        task(max_gen_toks=None, a_setting_of_another_engine=5),
        task(output="multiple_choice", max_gen_toks=0),
    ],
)
def test_what_an_engine_can_carry_out_passes(built: Any) -> None:
    assert generation.problem(built) is None
