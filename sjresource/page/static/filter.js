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

// What runs, then what waits in its order, then what has ended: the latest first.
export function inOrder(jobs) {
  const rank = (job) => STAGES.indexOf(job.stage);
  return jobs.sort((one, other) => {
    const apart = rank(one) - rank(other);
    if (apart) return apart;
    if (rank(one) === 1) return one.created - other.created || byName(one, other);
    return other.since - one.since || other.created - one.created || byName(one, other);
  });
}

function byName(one, other) {
  return compare(one.name, other.name) || compare(one.arn, other.arn);
}

function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

export function countStages(jobs) {
  const counts = { running: 0, waiting: 0, failed: 0, succeeded: 0 };
  for (const job of jobs) counts[job.stage] += 1;
  return counts;
}
