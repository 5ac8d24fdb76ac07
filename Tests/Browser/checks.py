"""What holds on every page: nothing from outside became markup, all can be read, named and reached."""

import json

# Elements that the pages make themselves; anything else came from content.
MARKUP = r"""(() => {
  const own = new Set(`html head meta title link script body a header main nav section article div span p h1 h2 h3
    button kbd strong em code pre blockquote ul ol li br small form label input textarea select option fieldset
    legend figure figcaption img canvas output dialog dl dt dd details summary table thead tbody tr th td audio
    noscript template svg line rect circle text path polyline`.split(/\s+/));
  const found = [];
  if ('pwned' in window) found.push('a script of the content ran');
  for (const node of document.querySelectorAll('*')) {
    const name = node.localName;
    if (!own.has(name)) found.push(`<${name}> is not the page's own`);
    if (['script', 'link'].includes(name) && !/^\/assets\/[a-z]+\.(js|css|svg)$/.test(node.getAttribute('src') ?? node.getAttribute('href'))) found.push(`<${name}> of another address`);
    if (['img', 'audio'].includes(name) && !/^\/media\/([0-9a-f]{64}|unknown)$/.test(node.getAttribute('src'))) found.push(`<${name}> of another address`);
    if (name === 'a' && !/^[\/#]/.test(node.getAttribute('href'))) found.push(`link to ${node.getAttribute('href')}`);
    for (const attribute of node.getAttributeNames()) if (/^on|^srcdoc$|^formaction$/.test(attribute)) found.push(`<${name} ${attribute}>`);
  }
  for (const node of document.querySelectorAll('.words, .role, .title, h1, h2, legend strong, option, td.plain')) {
    if (node.children.length) found.push(`elements inside ${node.className || node.localName}`);
  }
  if (document.querySelectorAll('main').length !== 1 || document.querySelectorAll('h1').length > 1) found.push('a second main or h1');
  return found;
})()"""

CONTRAST = r"""(() => {
  const parse = (text) => { const n = (text.match(/[\d.]+/g) ?? []).map(Number); return n.length ? [n[0], n[1], n[2], n[3] ?? 1] : [0, 0, 0, 0]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (node) => { if (!node) return [255, 255, 255, 1]; const c = parse(getComputedStyle(node).backgroundColor); return c[3] === 1 ? c : over(c, ground(node.parentElement)); };
  const found = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) || node.closest('[disabled], .skip-link, option, noscript, .sr')) continue;
    const style = getComputedStyle(node), back = ground(node), svg = node.namespaceURI.endsWith('svg');
    const front = over(parse(svg ? style.fill : style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    count += 1;
    if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} for “${walker.currentNode.data.trim().slice(0, 30)}” (${node.localName}.${node.className})`);
  }
  if (!count) found.add('no text at all');
  return [...found];
})()"""

NARROW = r"""(() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const node of document.querySelectorAll('button, select, textarea, input:not([type=range], [type=radio], [type=checkbox])')) {
    const { width, height } = node.getBoundingClientRect();
    if (node.checkVisibility() && width && (width < 43.5 || height < 43.5)) found.push(`${node.textContent.trim() || node.name}: ${Math.round(width)} × ${Math.round(height)}`);
  }
  for (const node of document.querySelectorAll('.scale label')) {
    if (node.getBoundingClientRect().height < 43.5) found.push('a step of a scale is too small');
  }
  return found;
})()"""

NEED_NAMES = {"button", "link", "textbox", "combobox", "checkbox", "radio", "slider", "image", "img",
              "searchbox", "spinbutton", "listbox", "dialog", "figure", "Canvas"}


def markup(browser):
    """Elements and attributes that no page makes."""
    return browser.js(MARKUP)


def contrast(browser):
    """Texts whose contrast is below WCAG 2.2 AA."""
    return browser.js(CONTRAST)


def narrow(browser):
    """What does not fit, or cannot be hit with a finger."""
    return browser.js(NARROW)


