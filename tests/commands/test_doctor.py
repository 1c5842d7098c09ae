"""`harness doctor`: each part broken on purpose is named, with the way out; a sound machine has no error line."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from packaging.requirements import Requirement

from harness.commands.doctor import accelerator, packages, places_in_use, programs, sources
from harness.commands.doctor.command import doctor
from harness.commands.doctor.finding import Finding, kept, ok
from harness.errors import BadInput
from tests.store.conftest import make_run, publish_sources


def the(findings: Iterator[Finding], part: str) -> Finding:
    """The one finding of a part."""
    (found,) = [f for f in findings if f.part == part]
    return found


@pytest.fixture
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "db" / "landscape.duckdb"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LANDSCAPE_HUB", raising=False)
    return tmp_path


def test_this_machine_is_sound_and_nothing_is_left_behind(own_places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(offline=True, device="cpu", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] and told["errors"] == 0
    states = {f["part"]: f["state"] for f in told["findings"]}
    assert states["Python"] == states["libraries"] == states["extra [engine]"] == "ok"
    assert states["attention fp32"] == states["attention bf16"] == "ok"
    assert states["database"] == "warning"  # none is made yet
    assert all(f["way_out"] for f in told["findings"] if f["state"] != "ok")
    assert list(own_places.iterdir()) == []


def test_an_error_line_makes_the_exit_code_one(
    own_places: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDSCAPE_HUB", str(own_places / "absent"))
    assert doctor(offline=True, device="cpu", as_json=False) == 1
    printed = capsys.readouterr().out
    line = next(i for i, text in enumerate(printed.splitlines()) if text.startswith("error"))
    assert "mirror" in printed.splitlines()[line]
    assert "→" in printed.splitlines()[line + 1]
    assert "1 error," in printed


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(BadInput, match="abacus"):
        doctor(offline=True, device="abacus", as_json=False)


def test_a_look_that_fails_is_a_line_and_keeps_what_it_found_before() -> None:
    def broken() -> Iterator[Finding]:
        yield ok("first", "there")
        raise RuntimeError("driver gone\nand more")

    assert [(f.part, f.state) for f in kept("card", broken)] == [("first", "ok"), ("card", "error")]
    assert "driver gone" in kept("card", broken)[1].found


# Packages


def test_versions_are_held_against_the_declared_ranges() -> None:
    here = version("numpy")
    assert packages.group("libraries", [Requirement(f"numpy=={here}")], "", "all").state == "ok"
    other = packages.group("libraries", [Requirement("numpy<1")], "", "all")
    assert other.state == "warning" and here in other.found and "<1" in other.found
    absent = [Requirement("no-such-distribution-of-ours>=1")]
    assert packages.group("libraries", absent, "", "all").state == "error"
    assert packages.group("extra [engine]", absent, "engine", "runs").state == "error"
    optional = packages.group("extra [vllm]", absent, "vllm", "vLLM")
    assert optional.state == "ok" and "[vllm]" in optional.found


def test_declared_ranges_are_those_of_the_project_file() -> None:
    pythons, asked = packages.declared()
    assert pythons.contains("3.12") and not pythons.contains("3.9")
    assert "duckdb" in {r.name for r in asked[""]}
    assert "torch" in {r.name for r in asked["engine"]}
    assert set(packages.EXTRAS) <= set(asked)


# The card


def fake_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = SimpleNamespace(
        NVMLError=RuntimeError,
        nvmlInit=lambda: None,
        nvmlSystemGetDriverVersion=lambda: b"580.1",
        nvmlDeviceGetCount=lambda: 1,
        nvmlDeviceGetHandleByIndex=lambda i: i,
        nvmlDeviceGetName=lambda handle: "Card X",
    )
    monkeypatch.setitem(sys.modules, "pynvml", driver)


def test_a_card_that_torch_cannot_use_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_driver(monkeypatch)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    without = the(accelerator.accelerator("cpu"), "card")
    assert without.state == "error" and "Card X (driver 580.1)" in without.found and "without CUDA" in without.found
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    old = the(accelerator.accelerator("cpu"), "card")
    assert old.state == "error" and "CUDA 13.0" in old.found and "driver" in old.way_out


@pytest.mark.parametrize(("free", "state"), [(70, "ok"), (20, "warning")])
def test_a_card_that_another_process_holds_is_a_warning(monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    fake_driver(monkeypatch)
    for name, value in {
        "is_available": True,
        "device_count": 1,
        "mem_get_info": (free << 30, 80 << 30),
        "get_device_name": "Card X",
    }.items():
        monkeypatch.setattr(torch.cuda, name, lambda *_, v=value: v)
    found = the(accelerator.accelerator("cpu"), "card 0")
    assert found.state == state and f"{free} of 80 GiB free" in found.found


def test_attention_that_computes_something_else_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    right = torch.nn.functional.scaled_dot_product_attention

    def sees_the_future(*args: torch.Tensor, is_causal: bool) -> torch.Tensor:
        return right(*args)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", sees_the_future)
    found = {f.part: f.state for f in accelerator.accelerator("cpu")}
    assert found["attention fp32"] == found["attention bf16"] == "error"


# Places


def test_a_folder_that_is_a_file_or_cannot_be_locked_is_an_error(
    own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_places / "runs").write_text("")
    assert the(places_in_use.places_in_use(), "runs folder").state == "error"
    (own_places / "runs").unlink()

    def no_locks(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", no_locks)
    found = the(places_in_use.places_in_use(), "runs folder")
    assert found.state == "error" and "Operation not supported" in found.found


@pytest.mark.parametrize(("free", "state"), [(1 << 20, "error"), (1 << 30, "warning"), (100 << 30, "ok")])
def test_little_room_is_told(own_places: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    usage = SimpleNamespace(total=200 << 30, used=0, free=free)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    assert the(places_in_use.places_in_use(), "runs folder").state == state


def test_a_wrong_clock_is_an_error(own_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 0.0)
    found = the(places_in_use.places_in_use(), "clock")
    assert found.state == "error" and "1970-01-01" in found.found


def test_a_database_of_something_else_is_an_error(own_places: Path) -> None:
    path = own_places / "db" / "landscape.duckdb"
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    found = the(places_in_use.places_in_use(), "database")
    assert found.state == "error" and "rebuild" in found.way_out


# The hub and the mirror


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A hub on this machine that answers with the status in the list."""
    status = [200]

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    yield status
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_database_says_how_much_it_holds(own_places: Path) -> None:
    make_run(own_places / "runs", 1)
    publish_sources(own_places / "db" / "landscape.duckdb", runs=own_places / "runs")
    found = the(places_in_use.places_in_use(), "database")
    assert found.state == "ok" and found.found.startswith("1 runs, ")


