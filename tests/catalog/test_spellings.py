"""Names as providers write them, beside the form that a person would give them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from harness.catalog.import_context import commonest, decimal, plain, sizes, us_date
from harness.catalog.names import effort
from harness.catalog.names.spellings import forms, normal, owner, slug, unmoded

SAME = [
    ("us.anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku-20241022"),
    ("anthropic/claude-3.5-haiku", "claude-3-5-haiku"),
    ("Claude 3.5 Haiku", "claude-3-5-haiku"),
    ("anthropic--claude-4.5-haiku", "claude-haiku-4-5"),
    ("claude-opus4-8", "claude-opus-4-8"),
    ("claude-opus-4-6@default", "claude-opus-4-6"),
    ("global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
    ("duo-chat-opus-4-5", "claude-opus-4-5"),
    ("databricks-gpt-5-1", "gpt-5-1"),
    ("openai-gpt-52-codex", "gpt-5-2-codex"),
    ("gpt-35-turbo", "gpt-3-5-turbo"),
    ("accounts/fireworks/models/llama-v3p1-405b-instruct", "llama-3-1-405b-instruct"),
    ("meta.llama3-1-8b-instruct-v1:0", "llama-3-1-8b-instruct"),
    ("@cf/meta/llama-3.1-8b-instruct-fp8", "llama-3-1-8b-instruct"),
    ("llama3.1:405b-instruct-q4_K_M", "llama-3-1-405b-instruct"),
    ("qwen-2.5-72b-instruct", "qwen2-5-72b-instruct"),
    ("Qwen-7B", "qwen-7b"),
    ("gpt-oss:120b", "gpt-oss-120b"),
    ("amazon.nova-pro-v1:0", "nova-pro"),
    ("hf:zai-org/GLM-4.7", "glm-4-7"),
    ("zai-glm-4.7", "glm-4-7"),
    ("coding-xiaomi-mimo-v2.5-pro", "mimo-v2-5-pro"),
    ("TEE/deepseek-v3.1", "deepseek-v3-1"),
    ("minimax-m25", "minimax-m2-5"),
    ("k2p7", "kimi-k2-7"),
    ("Command R+", "command-r-plus"),
    ("gemini-2.0-flash-lite-001", "gemini-2-0-flash-lite"),
    ("google/gemma-4-31b-it:free", "gemma-4-31b-it"),
]


@pytest.mark.parametrize(("written", "form"), SAME)
def test_spellings_of_one_name_have_one_form(written: str, form: str) -> None:
    assert normal(written) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("qwen3.7-max", "qwen3.7-plus"),
        ("gpt-5.1-codex", "gpt-5.1-codex-max"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
        ("gemini-1.5-flash-001", "gemini-1.5-flash-002"),
        ("gemini-1.5-pro-001", "gemini-1.5-pro"),
        ("deepseek-r1", "deepseek-r1-0528"),
        ("llama-3.1-8b", "llama-3.1-80b"),
        ("mistral-small-2503", "mistral-small-2506"),
        ("o1", "o1-mini"),
        ("qwen2.5-7b", "qwen-2.5b"),
    ],
)
def test_different_models_keep_different_forms(one: str, other: str) -> None:
    assert normal(one) != normal(other)
    assert unmoded(normal(one)) != unmoded(normal(other))


@pytest.mark.parametrize(
    ("name", "bare", "asked"),
    [
        ("gpt-5.1-codex-max", "gpt-5.1-codex-max", "default"),
        ("gpt-5.1-codex-max-xhigh", "gpt-5.1-codex-max", "xhigh"),
        ("Qwen3.7 Max", "Qwen3.7 Max", "default"),
        ("claude-opus-4-8-max", "claude-opus-4-8", "max"),
        ("gpt2-medium", "gpt2-medium", "default"),
    ],
)
def test_a_level_at_a_names_end_may_be_the_models_own(name: str, bare: str, asked: str) -> None:
    assert effort.split(name) == (bare, asked)


def test_forms_go_from_the_surest_to_the_loosest() -> None:
    assert [r for _, r in forms("gpt-5-2025-08-07-high")][:4] == ["name", "mode", "mode and date", "chat"]
    assert ("gemma-4-31b-it", "chat") in set(forms("gemma-4-31b"))
    assert dict(forms("claude-sonnet-4-5-20250929"))["claude-sonnet-4-5"] == "date"


def test_owner_and_slug() -> None:
    assert owner("hf:zai-org/GLM-4.7") == "zai-org"
    assert owner("~openai/gpt-latest") == "openai"
    assert owner("gpt-4") == ""
    assert slug("Qihoo 360 (三六零)") == "qihoo-360"


def test_cells_of_sources_are_read_as_they_are_meant() -> None:
    assert [str(decimal(t)) for t in ("$1,200", "2E+11", "3e-06", "12")] == ["1200", "2E+11", "0.000003", "12"]
    assert decimal("n/a") is None
    assert plain(Decimal("3e-06") * 1_000_000) == "3"
    assert [us_date(t) for t in ("12/1/2015", "2015-12-01", "7/30/0202", "soon")] == [
        "2015-12-01",
        "2015-12-01",
        "",
        "",
    ]
    assert sizes("Qwen/Qwen3-235B-A22B") == ("235", "22")
    assert sizes("Qwen2.5-0.5B") == ("0.5", "")
    assert sizes("mixtral-8x7b") == ("", "")
    assert commonest(["b", "a", "", ""]) == "a"


def test_a_preview_is_the_model_only_where_a_family_names_it_so() -> None:
    assert "o1" not in dict(forms("o1-preview"))
    assert dict(forms("gemini-2.5-flash-preview"))["gemini-2-5-flash"] == "preview"
