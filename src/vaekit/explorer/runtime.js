// @ts-check
/**
 * Runs a model in the browser: a network as steps over arrays, and the units of the data.
 *
 * A value is a vector, or a picture laid out as (row, column, channel). Convolutions are products of matrices:
 * patches times weights, or pixels times weights whose products are then added where they fall. Sums are made
 * in double precision, so that they are at least as exact as those of the library that trained the weights.
 *
 * @typedef {{type: "float16"|"float32"|"float64"|"uint8"|"int32", shape: number[], base64: string}} Packed
 * @typedef {{op: string, [option: string]: any}} Step  see `MAKE` for what each reads
 * @typedef {(input: Float64Array) => Float64Array} Run  the array it gives is used again by the next call
 * @typedef {{x: Float64Array, chances: (i: number) => Float64Array | null}} Look
 * @typedef {{size: number, picture: [number, number, number] | null}} Form  picture: rows, columns, channels
 */
"use strict";

/** @param {string} text @returns {Uint8Array} */
function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The value of a half-precision number. @param {number} bits @returns {number} */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

/**
 * The numbers of a packed array. They are stored with the least significant byte first.
 * @param {Packed} packed
 * @returns {Float64Array}
 */
function unpack(packed) {
  const bytes = bytesOf(packed.base64);
  const view = new DataView(bytes.buffer);
  /** @type {Record<string, [number, (at: number) => number]>} */
  const readers = {
    float16: [2, (at) => half(view.getUint16(at, true))],
    float32: [4, (at) => view.getFloat32(at, true)],
    float64: [8, (at) => view.getFloat64(at, true)],
    int32: [4, (at) => view.getInt32(at, true)],
    uint8: [1, (at) => bytes[at]],
  };
  const [width, read] = readers[packed.type];
  const numbers = new Float64Array(bytes.length / width);
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(i * width);
  return numbers;
}

/**
 * out (m, n) = rows (m, k) times the transposed columns (n, k), plus a bias (n) where there is one.
 * Two rows and four columns at a time: their eight sums stay in registers.
 * @param {Float64Array} rows @param {Float64Array} columns @param {Float64Array | null} bias
 * @param {Float64Array} out @param {number} m @param {number} n @param {number} k
 */
function multiply(rows, columns, bias, out, m, n, k) {
  const fours = n - (n % 4);
  const twos = m - (m % 2);
  for (let j = 0; j < fours; j += 4) {
    const b0 = j * k, b1 = b0 + k, b2 = b1 + k, b3 = b2 + k;
    const s0 = bias ? bias[j] : 0, s1 = bias ? bias[j + 1] : 0;
    const s2 = bias ? bias[j + 2] : 0, s3 = bias ? bias[j + 3] : 0;
    let i = 0;
    for (; i < twos; i += 2) {
      const a = i * k, e = a + k;
      let p0 = s0, p1 = s1, p2 = s2, p3 = s3, q0 = s0, q1 = s1, q2 = s2, q3 = s3;
      for (let t = 0; t < k; t++) {
        const x = rows[a + t], y = rows[e + t];
        const w0 = columns[b0 + t], w1 = columns[b1 + t], w2 = columns[b2 + t], w3 = columns[b3 + t];
        p0 += x * w0; p1 += x * w1; p2 += x * w2; p3 += x * w3;
        q0 += y * w0; q1 += y * w1; q2 += y * w2; q3 += y * w3;
      }
      const at = i * n + j, next = at + n;
      out[at] = p0; out[at + 1] = p1; out[at + 2] = p2; out[at + 3] = p3;
      out[next] = q0; out[next + 1] = q1; out[next + 2] = q2; out[next + 3] = q3;
    }
    for (; i < m; i++) {
      const a = i * k;
      let p0 = s0, p1 = s1, p2 = s2, p3 = s3;
      for (let t = 0; t < k; t++) {
        const x = rows[a + t];
        p0 += x * columns[b0 + t]; p1 += x * columns[b1 + t];
        p2 += x * columns[b2 + t]; p3 += x * columns[b3 + t];
      }
      const at = i * n + j;
      out[at] = p0; out[at + 1] = p1; out[at + 2] = p2; out[at + 3] = p3;
    }
  }
  for (let j = fours; j < n; j++) {
    for (let i = 0; i < m; i++) {
      let sum = bias ? bias[j] : 0;
      for (let t = 0, a = i * k, b = j * k; t < k; t++) sum += rows[a + t] * columns[b + t];
      out[i * n + j] = sum;
    }
  }
}

