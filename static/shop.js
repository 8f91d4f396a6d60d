// The pages work without this script. It adds: copying an order number, counting a deadline down, following a payment until
// its result is known, and redrawing the totals of cart and checkout. It computes nothing itself but asks the server again.
"use strict";

async function load(url, options) {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", ...options });
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// waitVisible resolves after the pause, and not while the tab is hidden: a hidden tab asks nothing.
async function waitVisible(ms) {
  await wait(ms);
  while (document.hidden) {
    await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
  }
}

function setText(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

function announce(text) {
  setText(document.getElementById("announce"), "");
  setTimeout(() => setText(document.getElementById("announce"), text), 50);
}

// Copy buttons.

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const field = document.createElement("input");
    field.value = button.dataset.copy;
    button.after(field);
    field.select();
    const copied = document.execCommand("copy"); // plain http has no clipboard object
    field.remove();
    button.focus();
    if (!copied) {
      announce("复制失败，请手动选择订单号");
      return;
    }
  }
  setText(button, "已复制");
  announce("已复制");
  setTimeout(() => setText(button, "复制"), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    copy(button);
  }
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});

// Deadlines. The page brings the server's time; the browser's clock only measures how much has passed since.

const arrived = new WeakMap();

function timeLeft(element) {
  const { deadline, now } = element.dataset;
  return Number(deadline) - Number(now) - (Date.now() - arrived.get(element));
}

function showTimeLeft(element) {
  const seconds = Math.max(0, Math.ceil(timeLeft(element) / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  setText(element.querySelector(".left"), `还剩 ${hours > 0 ? `${hours}:` : ""}${clock}`);
  if (seconds === 0) {
    delete element.dataset.deadline;
    renew(element.closest("[data-live]"), 6);
  }
}

// renew redraws one order as the server has it now. Right after its deadline an order may take some tries to be closed.
async function renew(part, tries) {
  await waitVisible(1500);
  const page = await load(location.href).catch(() => null);
  const fresh = page?.getElementById(part.id);
  if (fresh) {
    document.title = page.title;
    showStatus(page);
    replace(part, fresh);
    part = fresh;
  } else if (page) {
    leaveList(part);
    return;
  }
  if (tries > 1 && (!fresh || fresh.querySelector("[data-overdue]"))) {
    await wait(8500);
    renew(part, tries - 1);
  }
}

// leaveList marks an order that is no longer in the list shown, such as a closed one under 待付款.
function leaveList(part) {
  const actions = part.querySelector(".actions");
  if (actions?.contains(document.activeElement)) {
    part.querySelector("a").focus({ preventScroll: true });
  }
  actions?.remove();
  setText(part.querySelector(".state"), "已关闭");
  part.querySelector(".deadline")?.remove();
}

function put(old, fresh) {
  old.replaceWith(fresh);
  prepare(fresh);
}

// replace puts a fresh element in the place of an old one. If the focus was within the old one, the new one gets it.
function replace(old, fresh) {
  const focused = old.contains(document.activeElement);
  put(old, fresh);
  if (focused) {
    fresh.tabIndex = -1;
    fresh.focus({ preventScroll: true });
  }
}

// The payment result. Each answer of the server says when to ask again, or to stop.

async function followResult(result) {
  let { refresh, next } = result.dataset;
  let failures = 0;
  while (Number(refresh) > 0) {
    await waitVisible(Number(refresh) * 1000);
    const page = await load(next).catch(() => null);
    if (!page) {
      failures++;
      if (failures > 5) {
        setText(document.getElementById("result-status"), "暂时连不上服务器，请稍后按“刷新”。");
        return;
      }
      refresh = Math.min(20, Number(refresh) * 2);
      continue;
    }
    const fresh = page.getElementById("result");
    if (!fresh) {
      location.reload(); // signed out meanwhile
      return;
    }
    showStatus(page);
    if (fresh.dataset.state !== result.dataset.state) {
      showResult(result, fresh, page.title);
      return;
    }
    ({ refresh, next } = fresh.dataset);
  }
  const recheck = document.getElementById("recheck");
  recheck?.classList.add("main");
  setText(recheck, "重新查询");
}

// showStatus copies the status line of a fresh result page, for screen readers. Other pages have none.
function showStatus(page) {
  setText(document.getElementById("result-status"), page.getElementById("result-status")?.textContent);
}

function showResult(old, fresh, title) {
  document.title = title;
  put(old, fresh);
  fresh.querySelector("h1").focus({ preventScroll: true });
}

// The cart. Changes are sent one after another, so that the last answer belongs to the last change.

let changes = Promise.resolve();

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-submit-on-change")) {
    changes = changes.then(() => sendChange(form));
  }
});

