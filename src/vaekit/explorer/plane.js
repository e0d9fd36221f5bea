// @ts-check
/**
 * The plane of two latent values: codes of the data over the density of the prior, the holes between them, and
 * the point that a person drags. What stays is drawn once on the lower canvas, what moves on the upper one.
 */
"use strict";

const PLACES = 128;
const MARKERS = 10;

/** The shape of a class, so that colour never speaks alone. @param {CanvasRenderingContext2D} c @param {number} kind @param {number} r */
function marker(c, kind, r) {
  const corners = (/** @type {number} */ n, /** @type {number} */ turn, /** @type {number} */ inner = 1) => {
    const points = inner < 1 ? 2 * n : n;
    for (let i = 0; i < points; i++) {
      const angle = turn + (2 * Math.PI * i) / points;
      const reach = r * (i % 2 && inner < 1 ? inner : 1);
      c[i ? "lineTo" : "moveTo"](reach * Math.cos(angle), reach * Math.sin(angle));
    }
    c.closePath();
  };
  c.beginPath();
  if (kind === 0) c.arc(0, 0, 0.85 * r, 0, 7);
  else if (kind === 1) corners(3, -Math.PI / 2);
  else if (kind === 2) c.rect(-0.75 * r, -0.75 * r, 1.5 * r, 1.5 * r);
  else if (kind === 3) corners(4, 0);
  else if (kind === 4) corners(3, Math.PI / 2);
  else if (kind === 5) { c.rect(-r, -0.33 * r, 2 * r, 0.66 * r); c.rect(-0.33 * r, -r, 0.66 * r, 2 * r); }
  else if (kind === 6) corners(4, Math.PI / 4, 0.35);
  else if (kind === 7) corners(3, Math.PI);
  else if (kind === 8) corners(3, 0);
  else corners(5, -Math.PI / 2, 0.45);
}

/** Cividis, Nunez et al., 2018, at five places. @param {number} share */
function numberColour(share) {
  const stops = [[0, 34, 78], [65, 77, 107], [124, 123, 120], [188, 175, 111], [254, 232, 56]];
  const at = Math.min(3.999, Math.max(0, share * 4));
  const [a, b] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
  return `rgb(${a.map((v, i) => Math.round(v + (at % 1) * (b[i] - v))).join(" ")})`;
}

/**
 * @typedef {object} PlaneGiven
 * @property {number} latentDim
 * @property {number[][]} reach lowest and highest value of each axis
 * @property {any} prior from `makePrior`, or null
 * @property {any} rows {count, codes, spreads, labels, ...} or null
 * @property {string[]} light colours of classes on a light page
 * @property {string[]} dark the same on a dark one
 * @property {() => number[]} code the code that is shown
 * @property {(row: number) => number[] | null} covariance (L, L) of the posterior of a row
 * @property {(z: number[], dragging: boolean) => void} moved
 * @property {(row: number | null, x: number, y: number) => void} hovered row under the pointer, and where that is
 * @property {(z: number[]) => HTMLCanvasElement | null} thumbnail
 * @property {() => number[][] | null} line codes of the path
 */

