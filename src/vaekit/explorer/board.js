// @ts-check
/**
 * What a person gives to encode: a picture that is drawn or dropped, or a row that is typed.
 *
 * @typedef {{look: any, view: any, holes: boolean, encode: (x: ArrayLike<number>) => void, shown: () => ArrayLike<number>}} Given
 *   holes: whether a value may be missing
 */
"use strict";

/** @param {HTMLElement} place @param {Given & {back: HTMLElement}} given */
function drawingBoard(place, given) {
  const [channels, height, width] = given.look.picture;
  const fine = Math.max(4, Math.ceil(224 / Math.max(width, height)));
  const board = element("canvas", {
    className: "board", width: width * fine, height: height * fine, tabIndex: 0, role: "img",
    "aria-label": "Drawing board: draw with a pointer, or drop a picture. Files can be chosen with the button beside it.",
  });
  const c = board.getContext("2d", { willReadFrequently: true });
  const seen = given.view.make("small");
  seen.name("what the encoder sees");
  const inverted = element("input", { type: "checkbox" });
  const brush = element("input", { type: "range", min: 0.4, max: 3, step: 0.1, value: Math.max(0.7, Math.min(width, height) / 14), "aria-label": "width of the brush, in pixels" });
  const file = element("input", { type: "file", accept: "image/*", className: "hidden-file" });

  function clear() {
    c.fillStyle = "#000";
    c.fillRect(0, 0, board.width, board.height);
    seen.show(read());
  }

  /** The board in the size of the data, each pixel the mean of what lies under it. @returns {Float32Array} */
  function read() {
    const pixels = c.getImageData(0, 0, board.width, board.height).data;
    const x = new Float32Array(channels * height * width);
    const colour = channels === 3 || channels === 4;
    for (let r = 0; r < height; r++) {
      for (let q = 0; q < width; q++) {
        const sum = [0, 0, 0];
        for (let i = 0; i < fine; i++) {
          for (let j = 0; j < fine; j++) {
            const at = 4 * ((r * fine + i) * board.width + q * fine + j);
            for (let k = 0; k < 3; k++) sum[k] += pixels[at + k];
          }
        }
        const mean = sum.map((v) => v / (fine * fine * 255));
        const grey = 0.299 * mean[0] + 0.587 * mean[1] + 0.114 * mean[2];
        for (let k = 0; k < channels; k++) {
          let share = colour && k < 3 ? mean[k] : grey;
          if (inverted.checked) share = 1 - share;
          x[(k * height + r) * width + q] = given.look.low + share * (given.look.high - given.look.low);
        }
      }
    }
    return x;
  }

  let soon = false;
  function changed() {
    if (soon) return;
    soon = true;
    requestAnimationFrame(() => {
      soon = false;
      const x = read();
      seen.show(x);
      given.encode(x);
    });
  }

  /** @type {[number, number] | null} */
  let last = null;
  const at = (/** @type {PointerEvent} */ event) => {
    const box = board.getBoundingClientRect();
    return /** @type {[number, number]} */ ([((event.clientX - box.left) / box.width) * board.width, ((event.clientY - box.top) / box.height) * board.height]);
  };
  board.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    board.setPointerCapture(event.pointerId);
    last = at(event);
    stroke(last);
  });
  board.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (last) stroke(at(event));
  });
  for (const ended of ["pointerup", "pointercancel"]) board.addEventListener(ended, () => { last = null; });

  /** @param {[number, number]} to */
  function stroke(to) {
    c.strokeStyle = "#fff";
    c.lineWidth = Number(brush.value) * fine;
    c.lineCap = "round";
    c.lineJoin = "round";
    c.beginPath();
    c.moveTo(.../** @type {[number, number]} */ (last));
    c.lineTo(to[0] + 0.01, to[1]);
    c.stroke();
    last = to;
    changed();
  }

  /** @param {Blob | null | undefined} blob */
  async function take(blob) {
    if (!blob) return;
    try {
      const image = await createImageBitmap(blob);
      const fits = Math.min(board.width / image.width, board.height / image.height);
      const [w, h] = [image.width * fits, image.height * fits];
      c.fillStyle = "#000";
      c.fillRect(0, 0, board.width, board.height);
      c.drawImage(image, (board.width - w) / 2, (board.height - h) / 2, w, h);
      changed();
    } catch {
      byId("said").textContent = "That file is no picture that this browser reads.";
    }
  }
  file.onchange = () => take(file.files && file.files[0]);
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault(); // a picture that is dropped beside the board does not replace the page
      const dropped = /** @type {DragEvent} */ (event).dataTransfer;
      // Of two boards the one takes it that it falls on, or nearest to.
      const half = place.closest(".half"), elsewhere = document.querySelectorAll(".half").length > 1 && half && !half.contains(/** @type {Node} */ (event.target));
      if (name === "drop" && dropped && !elsewhere) take(dropped.files[0]);
    });
  }
  inverted.onchange = changed;

  const empty = element("button", { type: "button" }, "Clear");
  empty.onclick = clear;
  const open = element("button", { type: "button" }, "Open a picture");
  open.onclick = () => file.click();
  const take1 = element("button", { type: "button" }, "Take what is shown");
  take1.onclick = () => {
    c.imageSmoothingEnabled = false;
    c.drawImage(given.view.large(given.shown()), 0, 0, board.width, board.height);
    changed();
  };
  place.append(
    element("figure", { className: "board-box" }, board, element("figcaption", {}, "draw here, or drop a picture")),
    element("div", { className: "board-side" },
      element("div", { className: "pair" },
        element("figure", {}, seen.node, element("figcaption", {}, "what the encoder sees")),
        element("figure", {}, given.back, element("figcaption", {}, "what comes back"))),
      element("div", { className: "buttons" }, empty, open, take1, file),
      element("label", { className: "line" }, "Brush ", brush),
      element("label", { className: "line" }, inverted, " Dark on light")),
  );
  // It opens with what is shown, so that there is something to draw over.
  c.fillStyle = "#000";
  c.fillRect(0, 0, board.width, board.height);
  c.drawImage(given.view.large(given.shown()), 0, 0, board.width, board.height);
  seen.show(read());
}

const MOST_TYPED = 60;

/** @param {HTMLElement} place @param {Given} given */
function typedRow(place, given) {
  /** @type {Column[]} */
  const columns = given.view.columns;
  if (columns.length > MOST_TYPED) {
    place.append(element("p", { className: "quiet" }, `A row of ${columns.length} columns is too long to type; use encode(x) of window.vaekit.`));
    return;
  }
  const fields = columns.map((column) => column.field(() => {
    const x = Float64Array.from(fields, (field) => field.read());
    if (given.holes ? !x.every(Number.isNaN) : x.every(Number.isFinite)) given.encode(x);
  }));
  const fill = element("button", { type: "button" }, "Take what is shown");
  fill.onclick = () => fields.forEach((field, i) => field.write(given.shown()[i]));
  place.append(
    element("div", { className: "buttons" }, fill, given.holes ? element("span", { className: "quiet" }, "An empty field is a missing value.") : ""),
    element("div", { className: "typed" }, ...columns.map(({ name }, i) => element("label", {}, element("span", {}, name), fields[i].input))),
  );
  fill.onclick();
}
