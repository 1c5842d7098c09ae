"""Python and the libraries: versions against what this release asks for, and what the optional extras would add."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness import places
from harness.commands.doctor.finding import Finding, error, ok, warning

DISTRIBUTION = "landscape-harness"
EXTRAS = {
    "engine": "harness run, verify and bench",
    "gguf": "models in GGUF files",
    "vllm": "--engine vllm",
    "api": "--engine api",
}
"""The optional extras that people install, and what each is for."""


def packages() -> Iterator[Finding]:
    """Python, the libraries that every command needs, then each extra's."""
    pythons, asked = declared()
    said = ".".join(map(str, sys.version_info[:3]))
    if pythons.contains(said):
        yield ok("Python", said)
    else:
        yield error("Python", said, f"Install a Python that is {pythons}.")
    yield group("libraries", asked.get("", ()), "", "every command")
    for extra, purpose in EXTRAS.items():
        yield group(f"extra [{extra}]", asked.get(extra, ()), extra, purpose)


def declared() -> tuple[SpecifierSet, Mapping[str, Sequence[Requirement]]]:
    """The Pythons that this release runs on, and its requirements by extra ("" for those of every command)."""
    source = places.declaration()
    if source is not None:
        project = tomllib.loads(source.read_text(encoding="utf-8"))["project"]
        lines = [("", line) for line in project["dependencies"]]
        lines += [(extra, line) for extra, more in project["optional-dependencies"].items() for line in more]
        pythons = SpecifierSet(project["requires-python"])
    else:
        about = metadata(DISTRIBUTION)
        pythons = SpecifierSet(about["Requires-Python"] or "")
        lines = [(_extra(line), line) for line in requires(DISTRIBUTION) or ()]
    asked: dict[str, list[Requirement]] = {}
    for extra, line in lines:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            asked.setdefault(extra, []).append(requirement)
    return pythons, asked


def _extra(line: str) -> str:
    """The extra that a line of the installed distribution's requirements belongs to."""
    found = re.search(r"""extra\s*==\s*['"]([\w-]+)['"]""", line)
    return found.group(1) if found else ""


def group(part: str, asked: Sequence[Requirement], extra: str, purpose: str) -> Finding:
    """How the libraries of one group stand together. Those of an optional extra but the engine's may all be absent."""
    absent, other = [], []
    for requirement in asked:
        try:
            there = version(requirement.name)
        except PackageNotFoundError:
            absent.append(requirement.name)
            continue
        if not requirement.specifier.contains(there, prereleases=True):
            other.append(f"{requirement.name} {there} (asked for: {requirement.specifier})")
    install = f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install {DISTRIBUTION}"
    if other:
        return warning(part, "other versions than this release was tried with: " + ", ".join(other), install)
    if absent and extra not in ("", "engine"):
        return ok(part, f"not installed: {', '.join(absent)}; {purpose} alone needs it ({install})")
    if absent:
        return error(part, f"not installed: {', '.join(absent)}; {purpose} needs it", install)
    return ok(part, f"all {len(asked)} as asked for")
