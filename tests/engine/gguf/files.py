"""A small Llama as a folder and as GGUF files, written with llama.cpp's own writer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf.quants import quantize
from safetensors.torch import load_file

from tests.runs.conftest import make_model

NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
WHOLE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
KINDS = {
    "F32": (gguf.GGMLQuantizationType.F32, 0),
    "F16": (gguf.GGMLQuantizationType.F16, 1),
    "Q8_0": (gguf.GGMLQuantizationType.Q8_0, 7),
}


def name_of(tensor: str) -> str:
    """llama.cpp's name of a Llama tensor."""
    if tensor in WHOLE:
        return WHOLE[tensor]
    _, _, layer, part = tensor.split(".", 3)
    return f"blk.{layer}.{NAMES[part.removesuffix('.weight')]}.weight"


def rotated(weights: Any, heads: int) -> Any:
    """Rows of a query or key projection in llama.cpp's order (its converter's ``permute``)."""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weights.shape)


def write(
    folder: Path,
    path: Path,
    kind: str = "F32",
    *,
    leave_out: str = "",
    layers: int | None = None,
    more: Sequence[str] = (),
    **entries: Any,
) -> Path:
    """The Llama in ``folder`` as a GGUF file of ``kind``; ``entries`` change what its header states, ``layers`` how many layers.

    ``more`` names tensors of ones that are added.
    """
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(path, entries.pop("architecture", "llama"))
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(layers or config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(KINDS[kind][1])
    for key, value in entries.pop("numbers", {}).items():
        writer.add_float32(key, value)
    _add_tokenizer(writer, folder, config, **entries)
    for name, tensor in load_file(folder / "model.safetensors").items():
        if name == leave_out:
            continue
        values = tensor.numpy()
        for part, heads in (("q_proj", "num_attention_heads"), ("k_proj", "num_key_value_heads")):
            if part in name:
                values = rotated(values, config[heads])
        plain = values.ndim == 1
        as_kind = gguf.GGMLQuantizationType.F32 if plain else KINDS[kind][0]
        writer.add_tensor(name_of(name), quantize(np.ascontiguousarray(values), as_kind), raw_dtype=as_kind)
    for name in more:
        writer.add_tensor(name, np.ones(32, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: Any, folder: Path, config: dict[str, Any], *, pre: str = "gpt-2") -> None:
    tokens = [f"t{i}" for i in range(config["vocab_size"])]
    letters = ["Ġ", *"abcdefghijklmnopqrstuvwxyz0123456789.", "ab"]
    tokens[: len(letters)] = letters
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([1] * len(tokens))
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_add_bos_token(False)


def small(folder: Path) -> Path:
    """The Llama that the tests convert."""
    return make_model(folder)
