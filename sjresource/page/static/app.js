// The page: its state, the filter, and what shows both.

import { Controls } from "./controls.js";
import { Detail } from "./detail.js";
import { byId, element, replaceIfChanged, setClass, setText } from "./dom.js";
import { countStages, inOrder, matches, STAGES } from "./filter.js";
import { moment } from "./format.js";
import { List } from "./list.js";
import { get, Poll } from "./poll.js";
import { showQueues } from "./queues.js";
import { Scale } from "./scale.js";

const MAX_ROWS = 15;
const RETRY_AFTER = 30_000;

const state = {
  jobs: new Map(), // by ARN
  details: new Map(), // by ARN: what only a description has, and of which version of the job
  queues: [],
  shown: [],
  open: "",
  filter: { stage: "", queue: "", share: "", text: "" },
  scale: new Scale(),
  clock: { at: 0, since: 0, rate: 1 },
  now() {
    return this.clock.at + (performance.now() - this.clock.since) * this.clock.rate;
  },
};

const detail = new Detail(() => {
  state.open = "";
  list.measure();
  list.node.focus();
});
const list = new List(state, open, onVisible);
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
  tick();
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

function errors(messages) {
  byId("errors").hidden = !messages.length;
  replaceIfChanged(byId("errors"), messages, () => messages.map((each) => element("p", {}, each)));
}

// Shows the jobs that match, after the jobs or the filter have changed.
function showJobs() {
  const { filter } = state;
  const all = [...state.jobs.values()];
  const elsewhere = all.filter((job) => matches(job, state.details.get(job.arn), { ...filter, stage: "" }));
  state.shown = inOrder(elsewhere.filter((job) => matches(job, null, { stage: filter.stage })));
  showStages(countStages(elsewhere));
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
  list.soon();
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
}

function choose(queue, share) {
  setFilter({ queue, share });
}

function open(arn, focus = false) {
  state.open = arn;
  detail.open(arn, focus);
  list.measure();
}

// Gets the descriptions of the jobs in sight, once for each state of a job.
let asking = false;
async function onVisible(arns) {
  if (asking) return;
  const missing = arns.filter(needsDetails).slice(0, MAX_ROWS);
  if (!missing.length) return;
  asking = true;
  const keys = new Map(missing.map((arn) => [arn, key(state.jobs.get(arn))]));
  try {
    const { rows } = await get(`/_page/rows?${missing.map((arn) => `job=${encodeURIComponent(arn)}`).join("&")}`);
    // A job that could not be described is tried again after a while: it may have been throttled.
    const again = performance.now() + RETRY_AFTER;
    for (const row of rows)
      state.details.set(row.arn, { ...row, of: keys.get(row.arn), again: row.incomplete ? again : Infinity });
    for (const arn of missing)
      if (!rows.some((row) => row.arn === arn))
        state.details.set(arn, { of: keys.get(arn), spans: state.jobs.get(arn)?.spans ?? [], again });
    list.soon();
  } catch {
    // The next poll reports the error.
  } finally {
    setTimeout(() => {
      asking = false;
    }, 200);
  }
}

function needsDetails(arn) {
  const details = state.details.get(arn);
  return state.jobs.has(arn) && (details?.of !== key(state.jobs.get(arn)) || details.again < performance.now());
}

function key(job) {
  job.key ??= JSON.stringify([job.status, job.training_job, job.spans]);
  return job.key;
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
  } else if (KEYS[event.key] && !event.target.closest("#controls, #detail")) {
    event.preventDefault();
    zoom(TIME[KEYS[event.key]]);
  }
});

setInterval(() => {
  if (!document.hidden && state.clock.since) tick();
}, 500);
poll.soon();
