"""A real browser over a pipe: it visits pages, presses buttons, takes pictures. Nothing but
Chromium itself is needed.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import selectors
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import uvicorn

PATIENCE = 60.0  # seconds for any one answer of the browser: far more than a page takes
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-dev-shm-usage",
)
"""What keeps a browser to its own business, and its pictures alike everywhere."""
_HERE = ("--headless=new", "--remote-debugging-pipe", "about:blank")


def found() -> Any:
    """The browser of this machine, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Trouble(Exception):
    """The browser did not do what it was asked."""


class Browser:
    """One browser process with a folder of its own; messages of its protocol are JSON ended by a
    zero byte.
    """

    def __init__(self, program: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="browser-")
        theirs_in, self._to = _high(os.pipe())
        self._from, theirs_out = _high(os.pipe())
        self._process = subprocess.Popen(
            [program, f"--user-data-dir={self.folder}", *FLAGS, *_HERE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(3, 4),
            env={**os.environ, "HOME": self.folder},
            preexec_fn=lambda: (os.dup2(theirs_in, 3), os.dup2(theirs_out, 4)),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._held, self._last = b"", 0
        self.events: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, Trouble):
            self.call("Browser.close")
        self._process.wait(timeout=20)
        os.close(self._to)
        os.close(self._from)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method: str, session: str | None = None, /, **params: Any) -> Any:
        self._last += 1
        asked = {"id": self._last, "method": method, "params": params} | (
            {"sessionId": session} if session else {}
        )
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._next(until)
            except TimeoutError as err:
                raise Trouble(f"{method}: no answer in {PATIENCE:.0f} s") from err
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise Trouble(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, name: str, session: str | None, doing: str) -> None:
        """Until the event came; Trouble that says what was being done where it does not come."""
        until = time.monotonic() + PATIENCE
        while True:
            for at, one in enumerate(self.events):
                if one.get("method") == name and one.get("sessionId") == session:
                    del self.events[: at + 1]
                    return
            try:
                self.events.append(self._next(until))
            except TimeoutError as err:
                raise Trouble(f"{doing}: {name} did not come in {PATIENCE:.0f} s") from err

    def tab(self, *, width: int, lang: str, script: bool = True) -> Any:
        """A fresh tab with cookies of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)[
            "targetId"
        ]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        made = Tab(self, session, width)
        made.call("Page.enable")
        made.call(
            "Page.setBypassCSP", enabled=True
        )  # for what we ask in the page, not for what the page may do
        made.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": lang})
        made.call("Emulation.setScriptExecutionDisabled", value=not script)
        made.wide(width)
        return made

    def _next(self, until: float) -> Any:
        """The next message; TimeoutError where none is there by then."""
        while b"\0" not in self._held:
            left = until - time.monotonic()
            with selectors.DefaultSelector() as selector:
                selector.register(self._from, selectors.EVENT_READ)
                if left <= 0 or not selector.select(left):
                    raise TimeoutError
            got = os.read(self._from, 1 << 20)
            if not got:
                raise Trouble("the browser went away")
            self._held += got
        line, _, self._held = self._held.partition(b"\0")
        return json.loads(line)


CHOOSE = """button => {
    for (const one of button.form ? button.form.querySelectorAll("select:required") : [])
        if (!one.value) one.selectedIndex = 1;
    button.click();
}"""


class Tab:
    """One page of the browser."""

    def __init__(self, browser: Browser, session: str, width: int) -> None:
        self.browser, self.session, self.width = browser, session, width

    def call(self, method: str, /, **params: Any) -> Any:
        return self.browser.call(method, self.session, **params)

    def wide(self, width: int) -> None:
        self.width = width
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def visit(self, url: str) -> None:
        self.browser.events.clear()
        self.call("Page.navigate", url=url)
        self.browser.wait("Page.loadEventFired", self.session, f"visit {url}")

    def ask(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise Trouble(
                answer["exceptionDetails"].get("exception", {}).get("description", script[:80])
            )
        return answer["result"].get("value")

    def press(self, selector: str, **fields: str) -> None:
        """Fill fields by name, choose the first where none was chosen and one is asked for, press a
        button, and wait for the page that follows.
        """
        self.browser.events.clear()
        for name, value in fields.items():
            self.ask(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")
        self.ask(f"({CHOOSE})(document.querySelector({json.dumps(selector)}))")
        self.browser.wait("Page.loadEventFired", self.session, f"press {selector}")

    def key(self, name: str, code: int) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code
            )

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """A PNG of the page, all of its height, at the tab's width."""
        data = self.call(
            "Page.captureScreenshot",
            format="png",
            captureBeyondViewport=whole,
            **(
                {"clip": {"x": 0, "y": 0, "width": self.width, "height": self.height(), "scale": 1}}
                if whole
                else {}
            ),
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data["data"]))

    def height(self) -> Any:
        return self.ask("Math.max(document.documentElement.scrollHeight, 300)")

    def overflow(self) -> Any:
        """What sticks out to the right of the window, by selector."""
        return self.ask(
            """
            [...document.querySelectorAll('body *')].filter(one => {
              const box = one.getBoundingClientRect();
              const clipped = one.closest('nav, .skip, thead, .scroll') !== null;
              const edge = document.documentElement.clientWidth + 1;
              return !clipped && box.width > 0 && box.right > edge;
            }).map(one => one.tagName.toLowerCase() + (one.className ? '.' + one.className : ''))"""
        )


@contextlib.contextmanager
def served(app: Any) -> Iterator[Any]:
    """An application on a loopback port; gives its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _high(pair: tuple[int, int]) -> Any:
    """The two ends of a pipe on numbers that the child's 3 and 4 do not cover."""
    made = tuple(fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 20) for one in pair)
    for one in pair:
        os.close(one)
    return made
