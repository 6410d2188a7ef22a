// The state of the explorer and everything a reader can do to it.
import { batch, computed, effect, signal } from "@preact/signals";
import { api, Trouble, type Choice } from "./api";
import { readAddress, writeAddress } from "./address";
import { counts, isFiltered, noFilters, visible } from "./filters";
import { placed } from "./placing";
import { nameOf, plural, t } from "./text";
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

const empty: Scene = { nodes: new Map(), edges: new Map(), places: new Map(), pinned: new Set() };
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
export const large = signal<{ nodes: number; edges: number; generation: string } | null>(null);
export const busy = signal("");
export const trouble = signal<Trouble | null>(null);
export const said = signal(""); // for the live region
export const found = signal<PathAnswer | null>(null);
export const lit = signal<ReadonlySet<string>>(new Set()); // edges of the path shown
export const pathFrom = signal(""); // waiting for the other end
export const panel = signal<"" | "table" | "keys" | "share">("");
export const legendOpen = signal(false); // on narrow screens
export const missing = signal<string[]>([]);
export const undoable = signal(0);
export const redoable = signal(0);
export const fit = signal(0); // counts up when everything should come into view

export const shown = computed(() => visible(scene.value, filters.value));
export const rows = computed(() => counts(scene.value, filters.value));
export const filtered = computed(() => isFiltered(filters.value));

interface Step {
  scene: Scene;
  selected: readonly string[];
  whole: boolean;
  layout: LayoutKind;
  name: string;
}
const past: Step[] = [];
let future: Step[] = [];

function now(name: string): Step {
  return { scene: scene.value, selected: selected.value, whole: whole.value, layout: layout.value, name };
}

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
    layout.value = last.layout;
    undoable.value = past.length;
    redoable.value = future.length;
    said.value = `${word}: ${last.name}`;
  });
}

export const undo = (): void => travel(past, future, t("撤销", "Undone"));
export const redo = (): void => travel(future, past, t("重做", "Done again"));

