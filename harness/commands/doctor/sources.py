"""Where models and data come from: the hub over the network, and the mirror and suites on disk."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from harness import places
from harness.commands.doctor.finding import Finding, error, ok, warning

HUB = "https://huggingface.co"
WAIT_S = 5.0
"""Longest wait for the hub's answer."""
SMALL = "/api/models/openai-community/gpt2"
"""A small answer that every hub and mirror of it has."""


def sources(*, offline: bool) -> Iterator[Finding]:
    """The hub (not asked where ``offline``, or the environment says so), its token, the mirror, the suites' data."""
    off = offline or os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")
    yield ok("hub", "not asked: offline") if off else hub()
    yield token()
    yield mirror()


def hub() -> Finding:
    """Whether the hub, or the mirror of it that ``HF_ENDPOINT`` names, answers."""
    base = os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return error(
            "hub", f"HF_ENDPOINT is no web address: {base}", "Set it to an address such as https://hf-mirror.com."
        )
    began = time.monotonic()
    try:
        with urllib.request.urlopen(f"{base}{SMALL}", timeout=WAIT_S):  # nosec B310  # scheme checked above
            pass
    except urllib.error.HTTPError as answer:
        if answer.code in (401, 403, 404, 429):  # it answers, though not this
            return ok("hub", f"{parts.hostname} answers (status {answer.code})")
        return _out_of_reach(parts.hostname, f"status {answer.code}")
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "reason", problem)
        return _out_of_reach(parts.hostname, str(reason).splitlines()[0] if str(reason) else type(problem).__name__)
    return ok("hub", f"{parts.hostname} answers in {time.monotonic() - began:.1f} s")


def _out_of_reach(host: str, reason: str) -> Finding:
    return warning(
        "hub",
        f"{host} cannot be reached ({reason})",
        "Set HTTPS_PROXY or HF_ENDPOINT (a mirror), or work without: harness data pack on another machine, --offline here.",
    )


def token() -> Finding:
    """Whether a token for gated models is set; it is never shown and never sent from here."""
    if os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN"):
        return ok("hub token", "set in the environment")
    return ok("hub token", "none; only gated models need one (HF_TOKEN)")


def mirror() -> Finding:
    """Whether ``LANDSCAPE_HUB`` is a mirror of data sets, and for how many tasks of the shipped suites data lies there."""
    folder = places.hub()
    if folder is None:
        return ok("mirror", "none (LANDSCAPE_HUB); data comes from the hub or its cache")
    if not folder.is_dir():
        return error(
            "mirror", f"LANDSCAPE_HUB names {folder}, which is no folder", "Name the unpacked folder, or unset it."
        )
    sets = sum(1 for _ in folder.glob("*/*/*/*.parquet"))
    if not sets:
        return error(
            "mirror",
            f"{folder} holds no data set",
            "It has to hold OWNER/NAME/CONFIG/SPLIT.parquet: the folder `hub` of harness data unpack.",
        )
    return ok("mirror", f"{sets} files of data sets in {folder}")
