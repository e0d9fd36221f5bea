// @ts-check
/**
 * How one example is drawn: a picture in pixels, a row of a table as bars with their values.
 * Names come from the data and may hold anything: they become text, never markup.
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

  /** @returns {{node: HTMLElement, show: (x: ArrayLike<number>) => void, name: (text: string) => void}} */
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
  return { isPicture: true, make, draw, large, ratio: wide / height };
}

const MOST_BARS = 200;

/** @param {any} look */
function tableView(look) {
  /** @type {string[]} */
  const names = look.names;
  /** Lowest and highest value of each column, over the rows inside and what was shown. @type {number[][]} */
  const reach = names.map(() => [Infinity, -Infinity]);

  /** @param {ArrayLike<number>} x @param {number} [first] */
  function widen(x, first = 0) {
    for (let i = 0; i < names.length; i++) {
      const value = x[first + i];
      if (value < reach[i][0]) reach[i][0] = value;
      if (value > reach[i][1]) reach[i][1] = value;
    }
  }

  /** Where a value stands between the ends of its column, 0 to 1. @param {number} value @param {number} i */
  function share(value, i) {
    const [low, high] = reach[i];
    return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
  }

  /** @returns {{node: HTMLElement, show: (x: ArrayLike<number>) => void, name: (text: string) => void}} */
  function make(className = "") {
    const shown = className === "small" ? Math.min(6, names.length) : Math.min(MOST_BARS, names.length);
    const rows = names.slice(0, shown).map((name) => {
      const fill = element("span", { className: "fill" });
      const value = element("td", { className: "number" });
      const bar = element("td", { className: "track-box" }, element("span", { className: "track", "aria-hidden": "true" }, fill));
      return { fill, value, row: element("tr", {}, element("th", { scope: "row", title: name }, name), bar, value) };
    });
    const table = element("table", { className: "bars" }, element("tbody", {}, ...rows.map((r) => r.row)));
    const node = element("div", { className: `bars-box ${className}`, tabIndex: className ? -1 : 0, role: "group" }, table);
    if (shown < names.length) node.append(element("p", { className: "quiet" }, `and ${names.length - shown} more columns`));
    return {
      node,
      show(x) {
        widen(x);
        for (let i = 0; i < shown; i++) {
          rows[i].fill.style.transform = `scaleX(${share(x[i], i).toFixed(4)})`;
          const text = look.whole ? String(x[i]) : written(x[i]);
          if (rows[i].value.textContent !== text) rows[i].value.textContent = text;
        }
      },
      name: (text) => node.setAttribute("aria-label", text),
    };
  }

  /** The bars as a picture. @param {ArrayLike<number>} x @returns {HTMLCanvasElement} */
  function large(x) {
    const n = Math.min(MOST_BARS, names.length);
    const canvas = element("canvas", { width: 900, height: 40 + 36 * n });
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.font = "20px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (let i = 0; i < n; i++) {
      const y = 38 + 36 * i;
      context.fillStyle = "#e1e3e7";
      context.fillRect(320, y - 10, 420, 20);
      context.fillStyle = "#0072b2";
      context.fillRect(320, y - 10, 420 * share(x[i], i), 20);
      context.fillStyle = "#20242b";
      context.textAlign = "right";
      context.fillText(names[i].slice(0, 40), 305, y, 290);
      context.fillText(look.whole ? String(x[i]) : written(x[i]), 880, y, 130);
    }
    return canvas;
  }
  return { isPicture: false, make, large, widen, names };
}
