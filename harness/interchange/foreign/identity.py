"""Which model a run was of: its name and revision, with what an adapter or a quantised load makes of it.

A base model with an adapter is ``base+adapter`` and a quantised load ``model (4-bit)``: other models than their base,
under another revision. A word such as ``results``, ``five-shot`` or ``checkpoint-500`` is no model: whatever lay in such
a folder would become one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign.bounded import mapping, text
from harness.interchange.foreign.draft import Draft
from harness.interchange.foreign.names_and_dates import model_name
from harness.interchange.imported_run import Unit

NO_MODEL = "names no model: say which with --model NAME"
# Code of the verdict's sentence that only `--model` says whose run it was.
GIVEN = "model-given"
# Arguments that name what is loaded on top of a model, as lm-eval, vLLM and LightEval spell them; `steer_path`: lm-eval's
# steering vectors.
_ADAPTERS = (
    "peft",
    "delta",
    "lora_local_path",
    "lora_path",
    "adapter_path",
    "adapter_name_or_path",
    "adapter",
    "steer_path",
)
_ADAPTER_SHAS = ("peft_sha", "delta_sha")
# Words of folders and files that say what lies there, not whose it is.
_WORDS = """
answers archive base bench benchmark benchmarks best bias checkpoint checkpoints chkpt ckpt ckpts copy current data default
details download downloads epoch eval evals evaluation evaluations exp experiment experiments export few file files final five
folder global harness hf home huggingface import imported input inputs iter iteration items json jsonl last latest leaderboard
lighteval lm log logs main master merged mmlu model models my new none null old opencompass out output outputs predictions
pretrained public pytorch raw report reports result results root run runs sample samples score scores shot shots snapshot
snapshots step steps summary temp test tests tmp unknown unnamed untitled user v version weights zero
"""
_NO_NAMES = frozenset(_WORDS.split())
_HASH = re.compile(r"[0-9a-f]{7,64}")
_NOT = ("", "none", "false", "null", "no", "0", "off")
_GGUF = re.compile(r"(?:^|[-._])((?:IQ|Q)\d\w*|B?F16|F32)(?:-\d+-of-\d+)?\.gguf$", re.I)


@dataclass(frozen=True, slots=True)
class Identity:
    """A model as a run had it; ``base`` is the model below an adapter, ``given`` says that `--model` named it."""

    name: str
    revision: str | None = None
    base: str | None = None
    quantisation: str | None = None
    given: bool = False

    def enter(self, draft: Draft) -> None:
        """Write the identity into a draft, with a sentence where the file does not name the model."""
        draft.model, draft.revision = self.name, self.revision
        draft.base, draft.quantisation = self.base, self.quantisation
        if self.given:
            draft.note(GIVEN, "The file names no model; its name was given at import (--model).")


def is_no_name(name: str) -> bool:
    """Whether a name only says what lies there (``results``, ``checkpoint-500``, a date), not which model it is of."""
    words = [
        re.sub(r"\d+$", "", word) for word in re.split(r"[\W_]+", name.lower()) if word and not _HASH.fullmatch(word)
    ]
    return all(word in _NO_NAMES for word in words if word)


def stated_name(value: object) -> str | None:
    """The model that a value names: without local folders, but with one where the last part alone is no name.

    ``/data/out/tiny-sft/checkpoint-500`` is ``tiny-sft/checkpoint-500``; none where that is no name either.
    """
    raw = text(value)
    name = model_name(raw, "") if raw else ""
    if not name or not is_no_name(name.rsplit("/", 1)[-1]):
        return name or None
    if "/" in name and not is_no_name(name):
        return name
    parts = [part for part in re.split(r"[\\/]+", raw or "") if part not in ("", ".", "..", "~")]
    above = parts[-2] if len(parts) > 1 else ""
    personal = len(parts) > 2 and parts[-3].lower() in ("home", "users")
    return f"{model_name(above)}/{name}" if above and not personal and not is_no_name(above) else None


def identify(unit: Unit, names: list[object], arguments: Mapping[str, Any], config: Mapping[str, Any]) -> Identity:
    """The model of a run: the first of ``names`` that names one, else `--model`; adapters and quantisation from the rest.

    ``arguments`` are those that the model was loaded with, ``config`` what the tool says of it (revisions, hashes).

    Raises:
        BadInput: neither names a model.
    """
    name = next((name for value in names if (name := stated_name(value))), None)
    given = name is None
    name = name or (model_name(unit.model, "") if unit.model else None)
    if not name:
        raise BadInput(NO_MODEL)
    revision = next(
        (
            text(value, 80)
            for value in (config.get("model_sha"), arguments.get("revision"), config.get("model_revision"))
            if text(value, 80) not in (None, "main", "None")
        ),
        None,
    )
    if (part := stated_name(arguments.get("subfolder"))) and not given:
        name = f"{name}/{part}"
    model = Identity(name, revision, given=given)
    for adapter in () if given else filter(_says, map(arguments.get, _ADAPTERS)):
        model = _with_adapter(model, adapter, config, unit)
    return quantised(model, quantisation(arguments) or quantisation(config))


def _with_adapter(model: Identity, adapter: object, config: Mapping[str, Any], unit: Unit) -> Identity:
    name = stated_name(adapter)
    sha = next((s for key in _ADAPTER_SHAS if (s := text(config.get(key), 80)) not in (None, "None")), None)
    if name is None and unit.model:
        return Identity(model_name(unit.model), sha, model.name, given=True)
    if name is None:
        raise BadInput(f"names its adapter only by a folder ({model_name(adapter)}): say the model with --model NAME")
    return replace(model, name=f"{model.name}+{name}", revision=sha, base=model.base or model.name)


def quantised(model: Identity, how: str | None) -> Identity:
    """The model with its quantisation in name and revision; as it is where there is none or its name says it."""
    if how is None:
        return model
    plain = re.sub(r"\W", "", how).lower()
    name = model.name if plain in re.sub(r"\W", "", model.name).lower() else f"{model.name} ({how})"
    revision = f"{model.revision}+{plain}" if model.revision else None
    return replace(model, name=name, revision=revision, quantisation=how)


def quantisation(arguments: Mapping[str, Any]) -> str | None:
    """How weights were quantised when they were loaded, as lm-eval's, vLLM's and LightEval's arguments say; else none."""
    nested = mapping(arguments.get("quantization_config"))
    if written := re.search(r"load_in_([48])bit\W{1,4}True", str(arguments.get("quantization_config", ""))[:4000]):
        nested = {**nested, f"load_in_{written.group(1)}bit": True}
    for settings in (arguments, nested):
        for bits in ("4", "8"):
            if _says(settings.get(f"load_in_{bits}bit")) or str(settings.get("dtype", "")).lower() in (
                f"{bits}bit",
                f"int{bits}",
            ):
                kind = text(settings.get("bnb_4bit_quant_type"), 20) if bits == "4" else None
                return f"{bits}-bit {kind}" if kind else f"{bits}-bit"
    for key, name in (("gptq", "GPTQ"), ("autogptq", "GPTQ"), ("gptqmodel", "GPTQ"), ("awq", "AWQ"), ("eetq", "EETQ")):
        if _says(arguments.get(key)):
            return name
    file = text(arguments.get("gguf_file")) or ""
    if file or str(arguments.get("pretrained", "")).lower().endswith(".gguf"):
        named = _GGUF.search(file or str(arguments["pretrained"]))
        return named.group(1).upper() if named else "GGUF"
    method = next(
        (
            value
            for value in (
                arguments.get("quantization"),
                arguments.get("load_in_low_bit"),
                nested.get("quant_method"),
                nested.get("method"),
            )
            if _says(value)
        ),
        None,
    )
    if method is None and arguments.get("load_format") in ("bitsandbytes", "gguf"):
        method = arguments["load_format"]
    if method is None and (nested or _says(arguments.get("quantization_config"))):
        method = "quantised"
    width = text(nested.get("bits"), 4)
    return (text(method, 40) or "quantised") + (f" {width}-bit" if width else "") if method is not None else None


def _says(value: object) -> bool:
    """Whether an argument is set: not empty, not `False`, `None` or `0`."""
    return value not in (None, False) and not isinstance(value, dict) and str(value).strip().lower() not in _NOT
