"""The libraries underneath (lm-eval, transformers, datasets, the hub): their output off, their network off, their errors ours."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
        (BaseException, BadInput, unusable),
    )
    try:
        yield
    except (LandscapeError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # tokenizers' panics (PyO3) are no Exception, and a model's code may exit
        ours, sentence = next((ours, text) for theirs, ours, text in table if isinstance(error, theirs))
        raise ours(f"{sentence}: {first_line(error)}") from None


@contextlib.contextmanager
def model_errors(sentence: str) -> Iterator[None]:
    """Turn whatever a model's tokenizer, template or code raises while it is used into ``BadInput`` for that model.

    Recursion without end, memory that runs out, panics of Rust and an exit included. Our own errors and Ctrl-C pass.
    """
    try:
        yield
    except (LandscapeError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        text = first_line(error)
        kind = type(error).__name__
        raise BadInput(f"{sentence}: {kind}{'' if text == kind else f': {text[:300]}'}") from error


class OutOfTime(Exception):
    """A call took more processor time than it may."""


TEMPLATE_SECONDS, TEMPLATE_BYTES = 2.0, 1 << 30
"""Limits of one rendering of a chat template; honest ones take milliseconds and kilobytes."""
TEMPLATE_START, TEMPLATE_MEAN = 5.0, 0.02
"""Processor time of all renderings together: so many seconds, and so many for each."""


def limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with limits on each call: processor time (in the main thread) and memory (where the system has such limits).

    A chat template is a program: jinja's sandbox keeps it from files, not from loops without end.
    """

    spent, calls = 0.0, 0

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal spent, calls
        if spent > TEMPLATE_START + calls * TEMPLATE_MEAN:
            raise OutOfTime(f"{calls} calls took {spent:.0f} seconds of processor time")
        started = time.thread_time()
        try:
            with limited_time(TEMPLATE_SECONDS), _memory_limit(TEMPLATE_BYTES):
                return function(*arguments, **options)
        finally:
            spent, calls = spent + time.thread_time() - started, calls + 1

    return call


@contextlib.contextmanager
def limited_time(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTime`` in what runs inside after so many seconds of processor time, where the system can.

    A limit inside another one ends no later than that one, which goes on after it.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise OutOfTime(f"took more than {seconds:g} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    outer, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
    mine = min(seconds, outer) if outer else seconds
    signal.setitimer(signal.ITIMER_VIRTUAL, mine)
    try:
        yield
    finally:
        left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if outer:
            signal.setitimer(signal.ITIMER_VIRTUAL, max(outer - (mine - left), 0.001))


@contextlib.contextmanager
def _memory_limit(more: int) -> Iterator[None]:
    """Refuse this process, while active, more than so many bytes beside what it has (``MemoryError``)."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = pages * resource.getpagesize() + more
        if soft == resource.RLIM_INFINITY or most < soft:
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def first_line(error: BaseException) -> str:
    """First line of an error's text, or the name of its type where it has none."""
    text = scrub(str(error)).strip()
    return text.splitlines()[0] if text else type(error).__name__
