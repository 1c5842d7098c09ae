"""Fields of unknown meaning: bounded, without paths, keys and hosts."""

from __future__ import annotations

import json

from harness.interchange.foreign.privacy import extras, without_paths


def test_unknown_fields_are_bounded_and_free_of_private_things() -> None:
    deep: dict[str, object] = {}
    deep["deep"] = {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}
    kept = extras(
        {
            **deep,
            "api_key": "k",
            "hostname": "h",
            "x": float("nan"),
            "n": 10**400,
            "many": list(range(1000)),
            "long": "y" * 9999,
        }
    )
    assert "api_key" not in kept and "hostname" not in kept
    assert kept["x"] == "nan" and len(kept["many"]) == 65 and len(kept["long"]) == 501
    json.dumps(kept, allow_nan=False)
    text = without_paths("see /home/ann/x.py and http://127.0.0.1:80/v1 or https://example.org/a/b with hf_abcdefghijk")
    assert text == "see …/x.py and … or https://example.org/a/b with ***"
