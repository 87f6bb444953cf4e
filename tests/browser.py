"""A headless Chromium, driven through its debugging pipe, for the tests of pages."""

import json
import os
import shutil
import subprocess
import tempfile
from base64 import b64decode

__all__ = ["PROGRAM", "Browser"]

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe", "--window-size=1280,900",
]  # fmt: skip
_KEYS = {
    "ArrowRight": 39, "ArrowLeft": 37, "ArrowUp": 38, "ArrowDown": 40, "Home": 36, "End": 35, "Tab": 9, " ": 32,
    "Enter": 13, "Escape": 27,
}  # fmt: skip


class Browser:
    """``with Browser() as browser: browser.open(path)``. Whatever goes wrong on the page is in ``errors``."""

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()

        def connect():
            # The browser expects the pipe at 3 and 4, which may be any of these: copy, then put in place.
            ends = os.dup(to_browser), os.dup(from_browser)
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [PROGRAM, *_FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"],
            preexec_fn=connect, close_fds=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._number = 0
        self._session = None
        self.errors = []
        [page] = [target for target in self._ask("Target.getTargets")["targetInfos"] if target["type"] == "page"]
        attached = self._ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def _ask(self, method, **params):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _receive(self):
        while b"\0" not in self._buffer:
            more = os.read(self._read, 1 << 20)
            if not more:
                raise RuntimeError("the browser has gone")
            self._buffer += more
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, event):
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"])
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        elif event.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.errors.append(params["args"])

    def open(self, path):
        self._ask("Page.navigate", url=path.absolute().as_uri())
        while self._receive().get("method") != "Page.loadEventFired":
            pass

    def run(self, expression):
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, key):
        text = {"text": key} if len(key) == 1 else {}
        code = _KEYS.get(key) or (ord(key.upper()) if len(key) == 1 and key.isalnum() else 0)
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **text)

    def click(self, selector):
        x, y = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def drag(self, start, end):
        """Press the mouse at a place, move to another one in steps, and let go."""

        def at(part):
            return {"x": start[0] + part * (end[0] - start[0]), "y": start[1] + part * (end[1] - start[1])}

        self._ask("Input.dispatchMouseEvent", type="mousePressed", button="left", clickCount=1, **at(0))
        for part in range(1, 11):
            self._ask("Input.dispatchMouseEvent", type="mouseMoved", button="left", buttons=1, **at(part / 10))
        self._ask("Input.dispatchMouseEvent", type="mouseReleased", button="left", clickCount=1, **at(1))

    def swipe(self, start, end):
        """Put a finger on a place, move it to another one in steps, and lift it."""
        self._ask("Emulation.setTouchEmulationEnabled", enabled=True)
        for kind, part in [("touchStart", 0), *[("touchMove", part / 5) for part in range(1, 6)], ("touchEnd", 1)]:
            x, y = (start[axis] + part * (end[axis] - start[axis]) for axis in (0, 1))
            points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
            self._ask("Input.dispatchTouchEvent", type=kind, touchPoints=points)
        self._ask("Emulation.setTouchEmulationEnabled", enabled=False)

    def look(self, **features):
        """Emulate media features, such as ``prefers_color_scheme="dark"``."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._ask("Emulation.setEmulatedMedia", features=named)

    def photograph(self, path):
        shot = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(b64decode(shot["data"]))

    def pdf(self, path):
        path.write_bytes(b64decode(self._ask("Page.printToPDF", printBackground=True)["data"]))
