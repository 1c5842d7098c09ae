"""Removal of private texts from foreign files: folders, machines, accounts and keys.

Manifests of imported runs keep unknown fields, so that nothing is lost; what passes here is cut to
a bounded size, and local paths are cut to their last part.
"""

from __future__ import annotations

import re
from typing import Any

from harness.scrub import scrub

# Keys whose values describe a machine, a person or a secret, whatever they hold.
_HIDDEN_KEY = re.compile(
    r"pretty_env_info|env_info|environ|host(name)?$|user(name)?$|api_?key|token$|secret|passw|credential|auth|cookie|"
    r"(api|base)_?url|output_path|output_dir|work_dir|log_dir|cache_dir|cwd|upper_dir|dataset_dir|hardware|ip_addr|^use_cache$",
    re.IGNORECASE,
)
# /a/b, ~/a, C:\a, \\host\a, file:///a; not the slashes of an address (https://…) or of a hub id (a/b).
_PATH = re.compile(r"(?:file:/{2,3}|(?<![\w:/.\-~])[~]?/|(?<!\w)[A-Za-z]:[\\/]|\\\\)[^\s'\",;|<>()\[\]{}=]+")
_LOCAL_HOST = re.compile(
    r"\b(?:https?://)?(?:localhost|(?:127|10|192\.168)(?:\.\d+){2,3}|0\.0\.0\.0)(?::\d+)?(?:/\S*)?", re.I
)
MAX_DEPTH = 8
MAX_ITEMS = 64
MAX_TEXT = 500
# Marks a place where something was cut.
CUT = "…"


def without_paths(value: str) -> str:
    """The text with local paths cut to their last part, local hosts and secrets blanked."""
    value = _LOCAL_HOST.sub(CUT, scrub(value))
    return _PATH.sub(lambda match: f"{CUT}/{last_part(match.group())}", value)


def last_part(path: str) -> str:
    """The last part of a path of any system, and nothing of what lies above it."""
    parts = [part for part in re.split(r"[\\/]+", path) if part not in ("", ".", "..", "~")]
    return parts[-1] if len(parts) > 1 else ""


def extras(value: object, depth: int = 0) -> Any:
    """A JSON value made fit for a manifest: bounded in depth, breadth and text, free of private things."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else CUT
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, str):
        short = value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + CUT
        return without_paths(short.encode("utf-8", "replace").decode("utf-8").replace("\x00", ""))
    if depth >= MAX_DEPTH:
        return CUT
    if isinstance(value, dict):
        fields = [(k, v) for k, v in value.items() if isinstance(k, str) and not _HIDDEN_KEY.search(k)]
        out = {str(extras(k)): extras(v, depth + 1) for k, v in fields[:MAX_ITEMS]}
        return out if len(fields) <= MAX_ITEMS else {**out, CUT: f"{len(fields) - MAX_ITEMS} more"}
    if isinstance(value, list):
        items = [extras(v, depth + 1) for v in value[:MAX_ITEMS]]
        return items if len(value) <= MAX_ITEMS else [*items, CUT]
    return CUT
