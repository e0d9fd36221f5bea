"""The explorer of a run that is still being written, served on this machine alone.

    with serve(Live(run, read_data)) as server:
        print(server.address)
        server.serve_forever()

`/` is the page, `/state.json` how the training goes, and `/model.json` the newest model, which the page asks for when
the state names another version. Nothing else is answered, and nobody who does not call this machine by its own name.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from vaekit.data.source import Source
from vaekit.errors import VaekitError
from vaekit.explorer.pack import json_for_page
from vaekit.explorer.page import page_of
from vaekit.explorer.run import POINTS, shown_of
from vaekit.run import MARK, SUMS, read_plain

LOOPBACK = "127.0.0.1"
CURVES = {"loss": "training", "val_loss": "held out"}
"""The columns of the history that are drawn, and what they are called."""
SOON = 0.5
_TRIES = 4
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Live:
    """A run as it is now. read: gives the data of a run, whose folder is there by then, or None.

    A run that is just being exchanged for its next version is read a moment later.
    """

    def __init__(
        self,
        run: str | Path,
        read: Callable[[], Source | None] = lambda: None,
        points: int = POINTS,
        weights: str = "auto",
    ) -> None:
        self.path, self.read, self.points, self.weights = Path(run), read, points, weights
        self.lock = threading.Lock()
        self.version = ""
        self.state: dict[str, Any] = {}
        self.html = self.model = b""
        self._source: Source | None = None
        self._read = False

    @property
    def is_there(self) -> bool:
        """Whether there is a run yet."""
        return (self.path / MARK).is_file() and (self.path / SUMS).is_file()

    def wait(self) -> None:
        """Until there is a run that can be read."""
        while not self.is_there:
            time.sleep(SOON)
        for tries_left in reversed(range(_TRIES)):
            try:
                self.renew()
                break
            except (VaekitError, OSError):
                if not tries_left:
                    raise
                time.sleep(SOON)

    def renew(self) -> None:
        """Read the run where it has changed. Raises what is wrong with one that cannot be read at all."""
        with self.lock:
            try:
                version = self._version_there()
                if version != self.version:
                    self._take(version)
            except (VaekitError, OSError):
                if not self.version:
                    raise

    def _version_there(self) -> str:
        finished = "1" if (self.path / "measures.json").is_file() else "0"
        return finished + hashlib.sha256(read_plain(self.path / SUMS)).hexdigest()[:16]

    def _take(self, version: str) -> None:
        if not self._read:
            self._source, self._read = self.read(), True
        shown = shown_of(self.path, self._source, self.points)
        content = shown.content(weights=self.weights)
        self.model = json_for_page(content.told).encode()
        self.html = page_of(content, live=version).html
        self.state = self._state(shown.estimator, version)
        self.version = version

    def _state(self, estimator: Any, version: str) -> dict[str, Any]:
        """How the training goes: version, finished, epochs, and curves of {name, values}, in nats or None."""
        history = estimator.history_
        curves = [
            {"name": name, "values": [_number(row.get(column)) for row in history]}
            for column, name in CURVES.items()
            if any(column in row for row in history)
        ]
        finished = version.startswith("1") or not estimator.interrupted_
        return {"version": version, "finished": finished, "epochs": len(history), "curves": curves}


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


class Server(ThreadingHTTPServer):
    """Serves a Live on a free port of 127.0.0.1, or on `port`."""

    daemon_threads = True

    def __init__(self, live: Live, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.live = live

    @property
    def address(self) -> str:
        """Where a browser of this machine finds the page."""
        return f"http://{LOOPBACK}:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, str]:
        """What a browser of this machine calls this server. A page from elsewhere whose name was made to lead here
        calls it by that name."""
        return (f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone away is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "vaekit", ""
    timeout = 30

    def do_GET(self) -> None:
        if self.headers.get("Host") not in self.server.hosts:
            self._answer(
                HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"This server answers its own machine only."
            )
            return
        live = self.server.live
        live.renew()
        answers = {
            "/": ("text/html", live.html),
            "/state.json": ("application/json", json.dumps(live.state).encode()),
            "/model.json": ("application/json", live.model),
        }
        kind, content = answers.get(self.path, ("text/plain", b"There is no such page."))
        self._answer(HTTPStatus.OK if self.path in answers else HTTPStatus.NOT_FOUND, kind, content)

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not told."""


def serve(live: Live, port: int = 0) -> Server:
    """A server that has its port already; `serve_forever` answers."""
    return Server(live, port)
