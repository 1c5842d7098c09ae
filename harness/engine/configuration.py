"""Limits of a model's configuration: what no model has is refused before anything of its size is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.errors import BadInput

# Largest value by the end of a field's name; each at least ten times that of the largest published model.
# Layers: 126 (Llama 3.1 405B), 1,000 in research. Experts: 512. Width: 18,432; feed-forward 100,000; vocabulary 262,144 and
# 5 million with bytes of all scripts. Positions: 10 million (Llama 4 Scout).
_LIMITS = (
    (re.compile(r"(layers?|blocks|depth|n_layer)$"), 4_096),
    (re.compile(r"(experts|experts_per_tok|groups)$"), 16_384),
    (re.compile(r"(heads|n_head|head_kv|num_kv)$"), 16_384),
    (re.compile(r"(vocab_size|n_vocab|num_embeddings)$"), 1 << 25),
    (re.compile(r"(hidden_size|n_embd|d_model|hidden_dim|embedding_size|word_embed_proj_dim|head_dim|d_kv|d_k|lora_rank|_dim)$"), 1 << 20),
    (re.compile(r"(intermediate_size|n_inner|d_ff|ffn_dim|ffn_hidden_size|state_size|conv_kernel|time_step_rank)$"), 1 << 23),
    (re.compile(r"(max_position_embeddings|n_positions|n_ctx|max_seq_len|max_sequence_length|seq_length|model_max_length)$"), 1 << 28),
)  # fmt: skip
# Whole numbers of any other field: what fits a tensor's sizes.
_LARGEST = 1 << 62
# Fields that may be negative or zero in honest files are ids, offsets and switches; these may not.
_AT_LEAST_ONE = re.compile(
    r"^(num_hidden_layers|n_layers?|num_layers|hidden_size|n_embd|d_model|vocab_size|num_attention_heads|n_head|intermediate_size|"
    r"max_position_embeddings|n_positions|head_dim)$"
)
_MAX_SHOWN = 12


def check(config: dict[str, Any], where: str) -> None:
    """Check the sizes that a configuration states, those of its parts (``text_config`` and others) included.

    Raises:
        BadInput: with every size that is no number, below one, or larger than any model's.
    """
    problems = list(_problems(config, ""))
    if problems:
        raise BadInput(f"{where} describes no model that can be built:", problems[:_MAX_SHOWN])


def _problems(config: dict[str, Any], prefix: str) -> Iterator[str]:
    for key, value in config.items():
        name = f"{prefix}{key}"[:80]
        if isinstance(value, dict):
            yield from _problems(value, f"{name}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield from _number_problems(key, name, value)
        elif _AT_LEAST_ONE.match(key) and value is not None and not isinstance(value, list):
            yield f"{name} is {str(value)[:40]!r}; it must be a whole number."


def _number_problems(key: str, name: str, value: int | float) -> Iterator[str]:
    limit = next((most for pattern, most in _LIMITS if pattern.search(key)), None)
    shown = f"{value:,}" if abs(value) < 1e30 else "a number of more than 30 digits"
    if limit is not None and isinstance(value, int) and value > limit:
        yield f"{name} is {shown}; no model has more than {limit:,}."
    elif isinstance(value, int) and abs(value) > _LARGEST and not key.endswith("length"):
        yield f"{name} is {shown}, which fits no tensor."
    elif _AT_LEAST_ONE.match(key) and (value != value or value < 1):
        yield f"{name} is {shown}; it must be at least 1."
    elif _AT_LEAST_ONE.match(key) and value != int(value):
        yield f"{name} is {shown}; it must be a whole number."
