"""The reference models' tokenizer: a token is a byte, and its id is the byte's value.

Three ids follow the 256 bytes: beginning, end and padding. None is added on its own: lm-eval would
charge a text for a beginning token that stands in it (its rolling score puts one before the text
in any case), and the known code lengths are of the text alone. Any UTF-8 text comes back unchanged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BYTES = 256
BOS, EOS, PAD = BYTES, BYTES + 1, BYTES + 2
VOCABULARY = BYTES + 3
BOS_TEXT, EOS_TEXT, PAD_TEXT = "<|bos|>", "<|eos|>", "<|pad|>"


def byte_characters() -> list[str]:
    """The printable character by which byte-level tokenizers write each byte, in byte order.

    Printable Latin-1 stands for itself, the other bytes for the characters from U+0100 on.
    """
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    rest = iter(range(BYTES))
    return [chr(byte) if byte in printable else chr(BYTES + next(rest)) for byte in range(BYTES)]


def save(folder: Path, context: int) -> None:
    """Write the tokenizer's files into a model's folder."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {character: byte for byte, character in enumerate(byte_characters())}
    core = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens([BOS_TEXT, EOS_TEXT, PAD_TEXT])
    fast: Any = PreTrainedTokenizerFast
    fast(
        tokenizer_object=core,
        bos_token=BOS_TEXT,
        eos_token=EOS_TEXT,
        pad_token=PAD_TEXT,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    ).save_pretrained(folder)
    # Saved under the class name that every version of transformers and vLLM knows.
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"tokenizer_class": "PreTrainedTokenizerFast"}
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
