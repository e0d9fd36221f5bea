// @ts-check
/**
 * Runs a network as onnxruntime-web does, on pages that hold it: the step `onnx`.
 *
 * What the package offers answers in promises, and a point that is dragged wants its picture in the same frame. So this
 * calls the functions below that, which answer at once; they are those of the version that ort.py names.
 */
"use strict";

const FLOAT = 1;
const ON_CPU = 1;
const ALL_OPTIMISATIONS = 99;
const ERRORS_ALONE = 3;

/** The WebAssembly, once it has started. @type {any} */
let ort = null;

/** Must be over before a network is made, on pages that hold the runtime. */
async function startOrt() {
  const packed = new Blob([/** @type {any} */ (bytesOf(byId("vaekit-ort").textContent))]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  const wasmBinary = await new Response(stream).arrayBuffer();
  const options = { wasmBinary, numThreads: 1, locateFile: (/** @type {string} */ name) => name };
  ort = await /** @type {any} */ (window).vaekitOrt(options);
  succeeded(ort._OrtInit(1, ERRORS_ALONE) === 0);
}

/** @param {boolean} did */
function succeeded(did) {
  if (did) return;
  const at = ort._malloc(8);
  ort._OrtGetLastError(at, at + 4);
  throw new Error(`onnxruntime-web: ${ort.UTF8ToString(ort.HEAPU32[(at >> 2) + 1])}`);
}

/** Bytes at a place of the runtime's memory that stays theirs. @param {Uint8Array} bytes @returns {number} */
function placed(bytes) {
  const at = ort._malloc(bytes.length);
  ort.HEAPU8.set(bytes, at);
  return at;
}

/** Whole numbers, or places, one behind the other. @param {number[]} values */
const placedNumbers = (...values) => placed(new Uint8Array(Int32Array.from(values).buffer));
/** @param {string} text */
const placedText = (text) => placed(new TextEncoder().encode(`${text}\0`));

/** A tensor (1, size) of float32, and where its numbers are. @param {number} size */
function placedRow(size) {
  const at = placed(new Uint8Array(4 * size));
  const tensor = ort._OrtCreateTensor(FLOAT, at, 4 * size, placedNumbers(1, size), 2, ON_CPU);
  succeeded(tensor !== 0);
  // The memory may have moved since, so it is looked at anew each time.
  return { tensor, numbers: () => new Float32Array(ort.HEAPU8.buffer, at, size) };
}

/** model: ONNX with the input x (1, inputs) and the output y (1, outputs). @type {(step: Step, form: Form) => [Form, Run]} */
MAKE.onnx = (step, form) => {
  const bytes = bytesOf(step.model.base64);
  const model = placed(bytes);
  const options = ort._OrtCreateSessionOptions(ALL_OPTIMISATIONS, true, true, 0, false, 0, 0, ERRORS_ALONE, 0, 0);
  const session = ort._OrtCreateSession(model, bytes.length, options);
  ort._free(model);
  succeeded(session !== 0);
  const [x, y] = [placedRow(form.size), placedRow(step.outputs)];
  const names = { x: placedNumbers(placedText("x")), y: placedNumbers(placedText("y")) };
  const tensors = { x: placedNumbers(x.tensor), y: placedNumbers(y.tensor) };
  const out = new Float64Array(step.outputs);
  return [{ size: step.outputs, picture: null }, (numbers) => {
    x.numbers().set(numbers);
    succeeded(ort._OrtRun(session, names.x, tensors.x, 1, names.y, 1, tensors.y, 0) === 0);
    out.set(y.numbers());
    return out;
  }];
};
