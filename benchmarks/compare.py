"""vaekit and its peers side by side: does the works, prints the table of ratios and writes it into README.md.

Only a full run writes, and one that is told to say what it lacks. Ends with exit code 1 when a required line of such a
run does not hold.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import table
from benchmarks.files import Files
from benchmarks.kept import keep, kept
from benchmarks.peers.order import Order
from benchmarks.run import machine, processor
from benchmarks.side_by_side import Comparison, compare
from benchmarks.sides import Program
from benchmarks.work import WORKS, Work, chosen

TOLD = {"seconds": "", "processor": ", seconds of the processor"}
PAGE = Path(__file__).with_name("README.md")


def what_the_machine_can_do(threads: int) -> tuple[float, float]:
    """Its fastest product of matrices (operations a second) and its memory's bandwidth (bytes a second), now."""
    side = Program("peak", Order("epoch"), threads)
    answers = [side.turn() for _ in range(2)]
    side.close()
    return max(answer["rate"] for answer in answers), max(answer["bandwidth"] for answer in answers)


def page(found: Sequence[Comparison], head: Sequence[str], lacking: Sequence[Work] = ()) -> list[str]:
    """Everything that was found, as Markdown, and the works that were not done."""
    parts = (
        ("Losses that were compared:", table.losses(found)),
        ("Where the time goes, for aims that were not reached:", table.profiles(found)),
        ("What the products of matrices, and Adam, take alone:", table.ceilings(found)),
        ("Not measured on this machine:", [f"- {work.title}" for work in lacking]),
    )
    days = sorted({comparison.date for comparison in found})
    head = [" to ".join(dict.fromkeys((days[0], days[-1]))), *head]
    lines = [*(f"{line}  " for line in head), f"{table.versions(found)}", "", *table.table(found)]
    for title, told in parts:
        lines += ["", title, "", *told] if told else []
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when something required does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few short turns of each work")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help=", ".join(work.name for work in WORKS)
    )
    parser.add_argument("--threads", type=int, default=2, help="threads, and cores, of each peer")
    parser.add_argument(
        "--clock", choices=["seconds", "processor"], default="seconds",
        help="processor: seconds that processors worked, for one thread on a machine that others use too",
    )  # fmt: skip
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep each work here, and take those that an earlier run kept",
    )
    parser.add_argument(
        "--only-kept",
        action="store_true",
        help="measure nothing: write the page of what --keep has, and what it lacks",
    )
    given = parser.parse_args(arguments)
    if given.only_kept and given.keep is None:
        parser.error("--only-kept needs --keep FOLDER.")
    works = [work.quickened() if given.quick else work for work in chosen(given.only)]
    found: list[Comparison] = []
    lacking: list[Work] = []
    with tempfile.TemporaryDirectory() as folder:
        files = Files(Path(folder))
        here = [files.what, processor(), *machine()[1:], f"threads {given.threads}, clock {given.clock}"]
        rate, bandwidth = what_the_machine_can_do(given.threads)
        head = [
            f"{files.what}{', a quick run' * given.quick}",
            *machine(),
            f"{given.threads} thread{'s' * (given.threads > 1)}{TOLD[given.clock]}",
            f"{rate / 1e9:.0f} GFLOP/s in the best float32 product of matrices, {bandwidth / 1e9:.1f} GB/s copied",
        ]
        print(*head, sep="\n", flush=True)
        for work in works:
            before = kept(given.keep, here, work) if given.keep else None
            if given.only_kept and before is None:
                lacking.append(work)
                continue
            comparison = before or compare(work, files, given.threads, given.clock)
            if given.keep and not before:
                keep(given.keep, here, comparison)
            found.append(comparison)
            print("", work.name, *table.table([comparison]), sep="\n")
            print(*table.losses([comparison]), *table.profiles([comparison]), sep="\n")
            print(*table.ceilings([comparison]), sep="\n", flush=True)
    if given.quick or given.only or given.clock != "seconds":
        return 0
    table.put(PAGE, "peers", page(found, head, lacking))
    short = table.falls_short(found)
    print("", *(f"not as required: {line}" for line in short), sep="\n")
    return int(bool(short))


if __name__ == "__main__":
    raise SystemExit(main())