async function sendChange(form) {
  try {
    const page = await load(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
    if (!page.getElementById("cart-sums")) {
      throw new Error("not the cart");
    }
    const refused = page.querySelector(".flash");
    if (refused) {
      const line = form.closest(".cart-line");
      replace(line, page.getElementById(line.id)); // shows the choice as it was
    }
    swap(document, page);
    refused?.scrollIntoView({ block: "nearest" });
  } catch {
    location.reload();
  }
}

// swap replaces the content of the elements marked data-swap below root by that of a fresh page.
function swap(root, page) {
  for (const part of root.querySelectorAll("[data-swap]")) {
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML) {
      part.replaceChildren(...fresh.childNodes);
    }
  }
}

// The checkout. Another coupon or other points are priced at once. If they are refused, the form is sent as by the button
// 更新金额, whose page says why.

let leaving = false; // the form was sent, and nothing may interfere with it

async function showQuote(form) {
  const { coupon, points, quote } = form.elements;
  const choice = { coupon: coupon.value, points: points.value, quote: quote.value };
  const page = await load(`/checkout?${new URLSearchParams(choice)}`).catch(() => null);
  if (!page || leaving) {
    return;
  }
  const fresh = page.getElementById("checkout-form");
  const parts = [...form.querySelectorAll("[data-swap]")];
  if (!fresh || page.querySelector(".problems") || parts.some((part) => !page.getElementById(part.id))) {
    form.requestSubmit(document.getElementById("update-quote"));
    return;
  }
  quote.value = fresh.elements.quote.value;
  swap(form, page);
  clearFaults(form, page);
  setText(document.getElementById("submit-order"), page.getElementById("submit-order")?.textContent);
  announce(document.querySelector("#checkout-pay .total").textContent);
}

// clearFaults takes away what was wrong with an earlier choice, now that the server took this one.
function clearFaults(form, page) {
  document.querySelector(".problems a")?.closest(".problems").remove();
  form.querySelectorAll(".field-error").forEach((fault) => fault.remove());
  form.querySelector(".field-wrong")?.classList.remove("field-wrong");
  form.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  document.title = page.title;
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id === "checkout-form") {
    changes = changes.then(() => showQuote(form));
  }
});

document.addEventListener("submit", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });

function prepare(root) {
  for (const button of root.querySelectorAll("[data-copy], [data-print]")) {
    button.hidden = false;
  }
  for (const element of root.querySelectorAll("[data-deadline]")) {
    arrived.set(element, Date.now());
    showTimeLeft(element);
  }
  for (const button of root.querySelectorAll("[data-submit-on-change] [type=submit]")) {
    button.hidden = true; // changes are sent as they are made
  }
}

prepare(document);
setInterval(() => document.querySelectorAll("[data-deadline]").forEach(showTimeLeft), 1000);
document.querySelector(".problems")?.focus();
const result = document.getElementById("result");
if (result) {
  followResult(result);
}

// With the back button a browser may show a page as it was left, although the server forbids caching it.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-live], #cart-sums")) {
    location.reload();
  }
});
