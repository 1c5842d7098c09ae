"""Filters of the commands that list the catalog."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.commands import listing
from harness.errors import BadInput


def test_a_value_that_the_catalog_does_not_know_is_refused_with_its_neighbours() -> None:
    frame = pd.DataFrame({"vendor_id": ["alibaba", "openai"]})
    assert list(listing._those(frame, "vendor_id", "openai", "vendor")["vendor_id"]) == ["openai"]
    with pytest.raises(BadInput, match="No vendor 'aliba' in the catalog; there is alibaba"):
        listing._those(frame, "vendor_id", "aliba", "vendor")
    assert listing._those(frame, "vendor_id", "mistral", "vendor", ("mistral",)).empty
