// A metric of the jobs that succeeded over one of their numbers: a point for each job.

import { names } from "../csv.js";
import { byId, element, replaceIfChanged, setText, svg } from "../dom.js";
import { axis, number } from "./axis.js";

const MOST = 300; // describing a job takes two calls of AWS
const HEIGHT = 170;
const EDGE = { left: 64, right: 16, top: 10, bottom: 34 };

export class Plot {
  // `open(arn)` opens a job, `changed()` is called when somebody chooses something.
  constructor(state, descriptions, open, changed) {
    this.state = state;
    this.descriptions = descriptions;
    this.open = open;
    this.changed = changed;
    this.node = byId("plot");
    this.drawing = byId("plot-drawing");
    this.metric = byId("plot-metric");
    this.over = byId("plot-over");
    this.points = [];
    this.axes = { metric: "", over: "" };
    this.active = -1;
    this.turn = 0;
    this.isRead = false;
    byId("open-plot").addEventListener("click", () => this.toggle());
    for (const [name, select] of [
      ["metric", this.metric],
      ["over", this.over],
    ])
      select.addEventListener("change", () => {
        state.plot[name] = select.value;
        this.draw();
        changed();
      });
    byId("plot-sort").addEventListener("click", () => {
      const by = `metric:${state.plot.metric}`;
      state.sort = state.sort === by ? `-${by}` : state.sort === `-${by}` ? "" : by;
      changed();
    });
    this.drawing.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  toggle() {
    this.state.plot.shown = !this.state.plot.shown;
    this.show();
    this.changed();
  }

  // Shows the panel or not, and gets what it needs of the jobs that are shown.
  async show() {
    const { shown } = this.state.plot;
    this.node.hidden = !shown;
    byId("open-plot").setAttribute("aria-expanded", shown);
    if (!shown) return;
    this.turn += 1;
    const { turn } = this;
    const goesOn = (done, all) => {
      if (all) setText(byId("plot-words"), done < all ? `reading ${done} of ${all} jobs` : "");
      return this.state.plot.shown && turn === this.turn;
    };
    try {
      await this.descriptions.all(
        this.ended().map((job) => job.arn),
        goesOn,
      );
    } catch (error) {
      setText(byId("plot-words"), error.message);
      return;
    }
    if (turn !== this.turn) return;
    this.isRead = true;
    this.draw();
    this.changed();
  }

  ended() {
    return this.state.matching.filter((job) => job.stage === "succeeded").slice(0, MOST);
  }

  draw() {
    const { plot, details, sort } = this.state;
    if (!plot.shown || !this.isRead) return;
    const jobs = this.ended();
    const metrics = names(jobs, details, "metrics");
    const numbers = varying(jobs, details);
    const held = this.points[this.active]?.arn;
    this.axes = { metric: choose(this.metric, metrics, plot.metric), over: choose(this.over, numbers, plot.over) };
    for (const [name, chosen] of Object.entries(this.axes)) plot[name] = chosen || plot[name];
    const { metric, over } = this.axes;
    byId("plot-sort").disabled = !metric;
    byId("plot-sort").setAttribute("aria-pressed", sort.replace(/^-/, "") === `metric:${metric}`);
    this.points = jobs
      .map((job) => {
        const more = details.get(job.arn);
        return { arn: job.arn, name: job.name, x: more?.parameters?.[over], y: more?.metrics?.[metric] };
      })
      .filter((point) => point.x !== undefined && point.y !== undefined)
      .sort((one, other) => one.x - other.x || one.y - other.y);
    this.active = this.points.findIndex((point) => point.arn === held);
    const width = Math.max(240, this.node.clientWidth - 24);
    const made = [this.points, metric, over, width, this.active, this.state.open];
    if (!replaceIfChanged(this.drawing, made, () => this.parts(width))) return;
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.drawing.setAttribute("aria-label", this.summary());
    setText(byId("plot-words"), this.active < 0 ? this.summary() : pointWords(this.points[this.active], this.axes));
  }

  summary() {
    const { metric, over } = this.axes;
    if (!metric) return "No job that is shown has succeeded with a metric (MetricDefinitions).";
    if (!over) return `No number among the hyperparameters differs between the jobs with ${metric}.`;
    if (!this.points.length) return `No job that is shown has both ${metric} and ${over}.`;
    const sorted = [...this.points].sort((one, other) => one.y - other.y);
    const end = (word, point) => `${word} ${number(point.y)} at ${over} ${number(point.x)} (${point.name})`;
    const ends = `${end("lowest", sorted[0])}, ${end("highest", sorted[sorted.length - 1])}`;
    return `${this.points.length} jobs: ${metric} ${ends}`;
  }

  parts(width) {
    if (!this.points.length) return [];
    const { metric, over } = this.axes;
    const [across, up] = [axis(this.points.map(({ x }) => x)), axis(this.points.map(({ y }) => y))];
    const [right, bottom] = [width - EDGE.right, HEIGHT - EDGE.bottom];
    const left = (value) => EDGE.left + across.place(value) * (right - EDGE.left);
    const top = (value) => bottom - up.place(value) * (bottom - EDGE.top);
    const kind = ({ isLog }) => (isLog ? " (log)" : "");
    return [
      ...up.ticks.flatMap(({ value, text }) => [
        svg("line", { class: "rule", x1: EDGE.left, x2: right, y1: top(value), y2: top(value) }),
        svg("text", { class: "tick-words", x: EDGE.left - 6, y: top(value) + 4, "text-anchor": "end" }, text),
      ]),
      ...across.ticks.flatMap(({ value, text }) => [
        svg("line", { class: "rule", x1: left(value), x2: left(value), y1: EDGE.top, y2: bottom }),
        svg("text", { class: "tick-words", x: left(value), y: bottom + 14, "text-anchor": "middle" }, text),
      ]),
      svg("text", { class: "axis-words", x: right, y: HEIGHT - 4, "text-anchor": "end" }, over + kind(across)),
      svg("text", { class: "axis-words", x: EDGE.left + 6, y: EDGE.top + 8 }, metric + kind(up)),
      ...this.points.map((point, index) =>
        svg(
          "circle",
          {
            class: `point${index === this.active ? " active" : ""}${point.arn === this.state.open ? " open" : ""}`,
            cx: left(point.x),
            cy: top(point.y),
            r: index === this.active || point.arn === this.state.open ? 7 : 5,
            onclick: () => this.choose(index),
          },
          svg("title", {}, pointWords(point, this.axes)),
        ),
      ),
    ];
  }

  choose(index) {
    this.active = index;
    this.open(this.points[index].arn);
    this.draw();
  }

  key(event) {
    const last = this.points.length - 1;
    const moves = { ArrowRight: this.active + 1, ArrowLeft: this.active - 1, Home: 0, End: last };
    if (last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && this.active >= 0) this.open(this.points[this.active].arn, true);
    else if (event.key in moves) this.active = Math.min(Math.max(moves[event.key], 0), last);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }
}

function pointWords(point, { metric, over }) {
  return `${point.name}: ${metric} ${number(point.y)}, ${over} ${number(point.x)}`;
}

// The numbers that differ between jobs, first the one that has the most values.
function varying(jobs, details) {
  const parameters = jobs.map((job) => details.get(job.arn)?.parameters ?? {});
  return names(jobs, details, "parameters")
    .map((name) => [name, new Set(parameters.map((each) => each[name]).filter((value) => value !== undefined)).size])
    .filter(([, count]) => count > 1)
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name);
}

// Offers the choices; returns the one that is chosen, the first if there is none.
function choose(select, choices, chosen) {
  const now = choices.includes(chosen) ? chosen : (choices[0] ?? "");
  select.disabled = !choices.length;
  replaceIfChanged(select, choices, () =>
    choices.length ? choices.map((each) => element("option", { value: each }, each)) : [element("option", {}, "none")],
  );
  if (now && select.value !== now) select.value = now;
  return now;
}
