// The state that a link holds: filter, order, plot and the open job, behind the address's #.
// The token is never in it. An address with anything unknown in it is read as far as it is known.
import { STAGES } from "./filter.js";

const FIELDS = ["text", "stage", "queue", "share", "sort", "job", "plot", "metric", "over"];

export function readAddress(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const read = Object.fromEntries(FIELDS.map((name) => [name, given.get(name) ?? ""]));
  if (!STAGES.includes(read.stage)) read.stage = "";
  read.text = read.text.trim().toLowerCase(); // as what is typed into its field
  return read;
}

export function addressOf(fields) {
  const shown = FIELDS.filter((name) => fields[name]).map((name) => [name, fields[name]]);
  return shown.length ? `#${new URLSearchParams(shown)}` : "";
}

// Changes the address bar, and makes no step to go back to.
export function writeAddress(fields) {
  const hash = addressOf(fields);
  if (hash !== location.hash) history.replaceState(null, "", `/${hash}`);
}
