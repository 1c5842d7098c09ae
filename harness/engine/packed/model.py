"""A loaded model as the engine sees it: one row of tokens in, hidden states out, under a layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

from harness.engine.packed import attention
from harness.engine.packed.head import Head
from harness.engine.packed.last import MOST_ROWS, last_layer, only
from harness.engine.packed.layout import DecodeLayout, KeyValue, Layout, PackLayout, Prefix, active, blocks, grown
from harness.engine.packed.meter import Meter
from harness.engine.packed.plan import Pack, Preamble, chain, filler
from harness.engine.packed.products import Products


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
        attention.register()

    @contextmanager
    def _packed(self, layout: Layout) -> Iterator[None]:
        """The model with packed attention; its own comes back afterwards."""
        before = [c._attn_implementation_internal for c in self._configs]
        for config in self._configs:
            config._attn_implementation_internal = attention.NAME
        try:
            with active(layout), torch.inference_mode():
                yield
        finally:
            for config, own in zip(self._configs, before, strict=True):
                config._attn_implementation_internal = own

    def forward(
        self, tokens: Sequence[int], positions: Sequence[int], layout: Layout, rows: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Hidden states ``[tokens, size]`` of one row, or those of ``rows`` alone where the last layer allows it."""
        ids = torch.tensor([tokens], device=self.device)
        places = torch.tensor([positions], device=self.device)
        few = self._few(rows, len(tokens), layout)
        with self._packed(layout), self.products.fast(), few or nullcontext():
            output = self.model.base_model(input_ids=ids, position_ids=places, use_cache=False)
        hidden: torch.Tensor = output.last_hidden_state[0]
        if isinstance(layout, PackLayout):
            self.windows |= layout.windows
        if rows is not None and len(rows) < len(hidden):
            hidden = hidden[rows.to(hidden.device)]
        return hidden

    def _few(self, rows: torch.Tensor | None, size: int, layout: Layout) -> AbstractContextManager[None] | None:
        """What makes the last layer answer for the wanted rows alone, where they are few enough."""
        if self.last is None or rows is None or len(rows) > MOST_ROWS * size or not isinstance(layout, PackLayout):
            return None
        return only(self.last, rows, layout)

    def step(self, tokens: Sequence[int], positions: Sequence[int], layout: DecodeLayout) -> torch.Tensor:
        """Hidden states of one new token a slot."""
        self.meter.step(len(tokens))
        return self.forward(tokens, positions, layout)

    def pack(
        self, pack: Pack, prefix: Prefix | None, *, keep: bool = False, rows: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, list[KeyValue]]:
        """Hidden states of a pack's documents side by side, or of some rows, and keys and values where wanted."""
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
        return hidden if rows is not None else hidden[:real], layout.kept

    def preamble(self, preamble: Preamble, before: Prefix | None, room: int) -> Prefix:
        """Keys and values of a preamble's whole chain, with room for a document's own behind them."""
        return self.extend(preamble.tokens, before, room)[1]

    def extend(self, tokens: Sequence[int], before: Prefix | None, room: int) -> tuple[torch.Tensor, Prefix]:
        """Hidden states of a run of tokens after a prefix, and the prefix that includes them."""
        start = before.length if before else 0
        hidden, kept = self.pack(Pack(None, (chain(tokens, start),)), before, keep=True)
        size, length = len(tokens), start + len(tokens)
        layers: list[KeyValue] = []
        kept.reverse()
        while kept:  # each layer's own copy is let go before the next one's room is made
            call = len(layers)
            key, value = (t[:, :, :size] for t in kept.pop())
            if before is not None:
                key, value = before.joined(call, key, value)
            layers.append((grown(key, length + room, length), grown(value, length + room, length)))
        return hidden, Prefix(length, layers)


def _configs(model: Any) -> list[Any]:
    """Every distinct configuration that names an attention implementation."""
    found: dict[int, Any] = {}
    for module in model.modules():
        config = getattr(module, "config", None)
        if config is not None and hasattr(config, "_attn_implementation_internal"):
            found[id(config)] = config
    return list(found.values())
