"""A real headless Chromium, driven over a pipe by the DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for found in map(shutil.which, NAMES) if found), None)
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One Chromium with a profile of its own; `open` gives a page in it."""

    def __init__(self) -> None:
        assert CHROMIUM is not None
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # Chromium reads commands from its descriptor 3 and writes answers to 4.
        their_in, self.out = os.pipe()
        self.answers, their_out = os.pipe()
        plumbing = f'exec 3<&{their_in} 4>&{their_out}; exec "$@"'
        words = [CHROMIUM, *OPTIONS, f"--user-data-dir={self.profile.name}", "about:blank"]
        command = ["bash", "-c", plumbing, "-", *words]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, pass_fds=(their_in, their_out), stdin=quiet, stdout=quiet, stderr=quiet
        )
        os.close(their_in)
        os.close(their_out)
        self.buffer, self.number = b"", 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """The result of one command."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next(60)
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _next(self, seconds: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.answers], [], [], max(0, until - time.monotonic()))
            assert ready, f"Chromium said nothing for {seconds:.0f} s"
            got = os.read(self.answers, 1 << 20)
            assert got, "Chromium has ended"
            self.buffer += got
        message, self.buffer = self.buffer.split(b"\0", 1)
        found: dict[str, Any] = json.loads(message)
        return found

    def open(
        self, file: Path, width: int = 1280, height: int = 900, dark: bool = False, explorer: bool = True
    ) -> Page:
        """The file in a new page, once it is loaded, and, if it is an explorer, `window.vaekit.ready` is settled."""
        return Page(self, file.resolve().as_uri(), width, height, dark, explorer)

    def visit(self, address: str, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """The explorer at this address."""
        return Page(self, address, width, height, dark, True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait(20)
        os.close(self.out)
        os.close(self.answers)
        self.profile.cleanup()


class Page:
    """One page: what it asked of the network, what it said on the console, and what a person does to it."""

    def __init__(
        self, browser: Browser, address: str, width: int, height: int, dark: bool, explorer: bool
    ) -> None:
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.target = target
        for domain in ("Network", "Runtime", "Log", "Page"):
            self.call(f"{domain}.enable")
        self.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.address = address
        self.call("Page.navigate", url=self.address)
        if not explorer:
            loaded = "document.readyState === 'complete' ? done() : addEventListener('load', () => done())"
            self.run(f"new Promise((done) => {loaded})")
            return
        until = time.monotonic() + 60
        while not self.run("Boolean(window.vaekit) && document.readyState === 'complete'"):
            assert time.monotonic() < until, f"the page did not start: {self.complaints}"
            time.sleep(0.05)
        self.run("window.vaekit.ready.then(() => true)")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **parameters)

    def run(self, script: str) -> Any:
        """The value of an expression, a promise waited for."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, (
            result["exceptionDetails"].get("exception", {}).get("description")
        )
        return result["result"].get("value")

    @property
    def shown(self) -> str:
        """What the example looks like now."""
        node = "document.querySelector('#example canvas, #example table')"
        return str(self.run(f"{node}.toDataURL ? {node}.toDataURL() : {node}.textContent"))

    def decoded(self, codes: np.ndarray, rest: str = "") -> np.ndarray:
        """What the explorer decodes codes (n, L) to, (n, values); rest: a further argument, from its comma on."""
        script = f"""(() => {{
            const all = {codes.tolist()}.map((z) => Array.from(window.vaekit.decode(z{rest}))).flat();
            const bytes = Array.from(new Uint8Array(Float32Array.from(all).buffer));
            return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
        }})()"""
        text = self.run(script)
        return np.frombuffer(base64.b64decode(text), dtype="<f4").reshape(len(codes), -1)

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def events(self, method: str) -> list[dict[str, Any]]:
        """What happened under this name on the page, since it was opened."""
        mine = [event for event in self.browser.events if event.get("sessionId") == self.session]
        return [event["params"] for event in mine if event["method"] == method]

    @property
    def requests(self) -> list[str]:
        """Every address that was asked for, but that of the page and what stands inside of it."""
        asked = [event["request"]["url"] for event in self.events("Network.requestWillBeSent")]
        return [url for url in asked if url != self.address and not url.startswith(("data:", "blob:"))]

    @property
    def complaints(self) -> list[str]:
        """Errors and warnings of the console, exceptions, and what the browser refused."""
        said = [
            str([argument.get("value", argument.get("description")) for argument in event["args"]])
            for event in self.events("Runtime.consoleAPICalled")
            if event["type"] in ("error", "warning", "assert")
        ]
        said += [event["exceptionDetails"]["text"] for event in self.events("Runtime.exceptionThrown")]
        return said + [event["entry"]["text"] for event in self.events("Log.entryAdded")]

    def mouse(self, kind: str, x: float, y: float) -> None:
        pressed = kind != "mouseMoved"
        self.call(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left" if pressed else "none",
            clickCount=int(pressed),
        )  # fmt: skip

    def drag(self, places: list[tuple[float, float]]) -> None:
        """Press at the first place, move over the others, release."""
        self.mouse("mouseMoved", *places[0])
        self.mouse("mousePressed", *places[0])
        for x, y in places[1:]:
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
        self.mouse("mouseReleased", *places[-1])

    def follows_a_drag(self, selector: str) -> bool:
        """Whether the example looks different after a drag across this element."""
        self.rest()
        before = self.shown
        x, y, width, height = self.box(selector)
        self.drag([(x + share * width, y + 0.4 * height) for share in (0.3, 0.5, 0.7, 0.9)])
        self.rest()
        return self.shown != before

    def key(self, name: str) -> None:
        letter = {"Enter": "\r"}.get(name, name if len(name) == 1 else "")
        code = {"Tab": 9, "Enter": 13, " ": 32, "ArrowUp": 38}.get(name, 0)
        for kind, text in (("keyDown", letter), ("keyUp", "")):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, text=text, windowsVirtualKeyCode=code)

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element is focused."""
        for _ in range(80):
            self.key("Tab")
            if self.run(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"Tab never comes to {selector}")

    def rest(self) -> None:
        """Until frames, strips and words have followed."""
        self.run("new Promise((done) => setTimeout(done, 330))")
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """(left, top, width, height) of the element."""
        found = self.run(
            f"(({{x, y, width, height}}) => [x, y, width, height])"
            f"(document.querySelector('{selector}').getBoundingClientRect())"
        )
        left, top, width, height = found
        return left, top, width, height

    def text(self, name: str) -> str:
        """The text of the element with this id."""
        return str(self.run(f"document.getElementById('{name}').textContent"))

    def picture(self, path: Path, whole: bool = False) -> None:
        """A screenshot, of all that can be scrolled to or of what is seen."""
        made = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(made["data"]))

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self.target)
