// Faults and clock of the emulator, as forms.
import { byId, element, replaceIfChanged, setText } from "../dom.js";
import { moment } from "../format.js";
import { get, send } from "../poll.js";

const KINDS = {
  error: "error: refused, no effect",
  throttle: "throttle: 429, no effect",
  drop_before: "drop_before: cut, no effect",
  drop_after: "drop_after: effect, then cut",
  delay: "delay: late effect",
  delay_after: "delay_after: effect, late answer",
  malformed: "malformed: effect, broken answer",
};
const OPERATIONS = [
  "SubmitServiceJob",
  "DescribeServiceJob",
  "ListServiceJobs",
  "TerminateServiceJob",
  "UpdateServiceJob",
  "GetJobQueueSnapshot",
  "CreateJobQueue",
  "UpdateJobQueue",
  "DeleteJobQueue",
  "DescribeJobQueues",
  "CreateServiceEnvironment",
  "DescribeServiceEnvironments",
  "CreateQuotaShare",
  "UpdateQuotaShare",
  "TagResource",
  "DescribeTrainingJob",
  "GetLogEvents",
  "GetCallerIdentity",
  "GET",
  "PUT",
];

export class Controls {
  constructor(changed) {
    this.changed = changed;
    this.node = byId("controls");
    this.opener = byId("open-controls");
    this.fault = byId("fault");
    this.opener.addEventListener("click", () => this.toggle(this.node.hidden));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
    this.fault.elements.kind.append(
      ...Object.entries(KINDS).map(([value, text]) => element("option", { value }, text)),
    );
    byId("operations").append(...OPERATIONS.map((value) => element("option", { value })));
    this.fault.elements.kind.addEventListener("change", () => this.showFields());
    this.fault.addEventListener("submit", (event) => this.inject(event));
    byId("clear-faults").addEventListener("click", () =>
      this.send("DELETE", "faults", undefined, "All faults are cleared."),
    );
    byId("rate").addEventListener("submit", (event) => {
      event.preventDefault();
      this.rate(Number(event.target.elements.rate.value));
    });
    byId("advance").addEventListener("submit", (event) => {
      event.preventDefault();
      this.advance(Number(event.target.elements.seconds.value));
    });
    for (const button of this.node.querySelectorAll("[data-rate]"))
      button.addEventListener("click", () => this.rate(Number(button.dataset.rate)));
    for (const button of this.node.querySelectorAll("[data-advance]"))
      button.addEventListener("click", () => this.advance(Number(button.dataset.advance)));
    this.showFields();
  }

  allow(allowed) {
    this.opener.hidden = !allowed;
  }

  toggle(open) {
    this.node.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.refresh();
    else this.opener.focus();
  }

  showClock(now, rate) {
    if (this.node.hidden) return;
    setText(byId("clock-words"), `${moment(now)}, ${rate === 0 ? "standing still" : `${rate} s a second`}`);
    for (const button of this.node.querySelectorAll("[data-rate]"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === rate));
  }

  async refresh() {
    if (this.node.hidden) return;
    try {
      const { faults } = await get("/_page/controls/faults");
      replaceIfChanged(byId("faults"), faults, () =>
        faults.length
          ? faults.map((fault) => this.open(fault))
          : [element("li", { class: "nothing" }, "No fault is waiting for a call.")],
      );
    } catch (error) {
      setText(byId("control-answer"), error.message);
    }
  }

  showFields() {
    const kind = this.fault.elements.kind.value;
    for (const label of this.fault.querySelectorAll("[data-kinds]"))
      label.hidden = !label.dataset.kinds.split(" ").includes(kind);
  }

  inject(event) {
    event.preventDefault();
    const { operation, kind, count, status, code, seconds } = this.fault.elements;
    const fault = {
      operation: operation.value.trim(),
      kind: kind.value,
      count: count.value ? Number(count.value) : null,
    };
    if (kind.value === "error") Object.assign(fault, { status: Number(status.value), code: code.value });
    if (kind.value.startsWith("delay")) fault.seconds = Number(seconds.value);
    this.send("POST", "faults", fault, `${fault.operation} will meet it.`);
  }

  rate(rate) {
    this.send("POST", "clock", { rate }, rate ? `The clock goes at ${rate} s a second.` : "The clock stands still.");
  }

  advance(seconds) {
    this.send("POST", "clock", { advance: seconds }, `${seconds} s have passed.`);
  }

  async send(method, route, body, done) {
    try {
      await send(method, route, body);
      setText(byId("control-answer"), done);
    } catch (error) {
      setText(byId("control-answer"), error.message);
    }
    this.refresh();
    this.changed();
  }

  open(fault) {
    const clear = element(
      "button",
      {
        type: "button",
        "data-key": `fault ${fault.number}`,
        "aria-label": `Clear ${fault.operation} ${fault.kind}`,
        onclick: () => this.send("DELETE", "faults", { number: fault.number }, "The fault is cleared."),
      },
      "Clear",
    );
    return element("li", {}, element("b", {}, fault.operation), ` ${faultWords(fault)} `, clear);
  }
}

function faultWords(fault) {
  const calls =
    fault.count === null ? "every call" : fault.count === 1 ? "the next call" : `the next ${fault.count} calls`;
  const how =
    fault.kind === "error"
      ? ` ${fault.status} ${fault.code}`
      : fault.kind.startsWith("delay")
        ? ` ${fault.seconds} s`
        : "";
  const rate = fault.per_second === null ? "" : ` beyond ${fault.per_second} a second`;
  const where = fault.match.length ? `, by ${fault.match.join(", ")}` : "";
  return `${fault.kind}${how}: ${calls}${rate}${where}`;
}
