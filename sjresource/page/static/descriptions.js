// What only a job's description has: attempts, model, metrics, numbers among its hyperparameters.
import { get } from "./poll.js";

const MAX_ROWS = 15;
const RETRY_AFTER = 30_000;

export class Descriptions {
  // `state` is the page's; `changed()` is called when there are new ones.
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.asking = false;
  }

  // Gets the descriptions of the jobs in sight, once for each state of a job.
  async inSight(arns) {
    if (this.asking) return;
    const missing = arns.filter((arn) => this.needs(arn)).slice(0, MAX_ROWS);
    if (!missing.length) return;
    this.asking = true;
    try {
      await this.describe(missing);
    } catch {
      // The next poll reports the error.
    } finally {
      setTimeout(() => {
        this.asking = false;
      }, 200);
    }
  }

  // Gets those of all these jobs, some at a time, while `goesOn(done, all)` returns true.
  async all(arns, goesOn) {
    const missing = arns.filter((arn) => this.needs(arn));
    for (let done = 0; done < missing.length; done += MAX_ROWS) {
      if (!goesOn(done, missing.length)) return false;
      await this.describe(missing.slice(done, done + MAX_ROWS));
    }
    return goesOn(missing.length, missing.length);
  }

  async describe(arns) {
    const { jobs, details } = this.state;
    const keys = new Map(arns.map((arn) => [arn, key(jobs.get(arn))]));
    const { rows } = await get(`/_page/rows?${arns.map((arn) => `job=${encodeURIComponent(arn)}`).join("&")}`);
    // A job that could not be described is tried again after a while: it may have been throttled.
    const again = performance.now() + RETRY_AFTER;
    for (const row of rows)
      details.set(row.arn, { ...row, of: keys.get(row.arn), again: row.incomplete ? again : Infinity });
    for (const arn of arns)
      if (!rows.some((row) => row.arn === arn))
        details.set(arn, { of: keys.get(arn), spans: jobs.get(arn)?.spans ?? [], again });
    this.changed();
  }

  needs(arn) {
    const { jobs, details } = this.state;
    const known = details.get(arn);
    return jobs.has(arn) && (known?.of !== key(jobs.get(arn)) || known.again < performance.now());
  }
}

function key(job) {
  if (!job) return "";
  job.key ??= JSON.stringify([job.status, job.training_job, job.spans]);
  return job.key;
}
