// @ts-check
/**
 * The columns of a table: how a value of each is written, shown as a bar and typed.
 *
 * A value is a number in the units of the data, the place of a name among the names, or a time in steps from its
 * origin; NaN where it is missing. `chances` are the probabilities of the names, or null for a value that is known.
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {(value: number) => string} text
 * @property {(value: number, chances: Float64Array | null) => string} share how probable a name is, or nothing
 * @property {(value: number, chances: Float64Array | null) => string} bar a CSS background, or nothing for a bar by length
 * @property {(changed: () => void) => {input: any, read: () => number, write: (value: number) => void}} field to type into
 */
"use strict";

const MISSING = "missing";
/** Names beside the most probable one, by turns, so that neighbours differ. */
const OTHERS = ["var(--other)", "var(--another)"];

/** @param {any} told see `columns_for_page` in columns.py @returns {Column} */
function makeColumn(told) {
  return { name: told.name, ...{ number: numberColumn, names: namesColumn, time: timeColumn }[/** @type {"number"} */ (told.kind)](told) };
}

/** @param {any} told */
function numberColumn(told) {
  const text = (/** @type {number} */ value) => (Number.isNaN(value) ? MISSING : told.whole ? String(value) : written(value));
  return { text, share: () => "", bar: () => "", field: typedField({ type: "number", step: "any", inputMode: "decimal" }, Number, (v) => String(Number(v.toPrecision(5)))) };
}

/** Times are written in UTC, with the parts that their steps have. @param {any} told */
function timeColumn(told) {
  const days = told.step % 86400000 === 0 && told.origin % 86400000 === 0;
  const seconds = told.step < 60000 ? 19 : 16;
  const iso = (/** @type {number} */ value) => {
    const at = told.origin + Math.round(value) * told.step;
    return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString().slice(0, days ? 10 : seconds) : "";
  };
  const text = (/** @type {number} */ value) => (Number.isNaN(value) ? MISSING : (iso(value) || "far away").replace("T", " ") + (told.zoned ? " UTC" : ""));
  const read = (/** @type {string} */ words) => (Date.parse(days ? words : `${words}Z`) - told.origin) / told.step;
  return { text, share: () => "", bar: () => "", field: typedField(days ? { type: "date" } : { type: "datetime-local", step: "any" }, read, iso) };
}

/**
 * A field whose words are a number; an empty one is a missing value.
 * @param {Record<string, any>} kind @param {(words: string) => number} read @param {(value: number) => string} write
 */
function typedField(kind, read, write) {
  return (/** @type {() => void} */ changed) => {
    const input = element("input", { ...kind, oninput: changed });
    return {
      input,
      read: () => (input.value === "" ? NaN : read(input.value)),
      write: (/** @type {number} */ value) => { input.value = Number.isNaN(value) ? "" : write(value); },
    };
  };
}

/** @param {any} told */
function namesColumn(told) {
  /** @type {string[]} */
  const names = told.names;
  // Of a probability of two names the nearer one; a place that no name has is the last.
  const place = (/** @type {number} */ value) => Math.max(0, Math.min(names.length - 1, Math.round(value)));
  const text = (/** @type {number} */ value) => (Number.isNaN(value) ? MISSING : names[place(value)]);
  const share = (/** @type {number} */ value, /** @type {Float64Array | null} */ chances) => (chances ? `${Math.round(100 * chances[place(value)])} %` : "");

  /** One piece for each name, as long as it is probable. @param {number} value @param {Float64Array | null} chances */
  function bar(value, chances) {
    if (Number.isNaN(value)) return "var(--soft)";
    if (!chances) return "var(--accent)";
    let at = 0;
    const pieces = Array.from(chances, (chance, k) => {
      const colour = k === place(value) ? "var(--accent)" : OTHERS[k % 2];
      const piece = `${colour} ${(100 * at).toFixed(2)}% ${(100 * (at + chance)).toFixed(2)}%`;
      at += chance;
      return piece;
    });
    return `linear-gradient(90deg, ${pieces.join(", ")})`;
  }

  /** @param {() => void} changed */
  function field(changed) {
    const options = names.map((name, k) => element("option", { value: String(k) }, name));
    const input = element("select", { onchange: changed }, element("option", { value: "" }, MISSING), ...options);
    return {
      input,
      read: () => (input.value === "" ? NaN : Number(input.value)),
      write: (/** @type {number} */ value) => { input.value = Number.isNaN(value) ? "" : String(place(value)); },
    };
  }
  return { text, share, bar, field };
}
