// The time that is shown: from `begin` to `end`, in epoch milliseconds. Pure but for its own state.
import { day, timeOfDay } from "../format.js";

const SECOND = 1000,
  MINUTE = 60 * SECOND,
  HOUR = 60 * MINUTE,
  DAY = 24 * HOUR;
const STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  30 * DAY,
  90 * DAY,
];
const SHORTEST = 2 * SECOND;
const LONGEST = 5 * 365 * DAY;

export class Scale {
  constructor() {
    this.begin = 0;
    this.end = 1;
    this.follows = true; // all jobs, up to now, until somebody zooms
  }

  fit(jobs, now) {
    let first = Infinity;
    let last = -Infinity;
    for (const job of jobs) {
      first = Math.min(first, job.created);
      const end = job.spans.length ? (job.spans[job.spans.length - 1][2] ?? now) : now;
      last = Math.max(last, end);
    }
    if (first === Infinity) [first, last] = [now - 10 * MINUTE, now];
    const length = Math.max(last - first, SHORTEST);
    this.begin = first - length * 0.01;
    this.end = last + length * 0.04;
  }

  zoom(factor, at = this.end - (this.end - this.begin) / 2) {
    const length = Math.min(Math.max((this.end - this.begin) * factor, SHORTEST), LONGEST);
    const left = (at - this.begin) / (this.end - this.begin);
    this.begin = at - length * left;
    this.end = this.begin + length;
    this.follows = false;
  }

  pan(part) {
    const moved = (this.end - this.begin) * part;
    this.begin += moved;
    this.end += moved;
    this.follows = false;
  }

  // Where a moment is, from 0 (left) to 1.
  place(moment) {
    return (moment - this.begin) / (this.end - this.begin);
  }

  at(place) {
    return this.begin + (this.end - this.begin) * place;
  }

  ticks(width) {
    const length = this.end - this.begin;
    const most = Math.max(2, Math.floor(width / 90));
    const step = STEPS.find((each) => length / each <= most) ?? STEPS[STEPS.length - 1];
    const offset = new Date(this.begin).getTimezoneOffset() * MINUTE; // days begin at local midnight
    const ticks = [];
    for (let at = Math.ceil((this.begin - offset) / step) * step + offset; at <= this.end; at += step) {
      const text = step >= DAY ? day(at) : timeOfDay(at, step < MINUTE);
      const fits = (1 - this.place(at)) * width > text.length * 7 + 4; // else it would be cut at the edge
      ticks.push({ place: this.place(at), text: fits ? text : "" });
    }
    return ticks;
  }
}
