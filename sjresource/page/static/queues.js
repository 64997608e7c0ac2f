// Queues with their shares: how full they are, and who lends and borrows.
import { element, replaceIfChanged } from "./dom.js";
import { regionOf, unitWord } from "./words.js";

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
      title,
      element("span", { class: "kind" }, several ? `${regionOf(queue.arn)} · ${queue.kind}` : queue.kind),
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
  const free = unit.most === undefined ? "" : `, ${unit.most - unit.used - unit.others} free`;
  const words =
    unit.most === undefined
      ? `${unit.used} ${unitWord(unit.unit)} in use`
      : `${unit.used} of ${unit.most} ${unitWord(unit.unit)}`;
  const told = unit.others ? `${words}, others use ${unit.others}${free}` : `${words}${free}`;
  const bar = meter(told, unit.most || unit.used, [
    ["used", unit.used],
    ["others", unit.others ?? 0],
  ]);
  return element("div", { class: "unit" }, bar, element("span", { class: "amount" }, told));
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
  if (unit.own === undefined)
    return element(
      "div",
      { class: "unit" },
      element("span", { class: "amount" }, `${unit.used} ${unitWord(unit.unit)} in use`),
    );
  const words = [`${unit.used} of ${unit.own} ${unitWord(unit.unit)}`];
  if (unit.borrowed) words.push(`borrows ${unit.borrowed}`);
  if (unit.lends) words.push(`has ${unit.lends} to lend`);
  const told = words.join(", ");
  const most = Math.max(unit.own, unit.used);
  const bar = meter(told, most, [
    ["used", Math.min(unit.used, unit.own)],
    ["borrowed", unit.borrowed],
    ["lends", unit.lends],
  ]);
  return element("div", { class: "unit" }, bar, element("span", { class: "amount" }, told));
}

function environments(queue) {
  const told = queue.environments.map((each) => {
    const state = each.state === "ENABLED" && each.status === "VALID" ? "" : ` (${each.state}, ${each.status})`;
    return `${each.name}: ${each.capacity}${state}`;
  });
  const cut = queue.cut.length ? [`only the newest ${queue.cut.join(", ")} jobs are shown`] : [];
  return [...told, ...cut].join(" · ");
}
