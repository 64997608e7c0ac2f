// Which jobs are shown, and in which order. Pure.

export const STAGES = ["running", "waiting", "failed", "succeeded"];

export function matches(job, row, wanted) {
  if (wanted.stage && job.stage !== wanted.stage) return false;
  if (wanted.queue && job.queue !== wanted.queue) return false;
  if (wanted.share && job.share !== wanted.share) return false;
  return !wanted.text || haystack(job, row).includes(wanted.text);
}

function haystack(job, row) {
  const told = [job.name, job.arn, job.status, job.why, job.share, job.needs, job.training_job, row?.model];
  return told.join("\n").toLowerCase();
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
