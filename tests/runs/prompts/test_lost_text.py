"""Tokenizers of the kinds that models have, and of kinds that lose text: what is lost is counted, and nothing else."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from harness.engine.base import ScoreRequest
from harness.engine.codec import Encoded, own_tokens, text_windows
from harness.runs.execute import run_model
from harness.runs.prompts.lost_text import Lost, LostText, alike, lost, of_task
from harness.runs.verdict import unspelled
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import make_model, options
from tests.runs.test_execute import SILENT

TEXTS = [
    ' = Title = \n\n  The  cat,\twho don\'t "care" .\r\n',
    "Ünïcode e\u0301 and A\u030a, “quotes” … ﬁne, ½ ①",
    "今天天气很好，我们去公园。\n　　全角　空格\n",
    "🙂👩‍👩‍👧 ok <unk> </s> [UNK] ▁ Ġ ",
    "trailing spaces   ",
    "\n\n\tleading lines",
    "",
]
SAMPLE = ["The cat who did not care, and the dog. Is it so? " * 4, "今天天气很好，我们去公园。" * 4]


def trained(byte_level: bool, pieces: list[str] | None = None) -> Tokenizer:
    core = Tokenizer(models.BPE(unk_token=None if byte_level else "<unk>", byte_fallback=not byte_level))
    if byte_level:
        core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<unk>", "<s>", "</s>"]
    extra = [] if byte_level else [f"<0x{i:02X}>" for i in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=special + extra, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if byte_level else [],
    )  # fmt: skip
    core.train_from_iterator(
        [t.replace(" ", t if byte_level else "▁") if not byte_level else t for t in SAMPLE], trainer
    )
    return core


def wrapped(core: Tokenizer, unknown: str | None = "<unk>") -> Any:
    return PreTrainedTokenizerFast(tokenizer_object=core, unk_token=unknown, bos_token="<s>", eos_token="</s>")


def byte_level(normalizer: Any = None, decoder: Any = None, prefix: bool = False) -> Any:
    core = trained(byte_level=True)
    if normalizer is not None:
        core.normalizer = normalizer
    if prefix:
        core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    core.decoder = decoder
    return wrapped(core, None)


def pieces(first: list[Any], last: list[Any], byte_fallback: bool = True) -> Any:
    """A tokenizer as SentencePiece makes them, with Llama's or Gemma's normalizer and decoder."""
    core = trained(byte_level=False)
    core.normalizer = normalizers.Sequence([*first, normalizers.Replace(" ", "▁")])
    core.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *last])
    if not byte_fallback:
        core.model.byte_fallback = False
    return wrapped(core)


LEADING = [normalizers.Prepend("▁")], [decoders.Strip(" ", 1, 0)]
HONEST = {
    "gpt2": lambda: byte_level(decoder=decoders.ByteLevel()),
    "opt": lambda: byte_level(decoder=decoders.ByteLevel(), prefix=True),
    "qwen": lambda: byte_level(normalizers.NFC(), decoders.ByteLevel()),
    "llama": lambda: pieces(*LEADING),
    "gemma": lambda: pieces([], []),
    "no decoder": lambda: byte_level(),
}


def rolling(tokenizer: Any, texts: list[str]) -> LostText:
    instances = [Instance("loglikelihood_rolling", {}, (t,), 0, ("text", i, 1)) for i, t in enumerate(texts)]
    own = own_tokens(tokenizer, texts, tokenizer.bos_token_id)
    encoded = [Encoded((), text=text_windows(own[t], tokenizer.bos_token_id, 16)) for t in texts]
    return of_task(instances, encoded, tokenizer)


@pytest.mark.parametrize("name", HONEST)
def test_nothing_is_lost_by_tokenizers_of_the_usual_kinds(name: str) -> None:
    texts = TEXTS if name != "llama" else [t.replace("▁", "") for t in TEXTS]
    if name == "no decoder":
        texts = [t for t in texts if "🙂" not in t]  # its own marks stand in that text
    if name == "gemma":
        texts = [t.replace("▁", "") for t in texts]
    measured = rolling(HONEST[name](), texts)
    assert measured.texts.lost == 0 and measured.texts.all == sum(map(len, texts))


def test_capitals_made_small_are_lost() -> None:
    text = "Anna and Bob met Carl in PARIS."
    made = rolling(byte_level(normalizers.Lowercase(), decoders.ByteLevel()), [text])
    assert made.texts == Lost(sum(c.isupper() for c in text), len(text)) == Lost(8, 31)


def test_dropped_and_unknown_characters_are_lost() -> None:
    text = "the cat 今天 zebra ß"
    known = {c for t in SAMPLE for c in t}
    unknown = sum(c not in known for c in text)
    assert unknown and rolling(pieces(*LEADING, byte_fallback=False), [text]).texts.lost == unknown
    consonants = normalizers.Replace(Regex("[^aeiou ]"), "")
    gone = rolling(byte_level(consonants, decoders.ByteLevel()), ["the cat sat", "xyz", "a"])
    assert gone.texts == Lost(6 + 3, 15)


def test_compatible_forms_and_white_space_made_one_are_lost() -> None:
    folded = rolling(byte_level(normalizers.NFKC(), decoders.ByteLevel()), ["好，好（好）ﬁ"])
    assert folded.texts.lost == len([c for c in "，（）ﬁ" if unicodedata.normalize("NFKC", c) != c]) == 4
    flat = rolling(byte_level(normalizers.Replace(Regex(r"\s+"), " "), decoders.ByteLevel()), ["a\nb  c\t\td"])
    assert flat.texts.lost == 3  # the end of the line and two tabs became spaces


def test_spaces_that_only_the_decoder_writes_are_lost() -> None:
    core = Tokenizer(models.WordLevel({c: i for i, c in enumerate("<abcdefgh")}, unk_token="<"))
    core.normalizer = normalizers.Replace(" ", "")
    core.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    assert wrapped(core, "<").decode(wrapped(core, "<").encode("ab cd", add_special_tokens=False)) == "a b c d"
    assert rolling(wrapped(core, "<"), ["ab cd", "abcd"]).texts == Lost(1, 9)


def test_an_unknown_token_that_the_text_itself_names_is_no_loss() -> None:
    assert lost("say <unk> twice", "say <unk> twice", "<unk>") == 0
    assert lost("A say <unk>", "a say <unk>", "<unk>") == 1
    assert lost("say ünk", "say <unk>nk", "<unk>") == 1


def pair(item: int, context: str, choice: str) -> Instance:
    return Instance("loglikelihood", {}, (context, choice), 0, ("pick", item, 1))


def test_choices_with_the_same_tokens_are_counted_by_items() -> None:
    def asked(*tokens: int) -> Encoded:
        return Encoded((ScoreRequest((1, 2), tokens),))

    instances = [pair(0, "q", " a"), pair(0, "q", " b"), pair(1, "q", " c"), pair(1, "q", " d"), pair(2, "q", " e")]
    assert alike(instances, [asked(5), asked(5), asked(5), asked(6), asked(5)]) == Lost(1, 2)
    same_text = [pair(0, "q", " a"), pair(0, "q", " a")]
    assert alike(same_text, [asked(5), asked(5)]) == Lost(0, 0)
    assert alike(instances[:2], [Encoded((ScoreRequest((1,), (5,)),), truncated=1)] * 2) == Lost(0, 0)


@pytest.mark.parametrize(
    ("part", "counts", "code", "invalid"),
    [
        ("texts", Lost(1, 1000), "text-trace-lost", False),
        ("texts", Lost(2, 1000), "text-lost", True),
        ("prompts", Lost(900, 1000), "prompt-text-lost", False),
        ("choices", Lost(2, 1000), "choice-text-lost", False),
        ("alike", Lost(1, 1000), "choices-alike", False),
        ("alike", Lost(1, 40), "choices-alike", True),
    ],
)
def test_a_trace_is_told_from_a_loss(part: str, counts: Lost, code: str, invalid: bool) -> None:
    (found,) = unspelled.findings({"t": dataclasses.replace(LostText(), **{part: counts}), "whole": LostText()})
    assert (found.code, found.invalid) == (code, invalid)
    assert f"t ({counts.lost:,} of {counts.all:,} " in found.message and "whole" not in found.message


def test_a_run_whose_tokenizer_loses_text_is_not_valid(tmp_path: Path, calibration: Suite) -> None:
    model = make_model(tmp_path / "small")
    file = model / "tokenizer.json"
    spec = json.loads(file.read_text(encoding="utf-8"))
    plain = run_folder.read_manifest(run_model(str(model), calibration, options(), tmp_path / "a", SILENT).folder)
    assert not [f["code"] for f in plain["verdict"] if "lost" in f["code"] or f["code"] == "choices-alike"]
    spec["normalizer"] = {"type": "Replace", "pattern": {"Regex": "[aeiou]"}, "content": ""}
    file.write_text(json.dumps(spec), encoding="utf-8")
    lossy = run_folder.read_manifest(run_model(str(model), calibration, options(), tmp_path / "b", SILENT).folder)
    codes = {f["code"] for f in lossy["verdict"]}
    assert {"text-lost", "prompt-text-lost"} <= codes and not lossy["valid"]
