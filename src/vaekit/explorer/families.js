// @ts-check
/**
 * Families of p(x | z): from the decoder's numbers to what is shown, and what an encoder reads of x.
 *
 * Numbers are (P, size), P of them for each of `size` values of an example, all in the model's units.
 *
 * @typedef {object} Family
 * @property {(numbers: Float64Array) => Float64Array} mean of each value; of names the most probable one
 * @property {(numbers: Float64Array, i: number) => Float64Array | null} chances of each name of value i, or null
 */
"use strict";

/**
 * The scale of each value: as it was learned, or, with a floor, as the second of the decoder's numbers says.
 * @param {any} told values (packed), floor, one @param {number} size
 * @returns {(numbers: Float64Array, i: number) => number}
 */
function makeScale(told, size) {
  const known = unpack(told.values);
  const of = (/** @type {number} */ i) => known[known.length === 1 ? 0 : i];
  if (told.floor === null) return (_, i) => of(i);
  return (numbers, i) => of(i) * (told.floor + softplus(numbers[size + i] + told.one));
}

/**
 * A family of numbers: the mean of value i from the decoder's.
 * @param {number} size @param {(numbers: Float64Array, i: number) => number} mean @returns {Family}
 */
function ofNumbers(size, mean) {
  return {
    mean(numbers) {
      const out = new Float64Array(size);
      for (let i = 0; i < size; i++) out[i] = mean(numbers, i);
      return out;
    },
    chances: () => null,
  };
}

