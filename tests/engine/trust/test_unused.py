"""Files with tensors that the model leaves out: parts of another model are refused, leftovers of honest ones are not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    BertForPreTraining,
    DeepseekV3Config,
    GPT2Config,
    Qwen3NextConfig,
)

from harness.engine import load as loading
from harness.engine.settings import Settings
from harness.engine.source import ModelSource, resolve
from harness.engine.trust.completeness import check_headers
from harness.errors import BadInput
from harness.runs.execute import run_model
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.suites.calibration import tokenizer
from harness.suites.model import Suite
from tests.runs.conftest import calibration as calibration_of_runs
from tests.runs.conftest import make_model, options

calibration = calibration_of_runs
Tensors = dict[str, Any]
LAYER = "model.layers.0."


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("unused") / "whole")


def with_tensors(whole: Path, folder: Path, tensors: Tensors, **config: Any) -> Path:
    shutil.copytree(whole, folder)
    held = load_file(folder / "model.safetensors") | tensors
    save_file(held, folder / "model.safetensors", metadata={"format": "pt"})
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    return folder


def load(folder: Path, engine: str = "packed") -> loading.Loaded:
    return loading.load(resolve(str(folder)), Settings(engine, "cpu", "fp32"))


ANOTHER_MODEL: dict[str, tuple[Tensors, dict[str, Any], str]] = {
    "fewer layers": ({}, {"num_hidden_layers": 1}, r"9 of layers that it does not have \(model\.layers\.1\.input_layernorm\.weight, .* and 7 more\)"),
    "biases": ({f"{LAYER}self_attn.q_proj.bias": torch.ones(32)}, {}, r"1 that are biases of layers .*q_proj\.bias\)"),
    "a bias of the output layer": ({"lm_head.bias": torch.ones(268)}, {}, r"1 that are biases of layers .*lm_head\.bias"),
    "one bias that is not zero": (
        {f"{LAYER}mlp.up_proj.bias": torch.zeros(64), f"{LAYER}mlp.down_proj.bias": torch.eye(32)[3]}, {}, r"1 that are biases .*down_proj"),
    "an adapter": ({f"{LAYER}self_attn.q_proj.lora_A.weight": torch.ones(4, 32)}, {}, r"1 of an adapter .*lora_A"),
    "an adapter of another library": ({f"{LAYER}mlp.up_proj.hada_w1_a": torch.ones(4, 4)}, {}, "1 of an adapter"),
    "a prompt": ({"prompt_encoder.default.embedding.weight": torch.ones(8, 32)}, {}, "1 of an adapter"),
    "experts": ({f"{LAYER}mlp.experts.0.up_proj.weight": torch.ones(4, 4)}, {}, "1 of experts"),
    "another head": ({"score.weight": torch.ones(2, 32)}, {}, r"1 of another head \(score\.weight\)"),
    "norms of queries": ({f"{LAYER}self_attn.q_norm.weight": torch.ones(8)}, {}, r"1 of no known use .*q_norm"),
    "scales without a quantisation": ({f"{LAYER}mlp.up_proj.weight_scale_inv": torch.ones(1, 1)}, {}, "1 of no known use .*scale_inv"),
    "several": ({"score.weight": torch.ones(2, 32), "other.weight": torch.ones(2)}, {}, r"1 of another head .*; 1 of no known use"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ANOTHER_MODEL)
def test_tensors_of_another_model_are_refused_before_weights_are_loaded(whole: Path, tmp_path: Path, kind: str) -> None:
    tensors, config, words = ANOTHER_MODEL[kind]
    source = resolve(str(with_tensors(whole, tmp_path / "m", tensors, **config)))
    with pytest.raises(BadInput, match=rf"m holds tensors that LlamaForCausalLM, .* does not use: .*{words}"):
        check_headers(source, AutoModelForCausalLM)


@pytest.mark.parametrize("engine", ["packed", "hf"])
def test_what_the_loader_left_out_is_refused_too(
    whole: Path, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_tensors(whole, tmp_path / "m", {}, num_hidden_layers=1)
    monkeypatch.setattr("harness.engine.trust.completeness.check_headers", lambda *_: None)
    with pytest.raises(BadInput, match="9 of layers that it does not have"):
        load(folder, engine)


def test_layers_and_adapters_of_a_quantised_model_are_refused_by_name(whole: Path, tmp_path: Path) -> None:
    quantised = {"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
    scales = {f"{LAYER}mlp.up_proj.weight_scale_inv": torch.ones(1, 1), f"{LAYER}self_attn.k_scale": torch.ones(1)}
    check_headers(resolve(str(with_tensors(whole, tmp_path / "all", scales, **quantised))), AutoModelForCausalLM)
    for name, tensors, layers in (
        ("cut", {}, 1),
        ("lora", {f"{LAYER}mlp.up_proj.lora_B.weight": torch.ones(64, 4)}, 2),
    ):
        source = resolve(str(with_tensors(whole, tmp_path / name, tensors, num_hidden_layers=layers, **quantised)))
        with pytest.raises(BadInput, match=f"{name} holds tensors .* of (layers that it does not have|an adapter)"):
            check_headers(source, AutoModelForCausalLM)


HARMLESS: dict[str, Tensors] = {
    "old buffers": {f"{LAYER}self_attn.rotary_emb.inv_freq": torch.ones(4), f"{LAYER}self_attn.masked_bias": torch.tensor(-1e4)},
    "a causal mask": {f"{LAYER}self_attn.bias": torch.ones(1, 1, 16, 16).tril()},
    "biases of zeros": {f"{LAYER}self_attn.{p}_proj.bias": torch.zeros(32 if p == "q" else 16) for p in "qkv"},
}  # fmt: skip


@pytest.mark.parametrize("kind", HARMLESS)
def test_leftovers_that_change_nothing_are_passed_over(whole: Path, tmp_path: Path, kind: str) -> None:
    loaded = load(with_tensors(whole, tmp_path / "m", HARMLESS[kind]))
    assert loaded.beside == ()
    assert loaded.params == resolve(str(whole)).params, "what is not computed with is not counted"


BESIDE: dict[str, Tensors] = {
    "vision": {"model.vision_tower.layers.7.q.weight": torch.ones(4, 4), "multi_modal_projector.linear.bias": torch.ones(4)},
    "draft": {"mtp.layers.0.mlp.up_proj.weight": torch.ones(4, 4), "mtp.fc.weight": torch.ones(4)},
    "layer": {f"model.layers.2.{n}.weight": torch.ones(4, 4) for n in ("eh_proj", "enorm", "self_attn.q_proj")},
}  # fmt: skip


@pytest.mark.parametrize("kind", BESIDE)
def test_parts_beside_the_text_model_are_named_and_not_counted(
    whole: Path, tmp_path: Path, kind: str, calibration: Suite
) -> None:
    folder = with_tensors(whole, tmp_path / "m", BESIDE[kind])
    done = run_model(str(folder), calibration, options(limit=None), tmp_path / "runs", Progress())
    manifest = run_folder.read_manifest(done.folder)
    (found,) = [f for f in manifest["verdict"] if f["code"] == "unused-tensors"]
    assert f"({len(BESIDE[kind])}, such as {min(BESIDE[kind])})" in found["message"] and not found["invalid"]
    assert manifest["valid"] and manifest["model"]["params"] == resolve(str(whole)).params


def saved(folder: Path, config: Any, change: Callable[[Tensors], Tensors]) -> ModelSource:
    torch.manual_seed(5)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save(folder, 64)
    held = load_file(folder / "model.safetensors")
    save_file(change(held), folder / "model.safetensors", metadata={"format": "pt"})
    return resolve(str(folder))


SIZES = {"vocab_size": tokenizer.VOCABULARY, "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "max_position_embeddings": 64}  # fmt: skip


def test_what_an_architecture_says_to_ignore_is_passed_over_unless_it_is_a_part_of_the_model(tmp_path: Path) -> None:
    gpt2 = GPT2Config(vocab_size=tokenizer.VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=64)
    masks = {f"h.{i}.attn.bias": torch.ones(1, 1, 64, 64).tril() for i in range(2)}
    bare = {f"transformer.{n}": t for n, t in masks.items()}
    check_headers(saved(tmp_path / "gpt2", gpt2, lambda held: held | bare), AutoModelForCausalLM)
    next_80b = Qwen3NextConfig(**SIZES, linear_num_value_heads=4, linear_num_key_heads=2, linear_key_head_dim=8, linear_value_head_dim=8,
                               num_experts=2, moe_intermediate_size=8, shared_expert_intermediate_size=8)  # fmt: skip
    heads = {"mtp.layers.0.input_layernorm.weight": torch.ones(32), "mtp.fc.weight": torch.ones(32, 64)}
    check_headers(saved(tmp_path / "next", next_80b, lambda held: held | heads), AutoModelForCausalLM)
    deepseek = DeepseekV3Config(**SIZES | {"num_key_value_heads": 4}, q_lora_rank=8, kv_lora_rank=8, qk_rope_head_dim=8, qk_nope_head_dim=8, v_head_dim=8,
                                n_routed_experts=2, num_experts_per_tok=1, n_group=1, topk_group=1, moe_intermediate_size=8)  # fmt: skip
    layer_61 = {"model.layers.61.mlp.up_proj.weight": torch.ones(4, 4)}
    with pytest.raises(BadInput, match=r"1 of layers that it does not have \(model\.layers\.61"):
        check_headers(saved(tmp_path / "deepseek", deepseek, lambda held: held | layer_61), AutoModelForCausalLM)
    drafting = layer_61 | {"model.layers.61.eh_proj.weight": torch.ones(4, 4)}
    check_headers(saved(tmp_path / "v3", deepseek, lambda held: held | drafting), AutoModelForCausalLM)


def test_a_masked_model_keeps_the_heads_of_its_pretraining(tmp_path: Path) -> None:
    config = BertConfig(
        vocab_size=12,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=32,
    )
    folder = tmp_path / "bert"
    BertForPreTraining(config).save_pretrained(folder)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefg"]
    (folder / "vocab.txt").write_text("\n".join(words))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"architectures": ["BertForMaskedLM"]}))
    assert "cls.seq_relationship.weight" in load_file(folder / "model.safetensors")
    assert load(folder, "hf").beside == ()
