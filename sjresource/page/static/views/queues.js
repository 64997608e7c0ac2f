// Queues with their shares: how full they are, and who lends and borrows.
import { element, replaceIfChanged } from "../dom.js";
import { regionOf } from "../format.js";

const WORTH = ["running", "waiting", "failed", "succeeded"];

// `choose(queue, share)` shows only the jobs of one.
export function showQueues(node, queues, chosen, choose) {
  replaceIfChanged(node, [queues, chosen.queue, chosen.share], () =>
    queues.length
      ? queues.map((queue) => card(queue, queues, chosen, choose))
      : [element("p", { class: "nothing" }, "There are no queues of service jobs yet.")],
  );
}

function card(queue, queues, chosen, choose) {
  const several = new Set(queues.map((each) => regionOf(each.arn))).size > 1;
  const isChosen = chosen.queue === queue.arn && !chosen.share;
  const title = element(
    "button",
    {
      type: "button",
      class: "title",
      "data-key": queue.arn,
      "aria-pressed": isChosen,
      title: queue.arn,
      onclick: () => choose(isChosen ? "" : queue.arn, ""),
    },
    queue.name,
  );
  return element(
    "article",
    { class: chosen.queue === queue.arn ? "card chosen" : "card", "aria-label": `Queue ${queue.name}` },
    element(
      "div",
      { class: "card-head" },
      element("h3", { class: "card-title" }, title),
      element("span", { class: "kind" }, several ? `${regionOf(queue.arn)} · ${queue.scheduling}` : queue.scheduling),
      ...troubles(queue),
      counts(queue.counts),
    ),
    ...queue.units.map(unitBar),
    queue.shares.length ? shares(queue, chosen, choose) : null,
    element("p", { class: "environments" }, environments(queue)),
  );
}

function troubles(thing) {
  const words = [];
  if (thing.state === "DISABLED") words.push("DISABLED");
  if (thing.status && thing.status !== "VALID") words.push(thing.status);
  return words.map((word) => element("span", { class: "trouble", title: thing.reason || word }, word));
}

function counts(counted) {
  const shown = WORTH.filter((stage) => counted[stage]);
  return element(
    "span",
    { class: "counts" },
    ...shown.map((stage) =>
      element("span", { class: `count ${stage}`, title: `${counted[stage]} ${stage}` }, `${counted[stage]} ${stage}`),
    ),
  );
}

function unitBar(unit) {
  // Below zero while jobs run that a limit, lowered since, would not let start.
  const free = unit.limit === null ? "" : `, ${Math.max(0, unit.limit - unit.used - unit.used_by_others)} free`;
  const words =
    unit.limit === null
      ? `${unit.used} ${unit.capacity_unit} in use`
      : `${unit.used} of ${unit.limit} ${unit.capacity_unit}`;
  const label = unit.used_by_others ? `${words}, others use ${unit.used_by_others}${free}` : `${words}${free}`;
  const bar = meter(label, unit.limit || unit.used, [
    ["used", unit.used],
    ["others", unit.used_by_others],
  ]);
  return element("div", { class: "unit" }, bar, element("span", { class: "amount" }, label));
}

function meter(label, most, parts) {
  const bar = element("div", { class: "meter", role: "img", "aria-label": label, title: label });
  for (const [name, amount] of parts) {
    if (!amount) continue;
    const part = element("span", { class: name });
    part.style.width = `${Math.min(100, (100 * amount) / (most || 1))}%`;
    bar.append(part);
  }
  return bar;
}

function shares(queue, chosen, choose) {
  const rows = queue.shares.map((share) => shareRow(queue, share, chosen, choose));
  return element("div", { class: "shares", role: "list", "aria-label": `Shares of ${queue.name}` }, ...rows);
}

function shareRow(queue, share, chosen, choose) {
  const isChosen = chosen.queue === queue.arn && chosen.share === share.name;
  const name = element(
    "button",
    {
      type: "button",
      class: "share-name",
      "data-key": `${queue.arn} ${share.name}`,
      "aria-pressed": isChosen,
      onclick: () => choose(isChosen ? "" : queue.arn, isChosen ? "" : share.name),
    },
    share.name,
  );
  const habits = [share.sharing, share.preempts ? "preempts within" : ""].filter(Boolean).join(", ");
  return element(
    "div",
    { class: "share", role: "listitem" },
    name,
    element("div", { class: "share-units" }, ...share.units.map(shareUnit)),
    counts({ running: share.counts.running, waiting: share.counts.waiting }),
    element("span", { class: "habits" }, habits, ...troubles(share)),
  );
}

function shareUnit(unit) {
  if (unit.limit === null)
    return element(
      "div",
      { class: "unit" },
      element("span", { class: "amount" }, `${unit.used} ${unit.capacity_unit} in use`),
    );
  const words = [`${unit.used} of ${unit.limit} ${unit.capacity_unit}`];
  if (unit.borrowed) words.push(`borrows ${unit.borrowed}`);
  if (unit.to_lend) words.push(`has ${unit.to_lend} to lend`);
  const label = words.join(", ");
  const most = Math.max(unit.limit, unit.used);
  const bar = meter(label, most, [
    ["used", Math.min(unit.used, unit.limit)],
    ["borrowed", unit.borrowed],
    ["lends", unit.to_lend],
  ]);
  return element("div", { class: "unit" }, bar, element("span", { class: "amount" }, label));
}

function environments(queue) {
  const names = queue.environments.map((each) => {
    const state = each.state === "ENABLED" && each.status === "VALID" ? "" : ` (${each.state}, ${each.status})`;
    return `${each.name}: ${each.capacity}${state}`;
  });
  const truncated = queue.truncated.length ? [`only the newest ${queue.truncated.join(", ")} jobs are shown`] : [];
  return [...names, ...truncated].join(" · ");
}
