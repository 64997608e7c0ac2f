// The page: what is known, what is wanted, and who shows it.

import { Controls } from "./controls.js";
import { Detail } from "./detail.js";
import { byId, element, replaceIfChanged, setClass, setText } from "./dom.js";
import { countStages, inOrder, matches, STAGES } from "./filter.js";
import { List } from "./list.js";
import { ask, Poll } from "./poll.js";
import { showQueues } from "./queues.js";
import { Scale } from "./scale.js";
import { moment } from "./words.js";

const MOST_ROWS = 15;
const AGAIN = 30_000;

const state = {
  jobs: new Map(), // by ARN
  told: new Map(), // by ARN: what only a description tells, and of which version of the job
  queues: [],
  shown: [],
  open: "",
  wanted: { stage: "", queue: "", share: "", text: "" },
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
const list = new List(state, open, seen);
const controls = new Controls(() => poll.soon());
const poll = new Poll(take, lost);

function take(told) {
  state.clock = { at: told.now, since: performance.now(), rate: told.rate };
  state.queues = told.queues;
  if (told.complete) state.jobs.clear();
  for (const arn of told.removed) state.jobs.delete(arn);
  for (const job of told.jobs) state.jobs.set(job.arn, job);
  setText(byId("title"), told.controls ? told.title : `${told.title} · read only`);
  connection("live", told.rate === 0 ? "live, clock stands still" : "live");
  errors(told.errors);
  controls.allow(told.controls);
  controls.refresh();
  detail.refresh();
  filter();
  tick();
}

function lost(error) {
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

function errors(told) {
  byId("errors").hidden = !told.length;
  replaceIfChanged(byId("errors"), told, () => told.map((each) => element("p", {}, each)));
}

// What is to be seen has changed: jobs, or what somebody wants to see.
function filter() {
  const { wanted } = state;
  const all = [...state.jobs.values()];
  const elsewhere = all.filter((job) => matches(job, state.told.get(job.arn), { ...wanted, stage: "" }));
  state.shown = inOrder(elsewhere.filter((job) => matches(job, null, { stage: wanted.stage })));
  showStages(countStages(elsewhere));
  showQueues(byId("queues"), state.queues, wanted, choose);
  options(
    byId("queue"),
    "All queues",
    state.queues.map((queue) => [queue.arn, queue.name]),
    wanted.queue,
  );
  const shares = new Set(all.filter((job) => !wanted.queue || job.queue === wanted.queue).map((job) => job.share));
  shares.delete("");
  if (wanted.share) shares.add(wanted.share);
  byId("share").hidden = !shares.size;
  options(
    byId("share"),
    "All shares",
    [...shares].sort().map((share) => [share, share]),
    wanted.share,
  );
  byId("empty").hidden = state.shown.length > 0;
  setText(
    byId("empty"),
    all.length ? "No job is like this." : "No jobs yet: they appear here as soon as they are submitted.",
  );
  list.soon();
}

function showStages(counts) {
  const total = STAGES.reduce((sum, stage) => sum + counts[stage], 0);
  replaceIfChanged(byId("stages"), [counts, state.wanted.stage], () =>
    [["", "all", total], ...STAGES.map((stage) => [stage, stage, counts[stage]])].map(([stage, word, count]) =>
      element(
        "button",
        {
          type: "button",
          class: `stage ${stage || "all"}`,
          "data-key": `stage ${stage}`,
          "aria-pressed": state.wanted.stage === stage,
          onclick: () => want({ stage: state.wanted.stage === stage ? "" : stage }),
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

function want(change) {
  Object.assign(state.wanted, change);
  list.node.scrollTop = 0;
  filter();
}

function choose(queue, share) {
  want({ queue, share });
}

function open(arn, focus = false) {
  state.open = arn;
  detail.open(arn, focus);
  list.measure();
}

// Asks for what only descriptions tell of the jobs in sight, once for each state of a job.
let asking = false;
async function seen(arns) {
  if (asking) return;
  const lacking = arns.filter(isToBeAsked).slice(0, MOST_ROWS);
  if (!lacking.length) return;
  asking = true;
  const keys = new Map(lacking.map((arn) => [arn, key(state.jobs.get(arn))]));
  try {
    const { rows } = await ask(`/_page/rows?${lacking.map((arn) => `job=${encodeURIComponent(arn)}`).join("&")}`);
    // What could not be described is asked for again after a while: it may have been throttled.
    const again = performance.now() + AGAIN;
    for (const row of rows)
      state.told.set(row.arn, { ...row, of: keys.get(row.arn), again: row.incomplete ? again : Infinity });
    for (const arn of lacking)
      if (!rows.some((row) => row.arn === arn))
        state.told.set(arn, { of: keys.get(arn), spans: state.jobs.get(arn)?.spans ?? [], again });
    list.soon();
  } catch {
    // The next poll says what is wrong.
  } finally {
    setTimeout(() => {
      asking = false;
    }, 200);
  }
}

function isToBeAsked(arn) {
  const told = state.told.get(arn);
  return state.jobs.has(arn) && (told?.of !== key(state.jobs.get(arn)) || told.again < performance.now());
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

byId("text").addEventListener("input", (event) => want({ text: event.target.value.trim().toLowerCase() }));
byId("queue").addEventListener("change", (event) => want({ queue: event.target.value, share: "" }));
byId("share").addEventListener("change", (event) => want({ share: event.target.value }));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && state.open) detail.close();
  else if (event.key === "Escape" && event.target === byId("text")) {
    byId("text").value = "";
    want({ text: "" });
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
