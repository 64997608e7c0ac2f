// How a text is cut so that what differs stays to be seen. Pure.

const BATCHES = /^Received status from SageMaker: /; // how Batch begins what SageMaker says
const LONG = 48; // so much of a text fits into its column
const KEPT = 22; // so much of a common beginning stays, in whole words

// A beginning that may be cut, and an end that may not.
export function halves(text, end) {
  const letters = [...text]; // no character is cut in two
  return letters.length < 2 * end ? [text, ""] : [letters.slice(0, -end).join(""), letters.slice(-end).join("")];
}

// Each text without the beginning that it shares with another: for long texts only.
export function differences(texts) {
  const flat = new Map(texts.map((text) => [text, text.replace(BATCHES, "").replace(/\s+/g, " ").trim()]));
  const sorted = [...new Set(flat.values())].sort();
  const shorter = new Map(
    sorted.map((text, index) => {
      const common = Math.max(shared(text, sorted[index - 1] ?? ""), shared(text, sorted[index + 1] ?? ""));
      return [text, text.length > LONG ? without(text, common) : text];
    }),
  );
  return new Map([...flat].map(([text, line]) => [text, shorter.get(line)]));
}

function shared(one, other) {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  return same;
}

function without(text, common) {
  const word = text.lastIndexOf(" ", common - 1) + 1; // where the first word begins that differs
  const from = text.indexOf(" ", Math.max(0, word - KEPT - 1)) + 1;
  return common < text.length && word > KEPT ? `… ${text.slice(from)}` : text;
}
