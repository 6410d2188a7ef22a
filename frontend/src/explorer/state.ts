// The state of the explorer, and how steps are taken and taken back.
import { batch, computed, signal } from "@preact/signals";
import { Trouble } from "./api";
import { counts, isFiltered, noFilters, visible } from "./filters";
import { placed } from "./placing";
import { nameOf, t } from "./text";
import type {
  Camera,
  Community,
  Filters,
  LayoutKind,
  Link,
  NetworkAnswer,
  PathAnswer,
  Place,
  Scene,
  SizeKind,
  Term,
  Thing,
} from "./types";
import { keyOf } from "./types";

export const empty: Scene = { nodes: new Map(), edges: new Map(), places: new Map(), pinned: new Set() };
const UNDO = 100;

export const scene = signal<Scene>(empty);
export const terms = signal<Record<string, Term>>({});
export const communities = signal<Community[]>([]);
export const filters = signal<Filters>(noFilters);
export const selected = signal<readonly string[]>([]);
export const selectedEdge = signal("");
export const hovered = signal("");
export const layout = signal<LayoutKind>("force");
export const size = signal<SizeKind>("degree");
export const byCommunity = signal(false);
export const camera = signal<Camera | null>(null);
export const restored = signal<Camera | null>(null); // the address's, for the first picture
export const whole = signal(false); // the scene is the whole graph, nothing added
export const total = signal(0); // things in the whole graph
export const large = signal<{ nodes: number; drawn: number; edges: number; generation: string } | null>(null);
export const busy = signal("");
export const trouble = signal<Trouble | null>(null);
export const said = signal(""); // for the live region
export const toast = signal(""); // the same for the eye, for a while
export const found = signal<PathAnswer | null>(null);
export const lit = signal<ReadonlySet<string>>(new Set()); // edges of the path shown
export const pathFrom = signal(""); // waiting for the other end
export const panel = signal<"" | "table" | "keys" | "share">("");
export const legendOpen = signal(false); // on narrow screens
export const missing = signal<string[]>([]);
export const undoable = signal(0);
export const redoable = signal(0);
export const fit = signal(0); // counts up when something should come into view:
export const fitTo = signal<readonly string[]>([]); // these things, or all when empty
export const reveal = signal<readonly string[]>([]); // new: the picture widens if they lie outside
export const aspect = signal(0); // width of the picture over its height
export const still = signal(false); // there is no WebGL: the first picture stays as it is
export const moves = signal(false); // the picture can be moved
export const everything = signal(false); // "show all" was asked for

export const shown = computed(() => visible(scene.value, filters.value));
export const rows = computed(() => counts(scene.value, filters.value));
export const filtered = computed(() => isFiltered(filters.value));

interface Step {
  everything: boolean;
  scene: Scene;
  selected: readonly string[];
  whole: boolean;
  layout: LayoutKind;
  name: string;
}
const past: Step[] = [];
let future: Step[] = [];

function now(name: string): Step {
  return { everything: everything.value, scene: scene.value, selected: selected.value, whole: whole.value, layout: layout.value, name };
}

let fading = 0;
/** Say what is not to be seen in the picture. */
export function say(text: string): void {
  batch(() => {
    said.value = text;
    toast.value = text;
  });
  clearTimeout(fading);
  fading = setTimeout(() => (toast.value = ""), 8000) as unknown as number;
}

/** Bring these things into view, or all. */
export function bring(ids: readonly string[] = []): void {
  fitTo.value = ids;
  fit.value++;
}

/** Names of the steps taken, the last first. */
export const trail = computed(() => (undoable.value || redoable.value ? past.map((s) => s.name).reverse() : []));

/** A step that can be taken back. */
export function step(name: string, next: Scene, more: () => void = () => undefined): void {
  past.push(now(name));
  if (past.length > UNDO) past.shift();
  future = [];
  batch(() => {
    scene.value = next;
    whole.value = false;
    more();
    undoable.value = past.length;
    redoable.value = 0;
    said.value = name;
  });
}

