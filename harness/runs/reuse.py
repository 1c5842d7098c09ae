"""Answers that stay after a run is sealed, so that another suite's run of the same model need not ask again.

One file for each *scope* and suite: the scope is that part of a request's key which the whole run shares (model
revision, tokenizer, engine and versions, dtype, device type, window); the rest of the key (kind of request, context
ids, continuation ids, generation arguments) is hashed line by line. A run takes from other suites' files only, and
what it takes stands at the head of its journal: a resumed run never looks here again. The folder may be deleted at
any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from harness.engine.base import Answer, GenerateRequest, Request, TextRequest
from harness.runs.journal import pack, unpack
from harness.runs.plan import Plan
from harness.runs.requests import plain

FOLDER = ".answers"
_SAMPLED = ("do_sample", "draw")


def allowed(plan: Plan) -> bool:
    """Whether this run may draw on others: not one that is to be made anew, promises its bits, or asks a server."""
    return not (plan.options.again or plan.options.deterministic or plan.options.engine == "api")


def scope(plan: Plan, engine_version: str, window: int) -> str:
    """Hash of all that must be equal for an answer of another run to be this run's answer."""
    libraries = [version(name) for name in ("lm_eval", "transformers", "torch")]
    options, source = plan.options, plan.source
    shared = [
        source.revision, source.tokenizer_hash, options.engine, engine_version, libraries, options.dtype,
        options.device.split(":")[0], options.deterministic, options.trust_remote_code, window,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(shared).encode()).hexdigest()[:16]


def find(runs: Path, place: str, suite: str, requests: Sequence[Request]) -> dict[int, Answer]:
    """Answers that other suites' runs in this scope gave to these requests, by place in ``requests``."""
    kept: dict[str, Answer] = {}
    for path in sorted((runs / FOLDER).glob(f"{place}-*.jsonl")):
        if path.name != _name(place, suite):
            kept |= _read(path)
    if not kept:
        return {}
    keys = (key(request) for request in requests)
    return {i: kept[k] for i, k in enumerate(keys) if k is not None and k in kept}


def keep(runs: Path, place: str, suite: str, requests: Sequence[Request], answers: Mapping[int, Answer]) -> None:
    """Keep what this run computed. What cannot be kept, on a full disk, costs a later run its time and no more."""
    path = runs / FOLDER / _name(place, suite)
    scratch = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        known = _read(path) if path.exists() else {}
        for i, answer in answers.items():
            if (k := key(requests[i])) is not None:
                known[k] = answer
        try:
            with scratch.open("w", encoding="utf-8") as out:
                out.writelines(json.dumps([k, *pack(a)], ensure_ascii=False) + "\n" for k, a in known.items())
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)


def key(request: Request) -> str | None:
    """Hash of a request; None where its answer is drawn at random."""
    if isinstance(request, GenerateRequest) and any(k in _SAMPLED and v for k, v in request.options):
        return None
    if isinstance(request, TextRequest) and (request.draw or '"do_sample": true' in request.arguments[1]):
        return None
    return hashlib.sha256(json.dumps(plain(request), default=str).encode()).hexdigest()[:32]


def _name(place: str, suite: str) -> str:
    return f"{place}-{suite}.jsonl"


def _read(path: Path) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    with contextlib.suppress(OSError, ValueError, TypeError), path.open(encoding="utf-8") as lines:
        for line in lines:
            name, *answer = json.loads(line)
            found[str(name)] = unpack(answer)
    return found
