// Asks what has changed, again and again while somebody looks; and sends orders.

const PATIENCE = 60_000;
const SLOWEST = 10_000;

export async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
  return read(answer);
}

export async function order(method, route, body) {
  const answer = await fetch(`/_page/controls/${route}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return read(answer);
}

async function read(answer) {
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.message ?? answer.statusText), { status: answer.status });
  return told;
}

// Calls `take` with each answer and `lost` with each failure. Nothing is asked while the tab is hidden.
export class Poll {
  constructor(take, lost) {
    this.take = take;
    this.lost = lost;
    this.version = "";
    this.timer = null;
    this.asking = false;
    this.failures = 0;
    document.addEventListener("visibilitychange", () => this.soon());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!document.hidden && !this.asking) this.now();
  }

  async now() {
    this.asking = true;
    let delay = 1000;
    try {
      const told = await ask(`/_page/overview?since=${encodeURIComponent(this.version)}`);
      this.failures = 0;
      this.version = told.version;
      delay = Math.max(delay, told.next + 50);
      this.take(told);
    } catch (error) {
      this.failures += 1;
      delay = Math.min(1000 * 2 ** this.failures, SLOWEST);
      this.lost(error);
    } finally {
      this.asking = false;
    }
    if (!document.hidden) this.timer = setTimeout(() => this.now(), delay);
  }
}
