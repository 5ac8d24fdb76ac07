"""Drives the Studio's page in a headless Chromium as a rater, and an owner, would.

usage: scenario.py --rater LINK [--owner LINK] [--shots FOLDER] [--tasks N]

LINK is an invitation, http://host:port/join#TOKEN. The store holds pairs of texts (six at least), of pictures and
of sounds, and a ranking of four; tasks of other kinds are answered too. Each check is a line; the exit status is
1 when one failed.
"""

import argparse
import json
import os
import sys
import time
from urllib.parse import urlsplit

import checks
from cdp import Browser, find_browser

FAILED = []


def check(what, problems):
    """Prints one check; `problems` is a list, or a Boolean that says whether it holds."""
    problems = [] if problems is True else [""] if problems is False else list(problems)
    print(("ok    " if not problems else "FAIL  ") + what, flush=True)
    for problem in problems[:12]:
        print(f"      {problem}", flush=True)
    if problems:
        FAILED.append(what)


class Rater:
    """The page with the hands of a rater."""

    def __init__(self, browser, base, shots):
        self.browser, self.base, self.shots, self.seen = browser, base, shots, {}
        self.looked = {"pair of text", "pair of image", "pair of audio", "ranking"}

    def shot(self, name):
        if self.shots:
            self.browser.screenshot(os.path.join(self.shots, f"{name}.png"))

    def task(self):
        """The task shown: (id, what), where what is its kind, and for pairs the medium."""
        return self.browser.js(r"""(() => {
          const task = document.querySelector('.task');
          if (!task) return null;
          const { task: id, kind } = task.dataset;
          const medium = task.querySelector('.items .sound') ? 'audio' : task.querySelector('.items img') ? 'image' : 'text';
          return [id, kind === 'pair' ? `pair of ${medium}` : kind, medium];
        })()""")

    def mine(self):
        """How many answers the server has of this rater."""
        return self.browser.js("fetch('/api/answers?mine=1&limit=200').then(r => r.json()).then(d => d.answers.length)")

    def hear(self):
        """Listens to all sounds of a task as long as is asked for."""
        browser = self.browser
        browser.wait("[...document.querySelectorAll('.tools .status')].some(s => / of /.test(s.textContent))", 10, "sounds")
        count = browser.js("document.querySelectorAll('.items .track').length")
        for index in range(count):
            if index < 2:
                browser.press("ab"[index])
            else:
                browser.js(f"document.querySelectorAll('.items .track')[{index}].click()")
            # A short sound may end before enough of it was heard; then it is played once more.
            browser.wait(f"""(() => {{
              if (document.querySelectorAll('.items .heard')[{index}].textContent.startsWith('✓')) return true;
              const track = document.querySelectorAll('.items .track')[{index}];
              if (track.ariaPressed !== 'true') track.click();
              return false;
            }})()""", 15, "enough heard")

    def look(self):
        """Looks at pictures that are shown for a while only."""
        browser = self.browser
        identity = self.task()[0]
        if not browser.js("Boolean(document.querySelector('.masked'))"):
            return
        browser.press("1")
        check("an answer waits until the pictures were shown", self.task()[0] == identity)
        browser.press(" ")
        browser.wait("!document.querySelector('.masked')", 5, "the pictures")
        browser.wait("document.querySelector('.masked')", 5, "the mask")
        browser.press(" ")
        check("pictures are shown once", browser.js("document.querySelectorAll('.masked').length === document.querySelectorAll('.frame').length"))

    def answer(self, key="1"):
        """Answers the task shown by keys alone, and waits for what comes next."""
        browser = self.browser
        identity, what, medium = self.task()
        if what not in self.looked:
            self.looked.add(what)
            looks(self, what)
        problems = checks.markup(browser)
        if problems:
            check(f"nothing of a {what} became markup", problems)
        if medium == "audio":
            self.hear()
        if what == "realOrGenerated":
            self.look()
        if what.startswith("pair") or what == "realOrGenerated":
            browser.press(key)
        elif what == "ranking":
            for digit in "2134"[:browser.js("document.querySelectorAll('.panel').length")]:
                browser.press(digit)
            browser.press("Enter")
        elif what == "rating":
            for _ in range(browser.js("document.querySelectorAll('fieldset').length")):
                browser.press("4")
            browser.press("Enter")
        elif what == "labels":
            browser.press("1")
            browser.press("Enter")
        elif what in ("comment", "demonstration"):
            browser.js("document.querySelector('#writing').focus()")
            browser.type("Rain is water that clouds let go.")
            browser.press("Enter", modifiers=2)
        else:
            browser.press("1")
        self.seen[what] = self.seen.get(what, 0) + 1
        browser.wait(f"document.querySelector('.task')?.dataset.task !== {json.dumps(identity)}", 10, f"the end of a {what}")
        self.settle()
        return identity

    def settle(self):
        """Waits for a task, or for the word that there is none."""
        self.browser.wait("document.querySelector('.task, .gate')", 10, "a task")

    def until(self, wanted):
        """Answers until a task of the wanted sort is shown."""
        for _ in range(100):
            shown = self.task()
            if shown is None:
                raise AssertionError(f"no {wanted} came")
            if shown[1] == wanted:
                return shown[0]
            self.answer()

    def sent(self):
        """Waits until nothing waits in the outbox."""
        self.browser.wait("document.querySelector('#waiting').textContent === ''", 15, "an empty outbox")
        time.sleep(0.2)


