"""The rule of a data pack: it holds data. No code, nothing that runs when it is read, whatever its name says."""

from __future__ import annotations

import re

# Files of models: weights, configuration, tokenizer, licence. What their names end in decides; training_args is a pickle.
MODEL_FILE = re.compile(
    r"^(?!training_args)[\w.\-]+\.(safetensors|json|jinja|txt|model|tiktoken)$|^(LICEN[CS]E|NOTICE|USE_POLICY|README)[\w.\-]*$"
)
_DATA_FILE = re.compile(r"^[\w.\-+=@ ]+\.(parquet|arrow|jsonl?|csv|tsv|txt|md)$|^[\w\-+=@ ]+$")
_CODE = re.compile(
    r"\.(py[a-z0-9]*|ipynb|so(\.\d+)*|dll|dylib|exe|com|msi|scr|sh|bash|zsh|fish|bat|cmd|ps1|js|mjs|wasm|jar|class|rb|pl|php|lua|c|cc|cpp|cu|h|r)$",
    re.IGNORECASE,
)
_PICKLE = re.compile(
    r"\.(pkl|pickle|p|pt|pth|bin|ckpt|joblib|dill|npy|npz|h5|hdf5|keras|pb|msgpack|marshal|gguf|onnx)$", re.IGNORECASE
)
_YAML = re.compile(r"\.ya?ml$", re.IGNORECASE)
# First bytes of programs and of what loads by running: ELF, Windows, Mach-O, scripts, ZIP (PyTorch's and Java's), pickles.
_MAGIC = (
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"\xfe\xed\xfa", "a program"), (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xce\xfa\xed\xfe", "a program"), (b"\xca\xfe\xba\xbe", "a program"), (b"#!", "a script"), (b"PK\x03\x04", "a ZIP file"),
    (b"\x80\x02", "a pickle"), (b"\x80\x03", "a pickle"), (b"\x80\x04", "a pickle"), (b"\x80\x05", "a pickle"),
)  # fmt: skip
# Bytes of a file's beginning that ``disguise`` needs.
HEAD = 16


def name_problem(path: str) -> str | None:
    """Reason that a pack may not hold a file of this name; none for names of data."""
    top, _, rest = path.partition("/")
    name = rest.rsplit("/", 1)[-1]
    if _CODE.search(name):
        return "is code"
    if _PICKLE.search(name):
        return "is of a format that can run code when it is loaded"
    if _YAML.search(name):
        return "is a YAML file, which as a task of lm-eval can name code to run (!function)"
    if (MODEL_FILE if top == "models" else _DATA_FILE).fullmatch(name):
        return None
    return "is no file of data that a pack may hold (Parquet under hub/; safetensors, JSON and texts under models/)"


def disguise(path: str, head: bytes) -> str | None:
    """Reason that a file is not what its name says, by its first bytes."""
    if path.endswith(".safetensors"):  # begins with the length of its header, any eight bytes
        return None
    kind = next((what for magic, what in _MAGIC if head.startswith(magic)), None)
    return f"is {kind} under a name of data" if kind else None
