"""Chat templates of many kinds: which texts they lose, and which of them write the same prompt each time."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from transformers.utils.chat_template_utils import render_jinja_template

from harness.errors import BadInput
from harness.runs.execute import run_model
from harness.runs.prompts.chat_prompts import ChatPrompts, Lost, missing
from harness.runs.prompts.fixed_clock import Clock, fixed_clock
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import make_model, options
from tests.runs.test_execute import SILENT

LLAMA = (
    "{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now('%d %b %Y') %}"
    "{%- else %}{%- set date_string = '26 Jul 2024' %}{%- endif %}{%- endif %}"
    "{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}"
    "{%- set messages = messages[1:] %}{%- else %}{%- set system_message = '' %}{%- endif %}"
    "<|start_header_id|>system<|end_header_id|>\n\nToday Date: {{ date_string }}\n\n{{ system_message }}<|eot_id|>"
    "{%- for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{{ message['content'] | trim }}<|eot_id|>{%- endfor %}"
    "{%- if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{%- endif %}"
)
QWEN = (
    "{%- for message in messages %}{%- set content = message.content %}{%- if message.role == 'assistant' and '</think>' in content %}"
    "{%- set content = content.split('</think>')[-1].lstrip('\\n') %}{%- endif %}"
    "<|im_start|>{{ message.role }}\n{{ content }}<|im_end|>\n{%- endfor %}"
    "{%- if add_generation_prompt %}<|im_start|>assistant\n<think>\n\n</think>\n\n{%- endif %}"
)
MISTRAL = (  # the system text stands in the last turn
    "{%- if messages[0]['role'] == 'system' %}{%- set system = messages[0]['content'] %}{%- set turns = messages[1:] %}"
    "{%- else %}{%- set turns = messages %}{%- endif %}{%- for message in turns %}{%- if message['role'] == 'user' %}"
    "{%- if loop.last and system is defined %}[INST] {{ system + '\\n\\n' + message['content'] }}[/INST]"
    "{%- else %}[INST] {{ message['content'] }}[/INST]{%- endif %}{%- else %} {{ message['content'] | trim }}</s>{%- endif %}{%- endfor %}"
)
LLAMA_2 = (
    "{% if messages[0]['role'] == 'system' %}{% set system = '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' %}"
    "{% set turns = messages[1:] %}{% else %}{% set system = '' %}{% set turns = messages %}{% endif %}{% for message in turns %}"
    "{% if loop.first %}{% set content = system + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + content.strip() + ' [/INST]' }}{% else %}{{ ' ' + content.strip() + ' </s>' }}"
    "{% endif %}{% endfor %}"
)
GEMMA = (
    "{% if messages[0]['role'] == 'system' %}{% set head = messages[0]['content'] + '\n\n' %}{% set turns = messages[1:] %}"
    "{% else %}{% set head = '' %}{% set turns = messages %}{% endif %}{% for message in turns %}"
    "<start_of_turn>{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n{{ head if loop.first else '' }}"
    "{{ message['content'] | trim }}<end_of_turn>\n{% endfor %}"
)
WRAPPED = "{% for m in messages %}{{ m.role }}:\n{{ m.content | wordwrap(12) | indent(4) }}\n{% endfor %}"
ESCAPED = "{% for m in messages %}{{ m | tojson }}\n{% endfor %}"
HONEST = {"llama": LLAMA, "qwen": QWEN, "mistral": MISTRAL, "llama2": LLAMA_2, "gemma": GEMMA, "wrapped": WRAPPED, "json": ESCAPED}  # fmt: skip

EVERY = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}Assistant:"
LAST = "{{ messages[0].content }}{% for m in messages %}{% if loop.last %}U: {{ m.content }} A:{% endif %}{% endfor %}"
FAULTY = {
    "the last turn alone": (LAST, Lost(examples=1)),
    "users alone": ("{% for m in messages if m.role != 'assistant' %}A: {{ m.content }}\n{% endfor %}A:", Lost(examples=1)),
    "one example of two": ("{% for m in messages %}{% if loop.index0 not in (1, 2) %}{{ m.content }}\n{% endif %}{% endfor %}", Lost(examples=1)),
    "no description": (EVERY.replace("messages %}", "messages if m.role != 'system' %}", 1), Lost(system=1)),
    "cut questions": ("{% for m in messages %}{{ m.content[:20] }}\n{% endfor %}", Lost(1, 1, 1)),
    "lower case": ("{% for m in messages %}{{ m.content | lower }}\n{% endfor %}", Lost(1, 1, 1)),
    "no spaces": ("{% for m in messages %}{{ m.content | replace(' ', '') }} {% endfor %}", Lost(1, 1, 1)),
    "no question": ("{% for m in messages[:-1] %}{{ m.content }}\n{% endfor %}", Lost(question=1)),
    "a constant": ("Hello, Assistant", Lost(1, 1, 1)),
    "the question first": ("{{ messages[-1].content }}{% for m in messages[:-1] %}{{ m.content }}\n{% endfor %}", Lost(examples=1)),
    "first lines": ("{% for m in messages %}{{ m.content.split('\n')[0] }}\n{% endfor %}", Lost(question=1)),
}  # fmt: skip

DATED = "{{ strftime_now('%d %b %Y %H:%M:%S') }}{% for m in messages %}\n{{ m.content }}{% endfor %}"
CHAT = [
    {"role": "system", "content": "Answer by A or B, as asked."},
    {"role": "user", "content": 'Is "a  cat"\tan animal?'},
    {"role": "assistant", "content": "A"},
    {"role": "user", "content": "Is a stone an animal?"},
    {"role": "assistant", "content": "B"},
    {"role": "user", "content": "Is a stone an animal that lives?\nSay A or B.\n"},
]


def template(text: str) -> Callable[..., str]:
    def render(messages: list[dict[str, Any]], add_generation_prompt: bool = True) -> str:
        (prompt,), _ = render_jinja_template(  # type: ignore[misc]
            [messages], chat_template=text, add_generation_prompt=add_generation_prompt
        )
        return str(prompt)

    return render


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("chat", [CHAT, CHAT[1:], CHAT[-1:], [*CHAT, {"role": "assistant", "content": "Answer:"}]])
def test_templates_that_lose_nothing_are_not_blamed(name: str, chat: list[dict[str, str]]) -> None:
    prompts = ChatPrompts(template(HONEST[name]))
    prompts(chat)
    behind_a_prefix = (
        name == "mistral" and chat[-1]["role"] == "assistant"
    )  # there its template does lose the system text
    assert prompts.taken() == (Lost(system=1) if behind_a_prefix else Lost())


@pytest.mark.parametrize("name", FAULTY)
def test_what_a_template_loses_is_counted_by_prompts(name: str) -> None:
    text, lost = FAULTY[name]
    prompts = ChatPrompts(template(text))
    prompts(CHAT)
    assert prompts.taken() == lost
    assert prompts.taken() == Lost()


def test_a_text_may_be_broken_into_lines_anywhere() -> None:
    said = [{"role": "user", "content": "今天天气很好，well-known  words"}]
    assert missing(said, "U: 今天天\n气很好，well-\nknown\nwo\nrds A:") == frozenset()
    assert missing(said, "U: 今天天气很好，well-knownwords A:") == {0}
    assert missing(said, "knownwords 今天天气很好，well-known words") == frozenset()
    twice = [
        {"role": "user", "content": "a b"},
        {"role": "assistant", "content": "c"},
        {"role": "user", "content": "a b"},
    ]
    assert missing(twice, "a b c a b") == frozenset()
    assert missing(twice, "ab c a b") == {0}
    assert missing(twice, "a b c ab") == {0, 1}  # its only "a b" is taken for the question


def test_short_answers_that_stand_elsewhere_by_chance_are_missed_too() -> None:
    """Every "A" and "B" of the examples also stands in the description and in "Assistant"."""
    prompts = ChatPrompts(template("{% for m in messages if m.role != 'assistant' %}{{ m.content }} A B{% endfor %} Assistant"))  # fmt: skip
    prompts(CHAT)
    assert prompts.taken() == Lost(examples=1)


@pytest.mark.parametrize(("answer", "lost"), [("<think>2 + 2</think>4", Lost(examples=1)), ("4", Lost())])
def test_reasoning_is_missed_only_where_an_example_has_some(answer: str, lost: Lost) -> None:
    prompts = ChatPrompts(template(QWEN))
    prompts([CHAT[1], {"role": "assistant", "content": answer}, CHAT[-1]])
    assert prompts.taken() == lost


def test_a_prefix_of_the_answer_belongs_to_the_question() -> None:
    begun = [*CHAT, {"role": "assistant", "content": "The answer is"}]
    assert missing(begun, "\n".join(m["content"] for m in CHAT)) == {6}
    prompts = ChatPrompts(template("{% for m in messages[:-1] %}{{ m.content }}\n{% endfor %}"))
    prompts(begun)
    assert prompts.taken() == Lost(question=1)


def test_the_clock_of_a_template_stands_still() -> None:
    asked = ChatPrompts(template("{{ strftime_now('%d %b %Y, %H:%M:%S') }} {{ messages[-1].content }}"))
    assert asked(CHAT[-1:]).startswith("26 Jul 2024, 00:00:00 ")
    assert asked.clock.asked
    silent = ChatPrompts(template(EVERY))
    silent(CHAT)
    assert not silent.clock.asked
    assert "Today Date: 26 Jul 2024" in ChatPrompts(template(LLAMA))(CHAT)


def test_a_run_says_on_which_day_it_asked_and_asks_the_same_on_another_day(
    tmp_path: Path, calibration: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers.utils import chat_template_utils

    model = make_model(tmp_path / "dated", context=2048)
    config = model / "tokenizer_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"chat_template": DATED}), encoding="utf-8")
    only = tuple(t for t in calibration.tasks if t.task == "landscape_cal_class")
    suite, chat = dataclasses.replace(calibration, tasks=only, groups=()), options(chat_template=True)

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Tomorrow:
            return cls(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    first = run_folder.read_manifest(run_model(str(model), suite, chat, tmp_path / "a", SILENT).folder)
    monkeypatch.setattr(chat_template_utils, "datetime", Tomorrow)
    other = run_folder.read_manifest(run_model(str(model), suite, chat, tmp_path / "b", SILENT).folder)
    assert first["plan"]["requests_digest"] == other["plan"]["requests_digest"]
    assert first["plan"]["hash"] == other["plan"]["hash"] and first["plan"]["chat_template_day"] == "2024-07-26"
    (found,) = [f for f in first["verdict"] if f["code"] == "template-day"]
    assert "as on 2024-07-26" in found["message"]
    prompts = pq.read_table(tmp_path / "a" / first["run_id"] / "samples.parquet").column("prompt").to_pylist()
    assert all(p.startswith("26 Jul 2024 00:00:00") for p in prompts)


def test_the_clock_runs_again_behind_the_block() -> None:
    now, clock = template("{{ strftime_now('%Y %f') }}"), Clock()
    with pytest.raises(ZeroDivisionError), fixed_clock(clock):
        assert now([]) == "2024 000000" and clock.asked
        raise ZeroDivisionError
    assert now([]) != "2024 000000"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{ [1, 2]|random }} {{ messages[-1].content }}", "draws at random"),
        ("{{ lipsum(n=1) }} {{ messages[-1].content }}", "draws at random"),
        ("{{ messages | map('upper') }} {{ messages[-1].content }}", "where an object lies in memory"),
    ],
)
def test_a_template_that_is_never_the_same_is_refused(text: str, fault: str) -> None:
    with pytest.raises(BadInput, match=f"chat template of a/b .*{fault}.*drop --chat-template"):
        ChatPrompts(template(text), "a/b")(CHAT)


def test_a_template_that_counts_its_calls_is_refused() -> None:
    calls: list[int] = []

    def counting(messages: list[dict[str, Any]]) -> str:
        calls.append(1)
        return f"{len(calls)} {messages[-1]['content']}"

    with pytest.raises(BadInput, match="another prompt each time"):
        ChatPrompts(counting)(CHAT[-1:])