def join(browser, link, name):
    browser.open(link)
    browser.wait("document.querySelector('input[name=name]')")
    check("the token leaves the address", browser.js("location.hash === ''"))
    browser.wait("document.activeElement?.name === 'name'")
    browser.type(name)
    browser.press("Enter")
    browser.wait("document.querySelector('.task') || !/Join|Sign in/.test(document.querySelector('h1')?.textContent ?? 'Join')", 15, "the first page")
    if browser.js("document.querySelector('h1').textContent === 'Guidelines'"):
        check("no markup in the guidelines", checks.markup(browser))
        browser.press("Enter")
    browser.wait("document.querySelector('.task, .gate h1')")
    time.sleep(0.3)


def looks(rater, name):
    """Screenshots in light, dark and on a phone, with what can be measured of them."""
    browser = rater.browser
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        time.sleep(0.2)
        rater.shot(f"{name}-{scheme}")
        check(f"{name}: contrast, {scheme}", checks.contrast(browser))
    browser.scheme("light")
    check(f"{name}: every control has a name", checks.names(browser))
    check(f"{name}: order of focus", checks.focus_order(browser))
    check(f"{name}: nothing moves where no motion is wanted", checks.motion(browser))
    browser.js("document.querySelector('h1').focus()")
    browser.size(360, 740, phone=True)
    time.sleep(0.3)
    rater.shot(f"{name}-phone")
    check(f"{name}: 360 px", checks.narrow(browser))
    browser.size(1280, 800)
    time.sleep(0.2)


def held_key(rater):
    browser = rater.browser
    rater.until("pair of text")
    rater.sent()
    before = rater.mine()
    browser.down("1")
    for _ in range(60):
        browser.down("1", autoRepeat=True)
        time.sleep(0.01)
    for _ in range(20):
        browser.down("1")
    browser.up("1")
    rater.seen["pair of text"] = rater.seen.get("pair of text", 0) + 1
    rater.settle()
    rater.sent()
    time.sleep(0.5)
    check("a held key gives one vote", rater.mine() == before + 1)


def undo(rater):
    browser = rater.browser
    rater.until("pair of text")
    rater.sent()
    before = rater.mine()
    identity = rater.answer("1")
    rater.sent()
    browser.press("u")
    browser.wait(f"document.querySelector('.task')?.dataset.task === {json.dumps(identity)}", 10, "the task taken back")
    check("undo takes the answer back", rater.mine() == before)
    check("and says so to screen readers", browser.js("/^Taken back: A is better/.test(document.querySelector('#notices[role=status][aria-live=polite]').textContent)"))
    check("the question has the focus when a task comes", browser.js("document.activeElement.localName === 'h1'"))
    rater.answer("2")
    rater.sent()
    check("and it can be given again", rater.mine() == before + 1)


def differences(rater):
    browser = rater.browser
    rater.until("pair of text")
    count = "(CSS.highlights.get('only')?.size ?? 0)"
    before = browser.js("document.querySelector('.items').innerHTML")
    check("differences are not shown at first", browser.js(f"{count} === 0"))
    browser.press("d")
    check("d marks the words of one side only", browser.js(f"{count} > 0 && document.querySelector('[data-action=diff]').ariaPressed === 'true'"))
    check("and says how many", browser.js("/Words only in A: [0-9]+, only in B/.test(document.querySelector('#notices').textContent)"))
    rater.shot("differences")
    check("marks change nothing of the texts", browser.js("document.querySelector('.items').innerHTML") == before)
    browser.press("d")
    check("d takes the marks away", browser.js(f"{count} === 0"))
    browser.press("d")
    rater.answer("1")
    check("the next task is shown without marks", browser.js(f"{count} === 0"))


