"""Templates are compiled once within a build and render what lm-eval renders."""

from __future__ import annotations

import pytest

utils = pytest.importorskip("lm_eval.utils", reason="needs the engine half (pip install .[engine])")
jinja2 = pytest.importorskip("jinja2")

from harness.suites.jinja_cache import compiled_once  # noqa: E402


def test_a_template_is_compiled_once_and_renders_every_item(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_one = jinja2.Environment.compile

    def counted(self: object, source: str, *args: object, **options: object) -> object:
        compiled.append(source)
        return compile_one(self, source, *args, **options)

    monkeypatch.setattr(jinja2.Environment, "compile", counted)
    template = "{{question|trim}}\nAnswer: {{choices[label]}}"
    items = [{"question": f" Q{i} ", "choices": ["a", "b"], "label": i % 2} for i in range(5)]
    plain = [utils.apply_template(template, item) for item in items]
    assert len(compiled) == 5
    with compiled_once():
        assert [utils.apply_template(template, item) for item in items] == plain
        assert utils.apply_template("{{question}}", items[1]) == " Q1 "
    assert compiled[5:] == [template, "{{question}}"]


def test_a_missing_field_is_still_refused_and_lm_eval_is_left_as_it_was() -> None:
    with pytest.raises(jinja2.UndefinedError), compiled_once():
        utils.apply_template("{{nowhere}}", {})
    assert "from_string" not in vars(utils.env)


def test_caches_may_be_nested() -> None:
    with compiled_once():
        with compiled_once():
            assert utils.apply_template("{{a}}", {"a": 1}) == "1"
        assert utils.env.from_string("{{a}}") is utils.env.from_string("{{a}}")  # the outer one still serves
    assert "from_string" not in vars(utils.env)
