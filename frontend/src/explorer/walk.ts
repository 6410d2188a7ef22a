// The walk: open, expand, hide, arrange, paths. Each is a step that can be taken back.
import { api, type Choice } from "./api";
import { stretched } from "./placing";
import {
  aspect,
  bring,
  during,
  empty,
  found,
  joined,
  large,
  layout,
  learn,
  lit,
  name,
  neighbours,
  pathFrom,
  reveal,
  say,
  scene,
  select,
  selected,
  selectedEdge,
  step,
  thing,
  whole,
  without,
} from "./state";
import { plural, t } from "./text";
import type { LayoutKind, Place } from "./types";

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
    bring();
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
    () => (reveal.value = [...next.nodes.keys()].slice(before)),
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
  else say(t("没有只连到它的事物", "Nothing hangs on it alone"));
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

export async function arrange(kind: LayoutKind, centre = selected.value[0] ?? ""): Promise<void> {
  const ids = [...scene.value.nodes.keys()];
  const answer = await during(t("正在排布…", "Arranging …"), () => api.layout(ids, kind, centre));
  if (!answer) return;
  const places = new Map(scene.value.places);
  const given = new Map(Object.entries(answer.positions));
  for (const [id, place] of stretched(given, aspect.value, kind === "radial" ? 1.3 : undefined)) {
    if (!scene.value.pinned.has(id)) places.set(id, place);
  }
  const wasWhole = whole.value && !scene.value.pinned.size;
  step(t("改变布局", "Change the layout"), { ...scene.value, places }, () => {
    layout.value = kind;
    whole.value = wasWhole && !centre; // an address without things lays them out alike
  });
  bring();
}

export async function ego(id: string, depth: number): Promise<void> {
  await during(t("正在取邻域…", "Reading the neighbourhood …"), async () => {
    const answer = await api.ego(id, depth, "radial");
    learn(answer);
    step(t(`${name(id)} 的 ${depth} 步邻域`, `${depth} steps round ${name(id)}`), joined(empty, answer, id), () => {
      selected.value = [id];
      layout.value = "radial";
    });
    if (answer.cut) say(t(`太多了：只显示关联最多的 ${answer.nodes.length} 项`, `Too many: the ${answer.nodes.length} most linked are shown`));
    bring();
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
    bring(answer.nodes.map((node) => node.id));
  });
}

export async function common(a: string, b: string): Promise<void> {
  await during(t("正在寻找共同邻居…", "Looking for common neighbours …"), async () => {
    const answer = await api.common(a, b);
    learn(answer);
    const shared = answer.nodes.length - 2;
    if (!shared) return say(t("没有共同邻居，可以找两者之间的路径", "They share no neighbour; look for paths between them"));
    step(
      t(`${shared} 个共同邻居`, `${shared} common neighbours`),
      joined(scene.value, answer, a),
      () => {
        selected.value = answer.nodes.map((node) => node.id);
      },
    );
    bring(selected.value);
  });
}