ZOOM = "[...document.querySelectorAll('.frame img')].map(i => Number(/scale\\(([\\d.]+)/.exec(i.style.transform)?.[1] ?? 1))"


def zooming(rater):
    """The wheel, two fingers and keys zoom both pictures alike; a held key lets them change places."""
    browser = rater.browser
    zooms = lambda: browser.js(ZOOM)
    def linked(what, more):
        time.sleep(0.1)
        found = zooms()
        check(what, [] if found[0] == found[1] and (found[0] > 1) == more else [str(found)])
    middle = browser.middle(".frame")
    browser.wheel(middle, -300)
    linked("the wheel zooms both pictures", True)
    browser.press("0")
    linked("0 fits both pictures", False)
    browser.press("+")
    linked("+ zooms both pictures", True)
    rater.shot("zoomed")
    browser.press("-")
    linked("- takes it back", False)
    browser.pinch(middle, 60, 180)
    linked("two fingers zoom both pictures", True)
    browser.pinch(middle, 240, 30)
    linked("and take it back", False)
    sources = "[...document.querySelectorAll('.frame img')].map(i => i.src).join()"
    before = browser.js(sources)
    browser.down(" ")
    held = browser.js(sources)
    browser.up(" ")
    check("a held key shows each picture in the place of the other", held == ",".join(reversed(before.split(","))) and browser.js(sources) == before)


# What the page asks of the browser's audio.
SPY = r"""window.heard = { starts: [], ramps: [] };
for (const [type, name, note] of [
  [AudioBufferSourceNode, 'start', (node, [when, offset]) => heard.starts.push({ when, offset, loop: node.loop ? [node.loopStart, node.loopEnd] : null })],
  [AudioParam, 'linearRampToValueAtTime', (_, [value, time]) => heard.ramps.push({ value, time })]]) {
  const real = type.prototype[name];
  type.prototype[name] = function (...values) { note(this, values); return real.apply(this, values); };
}"""


def sounds(rater):
    """Two sounds in step, a switch without a gap, a loop and the count of what was heard."""
    browser = rater.browser
    position = "Number(document.querySelector('.tools input[type=range]').value)"
    browser.wait("/ of /.test(document.querySelector('.tools .status').textContent)", 10, "the sounds")
    browser.js("(heard.starts = [], heard.ramps = [], 1)")
    browser.press("a")
    browser.wait(f"{position} > 0.1", 5, "the playhead")
    starts = browser.js("heard.starts")
    check("all sounds start at one time and place", len(starts) >= 2 and len({(each["when"], each["offset"]) for each in starts}) == 1)
    before = browser.js(position)
    browser.press("b")
    after = browser.js(position)
    ramps = browser.js("heard.ramps")
    check("a switch starts nothing anew", browser.js("heard.starts.length") == len(starts))
    check("one sound fades out while the other fades in", len(ramps) == 2 and len({each["time"] for each in ramps}) == 1 and sorted(each["value"] > 0 for each in ramps) == [False, True])
    check("the playhead goes on", 0 <= after - before < 0.3)
    check("B is the one that plays", browser.js("[...document.querySelectorAll('.items .track')].map(t => t.ariaPressed).join() === 'false,true'"))
    browser.press(" ")
    browser.js("(() => { const s = document.querySelector('.tools input[type=range]'); s.value = 0.1; s.dispatchEvent(new Event('input')); })()")
    browser.press("[")
    browser.js("(() => { const s = document.querySelector('.tools input[type=range]'); s.value = 0.3; s.dispatchEvent(new Event('input')); })()")
    browser.press("]")
    check("[ and ] make a loop", browser.js("/loop 0\.1–0\.3 s/.test(document.querySelector('.tools .status').textContent)"))
    rater.shot("loop")
    browser.js("(heard.starts = [], 1)")
    browser.press(" ")
    found = browser.js(f"""(async () => {{
      const at = [];
      for (let i = 0; i < 30; i++) {{ await new Promise((done) => setTimeout(done, 25)); at.push({position}); }}
      return at;
    }})()""")
    check("the playhead stays in the loop", [str(at) for at in found if not 0.09 <= at <= 0.31])
    check("and comes around", any(b < a for a, b in zip(found, found[1:])))
    check("the sounds themselves loop", browser.js("heard.starts.every(s => s.loop && Math.abs(s.loop[0] - 0.1) < 0.02 && Math.abs(s.loop[1] - 0.3) < 0.02)"))
    browser.press("]")
    check("] takes the loop away", browser.js("!/loop/.test(document.querySelector('.tools .status').textContent)"))
    browser.press(" ")


