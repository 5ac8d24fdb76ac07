"""A small client of the Chrome DevTools Protocol over two pipes: Python's standard library only."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class ProtocolError(Exception):
    """The browser refused a command or went away."""


def find_browser():
    """The path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    """A headless browser with one page."""

    def __init__(self, path):
        self.profile = tempfile.mkdtemp(prefix="studio-browser-")
        # The browser reads commands from descriptor 3 and writes to 4; our own ends lie above them.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in (*os.pipe(), *os.pipe())]
        read_commands, self.commands, self.replies, write_replies = ends
        os.dup2(read_commands, 3, inheritable=True)
        os.dup2(write_replies, 4, inheritable=True)
        self.process = subprocess.Popen(
            [path, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--mute-audio", "--hide-scrollbars",
             "--force-color-profile=srgb", f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for end in (3, 4, read_commands, write_replies):
            os.close(end)
        self.buffer, self.number, self.events, self.session = b"", 0, [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self.call(f"{domain}.enable")

    def close(self):
        """Ends the browser and removes its profile."""
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (ProtocolError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self, timeout):
        """One message, or None when none came in time."""
        end = time.monotonic() + timeout
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.replies], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            part = os.read(self.replies, 1 << 20)
            if not part:
                raise ProtocolError("The browser went away.")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, timeout=30, **parameters):
        """Sends a command and gives its result; events that come meanwhile are kept."""
        self.number += 1
        number = self.number
        command = {"id": number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            message = self._read(timeout)
            if message is None:
                raise ProtocolError(f"{method}: no reply in {timeout} s")
            if message.get("id") == number:
                if "error" in message:
                    raise ProtocolError(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def js(self, expression):
        """The value of an expression in the page; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                           returnByValue=True, userGesture=False)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise ProtocolError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def wait(self, expression, seconds=10, what=None):
        """Waits until an expression is true and gives its value."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.js(f"Promise.resolve({expression}).then(v => v instanceof Node ? true : v)")
            except ProtocolError:
                value = None  # The page may be between two documents.
            if value:
                return value
            if time.monotonic() > end:
                raise ProtocolError(f"waited {seconds} s for {what or expression}")
            time.sleep(0.03)

    def open(self, address):
        """Goes to an address; one that differs in its fragment alone is loaded anew, too."""
        self.call("Page.navigate", url="about:blank")
        self.wait("location.href === 'about:blank'")
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    CODES = {" ": ("Space", 32), "Enter": ("Enter", 13), "Escape": ("Escape", 27), "Tab": ("Tab", 9),
             "ArrowLeft": ("ArrowLeft", 37), "ArrowUp": ("ArrowUp", 38),
             "ArrowRight": ("ArrowRight", 39), "ArrowDown": ("ArrowDown", 40),
             "[": ("BracketLeft", 219), "]": ("BracketRight", 221), ",": ("Comma", 188),
             ".": ("Period", 190), "?": ("Slash", 191), "+": ("Equal", 187), "-": ("Minus", 189)}

    def _key(self, kind, key, **more):
        code, number = self.CODES.get(key) or (
            (f"Digit{key}", ord(key)) if key.isdigit() else (f"Key{key.upper()}", ord(key.upper())))
        if kind == "keyDown":
            text = "\r" if key == "Enter" else key if len(key) == 1 else None
            if text and not more.get("modifiers", 0) & 6:
                more["text"] = text
        self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code,
                  windowsVirtualKeyCode=number, **more)

    def down(self, key, **more):
        """Presses a key without letting go."""
        self._key("keyDown", key, **more)

    def up(self, key, **more):
        """Lets go of a key."""
        self._key("keyUp", key, **more)

    def press(self, key, **more):
        """Presses a key and lets go of it."""
        self.down(key, **more)
        self.up(key, **more)

    def type(self, text):
        """Puts text where the focus is."""
        self.call("Input.insertText", text=text)

    def drag(self, start, end):
        """Drags with the mouse from one point to another."""
        def mouse(kind, point, **more):
            self.call("Input.dispatchMouseEvent", type=kind, x=point[0], y=point[1], **more)
        mouse("mouseMoved", start)
        mouse("mousePressed", start, button="left", buttons=1, clickCount=1)
        for part in (0.3, 0.7, 1):
            mouse("mouseMoved", [a + (b - a) * part for a, b in zip(start, end)], button="left",
                  buttons=1)
        mouse("mouseReleased", end, button="left", clickCount=1)

    def middle(self, selector):
        """The middle of an element on the screen."""
        return self.js(f"(() => {{ const r = document.querySelector({json.dumps(selector)})"
                       ".getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")

    def click(self, selector):
        """Clicks on the middle of an element."""
        x, y = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def wheel(self, point, distance):
        """Turns the wheel over a point."""
        self.call("Input.dispatchMouseEvent", type="mouseWheel", x=point[0], y=point[1], deltaX=0,
                  deltaY=distance)

    def pinch(self, point, start, end):
        """Two fingers around a point go from one distance to another."""
        def touch(kind, half):
            points = [{"x": point[0] + side * half, "y": point[1], "id": number}
                      for number, side in enumerate((-1, 1))]
            self.call("Input.dispatchTouchEvent", type=kind, touchPoints=points if half else [])
        self.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        touch("touchStart", start / 2)
        for part in (0.25, 0.5, 0.75, 1):
            touch("touchMove", (start + (end - start) * part) / 2)
        touch("touchEnd", 0)
        self.call("Emulation.setTouchEmulationEnabled", enabled=False)

    def before(self, script):
        """Runs a script before those of each document from now on; gives what takes it away."""
        found = self.call("Page.addScriptToEvaluateOnNewDocument", source=script)["identifier"]
        return lambda: self.call("Page.removeScriptToEvaluateOnNewDocument", identifier=found)

    def offline(self, off):
        """Takes the network away, or gives it back."""
        self.call("Network.emulateNetworkConditions", offline=off, latency=0,
                  downloadThroughput=-1, uploadThroughput=-1)

    def size(self, width, height, phone=False):
        """Sets the size of the window."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2 if phone else 1, mobile=phone)

    def scheme(self, name, motion="no-preference"):
        """Prefers light or dark, and motion or none."""
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": name},
                            {"name": "prefers-reduced-motion", "value": motion}])

    def screenshot(self, path):
        """Writes a PNG of the window."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def problems(self):
        """What the console complained about: exceptions and refused content, requests not counted."""
        found = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown":
                details = event["params"]["exceptionDetails"]
                found.append(details.get("exception", {}).get("description", details["text"]))
            elif event["method"] == "Log.entryAdded":
                entry = event["params"]["entry"]
                if entry["level"] == "error" and entry["source"] != "network":
                    found.append(entry["text"])
        return found
