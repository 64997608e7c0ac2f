// The page: its state, the filter, and what shows both.

import { readAddress, writeAddress } from "./address.js";
import { csv, download } from "./csv.js";
import { Descriptions } from "./descriptions.js";
import { byId, element, replaceIfChanged, setClass, setText } from "./dom.js";
import { countStages, inOrder, matches, STAGES } from "./filter.js";
import { moment, nameOf } from "./format.js";
import { Poll } from "./poll.js";
import { Controls } from "./views/controls.js";
import { Detail } from "./views/detail.js";
import { List } from "./views/list.js";
import { Plot } from "./views/plot.js";
import { showQueues } from "./views/queues.js";
import { Scale } from "./views/scale.js";
import { differences } from "./words.js";

const NO_FILTER = { stage: "", queue: "", share: "", text: "" };

const state = {
  jobs: new Map(), // by ARN
  details: new Map(), // by ARN: what only a description has, and of which version of the job
  queues: [],
  matching: [], // by all of the filter but the stage
  shown: [],
  notes: new Map(), // by ARN: of a failed job, what of its reason others don't have
  open: "",
  filter: { ...NO_FILTER },
  sort: "",
  plot: { shown: false, metric: "", over: "" },
  scale: new Scale(),
  clock: { at: 0, since: 0, rate: 1 },
  now() {
    return this.clock.at + (performance.now() - this.clock.since) * this.clock.rate;
  },
};

const detail = new Detail(() => {
  state.open = "";
  remember();
  list.measure();
  list.node.focus();
});
const descriptions = new Descriptions(state, () => list.soon());
const list = new List(state, open, (arns) => descriptions.inSight(arns));
const plot = new Plot(state, descriptions, open, showJobs);
const controls = new Controls(() => poll.soon());
const poll = new Poll(onUpdate, onError);

function onUpdate(update) {
  state.clock = { at: update.now, since: performance.now(), rate: update.rate };
  state.queues = update.queues;
  if (update.complete) state.jobs.clear();
  for (const arn of update.removed) state.jobs.delete(arn);
  for (const job of update.jobs) state.jobs.set(job.arn, job);
  setText(byId("title"), update.controls ? update.title : `${update.title} · read only`);
  connection("live", update.rate === 0 ? "live, clock stands still" : "live");
  errors(update.errors);
  controls.allow(update.controls);
  controls.refresh();
  detail.refresh();
  showJobs();
  if (state.plot.shown) plot.show();
  tick();
  if (!isRestored) restore();
}

function onError(error) {
  const ended = error.status === 403;
  connection("lost", ended ? "session has ended" : "no connection");
  errors([
    ended
      ? "This session has ended: open the page again by the URL with its token."
      : `No answer, trying again: ${error.message}`,
  ]);
}

function connection(name, words) {
  setClass(byId("connection"), `connection ${name}`);
  setText(byId("connection"), words);
}

// What went wrong: with the service until the next answer, with what the user did until the next act.
let serviceErrors = [];
let actError = "";
function errors(messages) {
  serviceErrors = messages;
  showErrors();
}

function actFailed(message) {
  actError = message;
  showErrors();
}

function showErrors() {
  const messages = actError ? [...serviceErrors, actError] : serviceErrors;
  byId("errors").hidden = !messages.length;
  replaceIfChanged(byId("errors"), messages, () => messages.map((each) => element("p", {}, each)));
}

// Shows the jobs that match, after the jobs or the filter have changed.
function showJobs() {
  const { filter } = state;
  const all = [...state.jobs.values()];
  state.matching = all.filter((job) => matches(job, state.details.get(job.arn), { ...filter, stage: "" }));
  const shown = state.matching.filter((job) => matches(job, null, { stage: filter.stage }));
  state.shown = inOrder(shown, state.sort, state.details);
  const failed = state.matching.filter((job) => job.stage === "failed");
  const short = differences(failed.map((job) => job.why));
  state.notes = new Map(failed.map((job) => [job.arn, short.get(job.why)]));
  showStages(countStages(state.matching));
  showSort();
  showQueues(byId("queues"), state.queues, filter, choose);
  options(
    byId("queue"),
    "All queues",
    state.queues.map((queue) => [queue.arn, queue.name]),
    filter.queue,
  );
  const shares = new Set(all.filter((job) => !filter.queue || job.queue === filter.queue).map((job) => job.share));
  shares.delete("");
  if (filter.share) shares.add(filter.share);
  byId("share").hidden = !shares.size;
  options(
    byId("share"),
    "All shares",
    [...shares].sort().map((share) => [share, share]),
    filter.share,
  );
  byId("empty").hidden = state.shown.length > 0;
  setText(
    byId("empty"),
    all.length ? "No jobs match the filter." : "No jobs yet: they appear here as soon as they are submitted.",
  );
  plot.draw();
  list.soon();
  remember();
}

const ARROWS = { 1: " ▲", [-1]: " ▼", 0: "" };
const NAMES = { job: "name", status: "status", why: "reason", time: "time of submission" };
function showSort() {
  for (const [column, name] of Object.entries(NAMES)) {
    const sign = state.sort === column ? 1 : state.sort === `-${column}` ? -1 : 0;
    const button = byId(`sort-${column}`);
    const words = ["in the usual order", `sorted by ${name}`, `sorted by ${name}, the other way round`];
    button.setAttribute("aria-pressed", sign !== 0);
    button.title = `Sort by ${name}; now ${words.at(sign)}`;
    setText(button.querySelector(".arrow"), ARROWS[sign]);
  }
}

