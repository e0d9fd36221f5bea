// @ts-check
/**
 * The space of codes: the density of the prior and of the data's codes on a plane of two latent values, where
 * the one has mass and the other none, and which codes are near.
 *
 * @typedef {{x: number, y: number, left: number, right: number, bottom: number, top: number, side: number}} Window
 *   x, y: the latent values across and up (y is -1 where there is one value only); side: places along each axis
 */
"use strict";

/** @param {number} x @param {number} mean @param {number} variance */
const normal = (x, mean, variance) => Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance);

/** The middle of each place along an axis. @param {number} low @param {number} high @param {number} n */
function places(low, high, n) {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = low + ((i + 0.5) * (high - low)) / n;
  return out;
}

/** Add the product of two normals to a density (side, side). */
class Density {
  /** @param {Window} window */
  constructor(window) {
    this.window = window;
    this.x = places(window.left, window.right, window.side);
    this.y = places(window.bottom, window.top, window.side);
    this.values = new Float64Array(window.side * window.side);
    // A bump that is narrower than a place would fall between places.
    this.least = [0.6 * (this.x[1] - this.x[0]), 0.6 * (this.y[1] - this.y[0])];
  }

  /** @param {number} weight @param {number} mx @param {number} my @param {number} sx @param {number} sy */
  add(weight, mx, my, sx, sy) {
    const { side } = this.window;
    sx = Math.max(sx, this.least[0]);
    sy = Math.max(sy, this.least[1]);
    const [left, right] = this.near(this.x, mx, 4 * sx);
    const [low, high] = this.near(this.y, my, 4 * sy);
    const across = new Float64Array(Math.max(0, right - left));
    for (let i = left; i < right; i++) across[i - left] = normal(this.x[i], mx, sx * sx);
    for (let j = low; j < high; j++) {
      const up = weight * normal(this.y[j], my, sy * sy);
      for (let i = left; i < right; i++) this.values[j * side + i] += up * across[i - left];
    }
  }

  /** The places within `reach` of a value, [first, last + 1]. @param {Float64Array} axis @param {number} at @param {number} reach */
  near(axis, at, reach) {
    const step = axis[1] - axis[0];
    const first = Math.ceil((at - reach - axis[0]) / step);
    const last = Math.floor((at + reach - axis[0]) / step);
    return [Math.max(0, first), Math.min(axis.length, last + 1)];
  }
}

/**
 * The prior as the page reads it: its density on a plane, and draws from it.
 * @param {any} told see `prior_for_page` in latent.py @param {number} latentDim
 */
function makePrior(told, latentDim) {
  if (!told) return null;
  const means = told.means ? unpack(told.means) : null;
  const variances = told.variances ? unpack(told.variances) : null;
  const weights = told.weights ? unpack(told.weights) : null;
  const draws = told.draws ? unpack(told.draws) : null;
  const conditions = told.conditions ? unpack(told.conditions) : null;
  const gauss = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

  /** @param {Window} window @returns {Float64Array} the density of two values, (side, side) */
  function density(window) {
    const found = new Density(window);
    const { x, y, side } = window;
    if (told.kind === "normal") {
      found.add(1, 0, 0, 1, 1);
    } else if (told.kind === "box") {
      const height = 1 / (told.high - told.low) ** 2;
      for (let j = 0; j < side; j++) {
        for (let i = 0; i < side; i++) {
          const inside = found.x[i] >= told.low && found.x[i] <= told.high && (y < 0 || (found.y[j] >= told.low && found.y[j] <= told.high));
          if (inside) found.values[j * side + i] = height;
        }
      }
    } else if (weights && means && variances) {
      for (let k = 0; k < weights.length; k++) {
        const at = k * latentDim;
        const [my, vy] = y < 0 ? [0, 1] : [means[at + y], variances[at + y]];
        found.add(weights[k], means[at + x], my, Math.sqrt(variances[at + x]), Math.sqrt(vy));
      }
    } else if (draws) {
      addKernels(found, draws, latentDim, null);
    }
    return found.values;
  }

  /** Draws that were made under this condition, where the prior reads one. @param {number[] | null} c */
  function rowsUnder(c) {
    const n = /** @type {Float64Array} */ (draws).length / latentDim;
    const all = Array.from({ length: n }, (_, row) => row);
    if (!conditions || !c) return all;
    const fits = all.filter((row) => c.every((value, i) => conditions[row * c.length + i] === value));
    return fits.length ? fits : all;
  }

  /** @param {number[] | null} c @returns {number[]} a code */
  function sample(c) {
    if (told.kind === "normal") return Array.from({ length: latentDim }, gauss);
    if (told.kind === "box") return Array.from({ length: latentDim }, () => told.low + (told.high - told.low) * Math.random());
    if (weights && means && variances) {
      let left = Math.random(), k = 0;
      while (k < weights.length - 1 && (left -= weights[k]) > 0) k++;
      const at = k * latentDim;
      return Array.from({ length: latentDim }, (_, i) => means[at + i] + Math.sqrt(variances[at + i]) * gauss());
    }
    const possible = rowsUnder(c);
    const at = possible[Math.floor(Math.random() * possible.length)] * latentDim;
    return Array.from(/** @type {Float64Array} */ (draws).subarray(at, at + latentDim));
  }
  return { kind: told.kind, density, sample };
}

