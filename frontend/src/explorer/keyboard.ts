// Every action by keyboard; the sheet behind ? lists them.
import type { Stage } from "./stage";
import * as store from "./store";

/** The neighbour that lies most in a direction, as seen on the screen. */
function towards(stage: Stage, id: string, dx: number, dy: number): string {
  const from = stage.spot(id);
  let [best, chosen] = [Infinity, ""];
  for (const e of store.neighbours(id)) {
    const other = e.s === id ? e.t : e.s;
    if (!store.shown.value.nodes.has(other)) continue;
    const to = stage.spot(other);
    if (!from || !to) continue;
    const [x, y] = [to[0] - from[0], to[1] - from[1]];
    const along = x * dx + y * dy;
    if (along <= 0) continue;
    const cost = Math.hypot(x, y) * (1 + 2 * Math.abs(Math.atan2(x * dy - y * dx, along)));
    if (cost < best) [best, chosen] = [cost, other];
  }
  return chosen;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function walk(stage: Stage, key: string): void {
  const [dx, dy] = ARROWS[key]!;
  const one = store.selected.value.length === 1 ? store.selected.value[0]! : "";
  const next = one && towards(stage, one, dx, dy);
  if (next) store.select([next]);
  else stage.pan(dx * 0.12, -dy * 0.12);
}

function escape(): void {
  if (store.pathFrom.value) store.pathFrom.value = "";
  else if (store.found.value) store.closePaths();
  else if (store.panel.value === "table") store.panel.value = "";
  else store.select([]);
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function withControl(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) store.undo();
  else if (key === "y" || (key === "z" && event.shiftKey)) store.redo();
  else if (key === "a") store.select([...store.shown.value.nodes]);
  else return false;
  return true;
}

function plain(event: KeyboardEvent, stage: Stage): boolean {
  const ids = store.selected.value;
  const one = ids.length === 1 ? ids[0]! : "";
  const onButton = event.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
  const actions: Record<string, () => void> = {
    "/": () => {
      store.legendOpen.value = true;
      document.getElementById("find")?.focus();
    },
    "?": () => (store.panel.value = "keys"),
    Escape: escape,
    Delete: () => store.hide(ids),
    Backspace: () => store.hide(ids),
    "0": () => stage.fitTo(),
    "[": () => stage.zoom(1 / 1.4),
    "]": () => stage.zoom(1.4),
    h: () => void store.home(),
    t: () => (store.panel.value = store.panel.value === "table" ? "" : "table"),
    s: () => (store.panel.value = "share"),
    f: () => ids.length && store.pin(ids),
    l: () => (store.legendOpen.value = !store.legendOpen.value),
    c: () => ids.length === 2 && void store.common(ids[0]!, ids[1]!),
    p: () => {
      if (ids.length === 2) void store.paths(ids[0]!, ids[1]!);
      else if (one) store.pathFrom.value = one;
    },
    "+": () => one && void store.expand(one),
    "=": () => one && void store.expand(one),
    "-": () => one && store.collapse(one),
    "1": () => one && void store.ego(one, 1),
    "2": () => one && void store.ego(one, 2),
    "3": () => one && void store.ego(one, 3),
  };
  if (event.key === "Enter" && one && !onButton) {
    void store.expand(one);
    return true;
  }
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return false;
  act();
  return true;
}

export function installKeys(getStage: () => Stage | null): void {
  document.addEventListener("keydown", (event) => {
    const stage = getStage();
    if (!stage || event.altKey || document.querySelector("dialog[open]")) return;
    if (typing(event.target)) return;
    const done = event.ctrlKey || event.metaKey ? withControl(event) : false;
    if (done) return event.preventDefault();
    if (event.ctrlKey || event.metaKey) return;
    if (event.key in ARROWS) {
      const scrolls = event.target instanceof HTMLElement && event.target.closest(".side, .drawer, .left");
      if (scrolls) return;
      walk(stage, event.key);
      event.preventDefault();
    } else if (plain(event, stage)) event.preventDefault();
  });
}
