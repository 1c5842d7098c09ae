"""Engine, device and dtype of a run: the words of the command line, checked against this machine before anything loads."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from harness.errors import BadInput

ENGINES = ("packed", "hf", "vllm", "api")
EXTRAS = {"vllm": ("vllm",), "api": ("aiohttp", "requests", "tenacity")}
"""Optional packages that an engine needs."""
DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
DTYPE_NAMES = {**{k: k for k in DTYPES}, "float32": "fp32", "bfloat16": "bf16", "float16": "fp16", "auto": "auto"}


@dataclass(frozen=True)
class Settings:
    """How to load and score. ``device`` and ``dtype`` are already resolved (never ``auto``)."""

    engine: str
    device: str
    dtype: str
    deterministic: bool = False
    trust_remote_code: bool = False
    window: int | None = None
    batch_size: int = 8


def resolve_device(device: str | None) -> str:
    """The device to use: as named, else ``cuda`` where there is one, else ``cpu``.

    Raises:
        BadInput: unknown device, or one that this machine lacks.
    """
    import torch

    if device in (None, "", "auto"):
        return "cuda" if torch.cuda.is_available() else "cpu"
    assert device is not None
    try:
        kind = torch.device(device)
    except RuntimeError:
        raise BadInput(f"Unknown device {device!r}; use cpu, cuda, cuda:N or mps.") from None
    if kind.type == "cuda":
        count = torch.cuda.device_count()
        if (kind.index or 0) >= count:
            raise BadInput(f"Device {device!r} is not here: this machine has {count} CUDA device(s). Use --device cpu.")
    elif kind.type == "mps" and not torch.backends.mps.is_available():
        raise BadInput("Device 'mps' is not here. Use --device cpu.")
    elif kind.type not in ("cpu", "mps") or (kind.type == "cpu" and kind.index is not None):
        raise BadInput(f"Unknown device {device!r}; use cpu, cuda, cuda:N or mps.")
    return device


def resolve_dtype(dtype: str | None, device: str) -> str:
    """``fp32``, ``bf16`` or ``fp16``: as named, else bf16 on a GPU that has it, else fp32.

    Raises:
        BadInput: unknown dtype, or one that the device lacks.
    """
    import torch

    name = DTYPE_NAMES.get(dtype or "auto")
    if name is None:
        raise BadInput(f"Unknown dtype {dtype!r}; use fp32, bf16 or fp16.")
    has_bf16 = device.startswith("cuda") and torch.cuda.is_bf16_supported()
    if name == "auto":
        return "bf16" if has_bf16 else "fp32"
    if name == "bf16" and device.startswith("cuda") and not has_bf16:
        raise BadInput(f"Device {device} has no bf16; use --dtype fp16 or fp32.")
    if name == "fp16" and device == "cpu":
        raise BadInput("fp16 on a CPU is slow and inexact; use --dtype fp32 or bf16.")
    return name


def engine_version(engine: str) -> str:
    """Version of an engine, known before anything is loaded.

    Raises:
        BadInput: unknown engine, or one whose optional packages are not installed.
    """
    if engine == "packed":
        from harness.engine.packed.engine import PackedEngine

        return PackedEngine.version
    if engine in ("hf", "vllm", "api"):
        check_installed(engine)
        return class_version(engine)
    raise BadInput(f"Unknown engine {engine!r}; use {', '.join(ENGINES)}.")


def check_installed(engine: str) -> None:
    """Refuse an engine whose optional packages are missing.

    Raises:
        BadInput: with the extra to install.
    """
    missing = [name for name in EXTRAS.get(engine, ()) if find_spec(name) is None]
    if missing:
        raise BadInput(
            f"--engine {engine} needs {', '.join(missing)}, which is not installed: pip install 'landscape-harness[{engine}]'."
        )


def class_version(engine: str) -> str:
    """Version of an engine that is one of lm-eval's classes: lm-eval's, and vLLM's where it computes."""
    versions = f"lm-eval {version('lm_eval')}"
    if engine == "vllm":
        with contextlib.suppress(PackageNotFoundError):
            versions += f", vllm {version('vllm')}"
    return versions
