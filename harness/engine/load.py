"""A model in memory with its engine: the one place that calls transformers' and lm-eval's loaders."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.engine.base import Engine
from harness.engine.codec import Encoder
from harness.engine.libraries import load_errors, model_errors, quiet
from harness.engine.measure import memory_limit
from harness.engine.memory.size import ONE_CARD, weight_bytes
from harness.engine.settings import DTYPES, Settings
from harness.engine.source import ModelSource
from harness.engine.trust import completeness
from harness.errors import BadInput


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

    @property
    def params(self) -> int | None:
        """Number of parameters that it computes with; None where a server or quantised layers hold them."""
        import torch

        model = getattr(self.lm, "model", None)
        if not isinstance(model, torch.nn.Module) or getattr(model.config, "quantization_config", None):
            return None
        return sum(parameter.numel() for parameter in model.parameters())

    @property
    def beside(self) -> tuple[str, ...]:
        """Tensors of its files that belong to parts beside the text model, by name: towers of other inputs, drafting heads."""
        return tuple(getattr(self.lm, "beside", ()))


def check_memory(source: ModelSource, settings: Settings) -> None:
    """Refuse a model that cannot fit.

    Raises:
        BadInput: the weights alone are larger than the device's memory.
    """
    import torch

    if not source.params:
        return
    need = weight_bytes(source.params, settings.dtype)
    if settings.device.startswith("cuda"):
        have = sum(torch.cuda.get_device_properties(i).total_memory for i in range(torch.cuda.device_count()))
    else:
        have = memory_limit()
    if need > have:
        raise BadInput(
            f"{source.name} needs {need / 2**30:.1f} GiB for its weights in {settings.dtype}; {settings.device} has "
            f"{have / 2**30:.1f} GiB. Use a smaller dtype or a larger device."
        )


def load(source: ModelSource, settings: Settings) -> Loaded:
    """Load a model and its engine.

    Raises:
        BadInput: the files are no usable model (unknown type, broken tokenizer, missing tokens).
        RunFailed: loading ran out of memory, or the files were written meanwhile.
    """
    started = time.perf_counter()
    with quiet(), _same_files(source):
        if settings.engine in ("vllm", "api") and not source.masked:
            lm, engine = _served(source, settings)
        else:
            lm = _masked(source, settings) if source.masked else _causal(source, settings)
            if not source.masked:
                _check_tokens(lm, source)
            engine = _engine(lm, source, settings)
    return Loaded(lm=lm, engine=engine, load_seconds=time.perf_counter() - started)


@contextlib.contextmanager
def _same_files(source: ModelSource) -> Iterator[None]:
    """Refuse files that were written while what runs inside read them, also where it failed on them."""
    try:
        yield
    except BadInput:
        if source.files is not None:
            source.files.refuse_replaced(source.name)
        raise
    if source.files is not None:
        source.files.refuse_replaced(source.name)


def codec(loaded: Loaded, window: int | None, stride: int | None = None) -> Encoder:
    """The codec whose requests the loaded engine answers."""
    from harness.engine.codec import Codec
    from harness.engine.lm_engine import LMEngine

    with model_errors("The tokenizer cannot be used"):
        if isinstance(loaded.engine, LMEngine):
            return loaded.engine.codec(window, stride)
        return Codec(loaded.lm, window, stride)


def _served(source: ModelSource, settings: Settings) -> tuple[Any, Engine]:
    from harness.engine import api_and_vllm

    if source.gguf:
        raise BadInput(
            f"{source.name} is a GGUF file, which --engine {settings.engine} does not read; use packed or hf."
        )
    if settings.engine == "api":
        return api_and_vllm.load_api(source, settings.trust_remote_code)
    with load_errors(f"vLLM cannot load {source.location}", _out_of_memory(source, settings)):
        _check_headers(source, settings)
        return api_and_vllm.load_vllm(source, DTYPES[settings.dtype], settings.trust_remote_code)


def _out_of_memory(source: ModelSource, settings: Settings) -> str:
    return f"Loading {source.name} ran out of memory on {settings.device}"


def _causal(source: ModelSource, settings: Settings) -> Any:
    from harness.engine.trust.checked_model import CheckedHFLM

    unusable = f"{source.location} cannot be loaded as a causal language model"
    with load_errors(unusable, _out_of_memory(source, settings)):
        if source.gguf:
            return _gguf(source, settings)
        _check_headers(source, settings)
        return CheckedHFLM(
            model_name=source.name,
            pretrained=source.location,
            device=settings.device,
            dtype=DTYPES[settings.dtype],
            softmax_dtype="float32",
            logits_cache=False,
            batch_size=settings.batch_size,
            trust_remote_code=settings.trust_remote_code,
            parallelize=settings.device.startswith("cuda") and _larger_than_one_card(source, settings),
            backend="causal",
        )


def _gguf(source: ModelSource, settings: Settings) -> Any:
    """lm-eval's class around the model of a GGUF file."""
    import torch
    from lm_eval.models.huggingface import HFLM

    from harness.engine.gguf.model import load as load_gguf

    spread = settings.device.startswith("cuda") and _larger_than_one_card(source, settings)
    dtype = getattr(torch, DTYPES[settings.dtype])
    model, tokenizer = load_gguf(source, "auto" if spread else torch.device(settings.device), dtype)
    return HFLM(
        pretrained=model,
        tokenizer=tokenizer,
        softmax_dtype="float32",
        logits_cache=False,
        batch_size=settings.batch_size,
        backend="causal",
    )


def _check_headers(source: ModelSource, settings: Settings) -> None:
    """Refuse a checkpoint that is none of its configuration; a model's own code may name its tensors as it likes."""
    from transformers import AutoModelForCausalLM

    if not settings.trust_remote_code:
        completeness.check_headers(source, AutoModelForCausalLM)


def _masked(source: ModelSource, settings: Settings) -> Any:
    from harness.engine.masked import load_masked

    unusable = f"{source.location} cannot be loaded as a masked language model"
    with load_errors(unusable, _out_of_memory(source, settings)):
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
    return weight_bytes(source.params, settings.dtype) > ONE_CARD * torch.cuda.get_device_properties(0).total_memory
