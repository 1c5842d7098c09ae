"""A journal that a disk has damaged: the lines before the damage are kept, no damaged line is taken as an answer."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from benchmarks.fault_injection.night import finish, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene, counts

BLOCK = 4096
Damage: TypeAlias = Callable[[bytes, random.Random], bytes]


def random_tail(whole: bytes, chance: random.Random) -> bytes:
    """Random bytes at the end."""
    return whole + chance.randbytes(chance.randint(1, 2 * BLOCK))


def torn(whole: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return whole[: -chance.randint(1, len(whole) // 2)]


def zeros(whole: bytes, chance: random.Random) -> bytes:
    """The last bytes are zeros, and more of them than were written: a size that reached the disk before the bytes."""
    lost = chance.randint(1, len(whole) // 2)
    return whole[:-lost] + bytes(lost + chance.choice((0, BLOCK)))


def flipped_digit(whole: bytes, chance: random.Random) -> bytes:
    """One digit of an answer is another: the line is still valid JSON."""
    start = whole.index(b'"answers"')
    at = chance.choice([i for i in range(start, len(whole)) if whole[i : i + 1].isdigit()])
    other = chance.choice([d for d in b"123456789" if d != whole[at]])
    return whole[:at] + bytes([other]) + whole[at + 1 :]


def flipped_bit(whole: bytes, chance: random.Random) -> bytes:
    """One bit anywhere is the other."""
    at = chance.randrange(len(whole))
    return whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]


KINDS: tuple[Damage, ...] = (random_tail, torn, zeros, flipped_digit, flipped_bit)


def dying_in_batch(number: int, command: Callable[[], int]) -> int:
    """Exit code of a command that is killed in its ``number``-th batch."""
    from harness.runs.journal.journal import Journal

    begin, begun = Journal.begin, [0]

    def counted(self: Journal, batch: int) -> None:
        begin(self, batch)
        begun[0] += 1
        if begun[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.begin = counted  # type: ignore[method-assign]
    return command()


def counting_batches(file: str, command: Callable[[], int]) -> int:
    """Exit code of a command that writes into ``file`` how many batches it computed."""
    from harness.runs.journal.journal import Journal

    done, computed = Journal.done, [0]

    def counted(self: Journal, *arguments: object) -> None:
        done(self, *arguments)  # type: ignore[arg-type]
        computed[0] += 1

    Journal.done = counted  # type: ignore[method-assign,assignment]
    code = command()
    Path(file).write_text(str(computed[0]))
    return code


def inject(scene: Scene, folder: Path, tries: int, seed: int = 9) -> Report:
    """Damage the journal of a killed run in each of five ways in turn, and go on."""
    chance, report = random.Random(seed), Report("damaged journal")
    with timed(report):
        whole = undisturbed(scene, scene.nap)
        (batches,) = [c["batches"] for c in counts(whole.place)]
        place = folder / "cut"
        assert scene.run(scene.nap, place, partial(dying_in_batch, batches)) == -signal.SIGKILL
        (journal,) = (place / "runs" / ".journal").glob("*.jsonl")
        before = journal.read_bytes()
        for number in range(tries):
            report.tries += 1
            damage = KINDS[number % len(KINDS)]
            target, name = folder / str(number), f"{damage.__name__} {number}"
            damaged = damage(before, chance)
            path = target / journal.relative_to(place)
            path.parent.mkdir(parents=True)
            path.write_bytes(damaged)
            same = before[
                : next((i for i, (a, b) in enumerate(zip(before, damaged, strict=False)) if a != b), len(damaged))
            ]
            sound = sum(line.startswith(b'{"done"') for line in same.split(b"\n")[:-1])
            code = scene.run(scene.nap, target, partial(counting_batches, str(folder / "computed.txt")))
            if code != 0:
                report.differ(f"{name}: ends with {code}: {scene.said(target)[-300:]}")
                continue
            if (computed := int((folder / "computed.txt").read_text())) != batches - sound:
                report.lost(f"{name}: {computed} batches were computed, {batches - sound} were lost")
            for stale in path.parent.glob("*.stale-*"):  # its head was damaged: set aside, for a person
                stale.unlink()
            finish(report, scene, scene.nap, target, whole.numbers, name, twice=1)
    return report
