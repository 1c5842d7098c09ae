"""Small random models of every architecture, and the plain forward that they are held against."""

from __future__ import annotations

import random
from typing import Any

import torch
import transformers

from harness.engine.base import Scored, ScoreRequest

VOCABULARY = 97
_COMMON: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 256,
    "initializer_range": 0.3,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
_GROUPED = {**_COMMON, "num_key_value_heads": 2}
_SLIDING = {"sliding_window": 12}
_LAYERS = {"layer_types": ["sliding_attention", "full_attention"]}
_EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32}

# name: (configuration class, its arguments, the way of scoring that it must take)
ARCHITECTURES: dict[str, tuple[str, dict[str, Any], str]] = {
    "llama": ("LlamaConfig", _GROUPED, "tree"),
    "qwen2": ("Qwen2Config", _GROUPED, "tree"),
    "qwen2-sliding": ("Qwen2Config", {**_GROUPED, **_SLIDING, **_LAYERS, "use_sliding_window": True}, "tree"),
    "qwen3": ("Qwen3Config", {**_GROUPED, "head_dim": 8}, "tree"),
    "gpt2": (
        "GPT2Config",
        {
            "vocab_size": VOCABULARY,
            "n_embd": 32,
            "n_layer": 2,
            "n_head": 4,
            "n_positions": 256,
            "initializer_range": 0.3,
            "bos_token_id": 1,
            "eos_token_id": 2,
        },
        "tree",
    ),
    "gpt-neox": ("GPTNeoXConfig", _COMMON, "tree"),
    "gemma": ("GemmaConfig", {**_GROUPED, "head_dim": 8}, "tree"),
    "gemma2": (
        "Gemma2Config",
        {
            **_GROUPED,
            **_SLIDING,
            "head_dim": 8,
            "query_pre_attn_scalar": 8,
            "attn_logit_softcapping": 2.0,
            "final_logit_softcapping": 3.0,
        },
        "tree",
    ),
    "mistral": ("MistralConfig", {**_GROUPED, **_SLIDING, "head_dim": 8}, "tree"),
    "phi": ("PhiConfig", _COMMON, "tree"),
    "opt": (
        "OPTConfig",
        {
            "vocab_size": VOCABULARY,
            "hidden_size": 32,
            "ffn_dim": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "max_position_embeddings": 256,
            "word_embed_proj_dim": 32,
            "init_std": 0.3,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": 0,
        },
        "tree",
    ),
    "gpt-oss": (
        "GptOssConfig",
        {**_GROUPED, **_SLIDING, "head_dim": 8, "num_local_experts": 4, "num_experts_per_tok": 2},
        "tree",
    ),
    "mixtral": ("MixtralConfig", {**_GROUPED, "num_local_experts": 4, "num_experts_per_tok": 2}, "tree"),
    "qwen2-moe": ("Qwen2MoeConfig", {**_GROUPED, **_EXPERTS, "shared_expert_intermediate_size": 32}, "tree"),
    "granite": ("GraniteConfig", {**_GROUPED, "logits_scaling": 4.0, "attention_multiplier": 0.4}, "tree"),
    "bloom": (
        "BloomConfig",
        {
            "vocab_size": VOCABULARY,
            "hidden_size": 32,
            "n_layer": 2,
            "n_head": 4,
            "initializer_range": 0.3,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": 0,
        },
        "prefix",
    ),
    "mamba": (
        "MambaConfig",
        {
            "vocab_size": VOCABULARY,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "state_size": 8,
            "initializer_range": 0.3,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": 0,
        },
        "padded",
    ),
    "qwen3-next": (
        "Qwen3NextConfig",
        {
            **_GROUPED,
            **_EXPERTS,
            "head_dim": 8,
            "shared_expert_intermediate_size": 32,
            "layer_types": ["linear_attention", "full_attention"],
            "linear_num_value_heads": 2,
            "linear_num_key_heads": 2,
            "linear_key_head_dim": 8,
            "linear_value_head_dim": 8,
        },
        "prefix",
    ),
}


def model(name: str, **changes: Any) -> Any:
    """A random model with spread-out logits, always the same."""
    config, arguments, _ = ARCHITECTURES[name]
    torch.manual_seed(0)
    make: Any = transformers.AutoModelForCausalLM.from_config
    return make(getattr(transformers, config)(**{**arguments, **changes})).eval()


def draw(dice: random.Random, count: int) -> tuple[int, ...]:
    """Random tokens, none of them special."""
    return tuple(dice.randrange(3, VOCABULARY) for _ in range(count))


def workload(seed: int = 0, documents: int = 6) -> list[ScoreRequest]:
    """A few-shot family, a second preamble, one-token labels, shared stems, duplicates, windows, lone tokens."""
    dice = random.Random(seed)
    found: list[ScoreRequest] = []
    for length in (40, 25):
        shared = draw(dice, length)
        for _ in range(documents):
            context = shared + draw(dice, dice.randrange(1, 20))
            stem = draw(dice, 2)
            found += [ScoreRequest(context, stem + draw(dice, dice.randrange(1, 6))) for _ in range(3)]
            found += [ScoreRequest(context, draw(dice, 1)) for _ in range(2)]
            found += [ScoreRequest(context[:-1], context[-1:] + draw(dice, 2))]
    found += [found[0], ScoreRequest(found[3].context[:5], found[3].context[5:9])]
    found += [ScoreRequest(draw(dice, 1), draw(dice, n), greedy=False) for n in (60, 7, 1)]
    return found


def plain(made: Any, request: ScoreRequest) -> Scored:
    """The request by itself: full logits, log-softmax in fp32."""
    ids = torch.tensor([request.context + request.continuation[:-1]])
    with torch.inference_mode():
        table = made(input_ids=ids, use_cache=False).logits[0, len(request.context) - 1 :].float().log_softmax(-1)
    targets = torch.tensor(request.continuation)
    return Scored(float(table.gather(1, targets[:, None]).double().sum()), bool((table.argmax(-1) == targets).all()))


class Letters:
    """A tokenizer of one letter a token: the id's code point from 'A' on."""

    eos_token_id = 2
    pad_token_id = 0

    def decode(self, ids: list[int], skip_special_tokens: bool = False) -> str:
        return "".join(chr(ord("A") + i) for i in ids if not (skip_special_tokens and i < 3))
