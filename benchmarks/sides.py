"""The processes that take turns: one that lives through all of its turns, or a new one for each.

What a process may use is the same for all: so many threads, and as many cores.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from typing import IO, Protocol

from benchmarks.environments import ROOT, python
from benchmarks.peers.order import Order
from benchmarks.work import Answer

ENVIRONMENTS = {
    "pythae": "pythae",
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
    "jax": "jax",
    "pyod": "pyod",
    "tvae": "ctgan",
}
"""program -> its environment; the others run in that of the benchmark."""


class PeerFailed(Exception):
    """A peer ended before its work was done; the last line that it wrote."""


class Side(Protocol):
    """One who takes turns."""

    ready: Answer

    def turn(self, profile: str = "") -> Answer: ...

    def close(self) -> None: ...


def surroundings(threads: int) -> dict[str, str]:
    """The environment variables of a peer: so many threads for each of the libraries that ask."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    quiet = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "Agg",
    }
    return {**os.environ, **dict.fromkeys(names, str(threads)), **quiet}


class Program:
    """A process that lives through all of its turns."""

    def __init__(self, program: str, order: Order, threads: int) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command(program, order),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            text=True, cwd=ROOT, env=surroundings(threads), preexec_fn=lambda: keep_to_cores(threads),
        )  # fmt: skip
        self.ready = self._answer()

    def turn(self, profile: str = "") -> Answer:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended; the missing answer tells
            self._process.stdin.write(json.dumps({"profile": profile}) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Answer:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise PeerFailed(f"{last_line(self._errors)}; exit code {self._process.wait()}")
        answer: Answer = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()


class Fresh:
    """A new process every turn, from its start to its end."""

    def __init__(self, program: str, order: Order, threads: int) -> None:
        self._command, self._threads = command(program, order), threads
        self.ready: Answer = {}

    def turn(self, profile: str = "") -> Answer:
        with tempfile.TemporaryFile("w+") as errors:
            started = time.perf_counter()
            process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                cwd=ROOT, env=surroundings(self._threads), preexec_fn=lambda: keep_to_cores(self._threads),
            )  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise PeerFailed(f"{last_line(errors)}; exit code {process.returncode}")
        processor = usage.ru_utime + usage.ru_stime
        return {"seconds": seconds, "processor": processor, "mebibytes": usage.ru_maxrss / 2**10}

    def close(self) -> None:
        """Nothing is left of the last turn."""


def command(program: str, order: Order) -> list[str]:
    """The command that starts a peer."""
    interpreter = python(ENVIRONMENTS.get(program))
    return [interpreter, "-m", f"benchmarks.peers.{program}", order.written()]


def keep_to_cores(threads: int) -> None:
    """Leave this process as many cores as it is to have threads, also where a library asks for all."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def last_line(errors: IO[str]) -> str:
    """What a program wrote last."""
    errors.seek(0)
    lines = [line.strip() for line in errors.read().splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