/**
 * The mean of one bump for each code: its posterior, or a kernel half as wide as Scott's rule says,
 * which would be right for one normal and hides what is bent.
 * @param {Density} found @param {ArrayLike<number>} codes @param {number} latentDim @param {Float64Array | null} spreads
 */
function addKernels(found, codes, latentDim, spreads) {
  const { x, y } = found.window;
  const n = codes.length / latentDim;
  const width = [spreadOf(codes, latentDim, x), y < 0 ? 1 : spreadOf(codes, latentDim, y)].map((s) => 0.5 * s * n ** (-1 / 6));
  for (let r = 0; r < n; r++) {
    const at = r * latentDim;
    const [sx, sy] = spreads ? [spreads[at + x], y < 0 ? 1 : spreads[at + y]] : width;
    found.add(1 / n, codes[at + x], y < 0 ? 0 : codes[at + y], sx, sy);
  }
}

/** @param {ArrayLike<number>} codes @param {number} latentDim @param {number} unit */
function spreadOf(codes, latentDim, unit) {
  const n = codes.length / latentDim;
  let sum = 0, square = 0;
  for (let at = unit; at < codes.length; at += latentDim) {
    sum += codes[at];
    square += codes[at] ** 2;
  }
  return Math.sqrt(Math.max(square / n - (sum / n) ** 2, 1e-12));
}

/**
 * The density of codes drawn for the data: q(z) = mean over the rows of q(z | x).
 * @param {Window} window @param {Float64Array} codes @param {number} latentDim @param {Float64Array | null} spreads
 */
function aggregatedPosterior(window, codes, latentDim, spreads) {
  const found = new Density(window);
  addKernels(found, codes, latentDim, spreads);
  return found.values;
}

/** Holes: where the prior has mass and the data's codes hardly any. @param {Float64Array} prior @param {Float64Array} posterior */
function holes(prior, posterior) {
  let highest = 0;
  for (const value of prior) highest = Math.max(highest, value);
  return prior.map((p, i) => (p > 0.05 * highest && posterior[i] < 0.1 * p ? 1 : 0));
}

/**
 * The lines along which a density has this height, as pieces [x0, y0, x1, y1] in units of places.
 * @param {Float64Array} values (side, side) @param {number} side @param {number} height
 */
function contour(values, side, height) {
  /** @type {number[][]} */
  const lines = [];
  for (let j = 0; j < side - 1; j++) {
    for (let i = 0; i < side - 1; i++) {
      const corners = [values[j * side + i], values[j * side + i + 1], values[(j + 1) * side + i + 1], values[(j + 1) * side + i]];
      const ends = [[0, 0], [1, 0], [1, 1], [0, 1]];
      /** @type {number[][]} */
      const cuts = [];
      for (let e = 0; e < 4; e++) {
        const a = corners[e], b = corners[(e + 1) % 4];
        if (a > height === b > height) continue;
        const t = (height - a) / (b - a);
        const [p, q] = [ends[e], ends[(e + 1) % 4]];
        cuts.push([i + 0.5 + p[0] + t * (q[0] - p[0]), j + 0.5 + p[1] + t * (q[1] - p[1])]);
      }
      for (let k = 0; k + 1 < cuts.length; k += 2) lines.push([...cuts[k], ...cuts[k + 1]]);
    }
  }
  return lines;
}

/**
 * The rows whose codes are nearest to z, the nearest first.
 * @param {ArrayLike<number>} codes @param {ArrayLike<number>} z @param {number} most
 */
function nearestRows(codes, z, most) {
  const L = z.length;
  /** @type {[number, number][]} */
  const found = [];
  for (let row = 0, at = 0; at < codes.length; row++, at += L) {
    let distance = 0;
    for (let i = 0; i < L; i++) distance += (codes[at + i] - z[i]) ** 2;
    if (found.length === most && distance >= found[most - 1][0]) continue;
    let place = found.length;
    while (place > 0 && found[place - 1][0] > distance) place--;
    found.splice(place, 0, [distance, row]);
    if (found.length > most) found.pop();
  }
  return found.map(([distance, row]) => ({ row, distance: Math.sqrt(distance) }));
}

/** Codes on the straight line from one to another, both ends among them. @param {number[]} from @param {number[]} to @param {number} n */
function path(from, to, n) {
  return Array.from({ length: n }, (_, k) => from.map((value, i) => value + ((to[i] - value) * k) / Math.max(n - 1, 1)));
}