function travel(from: Step[], to: Step[], word: string): void {
  const last = from.pop();
  if (!last) return;
  to.push(now(last.name));
  batch(() => {
    scene.value = last.scene;
    selected.value = last.selected;
    whole.value = last.whole;
    everything.value = last.everything;
    layout.value = last.layout;
    undoable.value = past.length;
    redoable.value = future.length;
    said.value = `${word}: ${last.name}`;
  });
}

/** Take back several steps at once. */
export function back(count: number): void {
  for (let i = 0; i < count; i++) undo();
}

export const undo = (): void => travel(past, future, t("撤销", "Undone"));
export const redo = (): void => travel(future, past, t("重做", "Done again"));

/** The way here is no step: nothing to take back yet. */
export function forget(): void {
  past.length = 0;
  undoable.value = 0;
}

/** Do something that takes time: say so, and say what went wrong. */
export async function during<T>(word: string, work: () => Promise<T>): Promise<T | undefined> {
  busy.value = word;
  trouble.value = null;
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    trouble.value = error;
    return undefined;
  } finally {
    busy.value = "";
  }
}

export function learn(answer: NetworkAnswer): void {
  terms.value = { ...terms.value, ...answer.terms };
}

/** A scene with what an answer brings; new things are placed near the anchor. */
export function joined(base: Scene, answer: NetworkAnswer, anchor = ""): Scene {
  const nodes = new Map(base.nodes);
  const edges = new Map(base.edges);
  const fresh = answer.nodes.filter((node) => !nodes.has(node.id));
  for (const node of answer.nodes) nodes.set(node.id, node);
  for (const edge of answer.edges) if (nodes.has(edge.s) && nodes.has(edge.t)) edges.set(keyOf(edge), edge);
  const ids = fresh.map((node) => node.id);
  const given = answer.positions;
  const places =
    base.nodes.size === 0 && given
      ? new Map(ids.flatMap((id): [string, Place][] => (given[id] ? [[id, given[id]]] : [])))
      : placed(base, ids, answer.edges, anchor);
  return { ...base, nodes, edges, places };
}

export function without(base: Scene, gone: ReadonlySet<string>): Scene {
  const nodes = new Map([...base.nodes].filter(([id]) => !gone.has(id)));
  const edges = new Map([...base.edges].filter(([, e]) => nodes.has(e.s) && nodes.has(e.t)));
  const places = new Map([...base.places].filter(([id]) => nodes.has(id)));
  return { nodes, edges, places, pinned: new Set([...base.pinned].filter((id) => nodes.has(id))) };
}

export const thing = (id: string): Thing | undefined => scene.value.nodes.get(id);
export const name = (id: string): string => {
  const node = thing(id);
  return node ? nameOf(node) : id;
};

export function neighbours(id: string): Link[] {
  return [...scene.value.edges.values()].filter((e) => e.s === id || e.t === id);
}

export function select(ids: readonly string[]): void {
  batch(() => {
    selected.value = ids.filter((id) => scene.value.nodes.has(id) || large.value);
    selectedEdge.value = "";
    if (ids.length === 1) said.value = t(`选中 ${name(ids[0]!)}`, `Selected ${name(ids[0]!)}`);
  });
}

export function toggle(id: string): void {
  const has = selected.value.includes(id);
  select(has ? selected.value.filter((other) => other !== id) : [...selected.value, id]);
}

export function closePaths(): void {
  found.value = null;
  lit.value = new Set();
}

export function setFilters(change: Partial<Filters>): void {
  filters.value = { ...filters.value, ...change };
  const { nodes, edges } = shown.value;
  said.value = t(`显示 ${nodes.size} 项、${edges.size} 条关系`, `${nodes.size} things and ${edges.size} links shown`);
}

export function flip<T>(set: ReadonlySet<T>, key: T): Set<T> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}