/**
 * The error function, to double precision: its series near 0, a continued fraction beyond.
 * @param {number} x @returns {number}
 */
function erf(x) {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
      if (term === 0) break;
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let n = 60; n >= 1; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

/** @param {number} x */
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** @param {number} x */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** @type {Record<string, (x: number, slope: number) => number>} */
const ACTIVATIONS = {
  relu: (x) => (x > 0 ? x : 0),
  elu: (x, slope) => (x > 0 ? x : slope * Math.expm1(x)),
  "leaky-relu": (x, slope) => (x > 0 ? x : slope * x),
  silu: (x) => x * sigmoid(x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  softplus,
  tanh: Math.tanh,
  sigmoid,
};

/** @param {Form} form @returns {[number, number, number]} */
function pictureOf(form) {
  if (!form.picture) throw new Error("a step that reads a picture was given a vector");
  return form.picture;
}

/** @param {number} rows @param {number} columns @param {number} channels @returns {Form} */
const picture = (rows, columns, channels) => ({
  size: rows * columns * channels,
  picture: [rows, columns, channels],
});

/**
 * What each step is: made once for the form of its input, it gives the form of its output and a function.
 * @type {Record<string, (step: Step, form: Form) => [Form, Run]>}
 */
const MAKE = {
  /** weight (outputs, inputs), bias (outputs) or null. */
  linear(step, form) {
    const [outputs, inputs] = step.weight.shape;
    if (inputs !== form.size) throw new Error(`a layer of ${inputs} inputs was given ${form.size}`);
    const weight = unpack(step.weight);
    const bias = step.bias && unpack(step.bias);
    const out = new Float64Array(outputs);
    return [
      { size: outputs, picture: null },
      (x) => {
        multiply(x, weight, bias, out, 1, outputs, inputs);
        return out;
      },
    ];
  },

  /** weight (outputs, kernel rows, kernel columns, inputs), bias (outputs) or null, stride, padding. */
  conv(step, form) {
    const [height, width, inputs] = pictureOf(form);
    const [outputs, tall, wide] = step.weight.shape;
    const [stride, padding] = [step.stride, step.padding];
    const rows = Math.floor((height + 2 * padding[0] - tall) / stride[0]) + 1;
    const columns = Math.floor((width + 2 * padding[1] - wide) / stride[1]) + 1;
    const weight = unpack(step.weight);
    const bias = step.bias && unpack(step.bias);
    const patch = tall * wide * inputs;
    const patches = new Float64Array(rows * columns * patch); // stays 0 where a patch leaves the picture
    const out = new Float64Array(rows * columns * outputs);
    return [
      picture(rows, columns, outputs),
      (x) => {
        for (let r = 0, at = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            for (let i = 0; i < tall; i++) {
              const y = r * stride[0] - padding[0] + i;
              for (let j = 0; j < wide; j++, at += inputs) {
                const z = c * stride[1] - padding[1] + j;
                if (y < 0 || z < 0 || y >= height || z >= width) continue;
                for (let t = 0, from = (y * width + z) * inputs; t < inputs; t++) patches[at + t] = x[from + t];
              }
            }
          }
        }
        multiply(patches, weight, bias, out, rows * columns, outputs, patch);
        return out;
      },
    ];
  },

  /** weight (kernel rows, kernel columns, outputs, inputs), bias or null, stride, padding, extra. */
  convTranspose(step, form) {
    const [height, width, inputs] = pictureOf(form);
    const [tall, wide, outputs] = step.weight.shape;
    const [stride, padding, extra] = [step.stride, step.padding, step.extra];
    const rows = (height - 1) * stride[0] - 2 * padding[0] + tall + extra[0];
    const columns = (width - 1) * stride[1] - 2 * padding[1] + wide + extra[1];
    const weight = unpack(step.weight);
    const bias = step.bias && unpack(step.bias);
    const each = tall * wide * outputs;
    const spread = new Float64Array(height * width * each);
    const out = new Float64Array(rows * columns * outputs);
    return [
      picture(rows, columns, outputs),
      (x) => {
        multiply(x, weight, null, spread, height * width, each, inputs);
        if (bias) for (let at = 0; at < out.length; at += outputs) out.set(bias, at);
        else out.fill(0);
        for (let r = 0, from = 0; r < height; r++) {
          for (let c = 0; c < width; c++) {
            for (let i = 0; i < tall; i++) {
              const y = r * stride[0] - padding[0] + i;
              for (let j = 0; j < wide; j++, from += outputs) {
                const z = c * stride[1] - padding[1] + j;
                if (y < 0 || z < 0 || y >= rows || z >= columns) continue;
                for (let t = 0, at = (y * columns + z) * outputs; t < outputs; t++) out[at + t] += spread[from + t];
              }
            }
          }
        }
        return out;
      },
    ];
  },

  /** name, slope: a function of each value, in place. */
  activation(step, form) {
    const f = ACTIVATIONS[step.name];
    if (!f) throw new Error(`no activation is called ${step.name}`);
    const slope = step.slope || 0;
    const out = new Float64Array(form.size);
    if (step.name === "relu") {
      return [form, (x) => { for (let i = 0; i < out.length; i++) out[i] = x[i] > 0 ? x[i] : 0; return out; }];
    }
    return [form, (x) => { for (let i = 0; i < out.length; i++) out[i] = f(x[i], slope); return out; }];
  },

  /** scale and shift (channels, or values of a vector): a normalisation whose numbers are fixed. */
  affine(step, form) {
    const [scale, shift] = [unpack(step.scale), unpack(step.shift)];
    const out = new Float64Array(form.size);
    return [form, (x) => {
      for (let i = 0; i < out.length; i++) out[i] = x[i] * scale[i % scale.length] + shift[i % scale.length];
      return out;
    }];
  },

  /** rows, columns, channels: a vector that is laid out as a picture already. */
  view(step) {
    return [picture(step.rows, step.columns, step.channels), (x) => x];
  },

  /** rows, columns, channels: a vector of whole channels, one behind the other, becomes a picture. */
  picture(step) {
    const { rows, columns, channels } = step;
    const pixels = rows * columns;
    const out = new Float64Array(pixels * channels);
    return [picture(rows, columns, channels), (x) => {
      for (let c = 0; c < channels; c++) for (let p = 0; p < pixels; p++) out[p * channels + c] = x[c * pixels + p];
      return out;
    }];
  },

  /** A picture becomes a vector of whole channels, one behind the other. */
  flat(step, form) {
    const [rows, columns, channels] = pictureOf(form);
    const pixels = rows * columns;
    const out = new Float64Array(form.size);
    return [{ size: form.size, picture: null }, (x) => {
      for (let p = 0; p < pixels; p++) for (let c = 0; c < channels; c++) out[c * pixels + p] = x[p * channels + c];
      return out;
    }];
  },

  /** rows, columns: the upper left part of a picture. */
  crop(step, form) {
    const [rows, columns, channels] = pictureOf(form);
    if (rows === step.rows && columns === step.columns) return [form, (x) => x];
    const out = new Float64Array(step.rows * step.columns * channels);
    return [picture(step.rows, step.columns, channels), (x) => {
      const line = step.columns * channels;
      for (let r = 0; r < step.rows; r++) out.set(x.subarray(r * columns * channels, r * columns * channels + line), r * line);
      return out;
    }];
  },
};

/**
 * A network as one function.
 * @param {Step[]} steps @param {number} inputs @returns {{run: Run, outputs: number}}
 */
function compile(steps, inputs) {
  /** @type {Form} */
  let form = { size: inputs, picture: null };
  /** @type {Run[]} */
  const runs = [];
  for (const step of steps) {
    if (!MAKE[step.op]) throw new Error(`no step is called ${step.op}`);
    const [after, run] = MAKE[step.op](step, form);
    form = after;
    runs.push(run);
  }
  return {
    outputs: form.size,
    run: (x) => {
      for (const run of runs) x = run(x);
      return x;
    },
  };
}

/**
 * The change of units between the data and the model.
 * @param {any} told offset and scale (packed), constant (places of values that never change), threshold or null
 * @param {number} size
 */
function treatment(told, size) {
  const [offset, scale] = [unpack(told.offset), unpack(told.scale)];
  const constant = new Set(told.constant);
  /** @param {Float64Array} numbers @param {number} i */
  const of = (numbers, i) => numbers[numbers.length === 1 ? 0 : i];
  return {
    /** @param {ArrayLike<number>} x @returns {Float64Array} in the units of the data */
    toUser(x) {
      const out = new Float64Array(size);
      for (let i = 0; i < size; i++) out[i] = constant.has(i) ? of(offset, i) : x[i] * of(scale, i) + of(offset, i);
      return out;
    },
    /** @param {ArrayLike<number>} x @returns {Float64Array} in the units of the model */
    toModel(x) {
      const out = new Float64Array(size);
      for (let i = 0; i < size; i++) {
        const hidden = Number.isNaN(x[i]);
        out[i] = told.threshold === null || hidden ? (x[i] - of(offset, i)) / of(scale, i) : Number(x[i] > told.threshold);
      }
      return out;
    },
  };
}

/** @param {ArrayLike<number>} one @param {ArrayLike<number> | null} other @returns {Float64Array} */
function joined(one, other) {
  const out = new Float64Array(one.length + (other ? other.length : 0));
  out.set(one);
  if (other) out.set(other, one.length);
  return out;
}

/**
 * A decoder and, where the page can run it, an encoder.
 *
 * decode(z, c) -> the mean of p(x | z, c) in the units of the data (of names the most probable).
 * look(z, c) -> the same as `x`, with `chances(i)`: the probability of each name of value i, or null.
 * encode(x, c) -> {mean, covariance or null}, or null where the encoder cannot be run here.
 * A condition c that a half does not read is passed over; where one is read and none given, `told.rest` is.
 * @param {any} told
 */
function makeModel(told) {
  const size = told.size;
  const units = treatment(told.treatment, size);
  const { latentDim, conditionDim } = told;

  /** @param {ArrayLike<number> | undefined | null} c @param {boolean} reads */
  const conditionOf = (c, reads) => {
    if (!reads) return null;
    const given = c === undefined || c === null ? told.rest : c;
    if (given.length !== conditionDim) throw new Error(`a condition has ${conditionDim} values, ${given.length} were given`);
    return given;
  };

  /** @type {(z: ArrayLike<number>, c?: ArrayLike<number> | null) => Look} */
  let look;
  if (told.decoder) {
    const network = compile(told.decoder, latentDim + (told.decoderReadsCondition ? conditionDim : 0));
    const family = FAMILIES[told.family.kind](told.family, size);
    look = (z, c) => {
      if (z.length !== latentDim) throw new Error(`a code has ${latentDim} values, ${z.length} were given`);
      const numbers = network.run(joined(z, conditionOf(c, told.decoderReadsCondition))).slice();
      return { x: units.toUser(family.mean(numbers)), chances: (i) => family.chances(numbers, i) };
    };
  } else {
    const nearest = fromGrid(told.grid, size, conditionDim ? told.rest : null);
    look = (z, c) => ({ x: nearest(z, c), chances: () => null });
  }

  /** @type {null | ((x: ArrayLike<number>, c?: ArrayLike<number> | null) => {mean: Float32Array, covariance: Float64Array | null})} */
  let encode = null;
  if (told.encoder) {
    const { represent, posterior } = told;
    const body = compile(told.encoder, told.encoderInputs);
    const early = told.encoderReadsCondition && told.conditionIsEarly;
    const late = told.encoderReadsCondition && !early;
    const tail = compile(told.head, body.outputs + (late ? conditionDim : 0));
    encode = (x, c) => {
      if (x.length !== size) throw new Error(`an example has ${size} values, ${x.length} were given`);
      const h = REPRESENTATIONS[represent.kind](units.toModel(x), represent).map((v) => (Number.isNaN(v) ? 0 : v));
      const features = joined(body.run(joined(h, conditionOf(c, early))), conditionOf(c, late));
      return readPosterior(posterior, tail.run(features), latentDim);
    };
  }
  return { look, decode: (/** @type {ArrayLike<number>} */ z, /** @type {ArrayLike<number> | null} [c] */ c) => look(z, c).x, encode, latentDim, conditionDim, size };
}

/**
 * The head's numbers as mean and covariance (L, L), null for a point.
 * @param {{kind: string, leastScale: number | null}} form leastScale: of a scale made by softplus, else of none
 * @param {Float64Array} numbers @param {number} L
 */
function readPosterior({ kind, leastScale }, numbers, L) {
  const mean = Float32Array.from(numbers.subarray(0, L));
  if (kind === "point") return { mean, covariance: null };
  const covariance = new Float64Array(L * L);
  const root = new Float64Array(L * L);
  for (let i = 0, at = 2 * L; i < L; i++) {
    root[i * L + i] = leastScale === null ? Math.exp(0.5 * numbers[L + i]) : leastScale + softplus(numbers[L + i]);
    if (kind === "full-normal") for (let j = 0; j < i; j++) root[i * L + j] = numbers[at++];
  }
  for (let i = 0; i < L; i++) {
    for (let j = 0; j < L; j++) {
      for (let k = 0; k <= Math.min(i, j); k++) covariance[i * L + j] += root[i * L + k] * root[j * L + k];
    }
  }
  return { mean, covariance };
}

/**
 * The nearest of pictures that were computed beforehand, on a grid of two latent values.
 * @param {any} grid units [i, j], low [2], high [2], side, items (conditions, side, side, size), conditions
 * @param {number} size @param {number[] | null} rest
 */
function fromGrid(grid, size, rest) {
  const items = unpack(grid.items);
  /** @param {number} value @param {number} axis */
  const place = (value, axis) => {
    const share = (value - grid.low[axis]) / (grid.high[axis] - grid.low[axis]);
    return Math.max(0, Math.min(grid.side - 1, Math.round(share * (grid.side - 1))));
  };
  return (/** @type {ArrayLike<number>} */ z, /** @type {ArrayLike<number> | null | undefined} */ c) => {
    let which = 0;
    if (rest && grid.conditions.length > 1) {
      const given = Array.from(c || rest);
      which = Math.max(0, grid.conditions.findIndex((/** @type {number[]} */ known) => known.every((v, i) => v === given[i])));
    }
    const row = grid.units.length > 1 ? place(z[grid.units[1]], 1) : 0;
    const at = ((which * (grid.units.length > 1 ? grid.side : 1) + row) * grid.side + place(z[grid.units[0]], 0)) * size;
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) out[i] = items[at + i] * grid.step + grid.base;
    return out;
  };
}
