// @ts-check
/**
 * How one example is drawn: a picture in pixels, a row of a table as bars with their values.
 * Names come from the data and may hold anything: they become text, never markup.
 *
 * @typedef {{node: HTMLElement, show: (x: ArrayLike<number>, chances?: Look["chances"]) => void, name: (text: string) => void}} Shown
 */
"use strict";

/**
 * An element with properties, attributes (`aria-label`, `role` ...), listeners (`onclick`) and children.
 * @param {string} tag @param {Record<string, any>} [given] @param {...(Node | string)} children
 * @returns {any}
 */
function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.includes("-") || name === "role" || name === "for" || name === "list") made.setAttribute(name, value);
    else /** @type {any} */ (made)[name] = value;
  }
  made.append(...children);
  return made;
}

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** A number with about four digits, and a minus sign where JavaScript writes a hyphen. @param {number} value */
function written(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 1e-3) ? value.toExponential(2) : value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
  return text.replace("-", "\u2212");
}

/** @param {any} look see `_look` in page.py */
function makeView(look) {
  return look.picture ? pictureView(look) : tableView(look);
}

/** @param {any} look */
function pictureView(look) {
  const [channels, height, width] = look.picture;
  const colour = channels === 3 || channels === 4;
  const span = look.high - look.low || 1;
  const wide = colour ? width : width * channels;

  /**
   * The example in a canvas of its own size, which the page enlarges.
   * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} x
   */
  function draw(canvas, x) {
    if (canvas.width !== wide || canvas.height !== height) {
      canvas.width = wide;
      canvas.height = height;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(wide, height);
    const pixels = image.data;
    const area = height * width;
    for (let r = 0; r < height; r++) {
      for (let c = 0; c < wide; c++) {
        const at = 4 * (r * wide + c);
        const from = colour ? r * width + c : Math.floor(c / width) * area + r * width + (c % width);
        for (let k = 0; k < 3; k++) pixels[at + k] = ((x[colour ? from + k * area : from] - look.low) * 255) / span + 0.5;
        pixels[at + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  }

  /** @returns {Shown} */
  function make(className = "") {
    const canvas = element("canvas", { className: `picture ${className}`, role: "img" });
    return {
      node: canvas,
      show: (x) => draw(canvas, x),
      name: (text) => canvas.setAttribute("aria-label", text),
    };
  }

  /** A PNG large enough to look at. @param {ArrayLike<number>} x @returns {HTMLCanvasElement} */
  function large(x) {
    const small = element("canvas");
    draw(small, x);
    const times = Math.max(1, Math.ceil(512 / Math.max(wide, height)));
    const canvas = element("canvas", { width: wide * times, height: height * times });
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
  return { isPicture: true, make, draw, large, ratio: wide / height, size: [wide, height] };
}

const MOST_BARS = 200;

/** @param {any} look */
function tableView(look) {
  /** @type {Column[]} */
  const columns = look.columns.map(makeColumn);
  const named = look.columns.some((/** @type {any} */ column) => column.kind !== "number");
  /** Lowest and highest value of each column, over the rows inside and what was shown. @type {number[][]} */
  const reach = columns.map(() => [Infinity, -Infinity]);

  /** @param {ArrayLike<number>} x */
  function widen(x) {
    for (let i = 0; i < columns.length; i++) {
      if (x[i] < reach[i][0]) reach[i][0] = x[i];
      if (x[i] > reach[i][1]) reach[i][1] = x[i];
    }
  }

  /** Where a value stands between the ends of its column, 0 to 1; 0 for a missing one. @param {number} value @param {number} i */
  function share(value, i) {
    const [low, high] = reach[i];
    if (Number.isNaN(value)) return 0;
    return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
  }

  /** One line a column. @param {string} [className] "small" for the first few */
  function make(className = "") {
    const shown = Math.min(className === "small" ? 6 : MOST_BARS, columns.length);
    const rows = columns.slice(0, shown).map(({ name }) => {
      const fill = element("span", { className: "fill" });
      const [text, chance] = [element("span", { className: "cell" }), element("span", { className: "chance" })];
      const value = element("td", { className: "number" }, element("span", { className: "cells" }, text, " ", chance));
      const bar = element("td", { className: "track-box" }, element("span", { className: "track", "aria-hidden": "true" }, fill));
      return { fill, text, chance, row: element("tr", {}, element("th", { scope: "row", title: name }, name), bar, value) };
    });
    const table = element("table", { className: named ? "bars named" : "bars" }, element("tbody", {}, ...rows.map((r) => r.row)));
    const node = element("div", { className: `bars-box ${className}`, tabIndex: className ? -1 : 0, role: "group" }, table);
    if (shown < columns.length) node.append(element("p", { className: "quiet" }, `and ${columns.length - shown} more columns`));
    return {
      node,
      show(/** @type {ArrayLike<number>} */ x, /** @type {Look["chances"]} */ chances = () => null) {
        widen(x);
        for (let i = 0; i < shown; i++) {
          const { fill, text, chance } = rows[i];
          const of = chances(i);
          const bar = columns[i].bar(x[i], of);
          fill.style.background = bar;
          fill.style.transform = `scaleX(${bar ? 1 : share(x[i], i).toFixed(4)})`;
          if (text.textContent !== columns[i].text(x[i])) text.textContent = text.title = columns[i].text(x[i]);
          chance.textContent = columns[i].share(x[i], of);
        }
      },
      name: (/** @type {string} */ text) => node.setAttribute("aria-label", text),
    };
  }

  /** The bars as a picture. @param {ArrayLike<number>} x @param {Look["chances"]} [chances] @returns {HTMLCanvasElement} */
  function large(x, chances = () => null) {
    const n = Math.min(MOST_BARS, columns.length);
    const canvas = element("canvas", { width: 1000, height: 40 + 36 * n });
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.font = "20px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (let i = 0; i < n; i++) {
      const y = 38 + 36 * i;
      const of = chances(i);
      context.fillStyle = "#e1e3e7";
      context.fillRect(320, y - 10, 380, 20);
      context.fillStyle = "#0072b2";
      context.fillRect(320, y - 10, 380 * (of ? Math.max(...of) : share(x[i], i)), 20);
      context.fillStyle = "#20242b";
      context.textAlign = "right";
      context.fillText(columns[i].name.slice(0, 40), 305, y, 290);
      context.textAlign = "left";
      context.fillText(`${columns[i].text(x[i])} ${columns[i].share(x[i], of)}`, 716, y, 270);
    }
    return canvas;
  }
  return { isPicture: false, make, large, widen, columns };
}
