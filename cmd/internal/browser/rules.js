// What every page keeps to, as far as its own document tells. Each rule gives a list of sentences, one a fault.
(() => {
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1 && box.right > 0;
  };
  const name = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 160);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const controls = () => all("a[href], button, select, textarea, summary, input:not([type=hidden])").filter(seen);

  // A link in a sentence is as high as its line.
  const inSentence = (element) =>
    element.matches("a") && getComputedStyle(element).display === "inline" &&
    element.parentElement.textContent.trim().length > element.textContent.trim().length;

  // A label is pressed like its field, and a card like the link that covers it.
  const target = (element) => {
    const label = element.labels?.[0];
    const box = element.getBoundingClientRect();
    const around = label?.contains(element) ? label.getBoundingClientRect() : box;
    const covers = getComputedStyle(element, "::after").position === "absolute";
    return { width: Math.max(box.width, around.width), height: covers ? Infinity : Math.max(box.height, around.height) };
  };

  // Some way up, because a card shows the focus of its link.
  const marks = (element) => {
    let text = "";
    for (let i = 0; element && i < 4; i++, element = element.parentElement) {
      const style = getComputedStyle(element);
      text += style.outlineStyle === "none" ? "" : style.outlineStyle + style.outlineWidth;
      text += style.boxShadow;
    }
    return text;
  };

  const covered = (element) => {
    const box = element.getClientRects()[0];
    const points = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]];
    return !points.some(([x, y]) => {
      const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return hit && (element.contains(hit) || [...(element.labels ?? [])].some((label) => label.contains(hit)));
    });
  };

  // What stays in sight has no place of its own among the rest.
  const sticks = (element) =>
    element !== null && (getComputedStyle(element).position === "sticky" || sticks(element.parentElement));

  return {
    // C2: one heading, the landmarks, the language.
    frame() {
      const faults = [];
      const wanted = { h1: 1, main: 1, "body > header": 1, "body > footer": 1, 'html[lang="zh-CN"]': 1, ".skip": 1 };
      for (const [selector, count] of Object.entries(wanted)) {
        const got = all(selector).length;
        if (got !== count) faults.push(`got ${got} of ${selector}, want ${count}`);
      }
      if (all("nav").some((nav) => !nav.hasAttribute("aria-label"))) faults.push("a nav without a name");
      return faults;
    },

    // Where a template writes a component before a mark of the sentence, the reader would see a blank between them.
    blanks() {
      const found = document.body.innerText.match(/.{0,20}(\S[^\S\n]+[。，、！？：；）》”]|[（《“][^\S\n]+\S).{0,10}/g) ?? [];
      return found.map((text) => `a blank beside a Chinese mark: ${text}`);
    },

    // 1.4.10: a phone widens its window to a page that is too wide, so the width to keep to is that of the layout.
    wide() {
      return all("body *")
        .filter((element) => element.getBoundingClientRect().right + scrollX > document.documentElement.clientWidth + 1)
        .filter((element) => !element.closest(".unseen, .skip, .scroll"))
        .slice(0, 3).map((element) => `wider than the window: ${name(element)}`);
    },

    // 1.4.12: the spacing that readers may set.
    space() {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
        p { margin-bottom: 2em !important }`);
      document.adoptedStyleSheets = [sheet];
      return [];
    },

    unspace() {
      document.adoptedStyleSheets = [];
      return [];
    },

    clipped() {
      return all("body *").filter((element) => {
        const style = getComputedStyle(element);
        const cuts = (way) => way === "hidden" || way === "clip";
        return seen(element) && style.clipPath === "none" &&
          (cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1 ||
            cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
      }).map((element) => `text is cut off: ${name(element)}`);
    },

    // 2.5.8
    small(pixels) {
      return controls().filter((element) => !inSentence(element)).flatMap((element) => {
        const { width, height } = target(element);
        const fits = width + 0.5 >= Math.min(pixels, 24) && height + 0.5 >= pixels;
        return fits ? [] : [`${Math.round(width)} × ${Math.round(height)} is too small a target: ${name(element)}`];
      });
    },

    // O20: on a phone each action takes its whole line, and what is read later stands lower.
    stacked() {
      const main = document.querySelector("main");
      const narrow = [...main.querySelectorAll(".actions > .button, .actions > form > .button, .orders td > .button")].filter(seen)
        .filter((button) => button.getBoundingClientRect().width < 0.95 * button.parentElement.clientWidth - 1)
        .map((button) => `narrower than its line: ${name(button)}`);
      const boxes = controls().filter((element) => main.contains(element) && !sticks(element));
      const climbs = boxes.slice(1)
        .filter((element, i) => element.getBoundingClientRect().bottom < boxes[i].getBoundingClientRect().top)
        .map((element) => `stands above what is read before it: ${name(element)}`);
      return [...narrow, ...climbs];
    },

    // 2.4.7 and 2.4.11
    unfocused() {
      const faults = [];
      const before = document.activeElement;
      for (const element of controls()) {
        before?.blur?.();
        const unmarked = marks(element);
        element.focus();
        if (document.activeElement !== element) continue; // disabled
        if (marks(element) === unmarked) faults.push(`its focus is not to be seen: ${name(element)}`);
        if (covered(element)) faults.push(`covered when it has the focus: ${name(element)}`);
        element.blur();
      }
      scrollTo(0, 0);
      return faults;
    },

    // 2.1.1. The arrow keys lead to the other buttons of a radio group.
    unreached(stops) {
      return controls().filter((element) => !element.disabled && element.tabIndex >= 0 && !stops.has(element))
        .filter((element) => element.type !== "radio" || element.checked)
        .map((element) => `the Tab key passes it by: ${name(element)}`);
    },

    async shifted() {
      const moves = [];
      new PerformanceObserver((list) => moves.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
      const sum = moves.filter((move) => !move.hadRecentInput).reduce((total, move) => total + move.value, 0);
      const place = (rect) => `${rect.x},${rect.y} ${rect.width}x${rect.height}`;
      const what = moves.flatMap((move) => move.sources).map(({ node, previousRect, currentRect }) =>
        `${node?.nodeName} "${node?.textContent.trim().slice(0, 20)}" from ${place(previousRect)} to ${place(currentRect)}`);
      return sum < 0.02 ? [] : [`the layout shifts by ${sum.toFixed(3)}: ${what}`];
    },
  };
})()
