// Polls for changes while the page is visible, and sends requests.

const TIMEOUT = 60_000;
const MAX_DELAY = 10_000;

export function get(path) {
  return ask(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT) });
}

export function send(method, route, body) {
  return ask(`/_page/controls/${route}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

// Each browser has its own words for a server that is not there.
async function ask(path, request) {
  try {
    return await read(await fetch(path, request));
  } catch (error) {
    if (error.status) throw error;
    throw new Error(
      error.name === "TimeoutError" ? "it takes over a minute" : "the server has ended or is out of reach",
    );
  }
}

async function read(answer) {
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.message ?? answer.statusText), { status: answer.status });
  return body;
}

// Calls `onUpdate` with each answer and `onError` with each failure. Does not poll while the tab is hidden.
export class Poll {
  constructor(onUpdate, onError) {
    this.onUpdate = onUpdate;
    this.onError = onError;
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
      const update = await get(`/_page/overview?since=${encodeURIComponent(this.version)}`);
      this.failures = 0;
      this.version = update.version;
      delay = Math.max(delay, update.next + 50);
      this.onUpdate(update);
    } catch (error) {
      this.failures += 1;
      delay = Math.min(1000 * 2 ** this.failures, MAX_DELAY);
      this.onError(error);
    } finally {
      this.asking = false;
    }
    if (!document.hidden) this.timer = setTimeout(() => this.now(), delay);
  }
}
