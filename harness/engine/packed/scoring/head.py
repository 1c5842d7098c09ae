"""The output head: hidden states to log-probabilities (nats, fp32), for the wanted rows alone, a chunk at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from harness.engine.packed.hardware import onednn

# Rows of one chunk of logits. On a CPU 128 rows stay in its caches while they are exponentiated and summed, and oneDNN
# multiplies them within a tenth as fast as 512 (measured); a graphics card takes more, of a small vocabulary more still.
CPU_ROWS = 128
ROWS, MORE_ROWS, SMALL_VOCABULARY = 256, 512, 32_768

# With an output matrix so wide oneDNN wins from this few rows on: 1.5 times as fast as torch's own at 4, 1.6 at 32.
LEAST_ROWS = 4


def rows_for(vocabulary: int, device: torch.device) -> int:
    """Rows of one chunk of logits."""
    if device.type == "cpu":
        return CPU_ROWS
    return MORE_ROWS if vocabulary <= SMALL_VOCABULARY else ROWS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which log-probabilities are wanted: target token ``targets[i]`` in row ``rows[i]``, rows ascending."""

    rows: torch.Tensor
    targets: torch.Tensor


class _FixedBase(nn.Module):
    """Stub base model that returns fixed hidden states."""

    def __init__(self, hidden: torch.Tensor) -> None:
        super().__init__()
        self.hidden = hidden

    def __getattr__(self, name: str) -> Any:
        # Some models call a part of their base model (OPT its decoder): that part returns the same.
        return self if name in {"decoder", "language_model"} else super().__getattr__(name)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return _Output(self.hidden)


class _Output:
    """Stub output of a base model: hidden states; every other attribute is None."""

    def __init__(self, hidden: torch.Tensor) -> None:
        self.last_hidden_state = hidden

    def __getitem__(self, place: Any) -> Any:
        return (self.last_hidden_state,)[place]

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


@contextmanager
def _replaced(model: Any, stand_in: nn.Module) -> Iterator[None]:
    """While active, ``stand_in`` replaces the base model, so that the model's own forward applies head, caps and scales."""
    prefix = model.base_model_prefix
    base = model._modules[prefix]
    model._modules[prefix] = stand_in
    try:
        yield
    finally:
        model._modules[prefix] = base


class Head:
    """Hidden states to logits: by the output matrix alone (``linear``), or by the model's own forward (``model``)."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._linear = model.get_output_embeddings()
        self._own = threading.local()  # a buffer for each thread
        device = next(model.parameters()).device
        self.rows = rows_for(int(model.config.get_text_config().vocab_size), device)
        self.kind = "linear" if self._is_linear() else "model"

    def _is_linear(self) -> bool:
        """Tries both on a few vectors of a size that would show a cap, a scale or a bias."""
        if type(self._linear) is not nn.Linear:
            return False
        weight = self._linear.weight
        generator = torch.Generator().manual_seed(0)
        hidden = torch.randn(4, weight.shape[1], generator=generator).mul_(8).to(weight)
        with torch.inference_mode():
            return torch.equal(self._through_model(hidden), self._linear(hidden[None])[0])

    def _through_model(self, hidden: torch.Tensor) -> torch.Tensor:
        with _replaced(self._model, _FixedBase(hidden[None])):
            ids = torch.zeros((1, len(hidden)), dtype=torch.long, device=hidden.device)
            logits: torch.Tensor = self._model(input_ids=ids, use_cache=False).logits[0]
        return logits

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits ``[rows, vocabulary]`` in the model's dtype, valid until the next call.

        On a CPU those of few rows go into one buffer: fresh memory for every chunk costs a tenth of the product.
        """
        if self.kind == "model":
            return self._through_model(hidden)
        weight = self._linear.weight
        if onednn.suits(hidden, weight, LEAST_ROWS):
            return onednn.product(hidden, weight, self._linear.bias)
        if hidden.device.type != "cpu" or self._linear.bias is not None or len(hidden) > self.rows:
            logits: torch.Tensor = self._linear(hidden)
            return logits
        buffer: torch.Tensor | None = getattr(self._own, "buffer", None)
        if buffer is None:
            buffer = self._own.buffer = torch.empty((self.rows, weight.shape[0]), dtype=weight.dtype)
        return torch.mm(hidden, weight.t(), out=buffer[: len(hidden)])

    def score(self, hidden: torch.Tensor, wanted: Wanted, *, fixed: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
        """Log-probability and greedy flag of every wanted pair, on the CPU."""
        return score_rows(self.logits, hidden, wanted, rows=self.rows, fixed=fixed)


def score_rows(
    logits: Callable[[torch.Tensor], torch.Tensor],
    hidden: torch.Tensor,
    wanted: Wanted,
    *,
    rows: int = ROWS,
    fixed: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """As ``Head.score``; with ``fixed`` every chunk has the same number of rows."""
    values, flags = [], []
    bounds = torch.searchsorted(wanted.rows, torch.arange(0, len(hidden) + rows, rows)).tolist()
    for start, low, high in zip(range(0, len(hidden), rows), bounds, bounds[1:], strict=False):
        chunk = hidden[start : start + rows]
        if fixed and len(chunk) < rows:
            chunk = torch.cat([chunk, chunk.new_zeros((rows - len(chunk), chunk.shape[1]))])
        value, flag = _chunk(logits(chunk), wanted.rows[low:high] - start, wanted.targets[low:high])
        values.append(value)
        flags.append(flag)
    if not values:
        return torch.empty(0), torch.empty(0, dtype=torch.bool)
    return torch.cat(values).cpu(), torch.cat(flags).cpu()


def _chunk(logits: torch.Tensor, rows: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities of one chunk; overwrites the logits."""
    logits = logits.float()
    rows, targets = rows.to(logits.device), targets.to(logits.device)
    top = logits.amax(dim=-1)
    chosen = logits[rows, targets]
    flags = chosen == top[rows]
    if bool(flags.any()):  # a target as large as the largest is greedy only where it comes first
        tied = rows[flags]
        flags[flags.clone()] = logits[tied].argmax(dim=-1) == targets[flags]
    total = logits.sub_(top[:, None]).exp_().sum(dim=-1)
    return chosen - top[rows] - total.log()[rows], flags
