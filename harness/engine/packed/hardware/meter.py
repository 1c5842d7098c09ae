"""Counters of the packed engine's work: tokens read, tokens generated, forward passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from harness.engine.base import Work


@dataclass(slots=True)
class Meter:
    """Counts since the last ``take``."""

    tokens: int = 0
    generated: int = 0
    forwards: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def forward(self, tokens: int) -> None:
        """One forward pass over ``tokens`` tokens, padding included."""
        with self._lock:
            self.tokens += tokens
            self.forwards += 1

    def step(self, tokens: int) -> None:
        """One decoding step that reads ``tokens`` generated tokens."""
        self.generated += tokens
        self.forwards += 1

    def take(self) -> Work:
        """The counts, which begin again at zero."""
        work = Work(prompt_tokens=self.tokens, generated_tokens=self.generated, forwards=self.forwards)
        self.tokens = self.generated = self.forwards = 0
        return work
