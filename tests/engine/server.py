"""A small OpenAI-compatible server on the loopback: ``/v1/models`` and ``/v1/completions`` over a real model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Completions:
    """Answers completion requests with a transformers model; ``patience`` is after how many it refuses."""

    def __init__(self, folder: Path, name: str, window: int) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.model = AutoModelForCausalLM.from_pretrained(folder).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.name, self.window = name, window
        self.patience: int | None = None
        self.list_status = 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self._lock = threading.Lock()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        prompts = asked["prompt"] if isinstance(asked["prompt"][0], list) else [asked["prompt"]]
        with self._lock:
            choices = [self._scored(ids) if asked.get("echo") else self._generated(ids, asked) for ids in prompts]
        return {"model": self.name, "choices": [{"index": i, **c} for i, c in enumerate(choices)]}

    def _scored(self, ids: list[int]) -> dict[str, Any]:
        """Log-probabilities of the prompt's tokens after the first, and of one generated token."""
        import torch

        with torch.inference_mode():
            logits = self.model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        best = logits.max(dim=-1)
        given = [*ids[1:], int(best.indices[-1])]
        found = logits[torch.arange(len(ids)), torch.tensor(given)].tolist()
        tops: list[dict[str, float] | None] = [
            {f"t{int(b)}": float(v)} for v, b in zip(best.values, best.indices, strict=True)
        ]
        return {"text": "", "logprobs": {"token_logprobs": [None, *found], "top_logprobs": [None, *tops]}}

    def _generated(self, ids: list[int], asked: dict[str, Any]) -> dict[str, Any]:
        import torch

        made: list[int] = []
        with torch.inference_mode():
            while len(made) < asked["max_tokens"]:
                token = int(self.model(torch.tensor([ids + made])).logits[0, -1].argmax())
                if token == self.tokenizer.eos_token_id:
                    break
                made.append(token)
                if any(s in self.tokenizer.decode(made) for s in asked["stop"]):
                    break
        text = self.tokenizer.decode(made, skip_special_tokens=True)
        ends = [text.index(s) for s in asked["stop"] if s and s in text]
        return {"text": text[: min(ends)] if ends else text}


@contextmanager
def serving(completions: Completions) -> Iterator[str]:
    """The server's URL, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = {"id": completions.name, "max_model_len": completions.window}
            self._send(completions.list_status, {"data": [listed]} if self.path == "/v1/models" else {})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            completions.asked.append(asked)
            completions.keys.append(self.headers.get("Authorization", ""))
            if completions.patience is not None and len(completions.asked) > completions.patience:
                return self._send(500, {"error": "the model is tired"})
            return self._send(200, completions.answer(asked))

        def _send(self, code: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