/** Do something that takes time: say so, and say what went wrong. */
async function during<T>(word: string, work: () => Promise<T>): Promise<T | undefined> {
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

function learn(answer: NetworkAnswer): void {
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

/** Show a thing and what is next to it: alone, or joined to what is there. */
export async function open(id: string, fresh = false): Promise<void> {
  const known = thing(id);
  if (known && !fresh) {
    select([id]);
    if (whole.value) return;
  }
  await during(t("正在展开…", "Opening …"), async () => {
    const answer = await api.ego(id, 1, fresh || scene.value.nodes.size === 0 ? "radial" : "none");
    learn(answer);
    const base = fresh || large.value ? empty : scene.value;
    const next = joined(base, answer, id);
    step(t(`打开 ${answer.nodes.find((x) => x.id === id)?.zh ?? id}`, `Open ${id}`), next, () => {
      selected.value = [id];
      selectedEdge.value = "";
      large.value = null;
      if (base === empty) layout.value = "radial";
    });
    fit.value++;
  });
}

/** What is on the screen, its neighbours first: an address holds only so many. */
function nearFirst(id: string): string[] {
  const near = neighbours(id).map((e) => (e.s === id ? e.t : e.s));
  return [...new Set([...near, ...scene.value.nodes.keys()])];
}

export async function expand(id: string, choice: Choice = {}, after = "", limit = 20): Promise<string> {
  const answer = await during(t("正在展开…", "Expanding …"), () =>
    api.expand(id, choice, nearFirst(id), after, limit),
  );
  if (!answer) return "";
  learn(answer);
  const before = scene.value.nodes.size;
  const next = joined(scene.value, answer, id);
  const more = next.nodes.size - before;
  step(
    t(`展开 ${name(id)}：新增 ${more} 项`, `Expand ${name(id)}: ${more} more`),
    next,
  );
  return answer.after;
}

/** Take away what hangs on a thing alone. */
export function collapse(id: string): void {
  const degree = new Map<string, Set<string>>();
  for (const e of scene.value.edges.values()) {
    degree.set(e.s, (degree.get(e.s) ?? new Set()).add(e.t));
    degree.set(e.t, (degree.get(e.t) ?? new Set()).add(e.s));
  }
  const gone = new Set(
    [...(degree.get(id) ?? [])].filter((o) => degree.get(o)?.size === 1 && !scene.value.pinned.has(o)),
  );
  if (gone.size) step(t(`收起 ${name(id)}`, `Collapse ${name(id)}`), without(scene.value, gone));
  else said.value = t("没有只连到它的事物", "Nothing hangs on it alone");
}

export function hide(ids: readonly string[]): void {
  if (!ids.length) return;
  const word = ids.length === 1 ? name(ids[0]!) : plural(ids.length, "项", "thing", "things");
  step(t(`隐藏 ${word}`, `Hide ${word}`), without(scene.value, new Set(ids)), () => {
    selected.value = [];
  });
}

export function only(ids: readonly string[]): void {
  if (!ids.length) return;
  const kept = new Set(ids);
  const gone = new Set([...scene.value.nodes.keys()].filter((id) => !kept.has(id)));
  step(t("只留选中的", "Keep the selection only"), without(scene.value, gone));
}

export function pin(ids: readonly string[]): void {
  const pinned = new Set(scene.value.pinned);
  const all = ids.every((id) => pinned.has(id));
  for (const id of ids) if (all) pinned.delete(id);
    else pinned.add(id);
  step(all ? t("取消固定", "Unpin") : t("固定", "Pin"), { ...scene.value, pinned });
}

/** A thing dragged to a place stays there. */
export function moved(id: string, place: Place): void {
  const places = new Map(scene.value.places).set(id, place);
  const pinned = new Set(scene.value.pinned).add(id);
  step(t(`移动 ${name(id)}`, `Move ${name(id)}`), { ...scene.value, places, pinned });
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

export async function arrange(kind: LayoutKind, centre = selected.value[0] ?? ""): Promise<void> {
  const ids = [...scene.value.nodes.keys()];
  const answer = await during(t("正在排布…", "Arranging …"), () => api.layout(ids, kind, centre));
  if (!answer) return;
  const places = new Map(scene.value.places);
  for (const [id, place] of Object.entries(answer.positions)) {
    if (!scene.value.pinned.has(id)) places.set(id, place);
  }
  const wasWhole = whole.value;
  step(t("改变布局", "Change the layout"), { ...scene.value, places }, () => {
    layout.value = kind;
    whole.value = wasWhole && kind === "force";
  });
  fit.value++;
}

export async function ego(id: string, depth: number): Promise<void> {
  await during(t("正在取邻域…", "Reading the neighbourhood …"), async () => {
    const answer = await api.ego(id, depth, "radial");
    learn(answer);
    step(t(`${name(id)} 的 ${depth} 步邻域`, `${depth} steps round ${name(id)}`), joined(empty, answer, id), () => {
      selected.value = [id];
      layout.value = "radial";
    });
    if (answer.cut) said.value = t("只显示关联最多的", "Only the most linked are shown");
    fit.value++;
  });
}

export async function paths(from: string, to: string, targets = false): Promise<void> {
  pathFrom.value = "";
  await during(t("正在寻找路径…", "Looking for paths …"), async () => {
    const answer = await api.path(from, to, targets);
    learn(answer);
    const base = large.value ? empty : scene.value;
    const first = answer.paths[0] ?? [];
    const word = answer.length < 0
      ? t("6 步之内没有路径", "No path within six steps")
      : t(`${answer.paths.length} 条最短路径，长 ${answer.length}`, `${answer.paths.length} shortest paths of ${answer.length} links`);
    step(word, joined(base, answer, from), () => {
      found.value = answer;
      lit.value = new Set(first.flat());
      selected.value = [from, to];
      selectedEdge.value = "";
      large.value = null;
    });
  });
}

export async function common(a: string, b: string): Promise<void> {
  await during(t("正在寻找共同邻居…", "Looking for common neighbours …"), async () => {
    const answer = await api.common(a, b);
    learn(answer);
    const shared = answer.nodes.length - 2;
    step(
      t(`${shared} 个共同邻居`, `${shared} common neighbours`),
      joined(scene.value, answer, a),
      () => {
        selected.value = answer.nodes.map((node) => node.id);
      },
    );
  });
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

/** Back to the first picture: the whole graph, or its map when it is large. */
export async function home(keep = true, everything = false): Promise<void> {
  await during(t("正在读取网络…", "Reading the network …"), async () => {
    const answer = await api.overview(everything ? 2500 : undefined);
    total.value = answer.nodes_total;
    learn(answer);
    communities.value = answer.communities;
    if (answer.large) {
      batch(() => {
        scene.value = empty;
        selected.value = [];
        large.value = { nodes: answer.nodes_total, edges: answer.edges_total, generation: answer.generation };
      });
      return;
    }
    const linked = new Set(answer.edges.flatMap((e) => (e.status === "inferred" ? [] : [e.s, e.t])));
    const next = joined(empty, { ...answer, nodes: answer.nodes.filter((x) => linked.has(x.id)) });
    if (keep && scene.value.nodes.size) step(t("整个网络", "The whole network"), next, () => (selected.value = []));
    else scene.value = next;
    whole.value = !everything || answer.nodes.length <= 200;
    layout.value = "force";
    closePaths();
    fit.value++;
  });
}

/** Start as the address says. */
export async function begin(): Promise<void> {
  const kept = readAddress();
  batch(() => {
    filters.value = kept.filters;
    size.value = kept.size;
    byCommunity.value = kept.byCommunity;
    layout.value = kept.layout;
    restored.value = kept.camera;
  });
  if (kept.query) await asked(kept.query);
  else if (kept.path) {
    await paths(...kept.path);
    if (trouble.value?.status === 404) {
      missing.value = [...kept.path];
      trouble.value = null;
    }
    fit.value++;
  } else if (!kept.ids.length) {
    await home(false);
    if (kept.layout !== "force" && !large.value) await arrange(kept.layout);
  } else if (kept.ids.length === 1 && !kept.places.length) {
    await open(kept.ids[0]!, true);
    if (trouble.value?.status === 404) {
      missing.value = kept.ids;
      trouble.value = null;
      await home(false);
    }
  } else {
    await restore(kept.ids, kept.places, kept.pinned, kept.layout);
  }
  if (!scene.value.nodes.size && !large.value) await home(false);
  const known = kept.selected.filter((id) => scene.value.nodes.has(id));
  if (known.length) selected.value = known;
  past.length = 0;
  undoable.value = 0;
}

/** The network that a query describes, from the SPARQL page or a question. */
async function asked(query: string): Promise<void> {
  await during(t("正在查询…", "Asking …"), async () => {
    const answer = await api.query(query);
    learn(answer);
    scene.value = joined(empty, answer);
    fit.value++;
  });
}

async function restore(ids: string[], places: Place[], pinned: string[], kind: LayoutKind): Promise<void> {
  await during(t("正在恢复画面…", "Restoring the picture …"), async () => {
    const answer = await api.scene(ids, kind);
    learn(answer);
    missing.value = answer.missing ?? [];
    const next = joined(empty, answer);
    const at = new Map(next.places);
    ids.forEach((id, i) => {
      if (next.nodes.has(id) && places[i]) at.set(id, places[i]);
    });
    scene.value = { ...next, places: at, pinned: new Set(pinned.filter((id) => next.nodes.has(id))) };
    fit.value++;
  });
}

/** Keep the address in step, a moment after the last change. */
export function followAddress(): () => void {
  let timer = 0;
  return effect(() => {
    const state = {
      scene: scene.value,
      whole: whole.value || Boolean(large.value),
      layout: layout.value,
      size: size.value,
      byCommunity: byCommunity.value,
      filters: filters.value,
      selected: selected.value,
      camera: camera.value,
    };
    clearTimeout(timer);
    if (busy.value || (!state.scene.nodes.size && !large.value)) return;
    timer = window.setTimeout(() => history.replaceState(null, "", writeAddress(state)), 300);
  });
}
