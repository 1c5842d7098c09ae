"""The tokenizer of a GGUF file, held against the way of splitting text that the file states.

A byte-level vocabulary names its way (``tokenizer.ggml.pre``). transformers knows some of them and takes GPT-2's for all others,
which splits text otherwise than the model was trained on and says nothing.
"""

from __future__ import annotations

import json
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
    _drop_added(tokenizer, int(head.metadata.get("tokenizer.ggml.tokens") or 0))
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


def _drop_added(tokenizer: Any, tokens: int) -> None:
    """Take out tokens behind the file's last, which transformers' class adds by habit and the model does not embed."""
    from tokenizers import Tokenizer

    if not tokens or max(tokenizer.get_vocab().values(), default=0) < tokens:
        return
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    state["added_tokens"] = [token for token in state["added_tokens"] if token["id"] < tokens]
    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(state))


def _known() -> tuple[str, ...]:
    try:
        from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS
    except ImportError:
        return ()
    return tuple(GGUF_PRE_TOKENIZER_SPLITS)
