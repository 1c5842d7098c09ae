"""Checkpoints that lack tensors, hold others, or numbers that are none: refused, and honest ones of every kind not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from harness.engine import load as loading
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.engine.trust.completeness import check_headers
from harness.errors import BadInput, RunFailed
from harness.runs.execute import run_model
from harness.runs.plan import Options
from harness.runs.progress import Progress
from harness.suites.load import load_suite
from tests.runs.conftest import make_model

Tensors = dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("trust") / "whole")


def changed(whole: Path, folder: Path, change: Callable[[Tensors], Tensors]) -> Path:
    shutil.copytree(whole, folder)
    save_file(change(load_file(whole / "model.safetensors")), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def load(folder: Path, engine: str = "packed") -> loading.Loaded:
    return loading.load(resolve(str(folder)), Settings(engine, "cpu", "fp32"))


def without(*names: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {k: v for k, v in tensors.items() if k not in names}


def valued(name: str, value: float) -> Callable[[Tensors], Tensors]:
    def change(tensors: Tensors) -> Tensors:
        tensors[name].view(-1)[7] = value
        return tensors

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("model.layers.1.self_attn.k_proj.weight"), r"lacks 1 of the 21 tensors .* needs: model\.layers\.1\.self_attn\.k_proj"),
        (without("lm_head.weight"), r"lacks 1 .*: lm_head\.weight"),
        (lambda t: {f"net.{k}": v for k, v in t.items()}, r"holds none of the 21 tensors that LlamaForCausalLM needs"),
        (lambda t: t | {"model.norm.weight": torch.ones(16)}, r"holds 1 tensors of other shapes .*: model\.norm\.weight \(16, not 32\)"),
        (lambda t: {k: v for k, v in t.items() if ".layers.1." not in k}, r"lacks 9 of .* and 6 more"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named_before_weights_are_loaded(
    whole: Path, tmp_path: Path, change: Callable[[Tensors], Tensors], words: str
) -> None:
    source = resolve(str(changed(whole, tmp_path / "m", change)))
    with pytest.raises(BadInput, match=words):
        check_headers(source, AutoModelForCausalLM)


@pytest.mark.parametrize("engine", ["packed", "hf"])
def test_what_the_loader_reports_is_refused_too(
    whole: Path, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = changed(whole, tmp_path / "m", without("model.layers.0.mlp.up_proj.weight"))
    monkeypatch.setattr("harness.engine.trust.completeness.check_headers", lambda *_: None)
    with pytest.raises(BadInput, match=r"m lacks 1 of the 21 tensors .*model\.layers\.0\.mlp\.up_proj\.weight"):
        load(folder, engine)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_no_numbers_are_refused(whole: Path, tmp_path: Path, value: float) -> None:
    folder = changed(whole, tmp_path / "m", valued("model.layers.1.mlp.down_proj.weight", value))
    with pytest.raises(BadInput, match=r"model\.layers\.1\.mlp\.down_proj\.weight of m holds values .* in float32"):
        load(folder)


def filled(value: float, *names: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {k: torch.full_like(v, value) if not names or k in names else v for k, v in tensors.items()}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (filled(0.0), "m embeds all of its"),
        (filled(0.02), "m embeds all of its"),
        (filled(0.0, "lm_head.weight"), "m predicts all of its"),
    ],
)
def test_weights_that_were_never_filled_are_refused(
    whole: Path, tmp_path: Path, change: Callable[[Tensors], Tensors], words: str
) -> None:
    folder = changed(whole, tmp_path / "m", change)
    with pytest.raises(BadInput, match=words):
        load(folder)


def test_a_layer_of_zeros_is_no_empty_model(whole: Path, tmp_path: Path) -> None:
    assert load(changed(whole, tmp_path / "m", filled(0.0, "model.layers.1.mlp.down_proj.weight"))).params


def test_an_output_layer_of_its_own_that_the_configuration_ties_is_refused(whole: Path, tmp_path: Path) -> None:
    folder = changed(whole, tmp_path / "m", lambda t: t)
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"tie_word_embeddings": false', '"tie_word_embeddings": true'))
    with pytest.raises(BadInput, match=r"config\.json of m says that lm_head\.weight is model\.embed_tokens\.weight"):
        load(folder)


def base_model(tensors: Tensors) -> Tensors:
    """As ``LlamaModel`` saves it: no output layer, no prefix."""
    return {k.removeprefix("model."): v for k, v in tensors.items() if k != "lm_head.weight"}


@pytest.mark.parametrize(
    "change",
    [
        without("lm_head.weight"),
        lambda t: t | {"lm_head.weight": t["model.embed_tokens.weight"].clone()},
        lambda t: without("model.embed_tokens.weight")(t | {"lm_head.weight": t["model.embed_tokens.weight"].clone()}),
        base_model,
        lambda t: without("lm_head.weight")(t) | {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(4)},
        lambda t: without("lm_head.weight")(t) | {"vision_tower.patch.weight": torch.ones(4, 4)},
    ],
    ids=["tied", "stored twice alike", "stored as the other", "base model", "old buffers", "another tower"],
)
def test_honest_ways_to_store_tied_weights_give_the_same_numbers(
    whole: Path, tmp_path: Path, change: Callable[[Tensors], Tensors]
) -> None:
    folder = changed(whole, tmp_path / "m", change)
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"tie_word_embeddings": false', '"tie_word_embeddings": true'))
    weights = load_file(whole / "model.safetensors")
    model = load(folder).lm.model
    assert torch.equal(model.lm_head.weight, weights["model.embed_tokens.weight"])
    assert torch.equal(model.model.norm.weight, weights["model.norm.weight"])


def test_experts_of_their_own_are_fused_by_the_loader_and_counted_whole(tmp_path: Path) -> None:
    from transformers import MixtralConfig, MixtralForCausalLM

    from harness.suites.calibration import tokenizer

    torch.manual_seed(3)
    config = MixtralConfig(
        vocab_size=tokenizer.VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, num_local_experts=4, max_position_embeddings=64, bos_token_id=tokenizer.BOS, eos_token_id=tokenizer.EOS,
    )  # fmt: skip
    folder = tmp_path / "experts"
    MixtralForCausalLM(config).save_pretrained(folder)
    tokenizer.save(folder, 64)
    held = load_file(folder / "model.safetensors")
    assert any(".experts.3." in name for name in held), "the file holds each expert by itself"
    check_headers(resolve(str(folder)), AutoModelForCausalLM)
    lacking = changed(
        folder, tmp_path / "m", lambda t: {k: v for k, v in t.items() if ".layers.1.block_sparse_moe" not in k}
    )
    with pytest.raises(BadInput, match=r"m lacks 3 of .*: model\.layers\.1\.mlp\.experts\.down_proj, "):
        check_headers(resolve(str(lacking)), AutoModelForCausalLM)
    one_less = changed(
        folder,
        tmp_path / "one",
        lambda t: {k: v for k, v in t.items() if ".layers.1.block_sparse_moe.experts.2.w2." not in k},
    )
    with pytest.raises(
        BadInput, match=r"one holds 1 tensors of other shapes .*experts\.down_proj \(3×16×24, not 4×16×24\)"
    ):
        check_headers(resolve(str(one_less)), AutoModelForCausalLM)


def overflowing(tensors: Tensors) -> Tensors:
    """Finite weights whose products are not."""
    return tensors | {"lm_head.weight": tensors["lm_head.weight"] * 1e38, "model.norm.weight": torch.full((32,), 1e6)}


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("packed", "no way of scoring agrees with its plain forward"),
        ("hf", "log-likelihoods in batch 1 of .* are NaN or infinite"),
    ],
)
def test_a_run_whose_numbers_are_none_stops_with_the_reason(
    whole: Path, tmp_path: Path, engine: str, words: str
) -> None:
    folder = changed(whole, tmp_path / "m", overflowing)
    suite = load_suite("calibration")
    with pytest.raises(RunFailed, match=words):
        run_model(str(folder), suite, Options(engine, "cpu", "fp32", limit=2), tmp_path / "runs", Progress())
    assert not [p for p in (tmp_path / "runs").glob("*") if not p.name.startswith(".")]
