"use strict";
// What makes an open page live. Without it every page can be read, and every form be sent.

const LOST_AFTER_MS = 20000;
const main = document.getElementById("live");
const connection = document.getElementById("connection");
let source = null;
let lastSeen = new Date();
let isStale = false;

function tellConnection(text, state) {
  if (!connection || (connection.textContent === text && connection.dataset.state === state)) return;
  connection.textContent = text;
  connection.dataset.state = state;
}

function clock(at) {
  return at.toISOString().slice(11, 19);
}

function isAlive() {
  lastSeen = new Date();
  tellConnection("Live", "live");
}

function isLost() {
  isStale = true;
  tellConnection(`Last seen ${clock(lastSeen)} UTC, reconnecting`, "lost");
}

function listen() {
  if (source || document.hidden) return;
  source = new EventSource(`/live?of=${encodeURIComponent(main.dataset.address)}`);
  source.onmessage = (event) => {
    isAlive();
    const shown = main.querySelector("[data-seen]");
    if (!shown || isStale || event.data !== shown.dataset.seen) {
      isStale = false;
      htmx.trigger(main, "changed");
    }
  };
  source.onerror = () => {
    isLost();
    if (source && source.readyState === EventSource.CLOSED) {
      silence(); // an answer that is no stream: another session, or none; the browser would not try again by itself
      setTimeout(listen, 2000);
    }
  };
}

function silence() {
  if (source) source.close();
  source = null;
}

const UNITS = [[86400, "day"], [3600, "h"], [60, "min"]];

function ago(seconds) {
  for (const [length, name] of UNITS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${name === "day" && count > 1 ? "days" : name} ago`;
  }
  return seconds < 0 ? "soon" : "less than a minute ago";
}

function since(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function tellTimes() {
  const now = Date.now() + clockAhead;
  for (const each of document.querySelectorAll("time[data-ago]")) {
    each.textContent = ago((now - Date.parse(each.dateTime)) / 1000);
  }
  for (const each of document.querySelectorAll("[data-since]")) {
    each.textContent = since((now - Date.parse(each.dataset.since)) / 1000);
  }
}

// The embedded AWS's clock may have been moved: times are told by its clock, not by this machine's.
const clockAhead = Number(document.body.dataset.clockAhead || 0) * 1000;

// ---- forms: a template's pattern and its own words for what it takes

function checkField(field) {
  const { pattern, explanation } = field.dataset;
  let problem = "";
  if (pattern && !new RegExp(`^(?:${pattern})$`).test(field.value)) problem = explanation || `must match ${pattern}`;
  field.setCustomValidity(problem);
  const said = document.getElementById(`${field.id}-problem`);
  if (said) said.textContent = problem;
  field.setAttribute("aria-invalid", problem ? "true" : "false");
}

// ---- the editor of UserParameters

function insertKey(button) {
  const area = document.getElementById("text");
  let values;
  try { values = JSON.parse(area.value || "{}"); } catch { area.focus(); return; }
  values[button.dataset.key] = JSON.parse(button.dataset.example);
  area.value = JSON.stringify(values, null, 2);
  area.focus();
  const at = area.value.indexOf(`"${button.dataset.key}"`);
  const begin = area.value.indexOf(":", at) + 2;
  const end = area.value.slice(begin).search(/,?\n/);
  area.setSelectionRange(begin, begin + end);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function goTo(button) {
  const area = document.getElementById("text");
  const position = Number(button.dataset.position);
  area.focus();
  area.setSelectionRange(position, Math.min(position + 1, area.value.length));
}

function suggest(area) {
  const box = document.getElementById("suggestions");
  if (!box) return;
  const before = area.value.slice(0, area.selectionStart);
  const typed = /[{,]\s*"([^":]*)$/.exec(before);
  for (const each of box.children) {
    each.hidden = !typed || !each.dataset.complete.startsWith(typed[1]) || area.value.includes(`"${each.dataset.complete}"`);
  }
  box.hidden = ![...box.children].some((each) => !each.hidden);
}

function complete(button) {
  const area = document.getElementById("text");
  const at = area.selectionStart;
  const begin = area.value.lastIndexOf('"', at - 1);
  const closing = area.value[at] === '"' ? 1 : 0;
  area.setRangeText(`"${button.dataset.complete}": ${button.dataset.example}`, begin, at + closing, "end");
  area.focus();
  suggest(area);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function numberLines(area) {
  const gutter = document.getElementById("lines");
  if (!gutter) return;
  const count = area.value.split("\n").length;
  gutter.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
  area.rows = Math.max(8, count + 1);
}

// ---- what is clicked

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
    const range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

function switchTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try { localStorage.setItem("theme", next); } catch { /* it holds for this page */ }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy !== undefined) copy(button);
  else if (button.dataset.key) insertKey(button);
  else if (button.dataset.complete) complete(button);
  else if (button.dataset.position !== undefined) goTo(button);
  else if (button.id === "theme") switchTheme();
});

document.addEventListener("input", (event) => {
  if (event.target.dataset.pattern !== undefined) checkField(event.target);
  if (event.target.id === "text") { numberLines(event.target); suggest(event.target); }
});

document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button[type=submit]")) {
    if (button !== event.submitter) button.disabled = true;
    else setTimeout(() => { button.disabled = true; }, 0);
  }
});

function showEndOfLogs() {
  for (const log of document.querySelectorAll("pre.log")) {
    const isAtEnd = log.dataset.height === undefined || log.scrollTop + log.clientHeight >= Number(log.dataset.height) - 40;
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    log.dataset.height = log.scrollHeight;
  }
}

function afterDrawing() {
  tellTimes();
  showEndOfLogs();
  const onward = document.querySelector("[data-go]");
  if (onward && !document.hidden) location.replace(onward.dataset.go);
}

document.addEventListener("htmx:after:swap", afterDrawing);
document.addEventListener("htmx:after:settle", afterDrawing);
document.addEventListener("visibilitychange", () => (document.hidden ? silence() : (afterDrawing(), main.dataset.live && listen())));
addEventListener("pagehide", silence);
addEventListener("pageshow", (event) => {
  for (const button of document.querySelectorAll("button[type=submit]")) button.disabled = false;
  if (event.persisted && main && main.dataset.live) listen();
});

const area = document.getElementById("text");
if (area) { numberLines(area); suggest(area); }
for (const field of document.querySelectorAll("[data-pattern]")) if (field.value) checkField(field);
document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
tellTimes();
afterDrawing();
setInterval(tellTimes, 1000);
setInterval(() => { if (source && !document.hidden && Date.now() - lastSeen > LOST_AFTER_MS) isLost(); }, 5000);
if (main && main.dataset.live) listen();