def break_reminder(rater):
    """A clock that runs a thousand times as fast reaches the 25 minutes."""
    browser = rater.browser
    undo = browser.before("{ const real = setInterval; window.setInterval = (run, time, ...more) => real(run, time === 15000 ? 5 : time, ...more); }")
    browser.open(rater.base + "/")
    browser.wait("/25 minutes/.test(document.querySelector('#notices').textContent)", 10, "the word to take a break")
    rater.shot("break")
    undo()
    browser.wait("document.querySelector('.task')", 10)
    before = rater.task()
    time.sleep(0.3)
    check("the word to take a break takes no task away", rater.task() == before)
    browser.open(rater.base + "/")
    rater.settle()


def keys_overlay(rater):
    browser = rater.browser
    browser.press("?")
    browser.wait("document.querySelector('dialog[open] .keys')")
    rater.shot("keys")
    check("? shows the keys", browser.js("/Undo/.test(document.querySelector('dialog').textContent)"))
    check("keys: every control has a name", checks.names(browser))
    check("keys: contrast", checks.contrast(browser))
    before = rater.task()
    browser.press("1")
    check("keys do not vote behind the overlay", rater.task() == before)
    browser.press("Escape")
    browser.wait("!document.querySelector('dialog')")


def dialogs(rater):
    browser = rater.browser
    for title in ("Guidelines", "History", "Settings"):
        browser.js(f"[...document.querySelectorAll('nav button')].find(b => b.textContent === '{title}').click()")
        browser.wait("document.querySelector('dialog[open]') && !/Loading/.test(document.querySelector('dialog').textContent)", 10, title)
        check(f"{title}: every control has a name", checks.names(browser))
        check(f"{title}: contrast", checks.contrast(browser))
        check(f"{title}: nothing became markup", checks.markup(browser))
        rater.shot(title.lower())
        browser.press("Escape")
        browser.wait("!document.querySelector('dialog')")
    before = rater.task()
    browser.press("s")
    browser.wait("document.querySelector('dialog[open]')")
    check("skip: every control has a name", checks.names(browser))
    browser.press("Escape")
    browser.press("c")
    browser.wait("document.activeElement.localName === 'textarea'")
    browser.type("a note")
    for key in "12su":
        browser.press(key)
    check("keys are letters inside a text field", rater.task() == before and browser.js("document.activeElement.value === 'a note12su'"))
    browser.press("Escape")
    check("Escape leaves the comment", browser.js("document.activeElement.localName === 'h1'"))


def offline(rater):
    browser = rater.browser
    rater.until("pair of text")
    time.sleep(0.5)
    rater.sent()
    before = rater.mine()
    browser.offline(True)
    first = rater.answer("1")
    browser.wait("/1 waiting to be sent/.test(document.querySelector('#waiting').textContent)", 30, "the outbox to show")
    check("a lost network shows what waits", True)
    rater.shot("offline")
    waiting = 1
    if rater.task() and rater.task()[1] == "pair of text":
        rater.answer("2")
        waiting = 2
        browser.wait("/2 waiting to be sent/.test(document.querySelector('#waiting').textContent)", 30, "two in the outbox")
    browser.offline(False)
    rater.sent()
    browser.wait("document.querySelector('.task, .gate')")
    check("it is sent when the network returns", rater.mine() == before + waiting)
    browser.wait(f"document.querySelector('.task') && document.querySelector('.task').dataset.task !== {json.dumps(first)}", 20, "the queue going on")


def reload(rater):
    browser = rater.browser
    rater.until("pair of text")
    time.sleep(0.5)
    rater.sent()
    before = rater.mine()
    browser.offline(True)
    rater.answer("1")
    browser.wait("/waiting to be sent/.test(document.querySelector('#waiting').textContent)", 30, "the outbox")
    browser.call("Page.navigate", url="about:blank")
    time.sleep(0.3)
    browser.offline(False)
    browser.open(rater.base + "/")
    browser.wait("document.querySelector('.task, .gate')", 15)
    rater.sent()
    check("an answer outlives the page without network", rater.mine() == before + 1)