/** The first of the largest. @param {ArrayLike<number>} values */
function largest(values) {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

/** The mean of the continuous Bernoulli; a series near 0, where the closed form loses its digits. @param {number} a */
function continuousBernoulliMean(a) {
  const s = a * a;
  if (s < 0.25) return 0.5 + a * (1 / 12 + s * (-1 / 720 + s * (1 / 30240 - s / 1209600)));
  return 1 / (1 - Math.exp(-a)) - 1 / a;
}

/**
 * What each family is, made once from what `family_for_page` in families.py says of it.
 * @type {Record<string, (how: any, size: number) => Family>}
 */
const FAMILIES = {
  identity: (_, size) => ofNumbers(size, (numbers, i) => numbers[i]),

  bernoulli: (_, size) => ({
    ...ofNumbers(size, (numbers, i) => sigmoid(numbers[i])),
    chances: (numbers, i) => Float64Array.of(sigmoid(-numbers[i]), sigmoid(numbers[i])),
  }),

  "continuous-bernoulli": (_, size) => ofNumbers(size, (numbers, i) => continuousBernoulliMean(numbers[i])),

  /** a / (a + b), where each is above `least`. */
  beta(how, size) {
    const scale = makeScale(how.scale, size);
    return ofNumbers(size, (numbers, i) => {
      const strength = 1 / scale(numbers, i) ** 2;
      const a = how.least + sigmoid(numbers[i]) * strength;
      const b = how.least + sigmoid(-numbers[i]) * strength;
      return a / (a + b);
    });
  },

  /** The integral over [0, 1] of the probability to be above. */
  logistic(how, size) {
    const scale = makeScale(how.scale, size);
    return ofNumbers(size, (numbers, i) => {
      const s = scale(numbers, i), centre = numbers[i] + 0.5;
      return Math.min(1, Math.max(0, s * (softplus(centre / s) - softplus((centre - 1) / s))));
    });
  },

  "log-normal"(how, size) {
    const scale = makeScale(how.scale, size);
    const [location, unit] = [unpack(how.location), unpack(how.unit)];
    return ofNumbers(size, (numbers, i) => {
      const log = location[i] + unit[i] * numbers[i] + 0.5 * scale(numbers, i) ** 2;
      return Math.exp(Math.min(how.largestLog, Math.max(-how.largestLog, log)));
    });
  },

  /** Counts; total: what shares of a row are multiplied by, or null; inflated: whether the last number is a zero's. */
  counts(how, size) {
    const free = (/** @type {number} */ a) => Math.exp(Math.min(a, how.largest) + Math.log1p(Math.max(a - how.largest, 0)));
    return {
      mean(numbers) {
        const given = numbers.subarray(0, size);
        const out = how.total === null ? given.map(free) : softmax(given).map((share) => share * how.total);
        const last = numbers.length - size;
        if (how.inflated) for (let i = 0; i < size; i++) out[i] *= sigmoid(-numbers[last + i]);
        return out;
      },
      chances: () => null,
    };
  },

  categorical(how, size) {
    const logits = (/** @type {Float64Array} */ numbers, /** @type {number} */ i) =>
      Float64Array.from({ length: how.categories }, (_, k) => numbers[k * size + i]);
    return { ...ofNumbers(size, (numbers, i) => largest(logits(numbers, i))), chances: (numbers, i) => softmax(logits(numbers, i)) };
  },

  /** thresholds (C - 1, size): the probability to be above k is sigmoid(number - threshold k). */
  ordinal(how, size) {
    const thresholds = unpack(how.thresholds);
    const chances = (/** @type {Float64Array} */ numbers, /** @type {number} */ i) => {
      const found = new Float64Array(how.categories);
      let above = 1;
      for (let k = 0; k < how.categories; k++) {
        const next = k < how.categories - 1 ? sigmoid(numbers[i] - thresholds[k * size + i]) : 0;
        found[k] = above - next;
        above = next;
      }
      return found;
    };
    return { ...ofNumbers(size, (numbers, i) => largest(chances(numbers, i))), chances };
  },

  /** The mean level: the sum over the levels of the probability to be above each. */
  "discretised-logistic"(how, size) {
    const scale = makeScale(how.scale, size);
    return ofNumbers(size, (numbers, i) => {
      const centre = (numbers[i] + 1) * (how.levels / 2), s = scale(numbers, i);
      let sum = 0;
      for (let k = 0; k < how.levels; k++) sum += sigmoid((centre - (k + 0.5)) / s);
      return sum;
    });
  },

  /** A family for some columns each, whose numbers stand one group behind the other. */
  mixed(how, size) {
    let begin = 0;
    const groups = how.groups.map((/** @type {any} */ group) => {
      const { columns, width } = group;
      const family = FAMILIES[group.family.kind](group.family, columns.length);
      const of = ((from) => (/** @type {Float64Array} */ numbers) => numbers.subarray(from, from + width))(begin);
      begin += width;
      return { columns, family, of };
    });
    return {
      mean(numbers) {
        const out = new Float64Array(size);
        for (const { columns, family, of } of groups) {
          family.mean(of(numbers)).forEach((/** @type {number} */ value, /** @type {number} */ j) => { out[columns[j]] = value; });
        }
        return out;
      },
      chances(numbers, i) {
        const { columns, family, of } = groups.find((/** @type {any} */ group) => group.columns.includes(i));
        return family.chances(of(numbers), columns.indexOf(i));
      },
    };
  },
};

/** @param {Float64Array} logits @returns {Float64Array} */
function softmax(logits) {
  const top = logits[largest(logits)];
  const found = logits.map((value) => Math.exp(value - top));
  const sum = found.reduce((a, b) => a + b, 0);
  return found.map((value) => value / sum);
}

/**
 * What the encoder reads of x in the model's units; of a hidden value, which is NaN, NaN or 0.
 * @type {Record<string, (x: Float64Array, how: any) => Float64Array>}
 */
const REPRESENTATIONS = {
  identity: (x) => x,
  log1p: (x) => x.map(Math.log1p),
  levels: (x, how) => x.map((value) => (value * 2) / how.levels - 1),
  log(x, how) {
    const [location, unit] = [unpack(how.location), unpack(how.unit)];
    return x.map((value, i) => (Math.log(value) - location[i]) / unit[i]);
  },
  /** One value a category, beside each other along the first axis of the event. */
  categories(x, how) {
    const inner = x.length / how.first;
    const out = new Float64Array(x.length * how.categories);
    for (let i = 0; i < x.length; i++) {
      if (Number.isNaN(x[i])) continue;
      const row = Math.floor(i / inner);
      out[(row * how.categories + Math.round(x[i])) * inner + (i % inner)] = 1;
    }
    return out;
  },
  /** What each family makes of its columns, one group behind the other. */
  mixed(x, how) {
    const read = how.groups.map((/** @type {any} */ group) =>
      REPRESENTATIONS[group.represent.kind](Float64Array.from(group.columns, (/** @type {number} */ at) => x[at]), group.represent));
    return Float64Array.from(read.flatMap((/** @type {Float64Array} */ part) => Array.from(part)));
  },
};
