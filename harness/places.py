"""Paths of data and assets: from the environment, else in the working folder, else in the package; and paths as people type them.

Where ``LANDSCAPE_RUNS`` or ``LANDSCAPE_DB`` is a URL, the path is that of this host's working copy (``harness.store.remote``).

A checkout has ``sql/``, ``pages/`` and ``data/`` at its root; a wheel carries copies of them
under ``harness/_assets``. Nothing else in the code knows of this difference.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from harness.errors import BadInput

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent

MAX_PATH, MAX_NAME = 4095, 255
"""Bytes of a path and of one name in it that Linux takes at the most; other systems take no more."""
SHOWN = 80
"""Characters of a path that a sentence shows."""


def asset(relative: str) -> Path:
    """Path of a file or folder that ships with the project, e.g. ``sql/schema``."""
    packaged = _PACKAGE / "_assets" / relative
    return packaged if packaged.exists() else _CHECKOUT / relative


def _in_checkout() -> bool:
    return (_CHECKOUT / "pyproject.toml").is_file() and not (_PACKAGE / "_assets").exists()


def data_root() -> Path:
    """The folder that holds runs and the database: the checkout's ``data``, else ``./data``."""
    return _CHECKOUT / "data" if _in_checkout() else Path.cwd() / "data"


def declaration() -> Path | None:
    """The checkout's ``pyproject.toml``; None where an installed package runs."""
    return _CHECKOUT / "pyproject.toml" if _in_checkout() else None


def _from_env(name: str) -> Path | None:
    value = os.environ.get(name, "").strip()
    return typed_path(value, name).resolve() if value else None


def _url_from_env(name: str) -> str | None:
    value = os.environ.get(name, "").strip()
    return value.rstrip("/") if "://" in value else None


def runs_url() -> str | None:
    """The URL under which the run folders of several hosts lie (``LANDSCAPE_RUNS``); None where a folder is named."""
    return _url_from_env("LANDSCAPE_RUNS")


def database_url() -> str | None:
    """The URL of the database that several hosts publish to (``LANDSCAPE_DB``); None where a file is named."""
    return _url_from_env("LANDSCAPE_DB")


def cache() -> Path:
    """The folder of this host's working copies of what lies at URLs (``LANDSCAPE_CACHE``)."""
    return _from_env("LANDSCAPE_CACHE") or Path.home() / ".cache" / "landscape"


def working_copy(url: str) -> Path:
    """The folder of a URL's working copy."""
    return cache() / hashlib.sha256(url.encode()).hexdigest()[:16]


def database() -> Path:
    """The DuckDB file (``LANDSCAPE_DB``)."""
    if (url := database_url()) is not None:
        return working_copy(url) / "landscape.duckdb"
    return _from_env("LANDSCAPE_DB") or data_root() / "landscape.duckdb"


def runs() -> Path:
    """The folder of sealed run folders (``LANDSCAPE_RUNS``)."""
    if (url := runs_url()) is not None:
        return working_copy(url) / "runs"
    return _from_env("LANDSCAPE_RUNS") or data_root() / "runs"


def hub() -> Path | None:
    """A mirror of hub data sets, ``<owner>/<name>/<config>/<split>.parquet`` (``LANDSCAPE_HUB``)."""
    return _from_env("LANDSCAPE_HUB")


def packaged_catalog() -> Path:
    """The catalog that ships with the project."""
    return asset("data/catalog")


def catalog() -> Path:
    """The catalog folder in use (``LANDSCAPE_CATALOG``, else the packaged one)."""
    return _from_env("LANDSCAPE_CATALOG") or packaged_catalog()


def public_runs() -> Path:
    """Outcomes of others' public runs, shipped with the project (``LANDSCAPE_PUBLIC_RUNS``)."""
    return _from_env("LANDSCAPE_PUBLIC_RUNS") or asset("data/public_runs")


def measured_runs() -> Path:
    """Runs of this harness on published models, shipped with the project (``LANDSCAPE_MEASURED_RUNS``)."""
    return _from_env("LANDSCAPE_MEASURED_RUNS") or asset("data/measured_runs")


def reference_models() -> Path:
    """Folder of the calibration suite's reference models."""
    return asset("data/reference")


def shared() -> Path:
    """Real data and models for tests and benchmarks (``LANDSCAPE_SHARED``, default ``../shared``)."""
    return _from_env("LANDSCAPE_SHARED") or (_CHECKOUT.parent / "shared")


def typed_path(text: str | Path, said_in: str = "") -> Path:
    """The path that a text means, ~ replaced by the home folder; ``said_in`` begins the sentence of a refusal.

    Raises:
        BadInput: no such user, or longer than a path can be.
    """
    name, begin = str(text), f"{said_in}: " if said_in else ""
    longest = max((len(os.fsencode(part)) for part in _readable(name).split("/")), default=0)
    if len(os.fsencode(_readable(name))) > MAX_PATH or longest > MAX_NAME:
        raise BadInput(
            f"{begin}{name[:SHOWN]}… has {len(name):,} characters, more than a path or a model's name can have."
        )
    try:
        return Path(name).expanduser()
    except RuntimeError:
        user = name.split("/")[0]
        raise BadInput(
            f"{begin}{name[:SHOWN]} names the home folder of {user[1:] or 'this user'}, which this system does not know. "
            "Give the path in full."
        ) from None


def refuse_models(models: Iterable[str]) -> None:
    """Refuse names of models that can be neither a path nor a name, before anything is done with any of them.

    Raises:
        BadInput: with the first such name; one with a URL is left to those who read URLs.
    """
    for model in models:
        if "://" not in model:
            typed_path(model, "--model")


def _readable(name: str) -> str:
    """The text with what no file system can hold replaced: it is no path, and whoever looks for it will say so."""
    return name.encode("utf-8", "replace").decode()
