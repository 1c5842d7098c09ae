"""A model whose numbers are NaN: in its weights, or from some forward pass on; refused with a reason, nothing sealed."""

from __future__ import annotations

import random
import shutil
from functools import partial
from pathlib import Path

from benchmarks.fault_injection.forwards import at_forward, is_no_number
from benchmarks.fault_injection.night import finish, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import MODELS, Scene
from harness import places
from harness.store import run_folder


def damaged_model(target: Path, chance: random.Random) -> Path:
    """A copy of a reference model with one weight that is NaN."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(places.reference_models() / MODELS[0], target)
    weights = load_file(target / "model.safetensors")
    flat = weights[chance.choice(sorted(weights))].view(-1)
    flat[chance.randrange(len(flat))] = torch.nan
    save_file(weights, target / "model.safetensors", {"format": "pt"})
    return target


def inject(scene: Scene, folder: Path, tries: int, seed: int = 6) -> Report:
    """Half of the tries with damaged weights, half with an overflow at a drawn forward pass."""
    chance, report = random.Random(seed), Report("numbers that are NaN")
    with timed(report):
        whole = undisturbed(scene, scene.nap).numbers
        for number in range(tries):
            report.tries += 1
            place = folder / str(number)
            if number % 2:
                name = f"NaN at pass {(at := chance.randint(1, 6))}"
                code = scene.run(scene.nap, place, partial(at_forward, at, is_no_number, 1))
            else:
                name, model = f"NaN in the weights {number}", damaged_model(folder / f"model{number}", chance)
                engine = ("hf", "packed")[number // 2 % 2]
                words = ["run", "--suite", "calibration", "--limit", "2", "--offline", "--device", "cpu"]
                code = scene.run([*words, "--engine", engine, "--model", str(model)], place)
            if code not in (1, 2) or "NaN" not in scene.said(place):
                report.problems.append(f"{name}: ends with {code}: {scene.said(place)[-300:]}")
            if run_folder.sealed(place / "runs") or (place / "land.duckdb").exists():
                report.differ(f"{name}: something was sealed or published")
            finish(report, scene, scene.nap, place, whole, name, twice=1)
    return report
