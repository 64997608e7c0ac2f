// One axis of a plot: where a value is on it, and its ticks. Pure.

const WIDE = 100; // from so many times the least on, the axis is logarithmic
const PAD = 0.06;

export function axis(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLog = low > 0 && high / low >= WIDE;
  const to = isLog ? Math.log10 : (value) => value;
  const [first, last] = low === high ? [to(low) - 0.5, to(low) + 0.5] : [to(low), to(high)];
  const pad = (last - first) * PAD;
  const begin = first - pad;
  const length = last - first + 2 * pad;
  const place = (value) => (to(value) - begin) / length;
  const ticks = isLog ? decades(low, high) : steps(first, last);
  return { isLog, place, ticks: ticks.map((value) => ({ value, place: place(value), text: number(value) })) };
}

function decades(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 6));
  const found = [];
  for (let power = first; power <= last; power += step) found.push(Number(`1e${power}`));
  return found;
}

function steps(first, last) {
  const rough = (last - first) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const found = [];
  for (let at = Math.ceil(first / step); at * step <= last + step * 1e-9; at += 1) found.push(at * step);
  return found;
}

export function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-3
    ? value.toExponential(2).replace(/\.?0+e/, "e")
    : String(Number(value.toPrecision(4)));
}
