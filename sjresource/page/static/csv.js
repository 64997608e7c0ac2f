// The jobs as a file for spreadsheets (RFC 4180), with a column for each metric and each number
// among the hyperparameters.
import { nameOf } from "./format.js";

const COLUMNS = [
  ["job", (job) => job.name],
  ["queue", (job) => nameOf(job.queue)],
  ["share", (job) => job.share],
  ["status", (job) => job.status],
  ["attempt", (_job, more) => more?.attempt ?? ""],
  ["attempts", (_job, more) => more?.attempts ?? ""],
  ["submitted", (job) => time(job.created)],
  ["since", (job) => time(job.since)],
  ["needs", (job) => job.needs],
  ["why", (job) => job.why],
  ["model", (_job, more) => more?.model ?? ""],
  ["training_job", (job) => job.training_job],
  ["arn", (job) => job.arn],
];

export function csv(jobs, details) {
  const metrics = names(jobs, details, "metrics");
  const numbers = names(jobs, details, "parameters");
  const head = [...COLUMNS.map(([name]) => name), ...metrics, ...numbers];
  const lines = jobs.map((job) => {
    const more = details.get(job.arn);
    return [
      ...COLUMNS.map(([, value]) => value(job, more)),
      ...metrics.map((name) => more?.metrics?.[name] ?? ""),
      ...numbers.map((name) => more?.parameters?.[name] ?? ""),
    ];
  });
  return `${[head, ...lines].map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
}

export function names(jobs, details, kind) {
  return [...new Set(jobs.flatMap((job) => Object.keys(details.get(job.arn)?.[kind] ?? {})))];
}

function time(milliseconds) {
  return milliseconds ? new Date(milliseconds).toISOString() : "";
}

// A spreadsheet would take a text that begins like a formula for one: others wrote these texts.
function field(value) {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
