// A small sum on the page of a reaction that waits for its pace only: which number, written behind the salt, has this SHA-256?
// By hand and not by crypto.subtle: that is missing on plain http, and slower for many short texts. Source: FIPS 180-4.
(() => {
  "use strict";

  const form = document.querySelector("form[data-sum]");
  if (!form) return;
  const { salt, challenge } = Object.fromEntries(new FormData(form));
  const max = Number(form.dataset.sum);
  const PER_TURN = 2000; // then the page may scroll and answer

  const roots = (root, count) => {
    const found = [];
    for (let n = 2; found.length < count; n++) {
      let isPrime = true;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
      if (isPrime) found.push(((root(n) % 1) * 2 ** 32) | 0);
    }
    return found;
  };
  const START = roots(Math.sqrt, 8);
  const ROUND = roots(Math.cbrt, 64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const w = new Int32Array(64);

  function sha256(bytes) {
    const blocks = (bytes.length + 72) >> 6;
    const padded = new Uint8Array(blocks * 64);
    padded.set(bytes);
    padded[bytes.length] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, bytes.length * 8);
    const h = START.slice();
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 64; i++) {
        if (i < 16) {
          w[i] = view.getInt32(at + 4 * i);
        } else {
          const a = w[i - 15], b = w[i - 2];
          w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
        }
      }
      let [a, b, c, d, e, f, g, k] = h;
      for (let i = 0; i < 64; i++) {
        const one = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        k = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, k].forEach((value, i) => { h[i] = (h[i] + value) | 0; });
    }
    return h.map((value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
  }

  const encoder = new TextEncoder();
  const line = document.querySelector("[data-sum-line]");
  line.hidden = false;

  function tryFrom(first) {
    for (let n = first; n < first + PER_TURN && n <= max; n++) {
      if (sha256(encoder.encode(salt + n)) === challenge) {
        form.elements.number.value = n;
        form.submit();
        return;
      }
    }
    if (first + PER_TURN <= max) setTimeout(tryFrom, 0, first + PER_TURN);
    else line.hidden = true; // it cannot be done: the editors will look
  }
  setTimeout(tryFrom, 300, 0); // what stands on the page is seen first
})();