def finish(rater, tasks):
    browser = rater.browser
    for _ in range(300):
        if rater.task() is None:
            time.sleep(0.5)
            if rater.task() is None:
                break
            continue
        rater.answer("12"[len(rater.seen) % 2])
    check("the queue comes to its end", browser.js("/Nothing to do/.test(document.querySelector('h1').textContent)"))
    rater.sent()
    rater.shot("finished")
    total = rater.mine()
    if tasks:
        check(f"every task has one answer: {total} of {tasks}", total == tasks)
    print(f"      answered by keys: {rater.seen}", flush=True)


def reviews(browser, base, shots):
    """An owner asks for reviews and makes a gold task on the dashboard, and reviews by keys."""
    found = browser.js("""fetch('/api/answers?kind=pair&limit=200').then(r => r.json()).then(d => d.answers.filter(a => a.answer.kind === 'pair').map(a => [a.task, a.id]))""")
    def press(words):
        browser.wait(f"[...document.querySelectorAll('main button')].some(b => b.textContent === {json.dumps(words)})", 10, words)
        browser.js(f"[...document.querySelectorAll('main button')].find(b => b.textContent === {json.dumps(words)}).click()")
    for task, _ in found[:3]:
        browser.open(f"{base}/dashboard#task?id={task}")
        press("Ask for a review")
        browser.wait("/up for review/.test(document.querySelector('#notices').textContent)", 10, "the review")
    if shots:
        browser.screenshot(os.path.join(shots, "dashboard-task.png"))
    browser.open(f"{base}/dashboard#task?id={found[3][0]}")
    press("This is right: make gold")
    browser.wait("/gold task was made/.test(document.querySelector('#notices').textContent)", 10, "the gold task")
    check("an answer becomes a gold task", True)
    browser.open(base + "/")
    rater = Rater(browser, base, shots)
    for decision, keys in (("accept", "1"), ("amend", "24"), ("reject", "3")):
        rater.settle()
        identity = rater.until("review")
        if decision == "accept":
            looks(rater, "review")
        if rater.task()[2] == "audio":
            rater.hear()
        for key in keys:
            browser.press(key)
            if key == "2" and decision == "amend":
                browser.wait("document.querySelector('.amend .choices')")
                offered = browser.js("[...document.querySelectorAll('.amend .choice span')].map(s => s.textContent)")
                rater.shot("amend")
        browser.wait(f"document.querySelector('.task')?.dataset.task !== {json.dumps(identity)}", 10, decision)
        rater.settle()
    rater.sent()
    said = browser.js("fetch('/api/answers?mine=1&limit=50').then(r => r.json()).then(d => d.answers.map(a => a.answer).filter(a => a.kind === 'review'))")
    check("reviews accept, amend and reject", sorted(each["decision"] for each in said) == ["accept", "amend", "reject"] or [json.dumps(said)])
    check("an amendment offers all answers", offered == ["A is better", "B is better", "Tie", "Both bad"] or [str(offered)])
    check("what amends is an answer", [json.dumps(each) for each in said if each["decision"] == "amend" and each.get("amended", {}).get("verdict") != "bothBad"])


