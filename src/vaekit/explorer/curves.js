// @ts-check
/** Learning curves, and a page that follows a training: it asks its own server how it goes. */
"use strict";

const EVERY = 1000;

/** @param {HTMLCanvasElement} canvas @param {{name: string, values: (number | null)[]}[]} curves */
function drawCurves(canvas, curves) {
  const style = getComputedStyle(document.documentElement);
  const ink = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const scale = Math.min(2, window.devicePixelRatio || 1);
  const [width, height] = [canvas.clientWidth || 1, canvas.clientHeight || 1];
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  c.setTransform(scale, 0, 0, scale, 0, 0);
  const known = curves.flatMap(({ values }) => /** @type {number[]} */ (values.filter((v) => v !== null))).sort((a, b) => a - b);
  if (!known.length) return;
  // The first epochs lie far above all others, and would press them flat.
  const low = known[0], high = Math.max(known[Math.floor(0.95 * (known.length - 1))], low + 1e-9);
  const epochs = Math.max(...curves.map(({ values }) => values.length));
  const left = 58, right = width - 12, top = 10, bottom = height - 26;
  const px = (/** @type {number} */ epoch) => left + ((right - left) * epoch) / Math.max(1, epochs - 1);
  const py = (/** @type {number} */ value) => bottom - ((bottom - top) * (value - low)) / (high - low);
  c.font = "12px system-ui, sans-serif";
  c.fillStyle = ink("quiet");
  c.textBaseline = "middle";
  c.textAlign = "right";
  for (const share of [0, 0.5, 1]) {
    const value = low + share * (high - low);
    c.fillText(written(value), left - 8, py(value));
    c.strokeStyle = ink("line");
    c.beginPath();
    c.moveTo(left, py(value));
    c.lineTo(right, py(value));
    c.stroke();
  }
  c.textBaseline = "top";
  c.textAlign = "left";
  c.fillText("epoch 1", left, bottom + 8);
  c.textAlign = "right";
  c.fillText(String(epochs), right, bottom + 8);
  c.save();
  c.beginPath();
  c.rect(left, 0, right - left, bottom + 2);
  c.clip();
  curves.forEach(({ values }, which) => {
    c.strokeStyle = ink(which ? "data" : "accent");
    c.setLineDash(which ? [6, 3] : []);
    c.lineWidth = 2;
    c.beginPath();
    values.forEach((value, epoch) => { if (value !== null) c.lineTo(px(epoch), py(value)); });
    c.stroke();
  });
  c.restore();
}

/** Follow a training until it has ended. @param {any} explorer from `makeExplorer` */
function followTraining(explorer) {
  const [canvas, words] = [byId("curves"), byId("going")];
  let version = explorer.told.live, state = { curves: [], epochs: 0, finished: false };
  const draw = () => drawCurves(canvas, state.curves);
  new ResizeObserver(draw).observe(canvas);

  /** @param {string} name */
  const ask = async (name) => {
    const answer = await fetch(name, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const look = async () => {
    try {
      const now = await ask("state.json");
      if (now.version !== version) {
        explorer.renew(await ask("model.json"));
        version = now.version;
      }
      state = now;
      const last = (/** @type {any} */ curve) => `${curve.name} ${written(curve.values.at(-1) ?? NaN)} nats`;
      words.textContent = `${state.finished ? "The training has ended" : "Training"}: epoch ${state.epochs}${state.curves.length ? `, ${state.curves.map(last).join(", ")}` : ""}.`;
      draw();
    } catch {
      words.textContent = "The server has ended; what you see is the last model that it had.";
      return;
    }
    if (!state.finished) setTimeout(look, EVERY);
  };
  look();
  return draw;
}
