// @ts-check
/**
 * Two models side by side: what a person does to one, the other follows.
 *
 * A row is the same row in both. A point that is moved is followed to the same code, or to the same example: the other
 * model encodes what the first one shows, whatever the sizes of their codes.
 */
"use strict";

/** How the other one follows a moved point: what each way is called, and what it does. */
const WAYS = {
  example: "the same example",
  code: "the same code",
  none: "nothing of the other",
};

/** @param {any} left @param {any} right both from `makeExplorer` @param {boolean} sameRows whether their rows are the same */
function link(left, right, sameRows) {
  const sameEvent = left.model.size === right.model.size && left.view.isPicture === right.view.isPicture;
  /** @type {Record<string, boolean>} */
  const possible = {
    example: sameEvent && Boolean(left.model.encode || right.model.encode),
    code: left.model.latentDim === right.model.latentDim,
    none: true,
  };
  const sameCondition = JSON.stringify(left.told.condition) === JSON.stringify(right.told.condition);
  let way = Object.keys(WAYS).find((name) => possible[name]);
  let leading = false;

  /** The other one does this without leading in turn. @param {() => void} act */
  const lead = (act) => {
    if (leading) return;
    leading = true;
    try { act(); } finally { leading = false; }
  };

  /** @param {any} other @returns {Linked} */
  const followedBy = (other) => ({
    moved: (z) => { if (way === "code") other.setCode(z, false, true); },
    decoded: (_, x) => { if (way === "example") encode(other, x); },
    row: (row) => { if (sameRows) lead(() => other.goToRow(row, true)); },
    hovered: (row) => { if (sameRows) lead(() => other.hover(row)); },
    encoded: (x) => { if (sameEvent) encode(other, x); },
    conditioned: (c) => { if (sameCondition) other.setCondition(c, true); },
  });

  /** @param {any} other @param {ArrayLike<number>} x */
  function encode(other, x) {
    const z = other.encode(x);
    if (z) other.setCode(z, false, true);
  }

  left.follow(followedBy(right));
  right.follow(followedBy(left));

  const place = byId("ways");
  for (const [name, words] of Object.entries(WAYS)) {
    if (!possible[name]) continue;
    const button = element("button", { type: "button", "aria-pressed": String(name === way) }, words);
    button.onclick = () => {
      way = name;
      for (const other of place.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
    };
    place.append(button);
  }

  // On a narrow page the controls of one are seen at a time.
  const halves = ["", "-2"].map((suffix) => byId(`explorer${suffix}`));
  const turns = ["", "-2"].map((suffix) => byId(`turn${suffix}`));
  const turnTo = (/** @type {number} */ which) => {
    halves.forEach((half, k) => half.classList.toggle("aside", k !== which));
    turns.forEach((turn, k) => turn.setAttribute("aria-pressed", String(k === which)));
  };
  turns.forEach((turn, k) => { turn.onclick = () => turnTo(k); });
  turnTo(0);
}
