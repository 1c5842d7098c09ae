"""Imports point one way, and the light half stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"torch", "transformers", "lm_eval", "datasets", "accelerate"}
FORBIDDEN = {
    "analysis": {"torch", "transformers", "lm_eval", "streamlit"},
    "charts": {"torch", "transformers", "lm_eval", "streamlit"},
    "engine": {"duckdb", "streamlit"},
    "store": HEAVY | {"streamlit"},
    "catalog": HEAVY | {"streamlit"},
    "market": HEAVY | {"streamlit"},
    "reports": HEAVY | {"streamlit"},
    "i18n": HEAVY | {"streamlit"},
    "suites": {"streamlit", "duckdb"},
    "runs": {"streamlit"},
    "fleet": HEAVY | {"streamlit", "ray"},
}
ROOMS = {  # which rooms of ours a room may import
    "engine": {"engine"},
    "suites": {"suites", "engine"},
    "store": {"store", "suites", "catalog"},
    "analysis": {"analysis", "store", "catalog"},
    "charts": {"charts", "analysis", "i18n"},
    "catalog": {"catalog", "store"},
    "i18n": {"i18n"},
    "interchange": {"interchange", "store", "suites", "engine", "catalog", "runs", "analysis"},
    "offline": {"offline", "interchange", "suites", "engine", "store"},
    "market": {"market", "analysis", "store", "catalog"},
    "runs": {"runs", "engine", "suites", "store", "analysis", "catalog"},
    "fleet": {"fleet", "runs", "engine", "suites", "store"},
    "reports": {"reports", "market", "charts", "analysis", "store", "i18n", "catalog"},
    "access": {"access"},
    "site": {"site", "access", "market", "charts", "analysis", "store", "i18n", "reports", "catalog", "suites"},
}


# The bounded readers of foreign files, which any room may use: they know no room themselves.
READERS = {
    f"harness.interchange.foreign.{name}"
    for name in (
        "bounded",
        "parquet",
        "limits.nesting",
        "limits.plain_files",
        "limits.yaml_lines",
        "limits.zip_directory",
    )
}


def imports(path: Path, *, top_level: bool) -> set[str]:
    """Dotted names that a file imports; only those that run at import where ``top_level``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()

    def walk(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if top_level and isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                continue
            if top_level and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            if isinstance(child, ast.Import):
                found.update(a.name for a in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module and child.level == 0:
                found.add(child.module)
                found.update(f"{child.module}.{a.name}" for a in child.names)
            walk(child)

    walk(tree)
    return found


def files(room: str) -> list[Path]:
    paths = sorted((ROOT / "harness" / room).rglob("*.py"))
    assert paths, f"harness/{room} is no room"
    return paths


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_room_keeps_heavy_libraries_out(room: str) -> None:
    for path in files(room):
        names = {n.split(".")[0] for n in imports(path, top_level=room not in ("analysis", "charts", "engine"))}
        assert not names & FORBIDDEN[room], f"{path} imports {names & FORBIDDEN[room]}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_import_one_way(room: str) -> None:
    for path in files(room):
        rooms = {
            n.split(".")[1]
            for n in imports(path, top_level=False)
            if n.startswith("harness.")
            and not n.startswith(tuple(READERS))
            and n not in ("harness.interchange", "harness.interchange.foreign", "harness.interchange.foreign.limits")
        }
        ours = {r for r in rooms if (ROOT / "harness" / r).is_dir()}
        assert ours <= ROOMS[room], f"{path} imports the rooms {ours - ROOMS[room]}"


def test_the_bounded_readers_know_no_room() -> None:
    for name in READERS:
        ours = {
            n for n in imports(ROOT / (name.replace(".", "/") + ".py"), top_level=False) if n.startswith("harness.")
        }
        assert all(n.startswith(("harness.errors", "harness.interchange.foreign", *READERS)) for n in ours), ours


def test_only_the_site_knows_streamlit_and_only_pages_know_the_site() -> None:
    for path in (ROOT / "harness").rglob("*.py"):
        names = imports(path, top_level=False)
        if "site" not in path.relative_to(ROOT / "harness").parts:
            assert "streamlit" not in {n.split(".")[0] for n in names}, path
            assert not {n for n in names if n.startswith("harness.site")}, path


def test_nothing_imports_pages() -> None:
    for path in (ROOT / "harness").rglob("*.py"):
        assert not {n for n in imports(path, top_level=False) if n.split(".")[0] in ("pages", "app")}, path


def test_packages_import_nothing_by_themselves() -> None:
    for path in (ROOT / "harness").rglob("__init__.py"):
        assert not imports(path, top_level=True), path


@pytest.mark.parametrize("command", [["--help"], ["suites"], ["run", "--help"]])
def test_read_only_commands_stay_light(command: list[str]) -> None:
    code = (
        "import sys; from harness.__main__ import run; run(sys.argv[1:]); "
        f"heavy = {sorted(HEAVY)!r}; found = [m for m in heavy if m in sys.modules]; sys.exit(3 if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_module_imports_itself_through_others() -> None:
    """No circle anywhere in the house, imports inside functions included."""
    modules = {_module(p): p for p in (ROOT / "harness").rglob("*.py")}
    graph = {name: imports(path, top_level=False) & set(modules) for name, path in modules.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
    assert len(order) == len(modules)


def test_folders_stay_small() -> None:
    """A folder holds what changes together: about fifteen modules."""
    for folder in {p.parent for p in (ROOT / "harness").rglob("*.py")}:
        assert len([p for p in folder.glob("*.py") if p.name != "__init__.py"]) <= 15, folder
