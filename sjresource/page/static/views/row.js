// One line of the list: a job's name, status, why, and its life on the time axis.
import { copyButton, element, setClass, setText } from "../dom.js";
import { duration, firstLine, moment, nameOf } from "../format.js";
import { halves } from "../words.js";

const WORDS = {
  waiting: "waiting",
  starting: "starting",
  running: "running",
  succeeded: "succeeded",
  failed: "failed attempt",
  preempted: "preempted",
};

const NAME_END = 10;
const MODEL_END = 26;

// A text that is cut in the middle where there is no room for all of it.
class MiddleCut {
  constructor(name, end) {
    this.end = end;
    this.head = element("span", { class: "cut-head" });
    this.tail = element("span", { class: "cut-tail" });
    this.node = element("span", { class: name }, this.head, this.tail);
  }

  show(text, isCut = true) {
    const [head, tail] = isCut ? halves(text, this.end) : [text, ""];
    setText(this.head, head);
    setText(this.tail, tail);
  }
}

// A line is created once and reused: scrolling creates no elements.
export class Row {
  constructor(choose) {
    this.job = null;
    this.nameParts = new MiddleCut("name", NAME_END);
    this.name = this.nameParts.node;
    this.under = element("span", { class: "under" });
    this.status = element("span", { class: "status" });
    this.noteParts = new MiddleCut("note-text", MODEL_END);
    this.note = this.noteParts.node;
    this.copy = element("span", { class: "copy-place" });
    this.line = element("div", { class: "line", role: "gridcell" });
    this.node = element(
      "div",
      { class: "row", role: "row" },
      element("div", { class: "who", role: "gridcell" }, this.name, this.under),
      element("div", { class: "state", role: "gridcell" }, this.status),
      element("div", { class: "note", role: "gridcell" }, this.note, this.copy),
      this.line,
    );
    this.node.addEventListener("click", () => this.job && choose(this.job.arn));
    this.spans = [];
    this.model = "";
  }

  show(job, details, index, { now, scale, severalQueues, active, open, rowHeight, note }) {
    this.job = job;
    const { stage } = job;
    this.node.id = `job-${index}`;
    this.node.style.transform = `translateY(${index * rowHeight}px)`;
    this.node.setAttribute("aria-rowindex", index + 1);
    this.node.setAttribute("aria-selected", open);
    setClass(this.node, `row ${stage}${active ? " active" : ""}${open ? " open" : ""}`);
    this.nameParts.show(job.name);
    const title = `${job.name}\n${job.arn}`;
    if (this.name.title !== title) this.name.title = title;
    setText(this.under, [severalQueues ? nameOf(job.queue) : "", job.share].filter(Boolean).join(" / "));
    setText(this.status, statusWords(job, details, now));
    setClass(this.status, `status ${stage}`);
    this.showNote(job, details, stage, note);
    this.showSpans(details?.spans ?? job.spans, now, scale);
  }

  clear() {
    if (this.node.hidden) return;
    this.job = null;
    this.node.hidden = true;
    this.node.removeAttribute("id");
    this.nameParts.show("");
  }

  showNote(job, details, stage, differs) {
    const model = stage === "succeeded" ? (details?.model ?? "") : "";
    const why =
      stage === "running" ? [job.needs, job.why].filter(Boolean).join(" · ") : (differs ?? firstLine(job.why));
    const note = model || why;
    this.noteParts.show(job.stopping ? `being stopped · ${note}` : note, model !== "");
    if (this.note.title !== (model || job.why)) this.note.title = model || job.why;
    setClass(this.note, `note-text ${model ? "model" : stage}`);
    if (model !== this.model) {
      this.model = model;
      this.copy.replaceChildren(...(model ? [copyButton(model, "the model's S3 URI")] : []));
    }
  }

  showSpans(spans, now, scale) {
    let used = 0;
    for (const [what, begin, end, why] of spans) {
      const from = scale.place(begin);
      const to = scale.place(end ?? Math.max(now, begin));
      if (to < 0 || from > 1) continue;
      const part = this.part(used);
      used += 1;
      const left = Math.max(from, -0.001);
      part.style.left = `${(left * 100).toFixed(3)}%`;
      part.style.width = `${(Math.max(0, Math.min(to, 1.001) - left) * 100).toFixed(3)}%`;
      setClass(part, `span ${what}${end === null ? " live" : ""}`);
      const title = spanWords(what, begin, end, why, now);
      if (part.title !== title) part.title = title;
    }
    const label = spans.map(([what]) => WORDS[what]).join(", then ");
    if (this.line.ariaLabel !== label) this.line.ariaLabel = label;
    for (let spare = used; spare < this.spans.length; spare += 1) setClass(this.spans[spare], "span none");
  }

  part(number) {
    if (!this.spans[number]) {
      this.spans[number] = element("span", { class: "span" });
      this.line.append(this.spans[number]);
    }
    return this.spans[number];
  }
}

export function statusWords(job, details, now) {
  const { stage } = job;
  const attempt = details?.attempts > 1 ? ` · ${details.attempt}/${details.attempts}` : "";
  if (stage === "succeeded" || stage === "failed") {
    const ran = lastEnd(job) - job.created;
    return `${stage === "failed" ? "Failed" : "Succeeded"}${attempt} · ${duration(ran)}`;
  }
  const word = job.status.charAt(0) + job.status.slice(1).toLowerCase();
  return `${word}${attempt} · ${duration(now - Math.max(job.since ?? job.created, details?.since ?? 0))}`;
}

function lastEnd(job) {
  const last = job.spans[job.spans.length - 1];
  return last?.[2] ?? job.since ?? job.created;
}

function spanWords(what, begin, end, why, now) {
  const length = end === null && what !== "waiting" ? "" : `, ${duration((end ?? now) - begin)}`;
  const words = `${WORDS[what]} from ${moment(begin)}${end === null ? "" : length}`;
  return why ? `${words}: ${why}` : words;
}
