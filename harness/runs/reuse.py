"""Reusable answers: a cache of what sealed runs computed, read by runs of other suites on the same model.

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
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from harness.engine.base import Answer, GenerateRequest, Request, TextRequest
from harness.files import aside
from harness.runs.journal.head import from_json, to_json
from harness.runs.plan import Plan
from harness.runs.requests import canonical

FOLDER = ".answers"
_SAMPLED = ("do_sample", "draw")


def allowed(plan: Plan) -> bool:
    """Whether a run may read the cache: not with ``--again``, ``--deterministic`` or ``--engine api``."""
    return not (plan.options.again or plan.options.deterministic or plan.options.engine == "api")


def scope(plan: Plan, engine_version: str, window: int) -> str:
    """Hash of the part of a request's key that a whole run shares, 16 hex digits."""
    libraries = [version(name) for name in ("lm_eval", "transformers", "torch")]
    options, source = plan.options, plan.source
    shared = [
        source.revision, source.tokenizer_hash, options.engine, engine_version, libraries, options.dtype,
        options.device.split(":")[0], options.deterministic, options.trust_remote_code, window,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(shared).encode()).hexdigest()[:16]


def find(runs: Path, scope: str, suite: str, requests: Sequence[Request]) -> dict[int, Answer]:
    """Answers that other suites' runs in this scope gave to these requests, by index in ``requests``."""
    cached: dict[str, Answer] = {}
    for path in sorted((runs / FOLDER).glob(f"{scope}-*.jsonl")):
        if path.name != _name(scope, suite):
            cached |= _read(path)
    if not cached:
        return {}
    keys = (key(request) for request in requests)
    return {i: cached[k] for i, k in enumerate(keys) if k is not None and k in cached}


def keep(runs: Path, scope: str, suite: str, requests: Sequence[Request], answers: Mapping[int, Answer]) -> None:
    """Add this run's own answers to the cache. A full disk raises nothing: a later run then computes them again."""
    path = runs / FOLDER / _name(scope, suite)
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        cached = _read(path) if path.exists() else {}
        for i, answer in answers.items():
            if (k := key(requests[i])) is not None:
                cached[k] = answer
        with aside(path) as scratch, scratch.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps([k, *to_json(a)], ensure_ascii=False) + "\n" for k, a in cached.items())


def key(request: Request) -> str | None:
    """Cache key of a request, 32 hex digits of a SHA-256; None where its answer is drawn at random."""
    if isinstance(request, GenerateRequest) and any(k in _SAMPLED and v for k, v in request.options):
        return None
    if isinstance(request, TextRequest) and (request.draw or '"do_sample": true' in request.arguments[1]):
        return None
    return hashlib.sha256(json.dumps(canonical(request), default=str).encode()).hexdigest()[:32]


def _name(scope: str, suite: str) -> str:
    return f"{scope}-{suite}.jsonl"


def _read(path: Path) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    with contextlib.suppress(OSError, ValueError, TypeError), path.open(encoding="utf-8") as lines:
        for line in lines:
            name, *answer = json.loads(line)
            answers[str(name)] = from_json(answer)
    return answers
