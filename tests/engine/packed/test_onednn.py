"""Products by oneDNN, attention in steps, and the heap that keeps its blocks: the same numbers, and nothing left behind."""

from __future__ import annotations

import resource
import sys

import pytest
import torch
from torch import nn

from harness.engine.packed.attention import attention
from harness.engine.packed.hardware import malloc, onednn
from tests.engine.packed.small import model

CPU = torch.device("cpu")


@pytest.mark.parametrize("bias", [False, True])
def test_a_product_and_its_activation_equal_double_precision(bias: bool) -> None:
    torch.manual_seed(0)
    x, layer = torch.randn(1, 200, 48), nn.Linear(48, 72, bias=bias)
    truth = nn.functional.linear(x.double(), layer.weight.double(), None if layer.bias is None else layer.bias.double())
    with torch.inference_mode():
        for then, wanted in (("none", truth), ("swish", truth * torch.sigmoid(truth))):
            assert torch.allclose(onednn.product(x, layer.weight, layer.bias, then).double(), wanted, atol=1e-5)


def test_only_tall_fp32_products_on_a_cpu_go_to_onednn() -> None:
    weight = torch.zeros(8, 16)
    assert onednn.suits(torch.zeros(1, onednn.LEAST_ROWS, 16), weight)
    assert not onednn.suits(torch.zeros(1, onednn.LEAST_ROWS - 1, 16), weight)
    assert not onednn.suits(torch.zeros(1, 500, 16, dtype=torch.bfloat16), weight.bfloat16())


def test_a_models_own_products_come_back() -> None:
    llama = model("llama")
    found = onednn.Products(llama, CPU)
    assert found.kind == "oneDNN"
    with pytest.raises(RuntimeError, match="within"), found.by_onednn():
        assert "forward" in llama.model.layers[0].mlp.__dict__
        raise RuntimeError("within")
    assert not any("forward" in m.__dict__ for m in llama.modules())


class _Gate(nn.Module):
    """A gated network, right or with something of its own."""

    def __init__(self, change: str = "") -> None:
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(16, 32), nn.Linear(16, 32)
        self.down_proj, self.change = nn.Linear(32, 16), change

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        act = nn.functional.gelu if self.change == "gelu" else nn.functional.silu
        inner = act(self.gate_proj(x)) * self.up_proj(x)
        result: torch.Tensor = self.down_proj(inner.clamp(-0.05, 0.05) if self.change == "clamp" else inner)
        return result


@pytest.mark.parametrize(("change", "fused"), [("", True), ("gelu", False), ("clamp", False)])
def test_a_gated_network_is_fused_only_where_it_is_the_plain_one(change: str, fused: bool) -> None:
    torch.manual_seed(0)
    gate = _Gate(change)
    x = torch.randn(1, 300, 16)
    with torch.inference_mode():
        before = gate(x)
        with onednn.Products(gate, CPU).by_onednn():
            assert ("forward" in gate.__dict__) is fused
            assert torch.allclose(gate(x), before, atol=1e-6)


def test_networks_of_one_build_are_tried_once_and_others_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[nn.Module] = []
    own = onednn._is_gated

    def noted(module: nn.Module) -> bool:
        tried.append(module)
        return own(module)

    monkeypatch.setattr(onednn, "_is_gated", noted)
    stack = nn.Sequential(_Gate(), _Gate("clamp"), _Gate(), _Gate("clamp"), _Gate())
    with onednn.Products(stack, CPU).by_onednn():
        assert ["forward" in layer.__dict__ for layer in stack] == [True, False, True, False, True]
    assert tried == [stack[0], stack[1]]


def test_a_layer_that_its_loader_has_changed_keeps_its_way() -> None:
    layer = nn.Linear(16, 16)
    layer.forward = lambda x: x  # type: ignore[method-assign, assignment]
    assert onednn.Products(nn.Sequential(layer), CPU).kind == "torch"


@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 200, 1023, 1025])
def test_attention_in_steps_is_plain_causal_attention(count: int) -> None:
    generator = torch.Generator().manual_seed(count)
    q, k, v = (torch.randn(1, heads, count, 8, generator=generator) for heads in (4, 2, 2))
    result = torch.empty(1, count, 4, 8)
    form = attention._Form(8**-0.5, None, None)
    form.causal(q, k, v, result)
    scores = torch.einsum("hqd,hkd->hqk", q[0].double(), k[0].double().repeat_interleave(2, 0)) * 8**-0.5
    scores = scores.masked_fill(torch.ones(count, count, dtype=torch.bool).triu(1), float("-inf"))
    truth = torch.einsum("hqk,hkd->qhd", scores.softmax(-1), v[0].double().repeat_interleave(2, 0))
    assert torch.allclose(result[0].double(), truth, atol=1e-5)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the page faults of glibc's heap are counted")
def test_a_kept_heap_fetches_no_page_twice() -> None:
    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(20):
            torch.ones(4 << 20).sum()  # 16 MiB
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    if not malloc.keep_freed_blocks():
        pytest.skip("the C library is not glibc")
    try:
        faults()
        assert faults() < 20 * 4096 / 4
    finally:
        malloc.restore_trim_threshold()
        malloc.trim()
