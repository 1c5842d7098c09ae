"""The card: driver and CUDA, free memory, number formats, and attention kernels that compute what they should."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from harness.commands.doctor.finding import Finding, error, ok, warning

LITTLE_FREE = 0.5
"""Share of a card's memory below which another process is said to hold it."""
TOLERANCE = {"fp32": 1e-4, "bf16": 3e-2, "fp16": 3e-3}
"""Largest difference of attention from float64 arithmetic that is rounding (entries about 1)."""


def accelerator(device: str | None = None) -> Iterator[Finding]:
    """Driver, CUDA, cards, number formats and attention of ``device`` (default: the first card, else the CPU)."""
    cards = driver_cards()
    if find_spec("torch") is None:
        if cards:
            yield ok("driver", "; ".join(cards))
        yield error("torch", "not installed", "pip install 'landscape-harness[engine]'")
        return
    import torch

    yield from _driver(cards, torch)
    chosen = device or ("cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu")
    for dtype, number in _formats(torch, chosen).items():
        yield _attention(torch, chosen, dtype, number)
    yield _fused(torch, chosen)


def driver_cards() -> list[str]:
    """Cards as the NVIDIA driver names them, with its version; empty where there is no driver."""
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
        release = _text(pynvml.nvmlSystemGetDriverVersion())
        names = [
            _text(pynvml.nvmlDeviceGetName(pynvml.nvmlDeviceGetHandleByIndex(i)))
            for i in range(pynvml.nvmlDeviceGetCount())
        ]
    except pynvml.NVMLError:
        return []
    return [f"{name} (driver {release})" for name in names]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _driver(cards: list[str], torch: Any) -> Iterator[Finding]:
    """Whether what the driver shows is what torch can use, and how much memory is free."""
    if torch.cuda.is_available():
        for i in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(i)
            said = f"{torch.cuda.get_device_name(i)}, CUDA {torch.version.cuda}, {free / 2**30:.0f} of {total / 2**30:.0f} GiB free"
            if free < LITTLE_FREE * total:
                yield warning(
                    f"card {i}", said, "Another process holds the card: see nvidia-smi, or choose --device cuda:N."
                )
            else:
                yield ok(f"card {i}", said)
    elif cards and torch.version.cuda is None:
        yield error(
            "card",
            f"the driver shows {cards[0]}, but torch {torch.__version__} is built without CUDA",
            "Install torch from the index for CUDA (pytorch.org/get-started); runs fall back to the CPU until then.",
        )
    elif cards:
        yield error(
            "card",
            f"the driver shows {cards[0]}, but torch {torch.__version__} (CUDA {torch.version.cuda}) cannot start it",
            "Update the driver to one that CUDA release supports, or see CUDA_VISIBLE_DEVICES and the container's --gpus.",
        )
    else:
        yield ok("card", f"none; runs use the CPU with {torch.get_num_threads()} threads (torch {torch.__version__})")


def _formats(torch: Any, device: str) -> dict[str, Any]:
    """The number formats that a run may use on the device."""
    formats = {"fp32": torch.float32}
    if device.startswith("cuda"):
        if torch.cuda.is_bf16_supported():
            formats["bf16"] = torch.bfloat16
        formats["fp16"] = torch.float16
    elif device == "cpu":
        formats["bf16"] = torch.bfloat16
    return formats


def _attention(torch: Any, device: str, dtype: str, number: Any) -> Finding:
    """Attention of 64 tokens, 4 heads of 32, on the device against the softmax written out in float64 on the CPU."""
    generator = torch.Generator().manual_seed(0)
    query, key, value = (torch.randn(1, 4, 64, 32, generator=generator).to(number) for _ in range(3))
    got = torch.nn.functional.scaled_dot_product_attention(*(x.to(device) for x in (query, key, value)), is_causal=True)
    q, k, v = (x.double() for x in (query, key, value))
    scores = (q @ k.transpose(-1, -2)) / 32**0.5
    hidden = torch.ones(64, 64, dtype=torch.bool).triu(1)
    expected = scores.masked_fill(hidden, float("-inf")).softmax(-1) @ v
    apart = float((got.double().cpu() - expected).abs().max())
    said = f"attention in {dtype} on {device}: within {apart:.1e} of float64"
    if apart <= TOLERANCE[dtype]:
        return ok(f"attention {dtype}", said)
    return error(
        f"attention {dtype}",
        said,
        f"This build computes wrong numbers in {dtype}: choose another --dtype, or another torch or driver release.",
    )


def _fused(torch: Any, device: str) -> Finding:
    """Whether the fused kernel for whole packs can be compiled: it needs a card, Triton and a C compiler."""
    if not device.startswith("cuda"):
        return ok("fused attention", "not used without a card; packs use masked attention")
    lacks = [
        name
        for name, there in (
            ("triton", find_spec("triton") is not None),
            ("a C compiler", shutil.which("cc") is not None),
        )
        if not there
    ]
    if lacks:
        return warning(
            "fused attention",
            f"cannot be compiled: {' and '.join(lacks)} missing; packs use masked attention, which is slower",
            "pip install triton; Debian, Ubuntu: apt-get install gcc.",
        )
    major, minor = torch.cuda.get_device_capability(0)
    if (major, minor) < (8, 0):
        return warning(
            "fused attention",
            f"compute capability {major}.{minor}: the kernel is tried on 8.0 and newer alone",
            "Nothing to do; masked attention is used where the kernel cannot be made.",
        )
    return ok("fused attention", f"Triton and a compiler are there, compute capability {major}.{minor}")
