"""Units of systemd and the job of Slurm: known directives, closed services, and what the pages say of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.shapes import DEPLOY, ROOT

UNITS = sorted((DEPLOY / "systemd").iterdir())
KNOWN = {
    "Unit": "Description Documentation Wants After StartLimitIntervalSec StartLimitBurst",
    "Install": "WantedBy",
    "Timer": "OnCalendar RandomizedDelaySec Persistent",
    "Service": "Type User Group EnvironmentFile Environment ExecStart Restart RestartSec RestartPreventExitStatus "
    "SuccessExitStatus TimeoutStopSec MemoryMax OOMPolicy Nice IOSchedulingClass NoNewPrivileges ProtectSystem ProtectHome ReadWritePaths "
    "ReadOnlyPaths PrivateTmp PrivateDevices PrivateNetwork ProtectClock ProtectControlGroups ProtectHostname "
    "ProtectKernelLogs ProtectKernelModules ProtectKernelTunables RestrictAddressFamilies RestrictNamespaces "
    "RestrictRealtime RestrictSUIDSGID LockPersonality CapabilityBoundingSet SystemCallArchitectures SystemCallFilter UMask",
}
CLOSED = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
          "User": "landscape", "CapabilityBoundingSet": "", "SystemCallFilter": "@system-service"}  # fmt: skip
SBATCH = DEPLOY / "slurm" / "night.sbatch"


def sections(unit: Path) -> dict[str, list[tuple[str, str]]]:
    """Directives of a unit by section."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            found[match[1]] = []
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[list(found)[-1]].append((name, value))
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda p: p.name)
def test_a_unit_has_known_directives(unit: Path) -> None:
    for section, directives in sections(unit).items():
        assert {name for name, _ in directives} <= set(KNOWN[section].split()), section


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda p: p.name)
def test_a_service_is_closed_and_writes_where_its_data_lies(unit: Path) -> None:
    service = sections(unit)["Service"]
    assert CLOSED.items() <= dict(service).items()
    set_to = " ".join(value for name, value in service if name == "Environment")
    writable = next(value for name, value in service if name == "ReadWritePaths")
    readable = dict(service).get("ReadOnlyPaths", writable)
    for place in re.findall(r"(?:LANDSCAPE_RUNS|LANDSCAPE_DB|HF_HOME)=(\S+)", set_to):
        assert place.startswith(f"{readable}/"), place
    if "backup" in unit.name:
        assert f" {writable} " in dict(service)["ExecStart"]


def test_every_timer_has_its_service_and_the_night_ends_as_the_exit_codes_say() -> None:
    names = {unit.name for unit in UNITS}
    assert {f"{u.stem}.service" for u in UNITS if u.suffix == ".timer"} <= names and len(names) == 5
    night = dict(sections(DEPLOY / "systemd" / "landscape-night.service")["Service"])
    assert (night["SuccessExitStatus"], night["RestartPreventExitStatus"]) == ("130", "2 3")
    assert "RuntimeMaxSec" not in night, "its end counts as a failure, and the night would begin again"


def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/landscape/bin/harness", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / u.name) for u in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "landscape" in line]
    assert ours == [] and done.returncode == 0, done.stderr


def test_the_job_of_slurm_is_a_script_with_known_directives() -> None:
    assert subprocess.run(["bash", "-n", str(SBATCH)], check=False).returncode == 0
    text = SBATCH.read_text(encoding="utf-8")
    directives = re.findall(r"^#SBATCH --([\w-]+)(?:=(\S+))?$", text, re.MULTILINE)
    assert len(directives) == text.count("#SBATCH")
    known = {"job-name", "time", "gres", "cpus-per-task", "mem", "requeue", "open-mode", "signal", "output"}
    assert {name for name, _ in directives} == known
    assert dict(directives)["signal"] == "TERM@120" and text.index("#SBATCH") < text.index("set -u")


@pytest.mark.parametrize(
    ("array", "expected", "code"),
    [
        ("", "run --file night.yaml --log json", 0),
        ("2", "run --suite core-en --model second/model --log json", 0),
        ("2", "run --suite core-en --model second/model --log json", 130),
        ("", "run --file night.yaml --log json", 3),
    ],
)
def test_the_job_runs_its_model_and_is_requeued_after_a_stop(
    tmp_path: Path, array: str, expected: str, code: int
) -> None:
    for name, body in {
        "srun": f'echo "$@" >> {tmp_path}/ran; exit {code}',
        "scontrol": f'echo "$@" > {tmp_path}/queued',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "models.txt").write_text("first/model\nsecond/model\n")
    words = [str(tmp_path / "models.txt"), "core-en"] if array else ["night.yaml"]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SLURM_JOB_ID": "71", "LANDSCAPE_RUNS": "r", "LANDSCAPE_DB": "d",
                   **({"SLURM_ARRAY_TASK_ID": array, "SLURM_ARRAY_JOB_ID": "70"} if array else {})}  # fmt: skip
    done = subprocess.run(["bash", str(SBATCH), *words], env=environment, check=False)
    assert done.returncode == code
    assert (tmp_path / "ran").read_text() == f"harness {expected}\n"
    queued = (tmp_path / "queued").read_text() if (tmp_path / "queued").exists() else ""
    assert queued == ("requeue 70_2\n" if code == 130 else "")


def test_without_places_the_job_of_slurm_ends_before_it_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", str(SBATCH), "night.yaml"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=False
    )
    assert done.returncode and b"LANDSCAPE_RUNS" in done.stderr


def test_the_page_on_nights_shows_the_files() -> None:
    page = (ROOT / "docs" / "nights.md").read_text(encoding="utf-8")
    for name in ("slurm/night.sbatch", "systemd/landscape-night.service", "compose.yaml"):
        assert f"](../deploy/{name})" in page
    shown = re.findall(r"```(?:bash|ini|yaml)\n(.*?)```", page, re.DOTALL)
    for file in (SBATCH, DEPLOY / "systemd" / "landscape-night.service"):
        lines = set(file.read_text(encoding="utf-8").splitlines())
        excerpt = next((t for t in shown if len(t.splitlines()) >= 5 and set(t.splitlines()) <= lines), None)
        assert excerpt, f"no block of the page is of {file.name}"
