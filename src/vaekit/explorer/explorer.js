// @ts-check
/**
 * Joins a model to what a person touches: the plane, sliders, the path, the drawing board, the keyboard.
 *
 * @typedef {object} Linked what an explorer tells of, so that one beside it may follow
 * @property {(z: number[]) => void} moved a person moved the point
 * @property {(z: number[], x: Float64Array) => void} decoded what that decodes to
 * @property {(row: number) => void} row a row was gone to
 * @property {(row: number | null) => void} hovered a row is pointed at
 * @property {(x: ArrayLike<number>) => void} encoded an example was drawn or typed
 * @property {(c: number[]) => void} conditioned
 */
"use strict";

const FRAMES_KEPT = 600;
const STRIP = 9;
const STRIP_GAP = 4;
const UNITS_SHOWN = 24;
const NEAREST = 6;
// On dark paper classes are light: Paul Tol's light scheme, https://personal.sron.nl/~pault/
const DARK_COLOURS = ["#77aadd", "#ee8866", "#44bb99", "#eedd88", "#ffaabb", "#bbcc33", "#99ddff", "#d4a6e8", "#aaaa00", "#dddddd"];

/** Numbers of the rows that the page holds. @param {any} told */
function readRows(told) {
  if (!told) return null;
  const values = unpack(told.items.values);
  const size = told.items.values.shape[1];
  return {
    count: told.count,
    heldName: told.heldName,
    numbers: unpack(told.numbers),
    held: unpack(told.held),
    codes: unpack(told.codes),
    spreads: told.spreads && unpack(told.spreads),
    conditions: told.conditions && unpack(told.conditions),
    labels: told.labels && { ...told.labels, numbers: unpack(told.labels.values) },
    /** @param {number} row @returns {Float64Array} */
    item: (row) => Float64Array.from(values.subarray(row * size, (row + 1) * size), (v) => v * told.items.step + told.items.base),
  };
}

/**
 * One model on the page. @param {any} told see `content_of` in page.py @param {string} suffix of the ids of its elements
 */
