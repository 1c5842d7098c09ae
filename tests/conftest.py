"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness import places

# Databases of tests hold what the test puts there; the shipped measured runs have tests of their own.
os.environ.setdefault("LANDSCAPE_MEASURED_RUNS", str(Path(__file__).parent / "none"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and models; skips where this machine has none."""
    folder = places.shared()
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real data in {folder} (set LANDSCAPE_SHARED)")
    return folder / "data"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, so that no worker waits for another's last file; no coverage of slow tests.

    Coverage is what the quick tests reach: measuring makes plain loops over a snapshot's rows take twice as long.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    for item in slow:
        item.add_marker("no_cover")
    files = {item.path for item in slow}
    items.sort(key=lambda item: item.path not in files)
