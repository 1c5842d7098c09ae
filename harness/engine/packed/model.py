"""The packed forward pass of a loaded model: one row of tokens in, hidden states out, under a layout."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from harness.engine.packed.attention import attention
from harness.engine.packed.attention.layout import (
    DecodeLayout,
    KeyValue,
    Layout,
    PackLayout,
    Prefix,
    active,
    blocks,
    grown,
)
from harness.engine.packed.hardware.last_layer import MOST_ROWS, last_layer, wanted_rows_only
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.hardware.onednn import Products
from harness.engine.packed.plan.packing import Pack, Preamble, chain, filler
from harness.engine.packed.scoring.head import Head


class PackedModel:
    """Runs packed rows through the base model."""

    def __init__(
        self,
        model: Any,
        device: torch.device,
        head: Head,
        meter: Meter,
        *,
        fixed: int | None = None,
        whole: bool = False,
        fused: bool = False,
    ) -> None:
        self.model, self.device, self.head, self.meter = model, device, head, meter
        self.fixed = fixed  # pad every row to this many tokens
        self.fused = fused  # attention by one FlexAttention call a layer
        # The layer that is computed for wanted rows alone; fixed shapes know no such rows.
        self.last = None if whole or fixed is not None else last_layer(model)
        self.products = Products(model.base_model, device)
        self.windows: set[int] = set()
        self._configs = _configs(model)
        self._lock, self._passes, self._patches = threading.Lock(), 0, ExitStack()
        attention.register()

    @contextmanager
    def patched(self) -> Iterator[None]:
        """Patch attention, linear layers and last layer; unpatch when the last concurrent pass ends.

        Passes may overlap in several threads: the first one patches, the last one unpatches.
        """
        with self._lock:
            if not self._passes:
                self._patches.enter_context(_attending(self._configs))
                self._patches.enter_context(self.products.by_onednn())
                if self.last is not None:
                    self._patches.enter_context(wanted_rows_only(self.last))
            self._passes += 1
        try:
            yield
        finally:
            with self._lock:
                self._passes -= 1
                if not self._passes:
                    self._patches.close()

    def forward(
        self, tokens: Sequence[int], positions: Sequence[int], layout: Layout, rows: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Hidden states ``[tokens, size]`` of one row, or those of ``rows`` alone where the last layer allows it."""
        ids = torch.tensor([tokens], device=self.device)
        places = torch.tensor([positions], device=self.device)
        if self.last is not None and rows is not None and isinstance(layout, PackLayout):
            layout.wanted = rows if len(rows) <= MOST_ROWS * len(tokens) else None
        with self.patched(), active(layout), torch.inference_mode():
            output = self.model.base_model(input_ids=ids, position_ids=places, use_cache=False)
        hidden: torch.Tensor = output.last_hidden_state[0]
        if isinstance(layout, PackLayout):
            self.windows |= layout.windows
        if rows is not None and len(rows) < len(hidden):
            hidden = hidden[rows.to(hidden.device)]
        return hidden

    def step(self, tokens: Sequence[int], positions: Sequence[int], layout: DecodeLayout) -> torch.Tensor:
        """Hidden states of one new token a slot."""
        self.meter.step(len(tokens))
        return self.forward(tokens, positions, layout)

    def pack(
        self, pack: Pack, prefix: Prefix | None, *, keep: bool = False, rows: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, list[KeyValue]]:
        """Hidden states of a pack's documents side by side, or of ``rows`` alone; each layer's keys and values with ``keep``."""
        documents = list(pack.documents)
        real = pack.size
        if self.fixed is not None and real < self.fixed:
            documents.append(filler(self.fixed - real))
        layout = PackLayout(
            documents, prefix, keep, fused=self.fused, fixed=self.fixed is not None, blocks=blocks(documents)
        )
        tokens = [t for d in documents for t in d.tokens]
        positions = [p for d in documents for p in d.positions]
        self.meter.forward(len(tokens))
        hidden = self.forward(tokens, positions, layout, rows)
        return hidden if rows is not None else hidden[:real], layout.stored

    def preamble(self, preamble: Preamble, before: Prefix | None, room: int) -> Prefix:
        """Keys and values of a preamble's whole chain, with room for a document's own behind them."""
        return self.extend(preamble.tokens, before, room)[1]

    def extend(self, tokens: Sequence[int], before: Prefix | None, room: int) -> tuple[torch.Tensor, Prefix]:
        """Hidden states of a run of tokens after a prefix, and the prefix that includes them."""
        start = before.length if before else 0
        hidden, stored = self.pack(Pack(None, (chain(tokens, start),)), before, keep=True)
        size, length = len(tokens), start + len(tokens)
        layers: list[KeyValue] = []
        stored.reverse()
        while stored:  # each layer's copy is freed before the next one is allocated
            call = len(layers)
            key, value = (t[:, :, :size] for t in stored.pop())
            if before is not None:
                key, value = before.joined(call, key, value)
            layers.append((grown(key, length + room, length), grown(value, length + room, length)))
        return hidden, Prefix(length, layers)


@contextmanager
def _attending(configs: Sequence[Any]) -> Iterator[None]:
    """Packed attention for a model's configurations."""
    before = [c._attn_implementation_internal for c in configs]
    for config in configs:
        config._attn_implementation_internal = attention.NAME
    try:
        yield
    finally:
        for config, own in zip(configs, before, strict=True):
            config._attn_implementation_internal = own


def _configs(model: Any) -> list[Any]:
    """Every distinct configuration that names an attention implementation."""
    configs: dict[int, Any] = {}
    for module in model.modules():
        config = getattr(module, "config", None)
        if config is not None and hasattr(config, "_attn_implementation_internal"):
            configs[id(config)] = config
    return list(configs.values())
