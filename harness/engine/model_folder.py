"""A model's folder, read before anything loads: configuration, weight files by their headers, tokenizer files.

Everything here comes from others: files are read through the bounded readers, and nothing is built.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from harness.engine import configuration
from harness.engine.weights import headers, loaded
from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import MB
from harness.interchange.foreign.limits.plain_files import special

TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "vocab.txt", "merges.txt", "special_tokens_map.json",
    "added_tokens.json", "chat_template.jinja", "spiece.model",
)  # fmt: skip
# The largest tokenizer.json of a published model has 35 MB; a configuration with every expert's quantisation 3 MB.
MAX_TOKENIZER, MAX_CONFIG = 256 * MB, 32 * MB
MAX_ENTRIES = 20_000
# Documents that libraries parse: each is checked to be JSON of bounded depth.
_JSON = (
    *("config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("preprocessor_config.json", "processor_config.json", "adapter_config.json", "chat_template.json"),
)
_QUANTISED_FILES = ("quantize_config.json", "quant_config.json", "hf_quant_config.json")
# What changes a model's numbers beside its weights: configuration, tokenizer, chat templates, adapter, code.
_DECIDING = (
    *(*TOKENIZER_FILES, *_JSON, loaded.INDEX, "tekken.json", "tokenizer.*.json"),
    *_QUANTISED_FILES,
    *("*.model", "*.tiktoken", "vocab*", "merges*", "*.jinja", "additional_chat_templates/*.jinja", "*.py"),
)
_VOCABULARY = (
    "tokenizer.json", "tokenizer.*.json", "*.model", "*.tiktoken", "tekken.json", "vocab*", "merges*", "*.vocab", "*.py",
)  # fmt: skip
# Tokenizers whose tokens are bytes or characters.
_WITHOUT_VOCABULARY = re.compile(r"ByT5|Canine|Perceiver|Reformer|\w*(Byte|Char)", re.I)
_QUANTISED = frozenset({"quantization_config", "compression_config", "quantization"})
_CODE = frozenset({".py", ".pyc", ".pyd", ".so"})
_TEXTS = tuple(name for name in TOKENIZER_FILES if name not in _JSON)


def inspect_folder(folder: Path) -> tuple[dict[str, Any], list[Path]]:
    """The configuration of a model folder and the weight files that are loaded, checked as far as headers go.

    Raises:
        BadInput: a file that is no model's, is no regular file, is too large or too deep, or asks for the absurd.
    """
    config_file = folder / "config.json"
    if not config_file.is_file():
        if (folder / "adapter_config.json").is_file():
            raise BadInput(
                f"{folder} is an adapter alone (adapter_config.json), without the model it was trained on. Merge the two "
                "(merge_and_unload of peft), and give the folder of the merged model."
            )
        raise BadInput(f"{folder} is no model: it holds no config.json.")
    _refuse_special(folder)
    config = _object(config_file, MAX_CONFIG)
    if not isinstance(config.get("model_type"), str) or not config["model_type"]:
        raise BadInput(f"{config_file} names no model_type; it is no transformers configuration.")
    configuration.check(config, str(config_file))
    loaded.refuse_elsewhere(config, str(config_file))
    weights = loaded.check(folder)
    if (folder / "adapter_config.json").is_file():
        raise BadInput(
            f"{folder} holds an adapter (adapter_config.json) beside its weights. Merge it into them first "
            "(merge_and_unload of peft), or move it elsewhere."
        )
    _refuse_whole_numbers(folder, config, weights)
    check_documents(folder)
    if not _has_vocabulary(folder):
        raise BadInput(f"{folder} holds no tokenizer (tokenizer.json, tokenizer.model or vocab.json).")
    return config, weights


def _has_vocabulary(folder: Path) -> bool:
    """Whether a folder holds a tokenizer's vocabulary, or names a tokenizer that needs none (of bytes or characters)."""
    if any(path.is_file() for pattern in _VOCABULARY for path in folder.glob(pattern)):
        return True
    settings = folder / "tokenizer_config.json"
    kind = str(_object(settings, MAX_CONFIG).get("tokenizer_class", "")) if settings.is_file() else ""
    return _WITHOUT_VOCABULARY.match(kind) is not None


def _refuse_whole_numbers(folder: Path, config: dict[str, Any], weights: list[Path]) -> None:
    """Refuse matrices of whole numbers where nothing says how they were quantised: they would be taken as they stand."""
    quantised = any(key in _QUANTISED for key, _ in loaded.entries(config))
    if quantised or any((folder / name).is_file() for name in _QUANTISED_FILES):
        return
    if names := headers.whole_numbers(weights):
        raise BadInput(
            f"{folder} holds {len(names)} matrices of whole numbers ({names[0][:100]}) and no quantization_config that says what "
            "they stand for. Fetch its config.json again, or save the model as floating-point numbers."
        )


def check_documents(folder: Path) -> None:
    """Check the tokenizer's files and the other documents that libraries read from a model folder.

    Raises:
        BadInput: one is no regular file, no JSON, or larger or deeper than any model's.
    """
    for name in _JSON:
        if os.path.lexists(folder / name):
            _object(folder / name, MAX_CONFIG)
    for name in _TEXTS:
        if not os.path.lexists(folder / name):
            continue
        try:
            data = bounded.read_bytes(folder / name, MAX_TOKENIZER, follow=True)
            if name.endswith(".json"):
                bounded.parse_json(data)
        except BadInput as problem:
            raise BadInput(f"{folder / name} {problem}.") from None


def deciding_files(folder: Path) -> list[Path]:
    """Every file of a model folder that decides its numbers, weights included, in the order of their names."""
    files = {path for pattern in (*_DECIDING, "*.safetensors") for path in folder.glob(pattern) if path.is_file()}
    files |= _code_below(folder) if any(folder.glob("*.py")) else set()
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def _code_below(folder: Path) -> set[Path]:
    """Code at any depth that a model's own code can import. transformers itself enters it by a file beside config.json alone."""
    code, seen = set[Path](), set[str]()
    for base, folders, names in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(base))
        folders[:] = [f for f in sorted(folders) if f != "__pycache__" and os.path.realpath(Path(base) / f) not in seen]
        code |= {path for path in map(Path(base).joinpath, names) if path.suffix in _CODE and path.is_file()}
        if len(code) + len(seen) > MAX_ENTRIES:
            raise BadInput(
                f"{folder} holds more than {MAX_ENTRIES:,} files of code and folders; it is no model folder."
            )
    return code


def _refuse_special(folder: Path) -> None:
    """Refuse a folder with pipes, sockets or devices in it: whatever library lists it would open them."""
    entries = 0
    for base, folders, names in os.walk(folder):
        entries += len(folders) + len(names)
        if entries > MAX_ENTRIES:
            raise BadInput(f"{folder} holds more than {MAX_ENTRIES:,} files; it is no model folder.")
        for path in (Path(base) / name for name in names):
            if reason := special(path, follow=True):
                raise BadInput(f"{path} {reason}; remove it from the model's folder.")


def _object(path: Path, limit: int) -> dict[str, Any]:
    try:
        return bounded.read_json_object(path, limit, follow=True)
    except BadInput as problem:
        raise BadInput(f"{path} {problem}.") from None
