"""Loads the folders that stdin names, and tells in a line of JSON each what Python did meanwhile.

Started as a program, with runs that load as its arguments: what a load imports is imported by them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# What Python tells of that neither runs nor reads nor writes anything.
CALM = ("object.", "builtins.id", "os.listdir", "os.scandir", "sys._getframe", "gc.")
# inspect reads the signature of a class without an __init__ from this text.
TEXT_OF_INSPECT = b"def foo(self, *args, **kwargs): pass"

inside = ""
seen: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Remember the event, unless it is calm, or reads a file of the folder that is loaded."""
    if not inside or event.startswith(CALM) or arguments[:1] == (TEXT_OF_INSPECT,):
        return
    if event == "open":
        path, _, flags = arguments
        is_open_already = isinstance(path, int)
        if is_open_already or (os.path.dirname(path) == inside and not flags & (os.O_WRONLY | os.O_RDWR)):
            return
        seen.append(f"open {path}")
    else:
        seen.append(f"{event} {arguments!r}"[:200])


def memory(key: str) -> int:
    """KiB of this process: VmRSS now, VmHWM at its peak; 0 where the system does not tell."""
    try:
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith(key)).split()[1])
    except OSError:
        return 0


def forget_the_peak() -> None:
    """VmHWM starts anew."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def outcome(load: Callable[[str], object], folder: str) -> dict[str, Any]:
    """What came of load(folder)."""
    global inside
    seen.clear()
    forget_the_peak()
    modules, started, before = set(sys.modules), time.process_time(), memory("VmRSS")
    inside = folder
    try:
        load(folder)
        kind, said = "loaded", ""
    except BaseException as error:
        kind, said = type(error).__name__, str(error)
    inside = ""
    return {
        "kind": kind,
        "said": said,
        "seen": seen,
        "imported": sorted(set(sys.modules) - modules),
        "kib": memory("VmHWM") - before,
        "seconds": time.process_time() - started,
    }


def main(load: Callable[[str], object]) -> None:
    """Load every folder of stdin."""
    for folder in sys.argv[1:]:
        load(folder)
    sys.addaudithook(watch)
    for folder in sys.stdin.read().splitlines():
        print(json.dumps(outcome(load, folder)), flush=True)


if __name__ == "__main__":
    from vaekit import load

    main(load)
