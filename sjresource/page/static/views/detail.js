// Everything about one job, beside the list.
import { byId, copyButton, element, replaceIfChanged, setText } from "../dom.js";
import { duration, moment, nameOf } from "../format.js";
import { get } from "../poll.js";

const SOON = 150; // milliseconds, in which most answers come

export class Detail {
  constructor(closed) {
    this.stopWaiting = () => {};
    this.node = byId("detail");
    this.closed = closed;
    this.arn = "";
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      }
    });
  }

  // Until there is an answer, which may take AWS seconds, the name alone is shown, and no other job.
  async open(arn, name, focus) {
    if (this.arn !== arn) {
      const wait = setTimeout(() => this.arn === arn && this.awaits(arn, name), SOON);
      this.stopWaiting = () => clearTimeout(wait);
    }
    this.arn = arn;
    this.node.hidden = false;
    await this.refresh();
    if (focus && this.arn === arn) this.node.focus();
  }

  close() {
    if (!this.arn) return;
    this.arn = "";
    this.node.hidden = true;
    this.node.replaceChildren();
    this.node.madeOf = "";
    this.closed();
  }

  // Gets the job, unless a request for it is under way.
  async refresh() {
    const arn = this.arn;
    if (!arn || this.asking === arn) return;
    this.asking = arn;
    let job = null;
    let problem = "";
    try {
      job = await get(`/_page/job?job=${encodeURIComponent(arn)}`);
    } catch (error) {
      problem = error.message;
    }
    if (this.asking === arn) this.asking = "";
    if (this.arn !== arn) return;
    this.stopWaiting();
    this.show(arn, job, problem);
  }

  awaits(arn, name) {
    replaceIfChanged(this.node, [arn], () => [this.head(name), element("p", { class: "nothing" }, "…")]);
  }

  show(arn, job, problem) {
    const log = this.node.querySelector(".log");
    const atEnd = !log || log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    const top = log?.scrollTop ?? 0;
    // A log that grows by the second changes nothing but itself: what is focused or selected stays.
    const rest = job && { ...job, log: job.log.length > 0 };
    const changed = replaceIfChanged(this.node, [arn, rest, problem], () =>
      job ? this.parts(job) : [this.head(nameOf(arn)), element("p", { class: "problem" }, problem)],
    );
    if (!changed && log && job) setText(log, job.log.join("\n"));
    const newLog = this.node.querySelector(".log");
    if (newLog) newLog.scrollTop = atEnd ? newLog.scrollHeight : top;
  }

  head(name, ...more) {
    const close = element(
      "button",
      {
        type: "button",
        class: "close",
        "data-key": "close",
        "aria-label": "Close",
        title: "Close (Esc)",
        onclick: () => this.close(),
      },
      "×",
    );
    return element("div", { class: "detail-head" }, element("h2", {}, name), ...more, close);
  }

  parts(job) {
    const { stage } = job;
    return [
      this.head(job.name, element("span", { class: `badge ${stage}` }, job.status)),
      ...because(job, stage),
      job.model
        ? element(
            "div",
            { class: "box model-box" },
            element("h3", {}, "Model"),
            element("code", { class: "uri" }, job.model),
            copyButton(job.model, "the model's S3 URI"),
          )
        : null,
      facts(job),
      consoleLinks(job),
      job.ended_attempts.length ? attempts(job) : null,
      job.metrics.length
        ? element(
            "div",
            { class: "box" },
            element("h3", {}, "Metrics"),
            element("p", {}, job.metrics.map((each) => `${each.name} ${each.value}`).join(" · ")),
          )
        : null,
      element("h3", { class: "log-head" }, "Log"),
      job.log.length
        ? element(
            "pre",
            { class: "log", "data-key": "log", tabindex: "0", "aria-label": "Last lines of the log" },
            job.log.join("\n"),
          )
        : element("p", { class: "nothing" }, job.training_job ? "No line yet." : "It has not started."),
      ...job.errors.map((error) => element("p", { class: "problem" }, error)),
    ].filter(Boolean);
  }
}

function because(job, stage) {
  const boxes = [];
  if (stage === "waiting") {
    boxes.push(
      element(
        "div",
        { class: "box why waiting" },
        element("h3", {}, "Why it waits"),
        element("p", {}, job.why || "nothing is known"),
        job.scheduler ? element("p", {}, `Scheduler: ${job.scheduler}`) : null,
      ),
    );
  } else if (stage === "failed") {
    const more = job.failure && !job.why.includes(job.failure) ? element("p", {}, job.failure) : null;
    boxes.push(
      element(
        "div",
        { class: "box why failed" },
        element("h3", {}, "Why it failed"),
        element("p", {}, job.why || "no reason was given"),
        more,
        job.hint ? element("p", { class: "to-try" }, element("b", {}, "To try: "), job.hint) : null,
      ),
    );
  }
  return boxes;
}

const PLACES = { job_queue: "Queue", training_job: "Training job", log: "Log" };

// Links to the console of AWS; an emulator's jobs are in none.
function consoleLinks(job) {
  const links = Object.entries(PLACES).filter(([place]) => job.console[place]?.startsWith("https://"));
  if (!links.length) return null;
  const made = links.map(([place, words]) =>
    element(
      "a",
      { href: job.console[place], target: "_blank", rel: "noopener noreferrer", "data-key": `console ${place}` },
      words,
    ),
  );
  return element("div", { class: "box links" }, element("h3", {}, "In the AWS console"), ...made);
}

function facts(job) {
  const attempts = job.attempts > 1 || job.attempt > 1 ? `${job.attempt} of ${job.attempts}` : "";
  const rows = [
    ["Queue", nameOf(job.queue)],
    ["Share", job.share],
    ["Needs", job.needs],
    ["Priority", job.priority === null ? "" : String(job.priority)],
    ["Attempt", attempts],
    ["Preempted", job.preemptions ? `${job.preemptions} times` : ""],
    ["Time limit", job.timeout_seconds ? duration(job.timeout_seconds * 1000) : ""],
    ["Submitted", moment(job.created)],
    ["Started", job.started ? moment(job.started) : ""],
    ["Ended", job.stopped ? moment(job.stopped) : ""],
    ["Training", [job.training_job, job.training_status].filter(Boolean).join(" · ")],
  ].filter(([, value]) => value);
  const list = element(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
  list.append(
    element("dt", {}, "ARN"),
    element("dd", { class: "arn" }, element("code", {}, job.arn), copyButton(job.arn, "the ARN")),
  );
  return list;
}

function attempts(job) {
  const rows = job.ended_attempts.map(({ what, begin, end, why }) => {
    const ran = end > begin ? ` after ${duration(end - begin)} ` : ", never ran ";
    return element("li", { class: what }, element("b", {}, what), ran, element("span", { class: "because" }, why));
  });
  return element("div", { class: "box" }, element("h3", {}, "Attempts"), element("ol", { class: "attempts" }, ...rows));
}
