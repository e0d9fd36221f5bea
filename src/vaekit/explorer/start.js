// @ts-check
/**
 * The page: one explorer, or two that follow each other, the colours of dark and light, and `window.vaekit`, which
 * offers the same to programs: ready, decode(z, c), encode(x, c), setCode(z), frameTimes(), and `beside` with these.
 */
"use strict";

function start() {
  const told = JSON.parse(byId("vaekit-data").textContent);
  const explorers = [makeExplorer(told, "")];
  if (told.beside) {
    explorers.push(makeExplorer(told.beside, "-2"));
    link(explorers[0], explorers[1], told.sameRows);
  }
  byId("check").textContent = [...new Set(explorers.map(selfCheck))].join(" ");
  const drawn = told.live ? followTraining(explorers[0]) : () => {};
  const repaint = () => {
    for (const explorer of explorers) explorer.repaint();
    drawn();
  };
  byId("theme").onclick = () => {
    const isDark = getComputedStyle(document.documentElement).getPropertyValue("--dark").trim() === "1";
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    repaint();
  };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  Object.assign(vaekit, explorers[0].offered, explorers[1] && { beside: explorers[1].offered });
}

/** Compares a few examples with what the library decoded when the page was written. @param {any} explorer @returns {string} what came out */
function selfCheck({ told, model }) {
  if (!told.check) return "";
  const [wanted, units] = [unpack(told.check.examples), unpack(told.model.treatment.scale)];
  let worst = 0;
  told.check.codes.forEach((/** @type {number[]} */ z, /** @type {number} */ k) => {
    const found = model.decode(z, told.condition ? told.model.rest : null);
    for (let i = 0; i < found.length; i++) worst = Math.max(worst, Math.abs(found[i] - wanted[k * found.length + i]) / units[i % units.length]);
  });
  const allowed = told.weights === "float16" ? 2e-2 : 1e-3;
  if (worst > allowed || Number.isNaN(worst)) fail(`This browser decodes other examples than vaekit does (difference ${worst.toPrecision(2)}).`);
  return `Compared with torch at ${told.check.codes.length} codes when it opened: ${worst ? `largest difference ${worst.toExponential(0)}` : "no difference"}.`;
}

/** @param {string} text */
function fail(text) {
  const place = byId("trouble");
  place.textContent = text;
  place.hidden = false;
}

/** @type {any} */
const vaekit = {};
vaekit.ready = new Promise((resolve, reject) => {
  const begin = async () => {
    try {
      if (byId("vaekit-ort")) await startOrt();
      start();
      resolve(undefined);
    } catch (error) {
      fail(`The page could not start: ${error instanceof Error ? error.message : error}`);
      reject(error);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
});
/** @type {any} */ (window).vaekit = vaekit;