def dashboard(browser, base, link, shots, payloads):
    """The owner's side: every field takes every payload, and all pages show them as text."""
    browser.call("Network.clearBrowserCookies")
    join(browser, link, "Owner of the test")
    reviews(browser, base, shots)
    refused = browser.js(r"""(async (payloads) => {
      const { csrf } = await (await fetch('/api/session')).json();
      const send = (method, path, body) => fetch(path, { method, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: JSON.stringify(body) });
      const settings = await (await fetch('/api/settings')).json(), statuses = {};
      const note = async (what, reply) => { const { status } = await reply; (statuses[what] ??= {})[status] = ((statuses[what] ??= {})[status] ?? 0) + 1; };
      for (const [i, payload] of payloads.entries()) {
        await note('criterion', send('POST', '/api/criteria', { id: `hostile${i}`, title: payload, question: payload, lowest: 1, highest: 7 }));
        await note('criterion id', send('POST', '/api/criteria', { id: payload, title: 'x', question: 'x', lowest: 1, highest: 7 }));
        await note('invitation', send('POST', '/api/invitations', { role: 'rater', name: payload.slice(0, 64), uses: 1, hours: 1 }));
        await note('keys', send('PUT', '/api/settings', { ...settings, keys: { first: payload } }));
        await note('key action', send('PUT', '/api/settings', { ...settings, keys: { [payload]: 'q' } }));
      }
      await note('settings', send('PUT', '/api/settings', { ...settings, title: payloads[1].slice(0, 200), question: payloads[0].slice(0, 200), guidelines: payloads.join('\n\n') }));
      return statuses;
    })(""" + json.dumps(payloads) + ")")
    print(f"      replies to hostile fields: {json.dumps(refused)}", flush=True)
    check("no key setting that is none is kept", not refused.get("keys", {}).get("200") and not refused.get("key action", {}).get("200"))
    browser.open(base + "/dashboard")
    browser.wait("document.querySelector('.figures, .card')", 15)
    for page in ("overview", "raters", "disagreements", "answers", "training", "people", "data", "settings", "audit"):
        browser.js(f"location.hash = '#{page}'")
        browser.wait(f"document.querySelector('main').dataset.page === '#{page}'", 15, page)
        time.sleep(0.3)
        for scheme in ("light", "dark"):
            browser.scheme(scheme)
            time.sleep(0.15)
            check(f"dashboard {page}: contrast, {scheme}", checks.contrast(browser))
            if shots:
                browser.screenshot(os.path.join(shots, f"dashboard-{page}-{scheme}.png"))
        browser.scheme("light")
        check(f"dashboard {page}: shown", browser.js("!/cannot be shown/.test(document.querySelector('main').textContent)") or [browser.js("document.querySelector('main').textContent")])
        check(f"dashboard {page}: nothing became markup", checks.markup(browser))
        check(f"dashboard {page}: every control has a name", checks.names(browser))
        browser.size(360, 740, phone=True)
        time.sleep(0.2)
        if shots:
            browser.screenshot(os.path.join(shots, f"dashboard-{page}-phone.png"))
        check(f"dashboard {page}: 360 px", [p for p in checks.narrow(browser) if "wide" in p])
        browser.size(1280, 800)
    check("dashboard: order of focus", checks.focus_order(browser))
    browser.open(base + "/")
    browser.wait("document.querySelector('.task, .gate')", 15)
    check("hostile settings became no markup on the rater's page", checks.markup(browser))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rater", required=True)
    parser.add_argument("--owner")
    parser.add_argument("--shots")
    parser.add_argument("--tasks", type=int)
    options = parser.parse_args()
    path = find_browser()
    if not path:
        print("skipped: no Chromium is installed (chromium, chromium-browser or google-chrome)")
        return 77
    if options.shots:
        os.makedirs(options.shots, exist_ok=True)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile.json"), encoding="utf-8") as file:
        payloads = json.load(file)
    parts = urlsplit(options.rater)
    base = f"{parts.scheme}://{parts.netloc}"
    browser = Browser(path)
    rater = Rater(browser, base, options.shots)
    try:
        browser.size(1280, 800)
        browser.scheme("light")
        browser.before(SPY)
        join(browser, options.rater, "Rater of the test")
        check("payloads make no elements", checks.modules(browser, payloads))
        check("each check sees a fault", checks.blind(browser))
        keys_overlay(rater)
        for wanted, name in (("pair of text", "text"), ("pair of image", "images"), ("pair of audio", "sounds"), ("ranking", "ranking")):
            rater.until(wanted)
            if name == "sounds":
                browser.press("1")
                check("a vote waits until both sounds were heard", rater.task()[1] == wanted)
                rater.hear()
                browser.press(" ")
                sounds(rater)
            if name == "images":
                zooming(rater)
            if name == "ranking":
                browser.press("2")
                browser.press("1")
                browser.drag(browser.middle('.chip[data-item="2"]'), browser.middle('li[data-rank="2"]'))
                check("a letter can be dragged to a rank", browser.js("document.querySelector('li[data-rank=\"2\"]').querySelectorAll('.chip').length === 2"))
            looks(rater, name)
            rater.answer("2")
        dialogs(rater)
        differences(rater)
        held_key(rater)
        undo(rater)
        break_reminder(rater)
        offline(rater)
        reload(rater)
        finish(rater, options.tasks)
        if options.owner:
            dashboard(browser, base, options.owner, options.shots, payloads)
        check("no error on the console", browser.problems())
    except Exception as error:  # The page as it was says more than the message.
        rater.shot("failure")
        check(f"the scenario goes on: {error}", False)
        try:
            print("      " + str(browser.js("document.body.innerText"))[:1500].replace("\n", "\n      "))
            for problem in browser.problems():
                print(f"      {problem}")
        except Exception:
            pass
    finally:
        browser.close()
    print(f"{len(FAILED)} failed" if FAILED else "all passed")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
