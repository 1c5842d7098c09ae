"""Measurements of a run: seconds, bytes, watts, joules, hardware and versions. Measured or null, never guessed."""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "transformers", "lm_eval", "datasets", "tokenizers", "numpy", "duckdb", "vllm")


class Meter:
    """Measures from ``__enter__`` to ``__exit__``; reads NVML where the device is an NVIDIA card."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._nvml, self._handle = _nvml_handle(device)
        self.wall_s = 0.0
        self.energy_j: float | None = None
        self.mean_power_w: float | None = None
        self.peak_memory_bytes: int | None = None

    def __enter__(self) -> Meter:
        if self._device.startswith("cuda"):
            import torch

            torch.cuda.reset_peak_memory_stats()
        self._energy = self._read_energy()
        self._started = time.perf_counter()
        return self

    def __exit__(self, *exc: object) -> None:
        self.wall_s = time.perf_counter() - self._started
        after = self._read_energy()
        if after is not None and self._energy is not None:
            self.energy_j = (after - self._energy) / 1000.0
            self.mean_power_w = self.energy_j / self.wall_s if self.wall_s > 0 else None
        self.peak_memory_bytes = None if self._device == "remote" else peak_memory(self._device)

    def _read_energy(self) -> float | None:
        """Millijoules since the driver was loaded (NVML's total-energy counter), or None."""
        if self._nvml is None:
            return None
        with contextlib.suppress(Exception):
            return float(self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._handle))
        return None


def peak_memory(device: str) -> int:
    """Peak device memory in bytes: allocated by torch on a GPU, resident set of the process on a CPU."""
    if device.startswith("cuda"):
        import torch

        return sum(int(torch.cuda.max_memory_allocated(i)) for i in range(torch.cuda.device_count()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def memory_limit() -> int:
    """Bytes of memory that this process may use: the machine's, or less where its control group says so."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            said = Path(path).read_text().strip()
        except OSError:
            continue
        if said.isdigit():
            whole = min(whole, int(said))
    return whole


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def hardware(device: str) -> dict[str, Any]:
    """The device's name and the machine around it; no host names, no paths, no addresses."""
    import torch

    about: dict[str, Any] = {
        "cpu": _cpu_name(),
        "cores": cores(),
        "threads": torch.get_num_threads(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "gpus": [],
    }
    about["device_name"] = device_name(device)
    if device.startswith("cuda"):
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        about["gpus"] = names
        about["cuda"] = torch.version.cuda
    return about


def device_name(device: str) -> str:
    """Name of the card or processor that computes; ``remote`` where a server does."""
    if device.startswith("cuda"):
        import torch

        return str(torch.cuda.get_device_name(torch.device(device)))
    return "remote" if device == "remote" else _cpu_name()


def machine(device: str) -> str:
    """Type of the machine that computes: name of its card, or processor and threads, and torch's version; equal types compute alike."""
    threads = ""
    if device == "cpu":
        import torch

        threads = f", {torch.get_num_threads()} thread{'s' * (torch.get_num_threads() > 1)}"
    return f"{device_name(device)}{threads}, torch {version('torch')}"


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that decide the numbers."""
    versions_by_package = {"python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            versions_by_package[package] = version(package)
    return versions_by_package


def _cpu_name() -> str:
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:  # noqa: PTH123
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _nvml_handle(device: str) -> tuple[Any, Any]:
    if not device.startswith("cuda"):
        return None, None
    try:
        import pynvml

        pynvml.nvmlInit()
        index = int(device.split(":")[1]) if ":" in device else 0
        return pynvml, pynvml.nvmlDeviceGetHandleByIndex(index)
    except Exception:
        return None, None
