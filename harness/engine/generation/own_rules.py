"""Rules of a model's own generation_config.json that change what it answers greedily, and their neutral values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEUTRAL: Mapping[str, tuple[object, ...]] = {
    "repetition_penalty": (None, 1.0),
    "encoder_repetition_penalty": (None, 1.0),
    "no_repeat_ngram_size": (None, 0),
    "encoder_no_repeat_ngram_size": (None, 0),
    "bad_words_ids": (None, []),
    "min_length": (None, 0),
    "min_new_tokens": (None, 0),
    "suppress_tokens": (None, []),
    "begin_suppress_tokens": (None, []),
    "forced_bos_token_id": (None,),
    "forced_eos_token_id": (None,),
    "sequence_bias": (None, {}),
    "exponential_decay_length_penalty": (None,),
    "guidance_scale": (None, 1.0),
    "num_beams": (None, 1),
    "penalty_alpha": (None, 0),
    "watermarking_config": (None,),
    "max_time": (None,),
}


def own_rules(model: Any) -> dict[str, object]:
    """What a model's generation_config would change in a greedy answer: setting and value."""
    config = getattr(model, "generation_config", None)
    values = {name: getattr(config, name, None) for name in NEUTRAL}
    return {name: value for name, value in values.items() if value not in NEUTRAL[name]}