/** @param {HTMLElement} stage with the canvases .below and .above @param {PlaneGiven} given */
function makePlane(stage, given) {
  const below = /** @type {HTMLCanvasElement} */ (stage.querySelector(".below"));
  const above = /** @type {HTMLCanvasElement} */ (stage.querySelector(".above"));
  const { rows, prior, latentDim } = given;
  const axes = { x: 0, y: latentDim > 1 ? 1 : -1 };
  const layers = { codes: true, prior: true, posterior: false, holes: true, pictures: false };
  /** @type {Window} */
  let view = { x: 0, y: 0, left: -3, right: 3, bottom: -3, top: 3, side: PLACES };
  let width = 1, height = 1, scale = 1;
  /** @type {number | null} */
  let hovered = null;
  /** Classes that are shown alone, or none. @type {Set<number>} */
  const chosen = new Set();
  let job = 0, zoomed = false;
  let mosaic = below, over = below;
  let colours = given.light;
  /** @type {Record<string, string>} */
  let ink = {};
  const jitter = rows ? Float64Array.from({ length: rows.count }, (_, row) => (((row * 0.618034) % 1) - 0.5) * 1.2) : new Float64Array();

  /** @param {number} v */
  const px = (v) => ((v - view.left) / (view.right - view.left)) * width;
  /** @param {number} v */
  const py = (v) => ((view.top - v) / (view.top - view.bottom)) * height;
  /** @param {number} row */
  const placeOf = (row) => {
    const at = row * latentDim;
    return [px(rows.codes[at + axes.x]), py(axes.y < 0 ? jitter[row] : rows.codes[at + axes.y])];
  };
  /** @param {ArrayLike<number>} z */
  const place = (z) => [px(z[axes.x]), py(axes.y < 0 ? 0 : z[axes.y])];

  /** The first view: all that the two axes reach, one unit as long across as up. */
  function fit() {
    zoomed = false;
    const [left, right] = given.reach[axes.x];
    const [bottom, top] = axes.y < 0 ? [-1, 1] : given.reach[axes.y];
    view = { x: axes.x, y: axes.y, left, right, bottom, top, side: PLACES };
    if (axes.y >= 0) {
      const long = Math.max((right - left) / width, (top - bottom) / height);
      const grow = (/** @type {"left"|"bottom"} */ low, /** @type {"right"|"top"} */ high, /** @type {number} */ pixels) => {
        const more = (long * pixels - (view[high] - view[low])) / 2;
        view[low] -= more;
        view[high] += more;
      };
      grow("left", "right", width);
      grow("bottom", "top", height);
    }
    redraw();
  }

  /** @param {number} times @param {number} [cx] @param {number} [cy] */
  function zoom(times, cx = width / 2, cy = height / 2) {
    const [x, y] = valuesAt(cx, cy);
    zoomed = true;
    view.left = x - (x - view.left) / times;
    view.right = x + (view.right - x) / times;
    if (axes.y >= 0) {
      view.bottom = y - (y - view.bottom) / times;
      view.top = y + (view.top - y) / times;
    }
    redraw();
  }

  /** @param {number} x @param {number} y */
  function valuesAt(x, y) {
    return [view.left + (x / width) * (view.right - view.left), view.top - (y / height) * (view.top - view.bottom)];
  }

  function resize() {
    const box = stage.getBoundingClientRect();
    scale = Math.min(2, window.devicePixelRatio || 1);
    width = Math.max(1, box.width);
    height = Math.max(1, box.height);
    for (const canvas of [below, above]) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    fit();
  }

  /** @param {HTMLCanvasElement} canvas */
  function cleared(canvas) {
    const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, width, height);
    return c;
  }

  /** Colours of the page as they are now. */
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
    ink = Object.fromEntries(["ink", "quiet", "line", "card", "accent", "prior", "data", "hole", "point"].map((n) => [n, read(n)]));
    colours = read("dark") === "1" ? given.dark : given.light;
  }

  function redraw() {
    readColours();
    job++;
    mosaic = sheet();
    over = sheet();
    const c = /** @type {CanvasRenderingContext2D} */ (over.getContext("2d"));
    c.setTransform(scale, 0, 0, scale, 0, 0);
    drawOver(c);
    draw();
    if (layers.pictures) startPictures();
    drawAbove();
  }

  /** An empty canvas as large as the plane. */
  function sheet() {
    return /** @type {HTMLCanvasElement} */ (element("canvas", { width: below.width, height: below.height }));
  }

  function draw() {
    const c = cleared(below);
    c.drawImage(mosaic, 0, 0, width, height);
    c.drawImage(over, 0, 0, width, height);
  }

  /** All but the pictures, which lie below. @param {CanvasRenderingContext2D} c */
  function drawOver(c) {
    const known = prior && (layers.prior || layers.holes) ? prior.density(view) : null;
    const spread = rows && (layers.posterior || layers.holes) ? aggregatedPosterior(view, rows.codes, latentDim, rows.spreads) : null;
    if (known && layers.prior) shade(c, known, ink.prior, 0.7, !layers.pictures);
    if (spread && layers.posterior) shade(c, spread, ink.data, 0.7, false);
    if (known && spread && layers.holes) hatch(c, holes(known, spread));
    drawAxes(c);
    if (rows && layers.codes) drawCodes(c);
  }

  /** @param {CanvasRenderingContext2D} c @param {Float64Array} density @param {string} colour @param {number} most @param {boolean} tint */
  function shade(c, density, colour, most, tint) {
    let highest = 0;
    for (const value of density) highest = Math.max(highest, value);
    if (!highest) return;
    if (tint) {
      const small = element("canvas", { width: PLACES, height: PLACES });
      const context = small.getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, PLACES, PLACES);
      const image = context.getImageData(0, 0, PLACES, PLACES);
      for (let j = 0; j < PLACES; j++) {
        for (let i = 0; i < PLACES; i++) {
          image.data[4 * ((PLACES - 1 - j) * PLACES + i) + 3] = 255 * 0.4 * most * Math.sqrt(density[j * PLACES + i] / highest);
        }
      }
      context.putImageData(image, 0, 0);
      c.imageSmoothingEnabled = true;
      c.drawImage(small, 0, 0, width, height);
    }
    c.strokeStyle = colour;
    c.lineWidth = 1;
    for (const share of [0.8, 0.4, 0.13, 0.03]) {
      c.globalAlpha = most * (0.5 + 0.5 * share);
      c.beginPath();
      for (const [x0, y0, x1, y1] of contour(density, PLACES, share * highest)) {
        c.moveTo((x0 / PLACES) * width, height - (y0 / PLACES) * height);
        c.lineTo((x1 / PLACES) * width, height - (y1 / PLACES) * height);
      }
      c.stroke();
    }
    c.globalAlpha = 1;
  }

  /** Slanted lines where there is a hole. @param {CanvasRenderingContext2D} c @param {Float64Array} where */
  function hatch(c, where) {
    const small = element("canvas", { width: PLACES, height: PLACES });
    const image = small.getContext("2d").createImageData(PLACES, PLACES);
    for (let j = 0; j < PLACES; j++) for (let i = 0; i < PLACES; i++) image.data[4 * ((PLACES - 1 - j) * PLACES + i) + 3] = where[j * PLACES + i] ? 255 : 0;
    small.getContext("2d").putImageData(image, 0, 0);
    const whole = element("canvas", { width: below.width, height: below.height });
    const h = whole.getContext("2d");
    h.setTransform(scale, 0, 0, scale, 0, 0);
    h.drawImage(small, 0, 0, width, height);
    h.globalCompositeOperation = "source-in";
    h.fillStyle = h.createPattern(stripes(), "repeat");
    h.fillRect(0, 0, width, height);
    c.globalAlpha = 0.55;
    c.drawImage(whole, 0, 0, width, height);
    c.globalAlpha = 1;
  }

  function stripes() {
    const tile = element("canvas", { width: 9, height: 9 });
    const t = tile.getContext("2d");
    t.strokeStyle = ink.hole;
    t.lineWidth = 1.1;
    t.beginPath();
    for (const shift of [-9, 0, 9]) { t.moveTo(shift - 1, 10); t.lineTo(shift + 10, -1); }
    t.stroke();
    return tile;
  }

  /** @param {CanvasRenderingContext2D} c */
  function drawAxes(c) {
    c.font = "11px system-ui, sans-serif";
    c.lineWidth = 1;
    const step = (/** @type {number} */ span) => {
      const rough = span / 6, power = 10 ** Math.floor(Math.log10(rough));
      return power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : 5);
    };
    const ticks = (/** @type {number} */ low, /** @type {number} */ high) => {
      const by = step(high - low);
      const first = Math.ceil(low / by);
      return Array.from({ length: Math.max(0, Math.floor(high / by) - first + 1) }, (_, i) => Number(((first + i) * by).toPrecision(8)));
    };
    const label = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => {
      c.strokeStyle = ink.card;
      c.lineWidth = 3;
      c.lineJoin = "round";
      c.strokeText(text, x, y);
      c.fillStyle = ink.quiet;
      c.fillText(text, x, y);
    };
    for (const value of ticks(view.left, view.right)) {
      grid(c, px(value), 0, px(value), height, value === 0);
      c.textAlign = "center";
      c.textBaseline = "bottom";
      if (px(value) > 24 && px(value) < width - 12) label(String(value).replace("-", "\u2212"), px(value), height - 4);
    }
    if (axes.y < 0) return;
    for (const value of ticks(view.bottom, view.top)) {
      grid(c, 0, py(value), width, py(value), value === 0);
      c.textAlign = "left";
      c.textBaseline = "middle";
      if (py(value) > 12 && py(value) < height - 24) label(String(value).replace("-", "\u2212"), 5, py(value));
    }
  }

  /** @param {CanvasRenderingContext2D} c @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {boolean} strong */
  function grid(c, x0, y0, x1, y1, strong) {
    if (layers.pictures) return;
    c.strokeStyle = ink.line;
    c.globalAlpha = strong ? 1 : 0.45;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
    c.stroke();
    c.globalAlpha = 1;
  }

  /** @param {number} row @returns {[string, number]} colour and shape */
  function lookOf(row) {
    const labels = rows.labels;
    if (!labels) return [ink.accent, 0];
    if (labels.kind === "numbers") return [numberColour((labels.numbers[row] - labels.low) / (labels.high - labels.low || 1)), 0];
    const which = labels.numbers[row];
    return which === 255 ? [ink.quiet, 0] : [colours[which % colours.length], which % MARKERS];
  }

  /** @param {CanvasRenderingContext2D} c */
  function drawCodes(c) {
    const reach = rows.count > 900 ? 3.6 : 4.6;
    /** One drawing of each look. @type {Map<string, HTMLCanvasElement>} */
    const stamps = new Map();
    const side = Math.ceil((2 * reach + 4) * scale);
    const stamp = (/** @type {string} */ colour, /** @type {number} */ kind) => {
      const key = `${colour} ${kind}`;
      let made = stamps.get(key);
      if (!made) {
        made = /** @type {HTMLCanvasElement} */ (element("canvas", { width: side, height: side }));
        const s = /** @type {CanvasRenderingContext2D} */ (made.getContext("2d"));
        s.setTransform(scale, 0, 0, scale, side / 2, side / 2);
        marker(s, kind, reach);
        s.fillStyle = colour;
        s.fill();
        s.lineWidth = 0.7;
        s.strokeStyle = ink.card;
        s.stroke();
        stamps.set(key, made);
      }
      return made;
    };
    // Mixed, so that no class lies on top of the others because it comes last; rows are in a seeded order already.
    for (let row = 0; row < rows.count; row++) {
      const [x, y] = placeOf(row);
      if (x < -5 || y < -5 || x > width + 5 || y > height + 5) continue;
      const faded = chosen.size > 0 && !(rows.labels && chosen.has(rows.labels.numbers[row]));
      c.globalAlpha = faded ? 0.07 : layers.pictures ? 0.7 : 0.85;
      const [colour, kind] = lookOf(row);
      c.drawImage(stamp(colour, kind), x - side / scale / 2, y - side / scale / 2, side / scale, side / scale);
    }
    c.globalAlpha = 1;
  }

  function drawAbove() {
    const c = cleared(above);
    const line = given.line();
    if (line) drawLine(c, line);
    if (hovered !== null) drawHovered(c, hovered);
    const [x, y] = place(given.code());
    c.strokeStyle = ink.card;
    c.fillStyle = ink.point;
    c.lineWidth = 3;
    c.beginPath();
    c.arc(x, y, 9, 0, 7);
    c.fill();
    c.stroke();
    c.lineWidth = 1.5;
    c.strokeStyle = ink.point;
    c.beginPath();
    c.arc(x, y, 12.5, 0, 7);
    c.stroke();
  }

  /** @param {CanvasRenderingContext2D} c @param {number[][]} line */
  function drawLine(c, line) {
    for (const [colour, wide] of /** @type {[string, number][]} */ ([[ink.card, 3.5], [ink.ink, 1.4]])) {
      c.strokeStyle = colour;
      c.fillStyle = colour;
      c.lineWidth = wide;
      c.beginPath();
      line.forEach((z, i) => c[i ? "lineTo" : "moveTo"](...(/** @type {[number, number]} */ (place(z)))));
      c.stroke();
      for (const z of line) {
        const [x, y] = place(z);
        c.beginPath();
        c.arc(x, y, 1 + wide, 0, 7);
        c.fill();
      }
    }
  }

  /** The code under the pointer, with the ellipse of two standard deviations of its posterior. @param {CanvasRenderingContext2D} c @param {number} row */
  function drawHovered(c, row) {
    const [x, y] = placeOf(row);
    const covariance = axes.y < 0 ? null : given.covariance(row);
    c.strokeStyle = ink.ink;
    c.lineWidth = 1.6;
    c.beginPath();
    c.arc(x, y, 7, 0, 7);
    c.stroke();
    if (!covariance) return;
    const [a, b, d] = [covariance[axes.x * latentDim + axes.x], covariance[axes.x * latentDim + axes.y], covariance[axes.y * latentDim + axes.y]];
    const middle = (a + d) / 2, away = Math.hypot((a - d) / 2, b);
    const angle = 0.5 * Math.atan2(2 * b, a - d);
    const [long, short] = [2 * Math.sqrt(middle + away), 2 * Math.sqrt(Math.max(0, middle - away))];
    c.beginPath();
    for (let k = 0; k <= 64; k++) {
      const t = (2 * Math.PI * k) / 64;
      const [u, v] = [long * Math.cos(t), short * Math.sin(t)];
      const at = row * latentDim;
      const ex = px(rows.codes[at + axes.x] + u * Math.cos(angle) - v * Math.sin(angle));
      const ey = py(rows.codes[at + axes.y] + u * Math.sin(angle) + v * Math.cos(angle));
      c[k ? "lineTo" : "moveTo"](ex, ey);
    }
    c.setLineDash([4, 3]);
    c.stroke();
    c.setLineDash([]);
  }

  /** Pictures of the whole plane, one after another so that the page stays quick. */
  function startPictures() {
    const cell = Math.max(26, Math.min(width, height) / 17);
    const [across, up] = [Math.max(2, Math.round(width / cell)), axes.y < 0 ? 1 : Math.max(2, Math.round(height / cell))];
    const mine = job;
    /** @type {[number, number][]} */
    const waiting = [];
    for (let j = 0; j < up; j++) for (let i = 0; i < across; i++) waiting.push([i, j]);
    const c = /** @type {CanvasRenderingContext2D} */ (mosaic.getContext("2d"));
    c.setTransform(scale, 0, 0, scale, 0, 0);
    const [w, h] = [width / across, height / up];
    let drawn = 0;
    const some = () => {
      if (mine !== job) return;
      const until = performance.now() + 16;
      while (waiting.length && performance.now() < until) {
        const [i, j] = /** @type {[number, number]} */ (waiting.shift());
        const z = given.code().slice();
        z[axes.x] = view.left + ((i + 0.5) * (view.right - view.left)) / across;
        if (axes.y >= 0) z[axes.y] = view.top - ((j + 0.5) * (view.top - view.bottom)) / up;
        const picture = given.thumbnail(z);
        if (!picture) continue;
        const fits = Math.min(w / picture.width, h / picture.height);
        const [wide, tall] = [fits * picture.width, fits * picture.height];
        c.drawImage(picture, i * w + (w - wide) / 2, j * h + (h - tall) / 2, wide, tall);
      }
      if (!waiting.length || performance.now() - drawn > 150) {
        draw();
        drawn = performance.now();
      }
      if (waiting.length) setTimeout(some, 0);
    };
    some();
  }

  /** The row whose code is nearest to a place on the canvas, within a finger's reach. @param {number} x @param {number} y */
  function rowAt(x, y) {
    if (!rows || !layers.codes) return null;
    let best = 11 ** 2, found = null;
    for (let row = 0; row < rows.count; row++) {
      if (chosen.size > 0 && !(rows.labels && chosen.has(rows.labels.numbers[row]))) continue;
      const [cx, cy] = placeOf(row);
      const distance = (cx - x) ** 2 + (cy - y) ** 2;
      if (distance < best) {
        best = distance;
        found = row;
      }
    }
    return found;
  }

  /** @param {PointerEvent | WheelEvent} event */
  function at(event) {
    const box = above.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {number} x @param {number} y @param {boolean} dragging */
  function moveTo(x, y, dragging) {
    const [a, b] = valuesAt(Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y)));
    const z = given.code().slice();
    z[axes.x] = a;
    if (axes.y >= 0) z[axes.y] = b;
    given.moved(z, dragging);
  }

  /** @param {number | null} row */
  function hover(row) {
    if (row === hovered) return;
    hovered = row;
    drawAbove();
    const [x, y] = row === null ? [0, 0] : placeOf(row);
    given.hovered(row, x, y);
  }

  let dragging = false;
  above.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    dragging = true;
    above.setPointerCapture(event.pointerId);
    hover(null);
    const [x, y] = at(event);
    moveTo(x, y, true);
  });
  above.addEventListener("pointermove", (event) => {
    const [x, y] = at(event);
    if (dragging) moveTo(x, y, true);
    else hover(rowAt(x, y));
  });
  for (const ended of ["pointerup", "pointercancel"]) {
    above.addEventListener(ended, () => {
      if (!dragging) return;
      dragging = false;
      given.moved(given.code(), false);
    });
  }
  above.addEventListener("pointerleave", () => hover(null));
  above.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== above) return; // else the page scrolls
    event.preventDefault();
    const [x, y] = at(event);
    zoom(Math.exp(-event.deltaY / 400), x, y);
  }, { passive: false });

  /** @param {number} right steps @param {number} up steps */
  function step(right, up) {
    const z = given.code().slice();
    z[axes.x] += (right * (view.right - view.left)) / 60;
    if (axes.y >= 0) z[axes.y] += (up * (view.top - view.bottom)) / 60;
    given.moved(z, false);
  }

  return {
    axes,
    layers,
    chosen,
    resize,
    fit,
    zoom,
    /** After codes or prior have changed; a view that was chosen stays. */
    renew: () => (zoomed ? redraw() : fit()),
    redraw,
    drawAbove,
    step,
    hover,
    lookOf,
    /** @param {number} x @param {number} y */
    choose(x, y) {
      axes.x = x;
      axes.y = y;
      hovered = null;
      fit();
    },
    canvas: above,
    colourOf: (/** @type {number} */ which) => colours[which % colours.length],
  };
}
