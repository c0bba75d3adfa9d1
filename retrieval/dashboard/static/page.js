"use strict";
// What is over leaves the page at that very instant, by the server's clock; then the server is asked what is true now.

const LONGEST = 3600e3; // a timer beyond some weeks overflows, and a laptop may sleep: look again at least this often
const SOON = 300; // ms after an end, when the server's clock has passed it too
const QUIET = 300e3; // a page that nothing ends on is asked for again after this, in ms
const RETRY = 5e3; // ms while the server does not answer
let ahead = 0; // how far the server's clock is ahead of ours, in ms; never too little, so that nothing stays too long
let timer;

const now = () => Date.now() + ahead;
const isTyping = () => document.activeElement?.matches("input, select") ?? false;

function setClock(asked) {
  const told = document.getElementById("main").dataset.now;
  ahead = told ? Date.parse(told) - asked : 0;
}

function hideEnded() {
  const ended = [...document.querySelectorAll("[data-until]")].filter((one) => Date.parse(one.dataset.until) <= now());
  for (const one of ended) one.remove();
  return ended.length > 0;
}

function untilNextEnd(most) {
  const ends = [...document.querySelectorAll("[data-until]")].map((one) => Date.parse(one.dataset.until) - now());
  return Math.max(0, Math.min(most, ...ends)) + 1;
}

function watch() {
  clearTimeout(timer);
  const ended = hideEnded();
  timer = ended && !isTyping() ? setTimeout(askAgain, SOON) : setTimeout(watch, untilNextEnd(LONGEST));
}

async function askAgain() {
  clearTimeout(timer);
  hideEnded();
  const asked = Date.now();
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const holder = document.getElementById("main");
    const open = [...holder.querySelectorAll("details")].map((one) => one.open);
    holder.replaceWith(fresh.getElementById("main"));
    document.querySelectorAll("#main details").forEach((one, place) => (one.open = open[place] ?? one.open));
    setClock(asked);
    slide();
    watch();
  } catch {
    document.querySelector(".away").hidden = false;
    timer = setTimeout(askAgain, untilNextEnd(RETRY));
  }
}

// The slider of auditors writes the day and time that the form sends; both are in the project's zone, so no zone is asked.
function slide() {
  const slider = document.getElementById("slide");
  if (!slider) return;
  const field = document.getElementById(slider.dataset.for);
  const [from, to] = [Date.parse(slider.dataset.from + "Z"), Date.parse(slider.dataset.to + "Z")];
  slider.addEventListener("input", () => {
    const at = new Date(from + ((to - from) * slider.value) / slider.max);
    field.value = slider.value === slider.max ? "" : at.toISOString().slice(0, 16);
  });
  slider.addEventListener("change", () => slider.form.requestSubmit());
}

const came = performance.getEntriesByType("navigation")[0];
setClock(Date.now() - Math.max(0, performance.now() - (came ? came.requestStart : 0)));
slide();
watch();
addEventListener("pageshow", (event) => event.persisted && askAgain());
document.addEventListener("visibilitychange", () => document.hidden || watch());
setInterval(() => {
  if (!document.hidden && !isTyping() && location.pathname === "/") askAgain();
}, QUIET);
