"""The calibration set of ``harness verify``: the calibration suite's items, and requests of other shapes.

The suite's questions are short and made of random letters. These are ordinary English, and hold what
a packing engine can get wrong: a preamble that many questions share, choices of unlike length and of a
common beginning, an empty context, a continuation in the middle of a word, texts longer than one
window, prompts of unlike length whose answers end at different steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.engine.base import Request
from harness.engine.codec import Encoded, Encoder, Unscorable
from harness.suites.model import Suite

QUESTIONS = (
    ("Where does rain come from?", ("clouds", "cloudy windows", "stones", "the bottom of the sea")),
    ("What do bees make?", ("honey", "honey and wax", "paper boats", "iron")),
    ("Which of these can fly?", ("a swallow", "a swallow's nest", "a table", "a river")),
    ("What is ice?", ("frozen water", "frozen", "burnt wood", "a kind of bread")),
    ("When do owls hunt?", ("at night", "at noon", "on Mondays only", "never")),
    ("What does a baker sell?", ("bread", "bread and rolls", "nails", "tickets to the moon")),
    ("How many legs has a spider?", ("eight", "eighteen", "two", "none at all")),
    ("What is the opposite of cold?", ("hot", "hotel", "blue", "loud")),
    ("Who sails a ship?", ("a sailor", "a sail", "a gardener", "the harbour")),
    ("What grows on an apple tree?", ("apples", "apple pie", "carpets", "snow")),
    ("What do we read?", ("books", "bookshelves", "soup", "thunder")),
    ("Which is heavier than a feather?", ("a brick", "half a feather", "nothing", "a thought")),
)
SHOTS = 4
TEXT = (
    "The lighthouse keeper had counted the steps so often that he no longer heard himself do it. There were two "
    "hundred and eleven of them, and on the way down he left out the last one, because it was loose. Every evening "
    "he lit the lamp, wrote the hour and the wind into a grey book, and waited for the ships that the book had "
    "promised him the day before. Some came. Of the others he made a second list, in pencil, for pencil can be "
    "rubbed out when a ship is late and not lost. "
)
PROMPTS = (
    "Once upon a time there was a", "The keeper lit the lamp and", "One, two, three, four,", "Question: What do bees make?\nAnswer:",
    "A", "She opened the door, and behind it there was nothing but", "Yes.\nNo.\nYes.\nNo.\n", "The list was short:",
)  # fmt: skip


def calibration_tasks(suite: Suite, offline: bool) -> dict[str, Any]:
    """The calibration suite's lm-eval tasks; their data ship with the package."""
    from harness.suites.tasks import resolve

    return dict(resolve(suite, None, offline).tasks)


def further_requests(codec: Encoder) -> list[Request]:
    """Multiple choice, texts and prompts of other shapes. What the model's window cannot hold is left out."""
    preamble = "".join(f"Question: {q}\nAnswer: {choices[0]}\n\n" for q, choices in QUESTIONS[:SHOTS])
    pairs = [(f"Question: {q}\nAnswer:", f" {choice}") for q, choices in QUESTIONS for choice in choices]
    shots = [(preamble + context, choice) for context, choice in pairs[4 * SHOTS :]]
    odd = [("", "The sea is wide."), ("T", "he sea"), ("The sea is wi", "de and grey"), ("The sea ", "is wide")]
    texts = [TEXT[:40], TEXT, TEXT * 3]
    limits = {"until": ["\n", "."], "do_sample": False}
    prompts = [(p, limits | {"max_gen_toks": 8 + 8 * (i % 3)}) for i, p in enumerate(PROMPTS)]
    encoded: list[Request] = []
    for pair in [*pairs, *shots, *odd]:
        encoded += _encoded(lambda pair=pair: codec.score([pair]))  # type: ignore[misc]
    for text in texts:
        encoded += _encoded(lambda text=text: codec.rolling([text]))  # type: ignore[misc]
    for prompt in prompts:
        encoded += _encoded(lambda prompt=prompt: codec.generate([prompt], [0]))  # type: ignore[misc]
    return encoded


def _encoded(encode: Callable[[], list[Encoded]]) -> list[Request]:
    try:
        return [r for one in encode() for r in one.requests]
    except Unscorable:
        return []
