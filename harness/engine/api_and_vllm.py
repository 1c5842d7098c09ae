"""Models behind ``--engine api`` and ``--engine vllm``: lm-eval's own classes, set up to answer as ``hf`` does.

An API model is written ``MODEL@URL``: ``Qwen/Qwen3-0.6B@http://localhost:8000/v1``. MODEL is a folder
or a hub id, and gives the tokenizer; the server says under which name it serves. A key is read by
lm-eval from ``OPENAI_API_KEY`` and stands nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness import names
from harness.engine.libraries import first_line
from harness.engine.lm_engine import LMEngine
from harness.engine.memory.look import size_of
from harness.engine.memory.size import vllm_cards
from harness.engine.model_folder import TOKENIZER_FILES, check_documents
from harness.engine.settings import class_version
from harness.engine.source import ModelSource
from harness.engine.weights.hashes import hash_files
from harness.errors import BadInput, MissingData
from harness.places import typed_path
from harness.scrub import scrub

CONCURRENT = 8
"""Requests in flight at once: what servers batch by default at no loss of order."""
API_BATCH = 64
"""Requests a journal entry: a kill repeats a few seconds of a server's work."""
VLLM_BATCH = 512
"""Requests given to vLLM at once: it schedules them itself, and small batches leave it idle."""
DEFAULT_WINDOW = 2048
"""lm-eval's own default where the server does not say what it holds."""
SECONDS = 20


def resolve_served(model: str) -> ModelSource:
    """What ``MODEL@URL`` names: the server's own name for the model, its window and the tokenizer.

    Raises:
        BadInput: no URL, one with a key or password in it, a name that the server does not serve.
        MissingData: the server cannot be reached.
    """
    name, url = split(model)
    folder = typed_path(name)
    served = _served(url)
    chosen = _choose(folder.name if folder.is_dir() else name, served, url)
    window = next((w for n, w in served if n == chosen), None)
    return ModelSource(
        name=folder.resolve().name if folder.is_dir() else chosen,
        location=str(folder.resolve()) if folder.is_dir() else chosen,
        revision=f"served:{hashlib.sha256(f'{url} {chosen}'.encode()).hexdigest()}",
        hub_revision=None,
        tokenizer_hash=_tokenizer_hash(folder) if folder.is_dir() else f"hub:{chosen}",
        architecture="served",
        params=None,
        weight_bytes=None,
        reference=False,
        masked=False,
        served=(url, chosen, window or DEFAULT_WINDOW),
    )


def split(model: str) -> tuple[str, str]:
    """``MODEL@URL`` as its two parts.

    Raises:
        BadInput: no such parts, or a URL that holds a password, a key or a query.
    """
    name, _, url = model.partition("@")
    parts = urlsplit(url)
    if not name or parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(
            f"--engine api takes MODEL@URL, such as Qwen/Qwen3-0.6B@http://localhost:8000/v1; {scrub(model.split('?')[0])!r} is not that."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput("The URL of --engine api may hold no user, password or query; put the key into OPENAI_API_KEY.")
    return name, url.rstrip("/").removesuffix("/completions")


def _served(url: str) -> list[tuple[str, int | None]]:
    """Names and windows that the server lists under ``/models``; empty where it has no such list."""
    request = urllib.request.Request(f"{url}/models")
    if key := os.environ.get("OPENAI_API_KEY"):
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # nosec B310  # the server that was named
            listed = json.loads(answer.read(10_000_000))["data"]
        return [(str(m["id"]), int(m["max_model_len"]) if m.get("max_model_len") else None) for m in listed]
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise BadInput(f"{url} refuses the key (HTTP {error.code}); set OPENAI_API_KEY.") from None
        return []
    except OSError as error:
        raise MissingData(f"No server answers at {url}: {getattr(error, 'reason', error)}.") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        return []


def _choose(name: str, served: list[tuple[str, int | None]], url: str) -> str:
    if not served:
        return name
    match = names.only("model", name, names.matches(name, [(n, n) for n, _ in served]))
    if match is None:
        raise BadInput(f"{url} serves {', '.join([n for n, _ in served][:12])}; {name!r} names none of them.")
    return match


def _tokenizer_hash(folder: Path) -> str:
    files = [folder / n for n in TOKENIZER_FILES if (folder / n).is_file()]
    if not files:
        raise BadInput(f"{folder} holds no tokenizer (tokenizer.json, tokenizer.model or vocab.json).")
    check_documents(folder)
    return hash_files(files)


def load_api(source: ModelSource, trust_remote_code: bool) -> tuple[Any, LMEngine]:
    """lm-eval's ``local-completions`` for a server, and its engine.

    Raises:
        BadInput: there is no tokenizer of that name.
    """
    from lm_eval.models.openai_completions import LocalCompletionsAPI
    from transformers import AutoTokenizer

    assert source.served is not None
    url, name, window = source.served
    try:
        tokenizer = AutoTokenizer.from_pretrained(source.location, trust_remote_code=trust_remote_code)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # tokenizers raise bare exceptions, and a panic that is none
        raise BadInput(
            f"No tokenizer for {source.location}: {first_line(error)} Give the folder that holds it: --model FOLDER@{url}."
        ) from None
    lm = LocalCompletionsAPI(
        model=name,
        base_url=f"{url}/completions",
        tokenizer=source.location,
        tokenizer_backend="huggingface",
        num_concurrent=CONCURRENT,
        max_length=window,
        add_bos_token=adds_bos(tokenizer),
        trust_remote_code=trust_remote_code,
    )
    lm.max_gen_toks = lm._max_gen_toks
    about = {"base_url": scrub(url), "served_name": name, "concurrent": CONCURRENT, "add_bos_token": lm.add_bos_token}
    return lm, LMEngine(lm, "api", batch_size=API_BATCH, room=lm.max_length, version=class_version("api"), about=about)


def load_vllm(source: ModelSource, dtype: str, trust_remote_code: bool) -> tuple[Any, LMEngine]:
    """lm-eval's ``vllm`` over as many of the visible cards as it can slice the model for, and its engine."""
    import torch
    from lm_eval.models.vllm_causallms import VLLM

    cards = [n for n in vllm_cards(size_of(source.location).heads) if n <= torch.cuda.device_count()]
    spread = {"tensor_parallel_size": cards[-1]} if cards else {}
    lm = VLLM(
        pretrained=source.location, dtype=dtype, batch_size="auto", trust_remote_code=trust_remote_code, seed=1234, **spread
    )  # fmt: skip
    about: dict[str, object] = {"max_length": lm.max_length}
    return lm, LMEngine(
        lm, "vllm", batch_size=VLLM_BATCH, room=lm.max_length - 1, version=class_version("vllm"), about=about
    )


def adds_bos(tokenizer: Any) -> bool:
    """Whether this tokenizer puts its beginning token first by itself, as ``hf`` then has it too."""
    ids = tokenizer("a")["input_ids"]
    return tokenizer.bos_token_id is not None and bool(ids) and ids[0] == tokenizer.bos_token_id
