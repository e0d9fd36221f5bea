"""The one command of the benchmarks: measures, and prints what it found and on what machine.

Ends with exit code 1 when a figure is above its limit.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from pathlib import Path

import torch
from torch import Tensor

import vaekit
from benchmarks import table
from benchmarks.step import CASES, CHECKED_STEPS, CLOCKS, LIMIT, check, measure
from vaekit.data.read import read
from vaekit.machine import float32_products_are_exact, keep_memory


def processor() -> str:
    """The processor's name, as the system has it."""
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


HEAD = ("network", "threads", "min", "median", "max", "ms a step", "by hand")


def machine() -> list[str]:
    """What the figures were measured on."""
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    products = "oneDNN's" if float32_products_are_exact() else "torch's default"
    return [
        f"{processor()}, {os.cpu_count()} cores, {torch.backends.cpu.get_cpu_capability()}{load}",
        f"Python {platform.python_version()}, torch {torch.__version__}, vaekit {vaekit.__version__}",
        f"float32 products: {products}; {keep_memory()}",
    ]


def pictures(rows: int) -> tuple[Tensor, str]:
    """x (rows, 1, 28, 28) of 0 and 1, and what it is: MNIST where $VAEKIT_DATA has it, else random bits."""
    if os.environ.get("VAEKIT_DATA"):
        X = torch.tensor(read("mnist").X[:rows])
        return (X > 127).float().view(-1, 1, 28, 28), "MNIST"
    bits = torch.rand(rows, 1, 28, 28, generator=torch.Generator().manual_seed(0)) < 0.13
    return bits.float(), "random bits of MNIST's shape"


def main() -> None:
    """Measure and print, and end with 1 when something is too slow. A run with the usual options writes README.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds that are counted")
    parser.add_argument("--steps", type=int, default=200, help="steps of each loop in a round")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[2, 1], help="numbers of threads to measure with"
    )
    parser.add_argument(
        "--clock", choices=CLOCKS, default="wall", help="'thread' on a busy machine, see README.md"
    )
    given = parser.parse_args()
    lines = [f"{datetime.date.today().isoformat()}; {line}" for line in machine()[:1]] + machine()[1:]
    lines.append(
        f"The composed step / a hand-written one: min, median and max of {given.rounds} rounds "
        f"({given.clock} clock); limit {LIMIT}."
    )
    print(*lines, sep="\n")
    written = [*(f"{line}  " for line in lines), "", table.line(HEAD), table.line(["---"] * len(HEAD))]
    slow = 0
    for case in CASES:
        x, what = pictures(given.steps * case.batch)
        print(f"\n{case.name}; {given.steps} steps a round on {what}")
        print(f"  losses of the first {CHECKED_STEPS} steps agree to {check(case, x):.0e}")
        for threads in given.threads:
            torch.set_num_threads(threads)
            figures = measure(case, x, given.rounds, CLOCKS[given.clock])
            slow += figures.ratio > LIMIT
            print(f"  {threads} thread{'s' * (threads > 1)}: {figures}", flush=True)
            written.append(table.line([case.name, str(threads), *figures.cells]))
    if all(getattr(given, option) == parser.get_default(option) for option in vars(given)):
        table.put(Path(__file__).with_name("README.md"), "step", written)
    sys.exit(int(slow > 0))