def names(browser):
    """Controls and pictures that a screen reader cannot name."""
    found = []
    for node in browser.call("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in NEED_NAMES or role == "figure":
            continue
        if not node.get("name", {}).get("value", "").strip():
            found.append(f"a {role} has no name")
    if not browser.js("document.documentElement.lang && document.title.length > 3"):
        found.append("the page has no language or no title")
    return found


MOTION = r"""[...document.querySelectorAll('*')].filter((node) => {
  const { transitionDuration, animationName } = getComputedStyle(node);
  return transitionDuration.split(',').some((part) => parseFloat(part) > 0) || animationName !== 'none';
}).map((node) => `${node.localName}.${node.className} moves`)"""


def motion(browser, scheme="light"):
    """What moves although no motion is wanted."""
    browser.scheme(scheme, motion="reduce")
    found = browser.js(MOTION)
    browser.scheme(scheme)
    return found


def focus_order(browser, steps=40):
    """Where Tab goes: in the order of the document, each stop visible with a ring."""
    browser.js("(scrollTo(0, 0), document.querySelector('.skip-link').focus(),"
               " window.stops = [document.activeElement], 1)")
    found = []
    for _ in range(steps):
        browser.press("Tab")
        stop = browser.js(r"""(() => {
          const node = document.activeElement;
          if (!node || node === document.body) return null;
          const style = getComputedStyle(node), box = node.getBoundingClientRect();
          const at = stops.indexOf(node), before = stops.at(-1);
          stops.push(node);
          return { again: at >= 0, name: `${node.localName} “${(node.ariaLabel ?? node.textContent).trim().slice(0, 24)}”`,
            forward: !before || Boolean(before.compareDocumentPosition(node) & 4),
            ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
            seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
        })()""")
        if stop is None or stop["again"]:
            break
        if not stop["ring"]:
            found.append(f"{stop['name']} shows no focus")
        if not stop["forward"]:
            found.append(f"{stop['name']} comes before its turn")
        if not stop["seen"]:
            found.append(f"{stop['name']} is out of sight when it has the focus")
    if browser.js("stops.length") < 3:
        found.append("Tab reaches almost nothing")
    return found


def blind(browser):
    """Which of the checks do not see a fault that is put before them."""
    def with_fault(make, look):
        browser.js(f"(() => {{ const n = {make}; n.id = 'fault'; document.querySelector('main').append(n); }})()")
        seen = look(browser)
        browser.js("document.querySelector('#fault').remove()")
        return seen
    faults = {
        "markup": ("document.createElement('iframe')", markup),
        "handlers": ("(() => { const n = document.createElement('button'); n.setAttribute('formaction', 'x'); return n; })()", markup),
        "contrast": ("(() => { const n = document.createElement('p'); n.textContent = 'pale'; n.style.color = '#888'; n.style.background = '#999'; return n; })()", contrast),
        "names": ("document.createElement('button')", names),
        "width": ("(() => { const n = document.createElement('p'); n.style.width = '3000px'; n.textContent = 'wide'; return n; })()", narrow),
    }
    return [name for name, (make, look) in faults.items() if not with_fault(make, look)]


def modules(browser, payloads):
    """Feeds payloads to what makes elements of content, whatever the server would let through."""
    return browser.js(r"""(async (payloads) => {
      const { blocks, markdown, mediaURL } = await import('/assets/content.js');
      const { keyMap, keysOf, actions } = await import('/assets/keys.js');
      const { h, describe } = await import('/assets/base.js');
      const { common } = await import('/assets/compare.js');
      const found = [], own = new Set('P BR EM STRONG CODE PRE BLOCKQUOTE UL OL LI SPAN SMALL DIV'.split(' '));
      const check = (what, nodes) => {
        const box = h('div', null, nodes);
        for (const node of box.querySelectorAll('*')) {
          if (!own.has(node.tagName)) found.push(`${what} made <${node.localName}>`);
          for (const name of node.getAttributeNames()) if (!['class', 'tabindex', 'start'].includes(name)) found.push(`${what} made ${name}=`);
        }
      };
      for (const payload of payloads) {
        check('Markdown', markdown(payload));
        check('a list', markdown(`- ${payload}\n- **${payload}**\n\n> ${payload}`));
        check('text', blocks([{ type: 'text', text: payload }, { type: payload }, { type: 'turn', role: payload, text: payload }], {}));
        check('an answer', h('p', null, describe({ kind: 'skip', reason: payload }), describe({ kind: 'labels', labels: [payload] }), describe({ kind: 'rating', ratings: { [payload]: payload } })));
        if (mediaURL(payload) !== '/media/unknown') found.push('an address was made of a payload');
        const { map, refused } = keyMap({ first: payload, [payload]: 'q', second: [payload, 'j'], tie: { key: payload }, undo: 'Escape', skip: ['w'] });
        if (map.get('1') !== 'first' || map.get('w') !== 'skip' || map.has('q') || map.has('j') || refused.length !== 5) found.push('a key setting that is none was used');
        if (![...map.values()].every((action) => Object.hasOwn(actions, action))) found.push('an unknown action');
      }
      const shared = (a, b) => JSON.stringify(common(a.split(' '), b.split(' ')).map((list) => list.map(Number).join('')));
      if (shared('the old cat sat here', 'the cat sat right here') !== '["10111","11101"]' || shared('a b', 'c d') !== '["00","00"]') found.push('words are not compared');
      if (markdown('a **b** `c`\n\n- d\n\n> e').map((node) => node.localName).join() !== 'p,ul,blockquote') found.push('Markdown is not shown');
      return [...new Set(found)];
    })(""" + json.dumps(payloads) + ")")
