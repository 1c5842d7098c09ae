"""`harness bench`: rates against a clock that the test moves, what is not tried, what is kept, published and shown."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from harness.engine.packed.scoring import cache_names
from harness.errors import BadInput
from harness.runs.bench import command, measure
from harness.runs.bench.command import Wanted, bench
from harness.runs.bench.shapes import Shape, shapes
from harness.store.check import check
from harness.store.reader import Reader
from harness.store.rebuild import publish_all
from harness.store.speeds import document as speeds


def test_shapes_come_with_fewest_tokens_first_and_must_fit() -> None:
    found, outside = shapes([8, 64, 300], [4, 1], new_tokens=16, window=100)
    assert found == [Shape(1, 8), Shape(4, 8), Shape(1, 64), Shape(4, 64)] and outside == [300]
    with pytest.raises(BadInput, match="at most 84"):
        shapes([300], [1], new_tokens=16, window=100)
    with pytest.raises(BadInput) as refused:
        shapes([0], [0], new_tokens=1, window=None)
    assert len(refused.value.problems) == 3
    with pytest.raises(BadInput, match="cannot be measured"):
        shapes([1 << 20], [8], new_tokens=2, window=None)


class Timed:
    """A model of 11 tokens whose prefill takes 2 s and whose steps take 0.5 s on the test's clock; above ``most`` tokens
    at a time it is out of memory."""

    dtype = torch.float32

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int = 1 << 30) -> None:
        self.now, self.most, self.calls = 0.0, most, list[tuple[int, int, bool]]()
        monkeypatch.setattr(measure.time, "perf_counter", lambda: self.now)

    def forward(
        self, input_ids: torch.Tensor, cache: object = None, use_cache: bool = False, logits_to_keep: int = 0
    ) -> Any:
        batch, tokens = input_ids.shape
        self.calls.append((batch, tokens, cache is not None))
        if batch * tokens > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.now += 2.0 if cache is None else 0.5
        return SimpleNamespace(logits=torch.zeros(batch, max(logits_to_keep, 1), 11), cache=object())

    def __call__(self, **arguments: Any) -> Any:
        return self.forward(**arguments)


def run(model: Timed, wanted: list[Shape], left: float = 1e9, rounds: int = 3) -> list[measure.Speed]:
    return list(
        measure.measure(model, 11, "cpu", wanted, new_tokens=5, rounds=rounds, seconds_left=lambda: left - model.now)
    )


def test_rates_are_of_all_requests_together(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Timed(monkeypatch)
    (speed,) = run(model, [Shape(3, 7)])
    assert (speed.state, speed.rounds, speed.first_token_s) == ("measured", 3, 2.0)
    assert speed.prefill_tokens_per_s == 3 * 7 / 2.0
    assert speed.decode_tokens_per_s == 3 * 4 / (4 * 0.5)
    assert speed.energy_j is None  # nothing measures it here
    one = [(3, 7, False), *[(3, 1, True)] * 4]
    assert model.calls == one * 4  # one round is thrown away


def test_what_needs_more_memory_than_a_failure_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Timed(monkeypatch, most=20)
    found = run(model, [Shape(1, 10), Shape(4, 10), Shape(1, 15), Shape(8, 10), Shape(4, 20)])
    assert [s.state for s in found] == ["measured", "out of memory", "measured", "out of memory", "out of memory"]
    assert (8, 10, False) not in model.calls and (4, 20, False) not in model.calls


def test_no_shape_is_begun_once_the_time_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Timed(monkeypatch)
    found = run(model, [Shape(1, 8), Shape(2, 8), Shape(4, 8)], left=10.0)  # a round takes 4 s, the one thrown away too
    assert [(s.state, s.rounds) for s in found] == [("measured", 2), ("no time left", 0), ("no time left", 0)]


def test_another_failure_is_not_taken_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Timed(monkeypatch)
    monkeypatch.setattr(model, "forward", lambda **_: (_ for _ in ()).throw(RuntimeError("device-side assert")))
    monkeypatch.setattr(cache_names, "argument", lambda _: "cache")
    with pytest.raises(RuntimeError, match="assert"):
        run(model, [Shape(1, 8)])


def test_the_cache_is_as_large_as_said(tiny_model: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    out = model(input_ids=torch.ones(3, 20, dtype=torch.long), use_cache=True)
    layers = cache_names.held(out).layers
    held = sum(t.numel() * t.element_size() for layer in layers for t in (layer.keys, layer.values))
    assert measure.cache_bytes(model, Shape(3, 12), 8) == held
    none = list(
        measure.measure(
            model, 300, "cpu", [Shape(3, 12)], new_tokens=8, rounds=1, seconds_left=lambda: 1.0, room=held - 1
        )
    )
    assert [s.state for s in none] == ["out of memory"]


def test_a_cache_is_found_under_each_name() -> None:
    class Now:
        def forward(self, input_ids: Any, cache: Any = None) -> None: ...

    class Before:
        def forward(self, input_ids: Any, past_key_values: Any = None) -> None: ...

    class Space:
        def forward(self, input_ids: Any, cache_params: Any = None) -> None: ...

    class Anything:
        def forward(self, **kwargs: Any) -> None: ...

    names = [cache_names.argument(kind()) for kind in (Now, Before, Space, Anything)]
    assert names == ["cache", "past_key_values", "cache_params", "past_key_values"]
    assert cache_names.held(SimpleNamespace(past_key_values=3)) == 3 and cache_names.held(SimpleNamespace()) is None


SMALL = Wanted(contexts=(16, 64), batches=(1, 2), new_tokens=4, rounds=1, device="cpu", dtype="fp32", offline=True)


def test_a_measurement_is_kept_published_and_shown(
    tiny_model: Path, places_here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    assert bench([str(tiny_model)], replace(SMALL, per_hour=3.6), as_json=True) == 0
    (told,) = json.loads(capsys.readouterr().out)["speeds"]
    assert told["rent"] == {"per_hour": 3.6, "whose": "as given"} and len(told["shapes"]) == 4
    (path,) = (places_here / "runs" / speeds.FOLDER).iterdir()
    assert json.loads(path.read_text())["shapes"] == told["shapes"]
    with_reader = Reader(places_here / "landscape.duckdb")
    rows = with_reader.rows("serving_speeds")
    with_reader.close()
    assert [(r["batch"], r["prompt_tokens"]) for r in rows] == [(1, 16), (1, 64), (2, 16), (2, 64)]
    for row, shape in zip(rows, sorted(told["shapes"], key=lambda s: (s["batch"], s["prompt_tokens"])), strict=True):
        assert row["decode_tokens_per_s"] == shape["decode_tokens_per_s"] > 0
        assert row["gpus"] == 0 and row["per_gpu_hour"] is None
    assert bench([str(tiny_model)], replace(SMALL, per_hour=3.6), as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    first = next(line.split() for line in lines if line.split()[:2] == ["1", "16"])
    prefill, dollars = float(first[3].replace(",", "")), float(first[-2])
    assert dollars == pytest.approx(3.6 / 3600 * 1e6 / prefill, rel=0.01)


def test_bad_wishes_end_before_a_model_is_loaded(
    tiny_model: Path, places_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(command, "_one", lambda *_: pytest.fail("a model was loaded"))
    for wrong in ({"minutes": 0.0}, {"rounds": 0}, {"per_hour": -1.0}, {"contexts": (0,)}, {"device": "abacus"}):
        with pytest.raises(BadInput):
            bench([str(tiny_model)], replace(SMALL, **wrong), as_json=False)


def test_one_models_failure_leaves_the_others(
    tiny_model: Path, places_here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    assert bench([str(places_here / "absent"), str(tiny_model)], SMALL, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert len(told["speeds"]) == 1 and "absent" in told["problems"][0]["message"]
    assert bench([str(tiny_model)], replace(SMALL, contexts=(4096,)), as_json=False) == 2


# The store


def document(name: str, measured: str, device: str = "NVIDIA H200", decode: float = 100.0) -> dict[str, Any]:
    shape = {"batch": 4, "prompt_tokens": 1000, "state": "measured", "rounds": 3, "first_token_s": 0.5, "peak_memory_bytes": 1,
             "prefill_tokens_per_s": 8000.0, "decode_tokens_per_s": decode, "mean_power_w": None, "energy_j": None}  # fmt: skip
    lost = shape | {"batch": 64, "state": "out of memory", "prefill_tokens_per_s": None, "decode_tokens_per_s": None}
    return {
        "speed_id": name, "measured": measured, "model": {"name": "acme/m-1", "revision": "r", "params": 7, "quantisation": None},
        "dtype": "bf16", "device": "cuda", "gpus": 1, "new_tokens": 32, "hardware": {"device_name": device}, "versions": {},
        "shapes": [shape, lost],
    }  # fmt: skip


def test_damaged_measurements_are_named_and_the_others_load(tmp_path: Path) -> None:
    runs, db = tmp_path / "runs", tmp_path / "landscape.duckdb"
    speeds.write(runs, document("a", "2026-01-01T00:00:00Z", decode=50.0))
    speeds.write(runs, document("b", "2026-02-01T00:00:00Z"))
    changed = speeds.write(runs, document("c", "2026-03-01T00:00:00Z"))
    changed.write_text(changed.read_text().replace("100.0", "900.0"))
    (runs / speeds.FOLDER / "d.json").write_text("[" * 100_000)
    (runs / speeds.FOLDER / "e.json").write_text('{"shapes": []}')
    loaded = publish_all(db, None, tmp_path / "none", runs)
    assert {p.name[0] for p in (runs / speeds.FOLDER).iterdir() if str(p) in " ".join(loaded.problems)} == {
        "c",
        "d",
        "e",
    }
    reader = Reader(db)
    rows = reader.rows("serving_speeds")
    reader.close()
    assert [(r["speed_id"], r["batch"], r["decode_tokens_per_s"]) for r in rows] == [
        ("b", 4, 100.0)
    ]  # the newest alone
    assert publish_all(db, None, tmp_path / "none", runs).changed is False
    (runs / speeds.FOLDER / "b.json").unlink()
    assert any("Table speed" in problem for problem in check(db, tmp_path, tmp_path / "none", runs))


def test_dollars_follow_from_the_cards_rent(tmp_path: Path) -> None:
    runs, db, catalog = tmp_path / "runs", tmp_path / "landscape.duckdb", tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "gpu_prices.csv").write_text(
        "gpu,cloud,gpus,memory_gb,terms,currency,per_gpu_hour,as_of,source_id\n"
        "H200,Acme,1,141,on-demand,USD,3.6,2026-10-01,s\nA10,Acme,1,24,on-demand,USD,0.5,2026-10-01,s\n"
    )
    speeds.write(runs, document("a", "2026-01-01T00:00:00Z"))
    publish_all(db, catalog, tmp_path / "none", runs)
    reader = Reader(db)
    (row,) = reader.rows("serving_speeds")
    reader.close()
    assert row["cloud"] == "Acme" and row["prompt_per_mtok"] == pytest.approx(3.6 / 3600 / 8000 * 1e6)
    assert row["answer_per_mtok"] == pytest.approx(3.6 / 3600 / 100 * 1e6)
