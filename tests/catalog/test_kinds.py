"""The kind of a new model, by rule, against names of our choice and against the reviewed rows."""

from __future__ import annotations

import pytest

from harness import places
from harness.catalog import tables
from harness.catalog.importers.kinds import kind_of
from harness.catalog.schema import MODEL_KINDS


@pytest.mark.parametrize(
    ("name", "reads", "writes", "kind"),
    [
        ("Qwen/Qwen3-8B", "text", "text", "text"),
        ("gpt-oss-120b", "text", "text", "text"),
        ("acme-reader", "text;pdf", "text", "text"),
        ("claude-opus-4.6", "text;image;pdf", "text", "multimodal"),
        ("gemini-2.0-flash", "text", "text", "multimodal"),
        ("qwen2.5-vl-72b-instruct", "text", "text", "multimodal"),
        ("qwen3-omni-flash-realtime", "text;image;audio", "text;audio", "multimodal"),
        ("gpt-4o-audio-preview", "text;audio", "text;audio", "multimodal"),
        ("text-embedding-3-large", "text", "text", "embedding"),
        ("bge-m3", "", "", "embedding"),
        ("voyage-4-lite", "text", "text", "embedding"),
        ("qwen3-vl-embedding-8b", "text;image", "text", "embedding"),
        ("bge-reranker-v2-m3", "text", "text", "reranker"),
        ("cohere/rerank-v4-pro", "", "", "reranker"),
        ("llama-guard-4-12b", "text;image", "text", "moderation"),
        ("omni-moderation-latest", "text;image", "text", "moderation"),
        ("gpt-oss-safeguard-20b", "text", "text", "moderation"),
        ("whisper-large-v3", "audio", "text", "speech"),
        ("gpt-4o-mini-tts", "text", "audio", "speech"),
        ("gpt-realtime-2", "text;audio", "text;audio", "speech"),
        ("qwen3-asr-flash", "", "", "speech"),
        ("flux-2-pro", "text", "image", "image"),
        ("gemini-3-pro-image-preview", "text;image", "text;image", "image"),
        ("black-forest-labs/FLUX.1-schnell", "", "", "image"),
        ("dall-e-3", "", "", "image"),
        ("veo-3.1", "text;image", "video", "video"),
        ("wan-v2-6-t2v", "", "", "video"),
        ("lyria", "text", "audio", ""),
        ("acemath-72b-rm", "text", "text", ""),
        ("vicuna-13b", "", "", ""),
        ("some-model", "", "text", ""),
        ("page-reader", "image", "text", ""),
    ],
)
def test_the_kind_of_a_name(name: str, reads: str, writes: str, kind: str) -> None:
    assert kind_of(name, reads, writes) == kind
    assert kind in ("", *MODEL_KINDS)


def test_the_rule_agrees_with_the_reviewed_rows() -> None:
    catalog, _ = tables.read(places.packaged_catalog())
    stated = [
        (kind, r["kind"])
        for r in catalog.rows["models"]
        if (kind := kind_of(r["model_id"], r["input_modalities"], r["output_modalities"]))
    ]
    assert len(stated) > 900
    assert sum(rule == reviewed for rule, reviewed in stated) / len(stated) >= 0.97
