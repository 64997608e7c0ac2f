// Which jobs are shown, and in which order. Pure.

export const STAGES = ["running", "waiting", "failed", "succeeded"];

export function matches(job, details, filter) {
  if (filter.stage && job.stage !== filter.stage) return false;
  if (filter.queue && job.queue !== filter.queue) return false;
  if (filter.share && job.share !== filter.share) return false;
  return !filter.text || haystack(job, details).includes(filter.text);
}

function haystack(job, details) {
  const fields = [job.name, job.arn, job.status, job.why, job.share, job.needs, job.training_job, details?.model];
  return fields.join("\n").toLowerCase();
}

const collator = new Intl.Collator(undefined, { numeric: true });

const ORDERS = {
  job: byName,
  status: (one, other) => STAGES.indexOf(one.stage) - STAGES.indexOf(other.stage) || byName(one, other),
  why: (one, other) => collator.compare(one.why, other.why) || byName(one, other),
  time: (one, other) => one.created - other.created || byName(one, other),
};

// `sort` is a column, with a minus before it the other way round, or a metric: "metric:loss". Without
// it: what runs, then what waits in its order, then what has ended, the latest first.
export function inOrder(jobs, sort = "", details = new Map()) {
  const [column, sign] = sort.startsWith("-") ? [sort.slice(1), -1] : [sort, 1];
  if (column.startsWith("metric:")) return byMetric(jobs, column.slice(7), sign, details);
  const compare = ORDERS[column] ?? asTheyRun;
  return jobs.sort((one, other) => sign * compare(one, other));
}

function byMetric(jobs, name, sign, details) {
  const value = (job) => details.get(job.arn)?.metrics?.[name];
  return jobs.sort((one, other) => {
    const [first, second] = [value(one), value(other)];
    if (first === undefined || second === undefined)
      return (first === undefined) - (second === undefined) || asTheyRun(one, other);
    return sign * (first - second) || byName(one, other);
  });
}

function asTheyRun(one, other) {
  const rank = (job) => STAGES.indexOf(job.stage);
  const apart = rank(one) - rank(other);
  if (apart) return apart;
  if (rank(one) === 1) return one.created - other.created || byName(one, other);
  return other.since - one.since || other.created - one.created || byName(one, other);
}

// Numbers in names by their value.
function byName(one, other) {
  return collator.compare(one.name, other.name) || collator.compare(one.arn, other.arn);
}

export function countStages(jobs) {
  const counts = { running: 0, waiting: 0, failed: 0, succeeded: 0 };
  for (const job of jobs) counts[job.stage] += 1;
  return counts;
}
