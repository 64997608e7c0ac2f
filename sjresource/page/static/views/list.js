// The list of jobs: only the lines that are visible have elements.
import { byId, element, replaceIfChanged } from "../dom.js";
import { Row } from "./row.js";

const SPARE = 4;

export class List {
  // `state` is the page's; `onOpen(arn)` is called for the job that somebody opens, `onVisible(arns)`
  // with the jobs in sight.
  constructor(state, onOpen, onVisible) {
    this.state = state;
    this.onOpen = onOpen;
    this.onVisible = onVisible;
    this.node = byId("jobs");
    this.rows = byId("rows");
    this.axis = byId("axis");
    this.guides = byId("guides");
    this.lines = [];
    this.active = "";
    this.asked = false;
    this.rowHeight = 34;
    this.node.addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(this.node);
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.node.addEventListener("focus", () => this.soon());
    drag(
      this.node,
      (part) => {
        state.scale.pan(-part);
        this.soon();
      },
      () => this.width,
    );
    this.measure();
  }

  measure() {
    this.rowHeight = parseFloat(getComputedStyle(this.node).getPropertyValue("--row")) || 34;
    this.height = this.node.clientHeight;
    this.width = this.axis.clientWidth || this.node.clientWidth;
    this.guides.style.left = `${this.axis.offsetParent?.offsetLeft ?? 0}px`;
    this.guides.style.width = `${this.width}px`;
    this.soon();
  }

  // Draws once before the next frame, however often it is called.
  soon() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const { shown, scale, details, open, notes } = this.state;
    const now = this.state.now();
    if (scale.follows) scale.fit(shown, now);
    this.drawAxis();
    const height = `${shown.length * this.rowHeight}px`;
    if (this.rows.style.height !== height) this.rows.style.height = height;
    this.node.setAttribute("aria-rowcount", shown.length);
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.rowHeight) - SPARE);
    const last = Math.min(shown.length, Math.ceil((this.node.scrollTop + this.height) / this.rowHeight) + SPARE);
    const common = { now, scale, rowHeight: this.rowHeight, severalQueues: this.state.queues.length > 1 };
    const arns = [];
    let activeId = "";
    this.makeLines(last - first);
    for (let index = first; index < last; index += 1) {
      const job = shown[index];
      const line = this.lines[index % this.lines.length];
      const active = job.arn === this.active;
      line.show(job, details.get(job.arn), index, {
        ...common,
        active,
        open: job.arn === open,
        note: notes.get(job.arn),
      });
      line.node.hidden = false;
      line.drawn = index;
      if (active) activeId = line.node.id;
      arns.push(job.arn);
    }
    for (const line of this.lines) if (!(line.drawn >= first && line.drawn < last)) line.clear();
    if (activeId) this.node.setAttribute("aria-activedescendant", activeId);
    else this.node.removeAttribute("aria-activedescendant");
    this.onVisible(arns);
  }

  makeLines(count) {
    if (this.lines.length >= count) return;
    while (this.lines.length < count + SPARE) {
      const line = new Row((arn) => this.choose(arn));
      this.lines.push(line);
      this.rows.append(line.node);
    }
  }

  drawAxis() {
    const ticks = this.state.scale.ticks(this.width);
    const nowPlace = this.state.scale.place(this.state.now());
    const isInSight = nowPlace >= 0 && nowPlace <= 1;
    replaceIfChanged(this.axis, [ticks, nowPlace.toFixed(4)], () => {
      const made = ticks.map((tick) => placed(element("span", { class: "tick" }, tick.text), tick.place));
      return isInSight ? [...made, placed(element("span", { class: "now", title: "now" }), nowPlace)] : made;
    });
    replaceIfChanged(this.guides, [ticks, nowPlace.toFixed(4)], () => {
      const made = ticks.map((tick) => placed(element("span", { class: "guide" }), tick.place));
      return isInSight ? [...made, placed(element("span", { class: "guide now" }), nowPlace)] : made;
    });
  }

  choose(arn) {
    this.active = arn;
    this.onOpen(arn);
    this.soon();
  }

  // `to` gives the next place from the present one, which is -1 while nothing is chosen.
  move(to) {
    const { shown } = this.state;
    if (!shown.length) return;
    const now = shown.findIndex((job) => job.arn === this.active);
    const next = Math.min(Math.max(to(now, shown.length - 1), 0), shown.length - 1);
    this.active = shown[next].arn;
    this.reveal(next);
    if (this.state.open) this.openSoon();
    this.soon();
  }

  // Opens a job once no more keys are pressed: opening one makes several calls.
  openSoon() {
    clearTimeout(this.opening);
    this.opening = setTimeout(() => {
      if (this.state.open) this.onOpen(this.active);
    }, 150);
  }

  reveal(index) {
    const top = index * this.rowHeight;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top + this.rowHeight > this.node.scrollTop + this.height)
      this.node.scrollTop = top + this.rowHeight - this.height;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.node) return;
    const page = Math.max(1, Math.floor(this.height / this.rowHeight) - 1);
    const moves = {
      ArrowDown: (now) => now + 1,
      ArrowUp: (now) => now - 1,
      PageDown: (now) => now + page,
      PageUp: (now) => now - page,
      Home: () => 0,
      End: (_now, last) => last,
    };
    if (event.key in moves) this.move(moves[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && this.active) this.onOpen(this.active, true);
    else return;
    event.preventDefault();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    const box = this.axis.getBoundingClientRect();
    const at = this.state.scale.at((event.clientX - box.left) / (box.width || 1));
    if (event.ctrlKey) this.state.scale.zoom(event.deltaY > 0 ? 1.25 : 0.8, at);
    else this.state.scale.pan((event.deltaY || event.deltaX) > 0 ? 0.1 : -0.1);
    this.soon();
  }
}

function placed(node, place) {
  node.style.left = `${(place * 100).toFixed(3)}%`;
  return node;
}

// Calls `moved` with the part of the width by which the lines are dragged.
function drag(node, moved, width) {
  let last = null;
  node.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.target.closest(".line")) last = event.clientX;
  });
  window.addEventListener("pointermove", (event) => {
    if (last === null) return;
    if (event.buttons === 0) {
      last = null;
      return;
    }
    const by = event.clientX - last;
    if (Math.abs(by) < 3) return;
    last = event.clientX;
    moved(by / (width() || 1));
  });
  window.addEventListener("pointerup", () => {
    last = null;
  });
}
