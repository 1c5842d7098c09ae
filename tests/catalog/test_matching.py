"""Matches and non-matches, compared with what the snapshot itself says of an offer's model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness import places
from harness.catalog import tables
from harness.catalog.names.matching import NameIndex, index_names, maker, match_model, match_provider, match_vendor

# Labels of the snapshot that name another model than the offer's own id does: read one by one.
COARSE_LABELS = 15
# Offers of altered, merged or house models: none of them is a model of the family that its name begins with.
ALTERED = [
    "huihui-ai/Llama-3.3-70B-Instruct-abliterated",
    "failspy/Meta-Llama-3-70B-Instruct-abliterated-v3.5",
    "gemma-4-31B-Larkspur-v0.5",
    "gemma-4-31B-DarkIdol",
    "Qwen3.5-27B-NaNovel-Derestricted-Lite",
    "Gemma-4-31B-Claude-4.6-Opus-Reasoning-Distilled",
    "TheDrummer/Cydonia-24B-v4.1",
    "sao10k/l3.3-euryale-70b",
    "anthracite-org/magnum-v4-72b",
    "subconscious/tim-qwen3.6-27b",
    "olafangensan-glm-4.7-flash-heretic",
    "alfredpros/codellama-7b-instruct-solidity",
    "umans-flash",
    "auto",
    "openrouter/auto",
    "model-router",
]


@pytest.fixture(scope="module")
def index() -> NameIndex:
    catalog, _ = tables.read(places.packaged_catalog())
    rows = catalog.rows
    return index_names(rows["models"], rows["vendors"], rows["providers"], rows["aliases"], day="2026-07-02")


def test_matches_agree_with_the_snapshots_own_labels(index: NameIndex, market: Path) -> None:
    snapshot = json.loads((market / "models.dev" / "api-2026-07-02.json").read_text(encoding="utf-8"))
    right, wrong, none = 0, [], []
    for provider in snapshot.values():
        for offer, facts in provider["models"].items():
            if "base_model" not in facts:
                continue
            truth, found = match_model(index, facts["base_model"]), match_model(index, offer)
            assert truth is not None
            if found is None:
                none.append(offer)
            elif found.id == truth.id:
                right += 1
            else:
                wrong.append((offer, found.id, truth.id))
    assert right + len(wrong) + len(none) == 1347
    assert len(wrong) <= COARSE_LABELS, wrong
    assert len(none) <= 10, none


@pytest.mark.parametrize("offer", ALTERED)
def test_altered_and_house_models_match_nothing(index: NameIndex, offer: str) -> None:
    assert match_model(index, offer) is None
    assert maker(index, offer) is None


@pytest.mark.parametrize(
    ("offer", "vendor"),
    [
        ("amazon/nova-9-lite", "amazon"),
        ("nova-9-lite", "amazon"),
        ("meta-llama/llama-9-7b", "meta"),
        ("llama-3.1-nemotron-99b", "nvidia"),
        ("route/claude-opus-9", "anthropic"),
        ("ByteDance-Seed/Seed-OSS-99B", "bytedance"),
        ("qwen9-max", "alibaba"),
    ],
)
def test_the_maker_of_an_unknown_model_follows_from_owner_or_family(index: NameIndex, offer: str, vendor: str) -> None:
    found = maker(index, offer, frozenset({"route"}))
    assert found is not None
    assert found.id == vendor


def test_vendors_and_providers_are_known_under_reviewed_names(index: NameIndex) -> None:
    assert [m.id for n in ("百度", "Z.ai", "meta-llama", "Mistral AI", "THUDM") if (m := match_vendor(index, n))] == [
        "baidu",
        "zhipu",
        "meta",
        "mistral",
        "zhipu",
    ]
    assert match_vendor(index, "no such company") is None
    provider = match_provider(index, "vertex_ai-anthropic_models")
    assert provider is not None
    assert provider.id == "google-vertex"
    assert match_provider(index, "nowhere") is None


def test_two_models_of_one_name_match_nothing() -> None:
    def row(model_id: str, name: str) -> dict[str, str]:
        return {"model_id": model_id, "vendor_id": "v", "name": name, "hub_id": "", "released": "", "open_weights": ""}

    both = index_names([row("a-1", "Twin"), row("b-1", "Twin")], [], [], [])
    assert match_model(both, "twin") is None
    assert match_model(both, "a-1") is not None
