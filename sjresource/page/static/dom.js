// Elements are made here, and only here: text goes in as text, never as markup.

export function byId(id) {
  return document.getElementById(id);
}

// element("button", { class: "x", type: "button" }, "text", otherElement)
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value === true && !key.startsWith("aria-")) made.setAttribute(key, "");
    else if ((value !== false || key.startsWith("aria-")) && value !== undefined && value !== null)
      made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// The same for a drawing: svg("circle", { r: 3 }).
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

// Replaces the children only if what they are made of has changed. What has the focus gets it back:
// a child is known again by its data-key.
export function replaceIfChanged(node, made, ...children) {
  const key = JSON.stringify(made);
  if (node.madeOf === key) return false;
  node.madeOf = key;
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  node.replaceChildren(...children.flatMap((child) => (typeof child === "function" ? child() : [child])));
  if (held !== undefined)
    [...node.querySelectorAll("[data-key]")].find((each) => each.dataset.key === held)?.focus({ preventScroll: true });
  return true;
}

export function copyButton(text, what) {
  const button = element(
    "button",
    { type: "button", class: "copy", "data-key": `copy ${what}`, title: `Copy ${what}`, "aria-label": `Copy ${what}` },
    "Copy",
  );
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  });
  return button;
}
