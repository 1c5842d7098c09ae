"""The tokenizer of a GGUF file, held against the way of splitting text that the file states.

A byte-level vocabulary names its way (``tokenizer.ggml.pre``). transformers knows some of them and takes GPT-2's for all others,
which splits text otherwise than the model was trained on and says nothing.
"""

from __future__ import annotations

from typing import Any

from harness.engine.gguf.header import Header
from harness.errors import BadInput

# As llama.cpp reads them (src/llama-vocab.cpp): GPT-2's own expression, or the same after every digit stands alone.
_AS_GPT2 = ("gpt-2", "phi-2", "mpt", "olmo", "jais", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de")
_DIGITS_ALONE = ("smollm", "starcoder", "refact", "command-r", "codeshell")


def repaired(name: str, head: Header, tokenizer: Any) -> Any:
    """The tokenizer, splitting text as the file states.

    Raises:
        BadInput: it states a way that neither transformers nor this module knows.
    """
    if head.metadata.get("tokenizer.ggml.model") != "gpt2":
        return tokenizer
    way = head.metadata.get("tokenizer.ggml.pre")
    if way in _AS_GPT2 or way in _known():
        return tokenizer
    if way not in _DIGITS_ALONE:
        raise BadInput(
            f"{name} splits text by {str(way)[:40]!r} (tokenizer.ggml.pre), which is not known here: its texts would become other "
            "tokens than it was trained on. Serve it (llama-server -m FILE) and use --engine api."
        )
    from tokenizers import pre_tokenizers

    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    return tokenizer


def _known() -> tuple[str, ...]:
    try:
        from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS
    except ImportError:
        return ()
    return tuple(GGUF_PRE_TOKENIZER_SPLITS)
