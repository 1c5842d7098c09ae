"""Paths of data and assets: from the environment, else in the working folder, else in the package.

Where ``LANDSCAPE_RUNS`` or ``LANDSCAPE_DB`` is a URL, the path is that of this host's working copy (``harness.store.remote``).

A checkout has ``sql/``, ``pages/`` and ``data/`` at its root; a wheel carries copies of them
under ``harness/_assets``. Nothing else in the code knows of this difference.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


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
    return Path(value).expanduser().resolve() if value else None


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
