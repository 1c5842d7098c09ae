"""Where a GGUF model lies, and what it is called: a file, or a folder that holds one beside no safetensors."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness.engine.gguf import header
from harness.engine.weights import unchanged
from harness.engine.weights.hashes import hash_content
from harness.errors import BadInput

_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)
# Files of a folder that hold no language model of their own: the eyes and ears of one.
_NO_MODEL = re.compile(r"mmproj", re.IGNORECASE)
# The quantisation at the end of a file's name.
_ENDING = re.compile(r"[-._]+(UD-)?(I?Q\d[A-Z0-9_]*|TQ\d_\d|BF16|F16|F32|FP16|MXFP4(_MOE)?|NVFP4)$", re.IGNORECASE)


def is_gguf(path: Path) -> bool:
    """Whether a regular file is a GGUF, by its name or its first bytes."""
    try:
        return header.is_gguf(path)
    except BadInput:
        return False


def gguf_of(path: Path) -> Path | None:
    """The GGUF file that ``path`` is or holds; None for a folder with safetensors, or with no GGUF.

    Raises:
        BadInput: several files to choose from, or parts of a split one.
    """
    if path.is_file():
        files = [path]
    elif any(path.glob("*.safetensors")):
        return None
    else:
        files = sorted(p for p in path.glob("*.gguf") if not _NO_MODEL.search(p.name))
    if not files:
        return None
    if part := _PART.search(files[0].name):
        raise BadInput(
            f"{files[0]} is one of {int(part[2])} parts of a GGUF. Join them first: llama-gguf-split --merge "
            f"{files[0].name} {_PART.sub('', files[0].name)}.gguf"
        )
    if len(files) > 1:
        names = ", ".join(p.name for p in files[:12])
        raise BadInput(f"{path} holds {len(files)} GGUF files; give one of them: {names}.")
    return files[0]


def described(path: Path) -> dict[str, Any]:
    """The fields of ``ModelSource`` for a GGUF file, from its header and its bytes.

    Raises:
        BadInput: it is broken, or what reads it is not installed.
    """
    head = header.read(path)
    if find_spec("gguf") is None:
        raise BadInput(
            f"{path} is a GGUF file. Install what reads it, pip install 'landscape-harness[gguf]', or serve it "
            f"(llama-server -m {path.name}) and use --engine api."
        )
    files = unchanged.hashed(lambda: [path], hash_content)
    stem = path.name.removesuffix(".gguf")
    ending = _ENDING.search(stem)
    quantisation = head.quantisation or (ending[2].upper() if ending else None)
    bare = _ENDING.sub("", stem) or stem
    return {
        "name": f"{bare} ({quantisation})" if quantisation else bare,
        "location": str(path.resolve()),
        "revision": f"sha256:{files.digest}",
        "hub_revision": None,
        "tokenizer_hash": head.tokenizer_hash,
        "architecture": head.architecture[:200],
        "params": head.params,
        "weight_bytes": path.stat().st_size,
        "reference": False,
        "masked": False,
        "gguf": True,
        "quantisation": quantisation,
        "files": files,
    }
