"""The libraries underneath (lm-eval, transformers, datasets, the hub): their output off, their network off, their errors ours."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator

from harness.errors import BadInput, LandscapeError, RunFailed
from harness.scrub import scrub

_LOGGERS = (
    *("lm_eval", "lm_eval.api.task", "lm_eval.tasks", "lm-eval"),
    *("transformers", "datasets", "accelerate", "huggingface_hub"),
)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' own bars, warnings and logs off the terminal (lm-eval alone warns once a task)."""
    from tqdm import tqdm
    from transformers.utils import logging as transformers_logging

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    bars = transformers_logging.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    init = tqdm.__init__
    tqdm.__init__ = functools.partialmethod(init, disable=True)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        tqdm.__init__ = init
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def go_offline() -> None:
    """No network from here on, for the Hugging Face libraries, also where they are imported already."""
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ[name] = "1"
    for name, flag in (
        ("huggingface_hub.constants", "HF_HUB_OFFLINE"),
        ("datasets.config", "HF_HUB_OFFLINE"),
        ("datasets.config", "HF_DATASETS_OFFLINE"),
    ):
        if name in sys.modules:
            setattr(sys.modules[name], flag, True)


@contextlib.contextmanager
def load_errors(unusable: str, out_of_memory: str) -> Iterator[None]:
    """Map what loaders raise on a model's files to our errors, by one table; the first row that fits wins.

    torch's own out-of-memory becomes ``RunFailed``; anything else that transformers, tokenizers (which raise a bare
    ``Exception``), safetensors or a model's own code raise becomes ``BadInput``. Our own errors pass.
    """
    import torch

    table = (
        (torch.OutOfMemoryError, RunFailed, out_of_memory),
        (Exception, BadInput, unusable),
    )
    try:
        yield
    except LandscapeError:
        raise
    except Exception as error:
        ours, sentence = next((ours, text) for theirs, ours, text in table if isinstance(error, theirs))
        raise ours(f"{sentence}: {first_line(error)}") from None


def first_line(error: BaseException) -> str:
    """First line of an error's text, or the name of its type where it has none."""
    text = scrub(str(error)).strip()
    return text.splitlines()[0] if text else type(error).__name__