function sortBy(column) {
  state.sort = state.sort === column ? `-${column}` : state.sort === `-${column}` ? "" : column;
  list.node.scrollTop = 0;
  showJobs();
}

function showStages(counts) {
  const total = STAGES.reduce((sum, stage) => sum + counts[stage], 0);
  replaceIfChanged(byId("stages"), [counts, state.filter.stage], () =>
    [["", "all", total], ...STAGES.map((stage) => [stage, stage, counts[stage]])].map(([stage, word, count]) =>
      element(
        "button",
        {
          type: "button",
          class: `stage ${stage || "all"}`,
          "data-key": `stage ${stage}`,
          "aria-pressed": state.filter.stage === stage,
          onclick: () => setFilter({ stage: state.filter.stage === stage ? "" : stage }),
        },
        element("b", {}, String(count)),
        ` ${word}`,
      ),
    ),
  );
}

function options(node, all, choices, chosen) {
  replaceIfChanged(node, choices, () => [
    element("option", { value: "" }, all),
    ...choices.map(([value, text]) => element("option", { value }, text)),
  ]);
  if (node.value !== chosen) node.value = chosen;
}

function setFilter(change) {
  Object.assign(state.filter, change);
  list.node.scrollTop = 0;
  showJobs();
  if (state.plot.shown) plot.show();
}

function choose(queue, share) {
  setFilter({ queue, share });
}

function open(arn, focus = false) {
  state.open = arn;
  actFailed("");
  detail.open(arn, state.jobs.get(arn)?.name ?? nameOf(arn), focus);
  list.measure();
  plot.draw();
  remember();
}

// The address holds what is shown. Before the first jobs are there it is what a link gave.
let isRestored = false;
function remember() {
  if (!isRestored) return;
  const { filter, sort, open: job, plot: drawn } = state;
  const { metric, over } = drawn.shown ? drawn : { metric: "", over: "" };
  writeAddress({ ...filter, sort, job, plot: drawn.shown ? "1" : "", metric, over });
}

// Shows what the address holds: after a reload, from a link, or when somebody has changed it.
function restore() {
  const { text, stage, queue, share, sort, job, plot: shown, metric, over } = readAddress(location.hash);
  isRestored = true;
  actFailed(job && !state.jobs.has(job) ? `The job of this link is not among those that are shown: ${job}` : "");
  Object.assign(state, { sort, filter: { text, stage, queue, share }, plot: { shown: shown === "1", metric, over } });
  byId("text").value = text;
  showJobs();
  plot.show();
  if (sort.includes("metric:") && !state.plot.shown) describeAll().then(showJobs);
  if (job && state.jobs.has(job)) {
    list.active = job;
    open(job);
    const index = state.shown.findIndex((each) => each.arn === job);
    if (index >= 0) list.reveal(index);
  } else if (state.open) detail.close();
}

function describeAll(goesOn = () => true) {
  const ended = state.matching.filter((job) => job.stage === "succeeded");
  return descriptions.all(
    ended.map((job) => job.arn),
    goesOn,
  );
}

let saving = false;
async function save() {
  const button = byId("csv");
  saving = !saving; // another click ends it
  const arns = state.shown.map((job) => job.arn);
  actFailed("");
  try {
    const isWhole = await descriptions.all(arns, (done, all) => {
      if (all) setText(button, `CSV ${Math.round((100 * done) / all)} %`);
      return saving;
    });
    if (isWhole) download(csv(state.shown, state.details), "jobs.csv");
  } catch (error) {
    actFailed(`The jobs could not be read for the file: ${error.message}`);
  }
  saving = false;
  setText(button, "CSV");
}

function tick() {
  const now = state.now();
  setText(byId("clock"), moment(now));
  controls.showClock(now, state.clock.rate);
  list.soon();
}

function zoom(act) {
  act();
  list.soon();
}

const TIME = {
  earlier: () => state.scale.pan(-0.25),
  later: () => state.scale.pan(0.25),
  "zoom-in": () => state.scale.zoom(0.6),
  "zoom-out": () => state.scale.zoom(1 / 0.6),
  fit: () => {
    state.scale.follows = true;
  },
};
const KEYS = { ArrowLeft: "earlier", ArrowRight: "later", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "fit" };
for (const [id, act] of Object.entries(TIME)) byId(id).addEventListener("click", () => zoom(act));

for (const column of Object.keys(NAMES)) byId(`sort-${column}`).addEventListener("click", () => sortBy(column));
byId("csv").addEventListener("click", save);
window.addEventListener("hashchange", () => {
  if (isRestored) restore();
});
byId("text").addEventListener("input", (event) => setFilter({ text: event.target.value.trim().toLowerCase() }));
byId("queue").addEventListener("change", (event) => setFilter({ queue: event.target.value, share: "" }));
byId("share").addEventListener("change", (event) => setFilter({ share: event.target.value }));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && state.open) detail.close();
  else if (event.key === "Escape" && event.target === byId("text")) {
    byId("text").value = "";
    setFilter({ text: "" });
    list.node.focus();
  } else if (typing) return;
  else if (event.key === "/") {
    event.preventDefault();
    byId("text").focus();
  } else if (KEYS[event.key] && !event.target.closest("#controls, #detail, #plot")) {
    event.preventDefault();
    zoom(TIME[KEYS[event.key]]);
  }
});

setInterval(() => {
  if (!document.hidden && state.clock.since) tick();
}, 500);
poll.soon();
