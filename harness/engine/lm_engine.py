"""The engine around any lm-eval model class (a server, vLLM): batches of text requests in, the class's answers out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.engine.base import Answer, Batch, Generated, Request, Scored, ScoreRequest, TextRequest, Work
from harness.engine.libraries import first_line
from harness.engine.text_codec import TextCodec
from harness.scrub import scrub_own_secrets


class LMEngine:
    """Hands batches to an lm-eval ``TemplateLM``; ``about`` are the settings that decide its numbers.

    ``room`` is how many tokens one request may hold. What the class raises on a batch becomes a
    ``RuntimeError`` with a sentence, so that the run stops and keeps what it has.
    """

    def __init__(
        self, lm: Any, name: str, *, batch_size: int, room: int, version: str, about: Mapping[str, object]
    ) -> None:
        self._lm = lm
        self.name = name
        self.version = version
        self.room = room
        self._batch_size = batch_size
        self._about = dict(about)

    def settings(self) -> dict[str, object]:
        """Batch size and what the class was built with; no keys, no headers."""
        return {"batch_size": self._batch_size, "room": self.room, **self._about}

    def codec(self, window: int | None, stride: int | None = None) -> TextCodec:
        """The codec whose requests this engine answers."""
        return TextCodec(self._lm, self.room, window, stride)

    def partition(self, requests: Sequence[Request]) -> list[Batch]:
        """Batches of one kind and the same generation arguments, in the order of the requests."""
        groups: dict[object, list[int]] = {}
        for i, request in enumerate(requests):
            groups.setdefault(_kind(request), []).append(i)
        size = self._batch_size
        return [Batch(tuple(m[s : s + size])) for m in groups.values() for s in range(0, len(m), size)]

    def run(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        """Answers to one batch. All of its requests are of one kind (see ``partition``)."""
        try:
            return self._answer(requests)
        except _failures() as error:
            text = first_line(error)
            raise RuntimeError(
                f"{self.name}: {type(error).__name__}{': ' + text if text != type(error).__name__ else ''} "
                "(asked as lm-eval's own class asks; is the server up, and does it give log-probabilities of the prompt?)"
            ) from error

    def _answer(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        first = requests[0]
        if isinstance(first, ScoreRequest):
            return self._windows([r for r in requests if isinstance(r, ScoreRequest)])
        texts = [r for r in requests if isinstance(r, TextRequest)]
        return self._pairs(texts) if texts[0].kind == "loglikelihood" else self._texts(texts)

    def _windows(self, requests: Sequence[ScoreRequest]) -> tuple[list[Answer], Work]:
        windows = [(None, list(r.context), list(r.continuation)) for r in requests]
        tokens = sum(len(r.context) + len(r.continuation) for r in requests)
        return self._scored(self._lm._loglikelihood_tokens(windows, disable_tqdm=True), len(windows), tokens)

    def _pairs(self, requests: Sequence[TextRequest]) -> tuple[list[Answer], Work]:
        instances = [_instance("loglikelihood", r.arguments) for r in requests]
        tokens = sum(len(self._lm.tok_encode(context + text)) for context, text in (r.arguments for r in requests))
        return self._scored(self._lm.loglikelihood(instances, disable_tqdm=True), len(instances), tokens)

    def _scored(self, scores: Sequence[tuple[float, bool]], wanted: int, tokens: int) -> tuple[list[Answer], Work]:
        if len(scores) != wanted:
            raise ValueError(f"{len(scores)} answers to {wanted} requests")
        return [Scored(float(p), bool(g)) for p, g in scores], Work(tokens, 0, 0)

    def _texts(self, requests: Sequence[TextRequest]) -> tuple[list[Answer], Work]:
        instances = [_instance("generate_until", (r.arguments[0], json.loads(r.arguments[1]))) for r in requests]
        # A server that repeats the key it was sent must not bring it into journals and run folders.
        texts = [scrub_own_secrets(str(t)) for t in self._lm.generate_until(instances, disable_tqdm=True)]
        if len(texts) != len(instances):
            raise ValueError(f"{len(texts)} answers to {len(instances)} requests")
        lengths = [len(self._lm.tok_encode(t)) for t in texts]
        prompts = sum(len(self._lm.tok_encode(r.arguments[0])) for r in requests)
        answers: list[Answer] = [Generated(t, n) for t, n in zip(texts, lengths, strict=True)]
        return answers, Work(prompts, sum(lengths), 0)


def _instance(kind: str, arguments: tuple[Any, ...]) -> Any:
    from lm_eval.api.instance import Instance

    return Instance(request_type=kind, doc={}, arguments=arguments, idx=0)


def _kind(request: Request) -> object:
    if isinstance(request, TextRequest):
        return request.kind, request.arguments[1] if request.kind == "generate_until" else None, request.draw
    return "window"


def _failures() -> tuple[type[Exception], ...]:
    """Exceptions of lm-eval's classes where a server is down, refuses or answers nonsense."""
    failures: list[type[Exception]] = [OSError, ValueError, LookupError, TypeError, AssertionError]
    try:
        from aiohttp import ClientError

        failures.append(ClientError)
    except ModuleNotFoundError:
        pass
    return tuple(failures)
