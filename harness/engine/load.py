"""A model in memory, ready to encode and to score: the one place that meets transformers' loaders."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.engine.base import Engine
from harness.engine.codec import Encoder
from harness.engine.source import ModelSource
from harness.errors import BadInput, RunFailed

ENGINES = ("packed", "hf", "vllm", "api")
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


@dataclass
class Loaded:
    """A loaded model: ``lm`` is lm-eval's class around it, ``engine`` answers token requests."""

    lm: Any
    engine: Engine
    load_seconds: float

    @property
    def chat_template(self) -> str:
        """The tokenizer's chat template; empty where it has none."""
        return str(getattr(self.lm.tokenizer, "chat_template", "") or "")


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
    elif kind.type not in ("cpu", "mps"):
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


def check_memory(source: ModelSource, settings: Settings) -> None:
    """Refuse a model that cannot fit.

    Raises:
        BadInput: the weights alone are larger than the device's memory.
    """
    import torch

    if not source.params:
        return
    need = source.params * (4 if settings.dtype == "fp32" else 2)
    if settings.device.startswith("cuda"):
        have = sum(torch.cuda.get_device_properties(i).total_memory for i in range(torch.cuda.device_count()))
    else:
        have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if need > have:
        raise BadInput(
            f"{source.name} needs {need / 2**30:.1f} GiB for its weights in {settings.dtype}; {settings.device} has "
            f"{have / 2**30:.1f} GiB. Use a smaller dtype or a larger device."
        )


def load(source: ModelSource, settings: Settings) -> Loaded:
    """Load a model and its engine.

    Raises:
        BadInput: the files are no usable model (unknown type, broken tokenizer, missing tokens).
        RunFailed: loading ran out of memory.
    """
    started = time.perf_counter()
    with quiet():
        if settings.engine in ("vllm", "api") and not source.masked:
            lm, served = _served(source, settings)
            return Loaded(lm=lm, engine=served, load_seconds=time.perf_counter() - started)
        lm = _masked(source, settings) if source.masked else _causal(source, settings)
        if not source.masked:
            _check_tokens(lm, source)
        engine = _engine(lm, source, settings)
    return Loaded(lm=lm, engine=engine, load_seconds=time.perf_counter() - started)


def codec(loaded: Loaded, window: int | None) -> Encoder:
    """The codec whose requests the loaded engine answers."""
    from harness.engine.codec import Codec
    from harness.engine.lm import LMEngine

    return loaded.engine.codec(window) if isinstance(loaded.engine, LMEngine) else Codec(loaded.lm, window)


def _served(source: ModelSource, settings: Settings) -> tuple[Any, Engine]:
    from harness.engine import served

    if settings.engine == "api":
        return served.load_api(source, settings.trust_remote_code)
    try:
        return served.load_vllm(source, DTYPES[settings.dtype], settings.trust_remote_code)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise BadInput(f"vLLM cannot load {source.location}: {_first_line(error)}") from None


def _causal(source: ModelSource, settings: Settings) -> Any:
    import torch
    from lm_eval.models.huggingface import HFLM

    wide = settings.device.startswith("cuda") and _larger_than_one_card(source, settings)
    try:
        lm = HFLM(
            pretrained=source.location,
            device=settings.device,
            dtype=DTYPES[settings.dtype],
            softmax_dtype="float32",
            logits_cache=False,
            batch_size=settings.batch_size,
            trust_remote_code=settings.trust_remote_code,
            parallelize=wide,
            backend="causal",
        )
    except torch.OutOfMemoryError as error:
        raise RunFailed(
            f"Loading {source.name} ran out of memory on {settings.device}: {str(error).splitlines()[0]}"
        ) from None
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
        ImportError,
        AttributeError,
        AssertionError,
    ) as error:
        raise BadInput(f"{source.location} cannot be loaded as a causal language model: {_first_line(error)}") from None
    except Exception as error:
        if type(error).__name__ == "SafetensorError" or type(error).__module__.startswith(
            ("tokenizers", "safetensors", "builtins")
        ):
            raise BadInput(f"{source.location} cannot be loaded: {_first_line(error)}") from None
        raise
    return lm


def _masked(source: ModelSource, settings: Settings) -> Any:
    from harness.engine.masked import load_masked

    return load_masked(source, settings.device, DTYPES[settings.dtype], settings.trust_remote_code)


def _engine(lm: Any, source: ModelSource, settings: Settings) -> Engine:
    if source.masked:
        from harness.engine.masked import MaskedEngine

        return MaskedEngine(lm)
    if settings.engine == "packed":
        return packed_engine(lm, deterministic=settings.deterministic)
    from harness.engine.hf import HFEngine

    return HFEngine(lm, settings.batch_size)


def packed_engine(lm: Any, *, deterministic: bool) -> Engine:
    """The packed engine on the model of an ``HFLM``."""
    from harness.engine.packed.engine import PackedEngine

    return PackedEngine(lm.model, lm.tokenizer, lm.device, lm.model.dtype, deterministic=deterministic)


def _check_tokens(lm: Any, source: ModelSource) -> None:
    tokenizer = lm.tokenizer
    if tokenizer.eos_token_id is None:
        raise BadInput(
            f"The tokenizer of {source.name} has no end-of-sequence token; set eos_token in tokenizer_config.json."
        )
    size = lm.model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > size and max(tokenizer.get_vocab().values()) >= size:
        raise BadInput(
            f"The tokenizer of {source.name} has {len(tokenizer)} tokens and the model embeds {size}: they do not belong together."
        )


def _larger_than_one_card(source: ModelSource, settings: Settings) -> bool:
    import torch

    if not source.params or torch.cuda.device_count() < 1:
        return False
    need = source.params * (4 if settings.dtype == "fp32" else 2)
    return need > 0.9 * torch.cuda.get_device_properties(0).total_memory


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' own bars, warnings and logs off the terminal; ours say what matters."""
    from tqdm import tqdm
    from transformers.utils import logging as transformers_logging

    loggers = [
        logging.getLogger(n)
        for n in ("lm_eval", "lm-eval", "transformers", "datasets", "accelerate", "huggingface_hub")
    ]
    levels = [logger.level for logger in loggers]
    bars = transformers_logging.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    shown = tqdm.__init__
    tqdm.__init__ = functools.partialmethod(shown, disable=True)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        tqdm.__init__ = shown
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def engine_version(engine: str) -> str:
    """Version of an engine, known before anything is loaded.

    Raises:
        BadInput: unknown engine, or one whose optional packages are not installed.
    """
    from harness.engine.served import check_installed, class_version

    if engine == "packed":
        from harness.engine.packed.engine import PackedEngine

        return PackedEngine.version
    if engine in ("hf", "vllm", "api"):
        check_installed(engine)
        return class_version(engine)
    raise BadInput(f"Unknown engine {engine!r}; use {', '.join(ENGINES)}.")
