"""A cache of lm-eval's compiled Jinja templates.

lm-eval 0.4.13 compiles a task's Jinja templates anew for every item and every few-shot example: more than half of the
time in which the requests of core-en are built (profiled at five items a task, 2,160 compilations).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def compiled_once() -> Iterator[None]:
    """While active, lm-eval compiles each template text once; what it renders stays the same. May be nested."""
    from lm_eval import utils

    env: Any = utils.env
    if "from_string" in vars(env):
        yield  # the cache around this one serves
        return
    compile_one = env.from_string
    compile_cached = cache(compile_one)
    env.from_string = lambda source, *args, **options: (
        compile_one(source, *args, **options)
        if args or options or not isinstance(source, str)
        else compile_cached(source)
    )
    try:
        yield
    finally:
        del env.from_string
