"""Documents against the shapes of ``shapes.yaml``: unknown fields, missing ones, wrong types; and the documents of deploy/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SHAPES: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
_TYPES = {"string": str, "integer": int, "boolean": bool, "nothing": type(None)}


def problems(document: Any, shape: Any, where: str = "") -> list[str]:
    """What is wrong with a document, a line each."""
    if isinstance(shape, str):
        if shape in SHAPES and shape not in _TYPES:
            return problems(document, SHAPES[shape], where)
        kinds = [_TYPES[kind.strip()] for kind in shape.split("|")]
        return [] if type(document) in kinds else [f"{where} is {document!r}, no {shape}"]
    if isinstance(shape, list):
        if not isinstance(document, list):
            return [f"{where} is no list"]
        return [p for i, item in enumerate(document) for p in problems(item, shape[0], f"{where}[{i}]")]
    if not isinstance(document, dict):
        return [f"{where} is no mapping"]
    known = {key.rstrip("!"): value for key, value in shape.items()}
    found = [f"{where}.{key[:-1]} is missing" for key in shape if key.endswith("!") and key[:-1] not in document]
    for key, value in document.items():
        if key not in known and "*" not in known:
            found.append(f"{where}.{key} is unknown")
        else:
            found += problems(value, known.get(key, known.get("*")), f"{where}.{key}")
    return found


def kubernetes() -> list[tuple[str, dict[str, Any]]]:
    """File and document of each object in deploy/kuberay."""
    return [
        (path.name, document)
        for path in sorted((DEPLOY / "kuberay").glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]


def compose() -> dict[str, Any]:
    """deploy/compose.yaml."""
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return document


def pods(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The pod specifications of an object."""
    spec = document["spec"] if document["kind"] != "ConfigMap" else {}
    cluster = spec.get("rayClusterSpec", spec)
    templates = [spec.get("template"), spec.get("jobTemplate", {}).get("spec", {}).get("template")]
    templates += [cluster.get("headGroupSpec", {}).get("template")]
    templates += [group["template"] for group in cluster.get("workerGroupSpecs", [])]
    return [template["spec"] for template in templates if template]
