"""The cost of an epoch against the number of rows that stay on disk: it should be linear, and the memory flat.

Rows come from a memory map, or with --shards from a folder of shards. Each number of rows has a process and data of
its own, which are deleted when they have been read. Memory is what the process holds besides files (anonymous pages),
looked at after every hundredth step.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import table

ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
COLUMNS = 100
BLOCK = 100_000
HEAD = ("rows", "file", "seconds an epoch", "microseconds a row", "seconds before the first step", "memory")
PAGE = Path(__file__).with_name("README.md")


def made(rows: int) -> Iterator[np.ndarray[Any, Any]]:
    """Blocks of `rows` rows of 5 hidden values, spread over 100 columns with noise of scale 1, as float32."""
    rng = np.random.default_rng(0)
    loadings = rng.normal(size=(5, COLUMNS)).astype(np.float32)
    for start in range(0, rows, BLOCK):
        n = min(BLOCK, rows - start)
        hidden = rng.normal(size=(n, 5)).astype(np.float32)
        yield hidden @ loadings + rng.normal(size=(n, COLUMNS)).astype(np.float32)


def write(path: Path, rows: int) -> None:
    """The table in a .npy file, or as shards where the path has no such suffix."""
    if path.suffix != ".npy":
        from vaekit import write_shards

        write_shards(made(rows), path)
        return
    X = np.lib.format.open_memmap(path, "w+", np.float32, (rows, COLUMNS))
    start = 0
    for block in made(rows):
        X[start : start + len(block)] = block
        start += len(block)
    X.flush()


def size_of(path: Path) -> int:
    """Bytes on disk."""
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else path.stat().st_size


def anonymous_memory() -> float:
    """MiB that this process holds besides files (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def measure(path: Path, epochs: int) -> dict[str, Any]:
    """Fit the table in this file, in this process."""
    import time

    from vaekit import VAE, open_shards, part
    from vaekit.estimators import prepare
    from vaekit.train import Callback, Training

    prepare.RESIDENT_BYTES = 0  # the small tables, too, are read from their files
    started = time.perf_counter()
    found: dict[str, Any] = {"seconds": [], "memory": 0.0}

    class Watch(Callback):
        def fit_begins(self, training: Training) -> None:
            found["before"] = time.perf_counter() - started

        def step_ends(self, training: Training) -> None:
            if training.step % 100 == 0:
                self.look()

        def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
            found["seconds"].append(row["seconds"])
            self.look()

        def look(self) -> None:
            found["memory"] = max(found["memory"], anonymous_memory())

    VAE(
        5, network=part("mlp", hidden=(64,)), likelihood="gaussian", batch_size=512, max_epochs=epochs,
        validation_fraction=0.0, random_state=0, callbacks=(Watch(),),
    ).fit(open_shards(path) if path.is_dir() else np.load(path, mmap_mode="r"))  # fmt: skip
    return found


def cells(rows: int, size: int, found: dict[str, Any]) -> list[str]:
    """A line of the table."""
    seconds = min(found["seconds"])
    return [
        f"{rows:,}", f"{size / 2**20:,.0f} MiB", f"{seconds:.3g}", f"{1e6 * seconds / rows:.3g}",
        f"{found['before']:.3g}", f"{found['memory']:.0f} MiB",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; with the usual rows, write README.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--shards", action="store_true", help="rows of shards instead of a memory map")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.file is not None:
        print(json.dumps(measure(given.file, epochs=2 if given.rows[0] <= BLOCK else 1)))
        return
    lines = [table.line(HEAD), table.line(["---"] * len(HEAD))]
    print(*lines, sep="\n", flush=True)
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ("shards" if given.shards else "table.npy")
            write(path, rows)
            command = [sys.executable, "-m", "benchmarks.scale", "--rows", str(rows), "--file", str(path)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            lines.append(table.line(cells(rows, size_of(path), found)))
            print(lines[-1], flush=True)
    if tuple(given.rows) == ROWS:
        table.put(PAGE, "shards" if given.shards else "rows", lines)


if __name__ == "__main__":
    main()
