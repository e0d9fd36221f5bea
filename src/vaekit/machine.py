"""What this machine offers: its device, fast float32 products and an allocator that keeps what it has.

torch's settings are the user's: they are changed only inside `fast_torch()` and put back after it.
"""

from __future__ import annotations

import ctypes
import inspect
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

from vaekit.errors import SpecError

_lock = threading.Lock()
_inside = 0
_users_precision = "highest"


def choose_device(device: str) -> torch.device:
    """'auto' is a CUDA device where there is one, else the CPU."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError) as error:
        raise SpecError(
            f"device={device!r} is not at hand ({str(error).splitlines()[0]}); use 'auto' or 'cpu'."
        ) from error
    return chosen


@cache
def float32_products_are_exact() -> bool:
    """True where torch's 'medium' float32 products are still float32.

    They take oneDNN's path, which is twice as fast on some processors and bfloat16 on others; the error of one
    product, which is the same in every run, tells which.
    """
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(256, 256, generator=generator) for _ in range(2))
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("medium")
        product = (a @ b).double()
    finally:
        torch.set_float32_matmul_precision(before)
    truth = a.double() @ b.double()
    return bool((product - truth).abs().max() / truth.abs().max() < 2e-6)


@contextmanager
def fast_torch() -> Iterator[None]:
    """Fast float32 products inside, the user's setting after; may be nested and used by several threads."""
    global _inside, _users_precision
    fast = float32_products_are_exact()
    with _lock:
        _inside += 1
        if _inside == 1 and fast:
            _users_precision = torch.get_float32_matmul_precision()
            torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and fast:
                torch.set_float32_matmul_precision(_users_precision)


SMALL_WORK = 5e7
"""Floating-point operations of a step below which a second thread costs more than it brings."""


@contextmanager
def threads_for(work: float) -> Iterator[None]:
    """One thread for small work, as many as torch has for more; torch's number is put back after.

    Threads that wait for each other over small work lose twice as much again when something else is running.
    """
    before = torch.get_num_threads()
    if work >= SMALL_WORK or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def uncompiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without what torch wraps around it for its compiler.

    What is wrapped so imports the compiler when it is first called, in every process anew: one to two seconds, more
    than many a fit takes. Nothing here is compiled by torch.
    """
    plain: Callable[..., Any] = inspect.unwrap(function)
    return plain


@cache
def keep_memory() -> str:
    """Ask glibc to keep large blocks instead of giving them back to the kernel after every step.

    Done once a process, at the first fit; off with VAEKIT_ALLOCATOR=0. Gives one line about it.
    """
    if os.environ.get("VAEKIT_ALLOCATOR") == "0":
        return "allocator: as it is (VAEKIT_ALLOCATOR=0)"
    if not sys.platform.startswith("linux"):
        return "allocator: as it is (not glibc)"
    trim_threshold, mmap_threshold, size = -1, -3, 2**30
    try:
        libc = ctypes.CDLL("libc.so.6")
        done = libc.mallopt(mmap_threshold, size) and libc.mallopt(trim_threshold, size)
    except (OSError, AttributeError):
        done = 0
    return "allocator: keeps blocks of up to 1 GiB" if done else "allocator: as it is (not glibc)"