function makeExplorer(told, suffix) {
  const part = (/** @type {string} */ id) => byId(id + suffix);
  const root = part("explorer");
  /** @type {Linked | null} */
  let linked = null;
  const model = makeModel(told.model);
  const view = makeView(told.look);
  const rows = readRows(told.rows);
  const prior = makePrior(told.prior, told.latentDim);
  const L = told.latentDim;
  /** @type {number[]} */
  let code = rows ? codeOf(0) : told.start.slice();
  const first = code.slice();
  /** @type {number[] | null} */
  let condition = told.condition ? told.model.rest.slice() : null;
  if (rows && condition) condition = conditionOf(0);
  /** @type {number[] | null} */
  let from = null;
  /** @type {number[] | null} */
  let to = null;
  /** @type {number[]} */
  const times = [];
  let shown = model.look(code, condition);
  let waiting = false;

  if (!view.isPicture && rows) for (let row = 0; row < rows.count; row++) /** @type {any} */ (view).widen(rows.item(row));

  const unitName = (/** @type {number} */ unit) => `value ${unit}`;
  const weightOf = (/** @type {number} */ unit) => {
    if (told.unitWeightsAre === "unknown") return "";
    return told.unitWeightsAre === "kl" ? `${told.unitWeights[unit].toFixed(2)} nats` : `spread ${told.unitWeights[unit].toFixed(2)}`;
  };

  // ---- the plane -----------------------------------------------------------------------------------------

  const plane = makePlane(part("stage"), {
    latentDim: L,
    reach: told.reach,
    prior,
    rows,
    light: told.colours,
    dark: DARK_COLOURS,
    code: () => code,
    covariance: covarianceOf,
    moved: (z, dragging) => setCode(z, dragging),
    hovered: (row, x, y) => {
      showCard(row, x, y);
      if (linked) linked.hovered(row);
    },
    thumbnail: (z) => {
      if (!view.isPicture) return null;
      const canvas = element("canvas");
      /** @type {any} */ (view).draw(canvas, model.decode(z, condition));
      return canvas;
    },
    line: () => (from && to ? path(from, to, 11) : null),
  });
  plane.axes.x = L === 2 ? 0 : told.units[0];
  plane.axes.y = L === 2 ? 1 : L > 1 ? told.units[1] : -1;

  /** The posterior of a row: as it was measured, or as the encoder gives it where values are correlated. @param {number} row */
  function covarianceOf(row) {
    const r = /** @type {any} */ (rows);
    if (model.encode && told.model.posterior.kind === "full-normal") {
      const found = model.encode(r.item(row), conditionOf(row)).covariance;
      return found && Array.from(found);
    }
    if (!r.spreads) return null;
    const found = new Array(L * L).fill(0);
    for (let i = 0; i < L; i++) found[i * L + i] = r.spreads[row * L + i] ** 2;
    return found;
  }

  /** @param {number} row */
  function conditionOf(row) {
    const C = told.model.conditionDim;
    if (!C || !rows || !rows.conditions) return condition;
    return Array.from(rows.conditions.subarray(row * C, (row + 1) * C));
  }

  /** @param {number} row */
  function codeOf(row) {
    return /** @type {number[]} */ (Array.from(/** @type {any} */ (rows).codes.subarray(row * L, (row + 1) * L)));
  }

  /** @param {number} row */
  function labelOf(row) {
    const labels = rows && rows.labels;
    if (!labels) return "";
    if (labels.kind === "numbers") return written(labels.numbers[row]);
    return labels.numbers[row] === 255 ? "" : labels.names[labels.numbers[row]];
  }

  /** @param {number} row */
  function rowName(row) {
    const r = /** @type {any} */ (rows);
    const label = labelOf(row);
    const kind = { test: "test row", given: "row" }[/** @type {string} */ (r.heldName)] || (r.held[row] ? "held-out row" : "training row");
    return `${kind} ${r.numbers[row]}${label ? `, label ${label}` : ""}`;
  }

  /** What the model says of each latent value that may be chosen. @param {any} select */
  const nameOptions = (select) => {
    for (const option of select.options) {
      const weight = weightOf(Number(option.value));
      option.textContent = unitName(Number(option.value)) + (weight ? ` · ${weight}` : "");
    }
  };

  const chooser = (/** @type {string} */ id, /** @type {number} */ chosen) => {
    const select = part(id);
    for (const unit of told.units) select.append(element("option", { value: String(unit), selected: unit === chosen }));
    nameOptions(select);
    return select;
  };
  const across = chooser("across", plane.axes.x);
  const up = L > 1 ? chooser("up", plane.axes.y) : null;
  if (!up) part("up-label").hidden = true;
  const axesChosen = () => {
    plane.choose(Number(across.value), up ? Number(up.value) : -1);
    say(`The plane shows latent ${unitName(plane.axes.x)} across${up ? ` and ${unitName(plane.axes.y)} up` : ""}.`);
  };
  across.onchange = () => {
    if (up && up.value === across.value) up.value = String(told.units.find((/** @type {number} */ u) => String(u) !== across.value));
    axesChosen();
  };
  if (up) up.onchange = () => {
    if (up.value === across.value) across.value = String(told.units.find((/** @type {number} */ u) => String(u) !== up.value));
    axesChosen();
  };

  const layerNames = /** @type {const} */ ([
    ["codes", "codes", Boolean(rows)],
    ["prior", "prior", Boolean(prior)],
    ["posterior", "density of codes", Boolean(rows)],
    ["holes", "holes", Boolean(rows && prior)],
    ["pictures", "pictures", view.isPicture],
  ]);
  for (const [name, text, possible] of layerNames) {
    if (!possible) {
      plane.layers[name] = false;
      continue;
    }
    const box = element("input", { type: "checkbox", checked: plane.layers[name] });
    box.onchange = () => {
      plane.layers[name] = box.checked;
      plane.redraw();
    };
    part("layers").append(element("label", { className: `chip chip-${name}`, title: LAYERS_MEAN[name] }, box, element("span", { className: "swatch", "aria-hidden": "true" }), text));
  }

  function legend() {
    const place = part("legend");
    place.replaceChildren();
    const labels = rows && rows.labels;
    if (!labels) return;
    if (labels.kind === "numbers") {
      const bar = element("span", { className: "ramp", "aria-hidden": "true" });
      bar.style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map(numberColour).join(", ")})`;
      place.append("label: ", written(labels.low), bar, written(labels.high));
      return;
    }
    labels.names.forEach((/** @type {string} */ name, /** @type {number} */ which) => {
      const mark = element("canvas", { width: 28, height: 28, className: "mark", "aria-hidden": "true" });
      const c = mark.getContext("2d");
      c.setTransform(2, 0, 0, 2, 14, 14);
      marker(c, which % MARKERS, 5);
      c.fillStyle = plane.colourOf(which);
      c.fill();
      const button = element("button", { type: "button", className: "chip", "aria-pressed": String(plane.chosen.has(which)) }, mark, element("span", {}, name));
      button.title = `Show class ${name} alone`;
      button.onclick = () => {
        if (plane.chosen.has(which)) plane.chosen.delete(which);
        else plane.chosen.add(which);
        button.setAttribute("aria-pressed", String(plane.chosen.has(which)));
        plane.redraw();
      };
      place.append(button);
    });
  }

  // ---- the example ---------------------------------------------------------------------------------------

  const big = view.make();
  part("example").append(big.node);
  const priorNote = part("prior-note");
  const sharp = part("sharp");

  /** One frame: decode, and draw what follows. */
  function frame() {
    waiting = false;
    const began = performance.now();
    shown = model.look(code, condition);
    big.show(shown.x, shown.chances);
    plane.drawAbove();
    for (const row of unitRows) row.follow();
    if (free && linked) linked.decoded(code, shown.x);
    free = false;
    times.push(performance.now() - began);
    if (times.length > FRAMES_KEPT) times.shift();
  }

  /** Whether a person moved the point, and not what stands beside. */
  let free = false;
  /** @param {ArrayLike<number>} z @param {boolean} [dragging] @param {boolean} [led] whether what stands beside knows */
  function setCode(z, dragging = false, led = false) {
    if (z.length !== L) throw new Error(`a code has ${L} values, ${z.length} were given`);
    code = Array.from(z, Number);
    free = !led;
    if (free && linked) linked.moved(code);
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(frame);
    }
    if (!dragging) later();
  }

  let settling = 0;
  /** What may come a moment after the point rests: strips, neighbours, words. */
  function later() {
    clearTimeout(settling);
    settling = window.setTimeout(() => {
      big.name(`Decoded example at ${codeInWords()}`);
      part("where").textContent = codeInWords();
      showNearest();
      strips();
      if (plane.layers.pictures && L > 2) plane.redraw();
      say(codeInWords());
    }, 120);
  }

  /** The code as it is read aloud and written: whole where it is short, else the values that matter most. */
  function codeInWords() {
    const units = L <= 4 ? code.map((_, unit) => unit) : told.units.slice(0, 4);
    const values = units.map((/** @type {number} */ unit) => (L > 4 ? `${unit}: ` : "") + code[unit].toFixed(2).replace("-", "\u2212"));
    return `z = (${values.join(", ")}${L > 4 ? ", \u2026" : ""})`;
  }

  let saying = 0;
  /** @param {string} text */
  function say(text) {
    clearTimeout(saying);
    saying = window.setTimeout(() => { byId("said").textContent = text; }, 150);
  }

  // ---- neighbours and the card of a code -----------------------------------------------------------------

  function showNearest() {
    const place = part("nearest");
    if (!rows) return;
    place.replaceChildren(...nearestRows(rows.codes, code, NEAREST).map(({ row, distance }) => {
      const kind = rows.heldName === "given" ? "" : rows.held[row] ? "held out" : "trained on";
      const words = [
        element("span", { className: "near-name" }, labelOf(row) || `row ${rows.numbers[row]}`),
        element("span", { className: "quiet" }, `${distance.toFixed(2)} away`),
        element("span", { className: "quiet" }, kind),
      ];
      const button = element("button", { type: "button", className: "near", title: `${rowName(row)}: go to its code` });
      if (view.isPicture) {
        const small = view.make("small");
        small.show(rows.item(row));
        small.name(rowName(row));
        button.append(small.node);
      } else {
        words[0].textContent = rowName(row);
        words.pop();
      }
      button.append(...words);
      button.onclick = () => goToRow(row);
      return button;
    }));
  }

  /** @param {number} row @param {boolean} [led] */
  function goToRow(row, led = false) {
    const c = conditionOf(row);
    if (c && condition) setCondition(c, true);
    setCode(codeOf(row), false, true);
    if (linked && !led) linked.row(row);
    plane.hover(row);
  }

  const card = part("card");
  /** @param {number | null} row @param {number} x @param {number} y */
  function showCard(row, x, y) {
    if (row === null || !rows) {
      card.hidden = true;
      return;
    }
    const [datum, back] = [view.make("small"), view.make("small")];
    const item = rows.item(row);
    const decoded = model.look(codeOf(row), conditionOf(row));
    datum.show(item);
    back.show(decoded.x, decoded.chances);
    datum.name(rowName(row));
    back.name("its reconstruction");
    card.replaceChildren(
      element("p", { className: "card-title" }, rowName(row)),
      element("div", { className: "card-pair" },
        element("figure", {}, datum.node, element("figcaption", {}, "datum")),
        element("figure", {}, back.node, element("figcaption", {}, "reconstruction"))),
    );
    const spread = rows.spreads;
    if (spread && plane.axes.y >= 0) card.append(element("p", { className: "quiet" }, `posterior \u00b1 ${spread[row * L + plane.axes.x].toFixed(2)}, \u00b1 ${spread[row * L + plane.axes.y].toFixed(2)}`));
    card.hidden = false;
    const stage = part("stage").getBoundingClientRect();
    const [w, h] = [card.offsetWidth, card.offsetHeight];
    const left = x + 18 + w < stage.width ? x + 18 : Math.max(4, x - 18 - w);
    card.style.left = `${Math.max(4, Math.min(left, stage.width - w - 4))}px`;
    card.style.top = `${Math.max(4, Math.min(y - h / 2, stage.height - h - 4))}px`;
  }

  // ---- sliders and strips --------------------------------------------------------------------------------

  /** @type {{unit: number, follow: () => void, renew: () => void, canvas: HTMLCanvasElement | null}[]} */
  const unitRows = [];

  // The size of a picture of a strip, which is known before it is decoded, so that nothing moves when it is.
  const { size: [wide, tall], ratio } = view.isPicture ? /** @type {any} */ (view) : { size: [0, 0], ratio: 1 };
  const [stripWide, stripTall] = [Math.max(60, wide), Math.max(Math.round(60 / ratio), tall)];
  const stripLine = (stripWide + STRIP_GAP) * STRIP - STRIP_GAP;

  /** @param {number} unit */
  function unitRow(unit) {
    const slider = element("input", { type: "range", "aria-label": `latent ${unitName(unit)}` });
    const output = element("output", { className: "number" });
    slider.oninput = () => {
      const z = code.slice();
      z[unit] = Number(slider.value);
      setCode(z);
    };
    const canvas = view.isPicture && told.model.decoder ? element("canvas", { className: "strip", width: stripLine, height: stripTall, "aria-hidden": "true" }) : null;
    if (canvas) canvas.onclick = (/** @type {MouseEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const [low, high] = told.reach[unit];
      const z = code.slice();
      z[unit] = low + ((Math.floor(((event.clientX - box.left) / box.width) * STRIP) + 0.5) * (high - low)) / STRIP;
      setCode(z);
    };
    const weight = element("span", { className: "quiet" });
    const name = element("span", { className: "unit-name" }, unitName(unit), " ", weight);
    const track = element("div", { className: "unit-track" });
    if (canvas) track.append(canvas);
    track.append(slider);
    part("units").append(element("div", { className: "unit" }, name, track, output));
    let last = NaN;
    const row = {
      unit,
      canvas,
      follow() {
        if (code[unit] === last) return;
        last = code[unit];
        slider.value = String(code[unit]);
        output.textContent = code[unit].toFixed(2).replace("-", "\u2212");
      },
      /** What the model says of this value. */
      renew() {
        const [low, high] = told.reach[unit];
        Object.assign(slider, { min: low, max: high, step: (high - low) / 200 });
        weight.textContent = weightOf(unit);
        last = NaN;
      },
    };
    row.renew();
    unitRows.push(row);
  }
  for (const unit of told.units.slice(0, UNITS_SHOWN)) unitRow(unit);
  if (L > UNITS_SHOWN) {
    const more = element("button", { type: "button" }, `Show the other ${L - UNITS_SHOWN}`);
    more.onclick = () => {
      more.remove();
      for (const unit of told.units.slice(UNITS_SHOWN)) unitRow(unit);
      for (const row of unitRows) row.follow();
      strips();
    };
    part("units").after(more);
  }
  part("units-note").textContent = {
    kl: "In the order of what each tells about a row, its KL to the prior in nats. One that tells nothing changes nothing.",
    spread: "In the order of how far codes spread along each.",
    unknown: "In no order: no rows were at hand to tell which matters.",
  }[/** @type {string} */ (told.unitWeightsAre)] || "";

  let stripJob = 0;
  /** Pictures along each latent value, the others as they are; a few at a time, so that the page stays quick. */
  function strips() {
    const mine = ++stripJob;
    const z = code.slice();
    /** @type {(() => void)[]} */
    const work = [];
    for (const { unit, canvas } of unitRows) {
      if (!canvas) continue;
      const [low, high] = told.reach[unit];
      for (let k = 0; k < STRIP; k++) {
        work.push(() => {
          const small = element("canvas");
          const at = z.slice();
          at[unit] = low + ((k + 0.5) * (high - low)) / STRIP;
          /** @type {any} */ (view).draw(small, model.decode(at, condition));
          const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
          c.imageSmoothingEnabled = !sharp.checked;
          c.drawImage(small, k * (stripWide + STRIP_GAP), 0, stripWide, stripTall);
        });
      }
    }
    inPieces(work, () => mine === stripJob);
  }

  /** @param {(() => void)[]} work @param {() => boolean} wanted */
  function inPieces(work, wanted) {
    const some = () => {
      if (!wanted()) return;
      const until = performance.now() + 8;
      while (work.length && performance.now() < until) /** @type {() => void} */ (work.shift())();
      if (work.length) setTimeout(some, 4);
    };
    setTimeout(some, 0);
  }

  // ---- the condition -------------------------------------------------------------------------------------

  /** @param {ArrayLike<number>} c @param {boolean} [led] */
  function setCondition(c, led = false) {
    condition = Array.from(c);
    for (const follow of conditionRows) follow();
    setCode(code, false, true);
    if (linked && !led) linked.conditioned(condition);
    if (plane.layers.pictures) plane.redraw();
  }
  /** @type {(() => void)[]} */
  const conditionRows = [];

  /** @param {any} control @param {number[]} c */
  const classOf = (control, c) => control.names.findIndex((/** @type {string} */ _, /** @type {number} */ k) => c[control.at + k] === 1);

  /** Buttons, one a class: the numbers of that column become 1 for it and 0 for the others. @param {any} control */
  function classButtons(control) {
    const made = element("div", { className: "buttons", role: "group", "aria-label": control.name || "class" });
    control.names.forEach((/** @type {string} */ name, /** @type {number} */ k) => {
      const button = element("button", { type: "button" }, name);
      button.onclick = () => {
        const c = /** @type {number[]} */ (condition).slice();
        control.names.forEach((/** @type {string} */ _, /** @type {number} */ other) => { c[control.at + other] = Number(other === k); });
        setCondition(c);
      };
      conditionRows.push(() => button.setAttribute("aria-pressed", String(classOf(control, /** @type {number[]} */ (condition)) === k)));
      made.append(button);
    });
    return made;
  }

  /** A slider over what the rows have, told in the units of the data. @param {any} control */
  function numberSlider(control) {
    const { at, low, high } = control;
    const slider = element("input", { type: "range", min: low, max: high, step: (high - low) / 200 || 1, "aria-label": control.name || "condition" });
    const output = element("output", { className: "number" });
    slider.oninput = () => {
      const c = /** @type {number[]} */ (condition).slice();
      c[at] = Number(slider.value);
      setCondition(c);
    };
    conditionRows.push(() => {
      const value = /** @type {number[]} */ (condition)[at];
      slider.value = String(value);
      output.textContent = written(value * control.scale + control.mean);
    });
    return element("div", { className: "unit" }, element("span", { className: "unit-name" }, control.name || "value"), element("div", { className: "unit-track" }, slider), output);
  }

  if (told.condition) {
    part("condition").hidden = false;
    for (const control of told.condition) {
      if (control.kind === "classes" && control.name) part("choices").append(element("p", { className: "unit-name" }, control.name));
      part("choices").append(control.kind === "classes" ? classButtons(control) : numberSlider(control));
    }
    for (const follow of conditionRows) follow();
  }

  /** The condition as Python writes it: of one row. */
  function conditionCode() {
    const values = told.condition.map((/** @type {any} */ control) => {
      const c = /** @type {number[]} */ (condition);
      if (control.kind === "number") return String(Number((c[control.at] * control.scale + control.mean).toPrecision(6)));
      return control.codes[classOf(control, c)] || "None";
    });
    return values.length === 1 ? `[${values[0]}]` : `[[${values.join(", ")}]]`;
  }

  // ---- buttons -------------------------------------------------------------------------------------------

  const draw = part("draw");
  if (prior) draw.onclick = () => setCode(prior.sample(condition));
  else draw.hidden = true;
  part("home").onclick = () => setCode(first);
  part("copy").onclick = () => copyText(codeLine());
  part("save").onclick = () => view.large(shown.x, shown.chances).toBlob((/** @type {Blob | null} */ blob) => {
    if (!blob) return;
    const address = URL.createObjectURL(blob);
    element("a", { href: address, download: "vaekit.png" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    say("The picture is saved.");
  });

  /** The line of Python that gives this example. */
  function codeLine() {
    const z = code.map((value) => String(Number(value.toPrecision(6)))).join(", ");
    const c = condition ? `, c=${conditionCode()}` : "";
    return `vaekit.load(${JSON.stringify(told.run)}).inverse_transform([[${z}]]${c})`;
  }

  /** @param {string} text */
  async function copyText(text) {
    part("copied").textContent = text;
    part("copied").hidden = false;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = element("textarea", { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say("The line of code is copied.");
  }

  // ---- the path ------------------------------------------------------------------------------------------

  const film = part("film");
  function showPath() {
    plane.drawAbove();
    film.replaceChildren();
    if (!from || !to) return;
    if (!view.isPicture) {
      film.append(pathTable(path(from, to, 6)));
      return;
    }
    path(from, to, 11).forEach((z, k, all) => {
      const small = view.make("small");
      small.show(model.decode(z, condition));
      const name = `Go to step ${k + 1} of ${all.length}`;
      small.name(name);
      const button = element("button", { type: "button", className: "still", title: name, "aria-label": name }, small.node);
      button.onclick = () => setCode(z);
      film.append(button);
    });
  }
  /** The columns on the way, a step beside the other. @param {number[][]} codes */
  function pathTable(codes) {
    const found = codes.map((z) => model.look(z, condition));
    const heads = codes.map((z, k) => {
      const button = element("button", { type: "button", title: "Go there" }, `step ${k}`);
      button.onclick = () => setCode(z);
      return element("th", { scope: "col" }, button);
    });
    /** @type {Column[]} */
    const columns = /** @type {any} */ (view).columns.slice(0, MOST_BARS);
    const lines = columns.map(({ name, text, share }, i) => element("tr", {}, element("th", { scope: "row", title: name }, name),
      ...found.map(({ x, chances }) => element("td", { className: "number" }, `${text(x[i])} ${share(x[i], chances(i))}`))));
    return element("table", { className: "steps" }, element("thead", {}, element("tr", {}, element("td"), ...heads)), element("tbody", {}, ...lines));
  }
  part("from").onclick = () => { from = code.slice(); showPath(); say("The path starts here."); };
  part("to").onclick = () => { to = code.slice(); showPath(); say("The path ends here."); };
  part("play").onclick = () => {
    if (!from || !to) return;
    const [a, b] = [from, to];
    const began = performance.now();
    const next = (/** @type {number} */ now) => {
      const t = Math.min(1, (now - began) / 2400);
      const eased = t * t * (3 - 2 * t);
      setCode(a.map((value, i) => value + (b[i] - value) * eased), t < 1);
      if (t < 1) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  };
  part("unset").onclick = () => { from = to = null; showPath(); };
  if (rows && rows.count > 1) {
    // A first path, from the first row to one that is far from it: of another class where there are classes, of the
    // same where the class is given to the decoder.
    from = codeOf(0);
    const labels = rows.labels;
    let other = 1, farthest = 0;
    for (let row = 1; row < Math.min(rows.count, 60); row++) {
      const distance = Math.hypot(...codeOf(row).map((value, i) => value - code[i]));
      if (distance > farthest && (!labels || (labels.numbers[row] === labels.numbers[0]) === Boolean(condition))) [other, farthest] = [row, distance];
    }
    to = codeOf(other);
  }

  // ---- encoding ------------------------------------------------------------------------------------------

  const back = view.make("small");
  if (model.encode) {
    const given = { look: told.look, view, holes: told.holes, encode: encodeShown, shown: () => shown.x };
    back.name("what the decoder gives back");
    back.show(shown.x, shown.chances);
    if (view.isPicture) drawingBoard(part("encode"), { ...given, back: back.node });
    else typedRow(part("encode"), given);
  } else part("encode-section").hidden = true;

  /** @param {ArrayLike<number>} x */
  function encodeShown(x) {
    if (!model.encode) return;
    const z = model.encode(x, condition).mean;
    setCode(z, false, true);
    if (linked) linked.encoded(x);
    const again = model.look(z, condition);
    back.show(again.x, again.chances);
  }

  // ---- keyboard, size, theme -----------------------------------------------------------------------------

  let walked = -1;
  plane.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? 5 : 1;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => plane.step(-by, 0),
      ArrowRight: () => plane.step(by, 0),
      ArrowUp: () => plane.step(0, by),
      ArrowDown: () => plane.step(0, -by),
      Home: () => setCode(first),
      "+": () => plane.zoom(1.3),
      "=": () => plane.zoom(1.3),
      "-": () => plane.zoom(1 / 1.3),
      0: () => plane.fit(),
      n: () => walk(1),
      p: () => walk(-1),
      Escape: () => plane.hover(null),
    };
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /** To the next or the last row. @param {number} by */
  function walk(by) {
    if (!rows) return;
    walked = walked < 0 && by < 0 ? rows.count - 1 : (walked + by + rows.count) % rows.count;
    goToRow(walked);
    say(rowName(walked));
  }

  part("zoom-in").onclick = () => plane.zoom(1.3);
  part("zoom-out").onclick = () => plane.zoom(1 / 1.3);
  part("zoom-fit").onclick = () => plane.fit();

  function repaint() {
    plane.redraw();
    legend();
  }
  new ResizeObserver(() => plane.resize()).observe(part("stage"));

  // ---- begin ---------------------------------------------------------------------------------------------

  if (!rows) part("nearest-section").hidden = true;
  if (!view.isPicture) part("sharp-line").hidden = true;
  root.classList.toggle("table", !view.isPicture);
  sharp.onchange = () => {
    root.classList.toggle("sharp", sharp.checked);
    strips();
  };
  priorNote.textContent = layersNote(Boolean(rows), Boolean(prior), L);
  plane.resize();
  legend();
  frame();
  later();
  showPath();
  /** The same model after more training, as the page would hold it. @param {any} now */
  function renew(now) {
    Object.assign(model, makeModel(now.model));
    if (prior) Object.assign(prior, makePrior(now.prior, L));
    if (rows) Object.assign(rows, readRows(now.rows));
    Object.assign(told, { reach: now.reach, unitWeights: now.unitWeights, model: now.model });
    for (const row of unitRows) row.renew();
    for (const select of [across, up]) if (select) nameOptions(select);
    setCode(code, false, true);
    plane.renew();
    showPath();
  }

  return {
    told,
    model,
    renew,
    view,
    rows,
    /** @param {ArrayLike<number>} x @returns {Float32Array | null} its code under the condition of now */
    encode: (x) => (model.encode ? model.encode(x, condition).mean : null),
    repaint,
    setCode,
    setCondition,
    goToRow,
    hover: plane.hover,
    follow: (/** @type {Linked} */ other) => { linked = other; },
    /** What `window.vaekit` offers of it. */
    offered: {
      decode: (/** @type {ArrayLike<number>} */ z, /** @type {ArrayLike<number>} */ c) => Float32Array.from(model.decode(z, c)),
      encode: (/** @type {ArrayLike<number>} */ x, /** @type {ArrayLike<number>} */ c) => (model.encode ? model.encode(x, c).mean : null),
      setCode: (/** @type {ArrayLike<number>} */ z) => setCode(z),
      frameTimes: () => times.slice(),
    },
  };
}

/** @type {Record<string, string>} */
const LAYERS_MEAN = {
  codes: "The means of q(z | x) of the rows inside",
  prior: "The density of the prior, where samples come from",
  posterior: "The density of all codes together, the aggregated posterior",
  holes: "Where the prior has mass and codes are rare: samples from there look like no row",
  pictures: "What the decoder makes of each place",
};

/** @param {boolean} rows @param {boolean} prior @param {number} L */
function layersNote(rows, prior, L) {
  if (!rows) return "No rows of the data are inside this page.";
  const plane = L > 2 ? " Densities are those of the two values shown, whatever the others are." : "";
  if (!prior) return `Each mark is the code of a row.${plane}`;
  return `Each mark is the code of a row. Hatched places are holes: the prior has mass there and codes are rare.${plane}`;
}
