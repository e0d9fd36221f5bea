"""onnxruntime-web of npm, found in a folder of the user's and made ready to stand in a page."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from vaekit.errors import RunError, SpecError

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
"""ort.js calls functions of this version; patches of it have the same."""
SCRIPT, BINARY = "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"
"""The build for the processor alone, the smallest that the package has."""
RUNTIMES = ("vaekit", "ort")


@dataclass(frozen=True)
class OnnxRuntime:
    """Its version; the module that puts the maker of its WebAssembly into `window.vaekitOrt`; that WebAssembly, packed
    by gzip, as base64.
    """

    version: str
    script: str
    binary: str

    @property
    def size(self) -> int:
        """Bytes of a page."""
        return len(self.script) + len(self.binary)


def runtime_of(name: str, folder: str | Path | None) -> OnnxRuntime | None:
    """What runs the networks of a page: None for "vaekit", the page's own scripts; for "ort" what is in the folder.

    Raises SpecError where the two do not fit together, RunError where there is none in the folder.
    """
    if name not in RUNTIMES:
        raise SpecError(f"runtime={name!r} is not possible; there are: {', '.join(RUNTIMES)}.")
    if name == "vaekit":
        if folder is not None:
            raise SpecError(
                "ort_dir (--ort-dir) is for runtime 'ort' alone; add --runtime ort, or leave it out."
            )
        return None
    if folder is None:
        raise SpecError(
            f"runtime 'ort' needs ort_dir (--ort-dir), a folder with {PACKAGE}; {_line(Path('ort'))}, and give "
            "--ort-dir ort."
        )
    return found(Path(folder))


def found(folder: Path) -> OnnxRuntime:
    """The package in a folder that npm installed into, in its node_modules, or in the folder itself."""
    places = [folder / "node_modules" / PACKAGE, folder / PACKAGE, folder, folder.parent]
    versions = ((place, _version(place)) for place in places)
    place, version = next((pair for pair in versions if pair[1]), (folder, ""))
    if not version:
        state = f"holds no {PACKAGE}" if folder.is_dir() else "is no folder"
        raise RunError(f"'{folder}' {state}; {_line(folder)}")
    if version.split(".")[:2] != VERSION.split(".")[:2]:
        raise RunError(
            f"'{place}' is {PACKAGE} {version}, and pages are written for {VERSION}; {_line(folder)}"
        )
    try:
        script = (place / "dist" / SCRIPT).read_text(encoding="utf-8")
        binary = (place / "dist" / BINARY).read_bytes()
    except OSError as error:
        raise RunError(f"'{place}' lacks a file of {PACKAGE} ({error}); {_line(folder)}") from error
    script, times = re.subn(r"export default (\w+);", r"window.vaekitOrt=\1;", script)
    if times != 1 or re.search("</script|<!--", script, re.IGNORECASE):
        raise RunError(f"'{place / 'dist' / SCRIPT}' is not that of {PACKAGE} {VERSION}; {_line(folder)}")
    return OnnxRuntime(version, script, base64.b64encode(gzip.compress(binary, mtime=0)).decode())


def _version(place: Path) -> str:
    """The version of the package in this folder; '' where there is none."""
    try:
        told = json.loads((place / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    is_it = isinstance(told, dict) and told.get("name") == PACKAGE
    return str(told.get("version", "")) if is_it else ""


def _line(folder: Path) -> str:
    return f"type: npm install --prefix {shlex.quote(str(folder))} {PACKAGE}@{VERSION}"