def test_a_url_is_written_to_and_left_as_it_was(own_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_CACHE", str(own_places / "cache"))
    monkeypatch.setenv("LANDSCAPE_RUNS", f"file://{own_places}/at_url")
    monkeypatch.setenv("LANDSCAPE_DB", "nosuch://user:planted-password@host/x/landscape.duckdb")
    assert the(places_in_use.places_in_use(), "runs URL").state == "ok"
    assert [p for p in (own_places / "at_url").rglob("*") if p.is_file()] == []
    refused = the(places_in_use.places_in_use(), "database URL")
    assert refused.state == "error" and "planted-password" not in refused.found and "LANDSCAPE_DB" in refused.way_out


@pytest.mark.parametrize(("status", "state"), [(200, "ok"), (401, "ok"), (404, "ok"), (502, "warning")])
def test_the_hub_is_asked(answering: list[int], status: int, state: str) -> None:
    answering[0] = status
    assert sources.hub().state == state


def test_a_hub_that_nobody_answers_for_is_a_warning_with_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:  # bound, not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        found = sources.hub()
    assert found.state == "warning" and "--offline" in found.way_out
    monkeypatch.setenv("HF_ENDPOINT", "file:///etc")
    assert sources.hub().state == "error"


def test_a_token_is_never_shown(own_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefghijklmnopqrstuvwxyz012345")
    assert "abcdef" not in " ".join(f.found for f in sources.sources(offline=True))


def test_a_mirror_has_to_hold_data(own_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_places / "hub"
    folder.mkdir()
    monkeypatch.setenv("LANDSCAPE_HUB", str(folder))
    assert sources.mirror().state == "error"
    split = folder / "owner" / "set" / "default" / "test.parquet"
    split.parent.mkdir(parents=True)
    split.touch()
    assert sources.mirror() == ok("mirror", f"1 files of data sets in {folder}")


# Programs


def test_a_pdf_that_cannot_be_made_and_a_taken_port_are_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert programs.pdf().state == "ok"
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert programs.pdf().state == "warning"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert programs.port(number).state == "warning"


def test_ray_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(programs, "version", absent)
    assert programs.ray().state == "ok"
