"""Templates of task files that are data end, whatever they say, and honest ones give the text that lm-eval gives."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("lm_eval")

from lm_eval import utils

from harness.engine.libraries import OutOfTime, limited_time
from harness.suites.own import bounded_templates
from harness.suites.own.bounded_templates import bounded, metrics_bounded
from harness.suites.own.templates import OutOfBounds, refusals

ITEM: dict[str, Any] = {
    "q": " Where do salmon spawn? ",
    "choices": ["river", "sea"],
    "label": 1,
    "long": "salt " * 60_000,
}


@pytest.mark.parametrize(
    "template",
    [
        "{{q}}", "{{q|trim}}\nA. {{choices[0]}}", "{% for c in choices %}{{loop.index}}. {{c}}\n{% endfor %}", "{{ q.strip() ~ label }}\n",
        "{{ range(3)|list }}", "{{ q|regex_replace('[a-m]', '') }}", "{{ long }}{{ long }}", "{{ ['a', 'b'] * 2 }}", "{% set x = q * 3 %}{{ x|upper }}",
    ],
)  # fmt: skip
def test_an_honest_template_gives_lm_evals_text(template: str) -> None:
    plain = utils.apply_template(template, ITEM)
    with bounded():
        assert utils.apply_template(template, ITEM) == plain
    assert utils.apply_template(template, ITEM) == plain and not isinstance(utils.env, bounded_templates._Bounded)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% for i in range(10000000) %}x{% endfor %}", "has a range of more than 100,000 numbers"),
        ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "does not come to an end"),
        ("{{ (q * 9999)|regex_replace('(([a-zA-Z ])+)+Q', '') }}", "does not come to an end"),
        ("{{ q * 4000000000 }}", "needs more than 1 GiB of memory"),
        ("{{ 'x' * 4000000000 }}", "needs more than 1 GiB of memory"),
        ("{{ 'x\ny'|indent(4000000000) }}", "needs more than 1 GiB of memory"),
        ("{{ q * 300000 }}", "makes a text of 7,200,000 characters"),
        ("{% set a = long ~ long %}{% set b = a ~ a %}{% set c = b ~ b %}{% set d = c ~ c %}{{ d ~ d }}", "makes a text of 9,600,000"),
    ],
)  # fmt: skip
def test_a_template_without_end_is_stopped_and_named(template: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(refusals(template)) == []  # nothing but its size is wrong with it
    monkeypatch.setattr("harness.engine.libraries.TEMPLATE_SECONDS", 0.2)
    with bounded(), pytest.raises(OutOfBounds) as caught:
        utils.apply_template(template, ITEM)
    assert said in str(caught.value) and repr(template[:40])[1:-1] in str(caught.value)


def test_many_texts_that_are_each_a_little_too_long_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_templates, "FREE_IN_ALL", 1 << 22)
    with bounded(), pytest.raises(OutOfBounds):
        for _ in range(10):
            utils.apply_template("{{ 'x' * 1000000 }}", {})


def test_an_error_of_the_template_itself_stays_what_it_is() -> None:
    with bounded(), pytest.raises(ZeroDivisionError):
        utils.apply_template("{{ 1 // (label - 1) }}", ITEM)


def test_metrics_have_a_bound_only_beside_bounded_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_templates, "METRIC_START", 0.1)
    with metrics_bounded(0):
        assert sum(range(3_000_000)) > 0
    with bounded(), pytest.raises(OutOfTime), metrics_bounded(0):
        while True:
            pass


def test_a_limit_inside_a_limit_leaves_the_outer_one_running() -> None:
    with pytest.raises(OutOfTime, match=r"more than 0\.3 seconds"), limited_time(0.3):
        with limited_time(60):
            pass
        while True:
            pass
