// From state to what the stage draws: radii, labels, bends of parallel links.
import type { View, ViewNode, ViewTitle } from "./picture";
import * as store from "./store";
import { nameOf, t, termOf } from "./text";
import type { Thing } from "./types";

function weigh(node: Thing): number {
  if (store.size.value === "rank") return node.rank ?? 0;
  if (store.size.value === "between") return node.between ?? 0;
  return node.degree;
}

export function viewOf(): View {
  const scene = store.scene.value;
  const { nodes: ids, edges: keys } = store.shown.value;
  const equal = store.size.value === "equal";
  let most = 1e-9;
  for (const id of ids) most = Math.max(most, weigh(scene.nodes.get(id)!));
  const span = ids.size > 400 ? [3, 11] : ids.size > 120 ? [5, 14] : [8, 13];
  const nodes: ViewNode[] = [];
  for (const id of ids) {
    const node = scene.nodes.get(id)!;
    nodes.push({
      id,
      place: scene.places.get(id) ?? [0, 0],
      // area, not radius, by the measure
      radius: equal ? (span[0]! + span[1]!) / 2 : span[0]! + span[1]! * Math.sqrt(weigh(node) / most),
      group: node.group,
      community: node.community ?? -1,
      label: nameOf(node),
    });
  }
  const between = new Map<string, string[]>();
  for (const key of keys) {
    const e = scene.edges.get(key)!;
    const pair = e.s < e.t ? `${e.s} ${e.t}` : `${e.t} ${e.s}`;
    const list = between.get(pair);
    if (list) list.push(key);
    else between.set(pair, [key]);
  }
  const lines: View["lines"] = [];
  for (const parallel of between.values()) {
    parallel.forEach((key, i) => {
      const link = scene.edges.get(key)!;
      const turn = link.s < link.t ? 1 : -1;
      const bend = parallel.length === 1 ? 0 : turn * (i - (parallel.length - 1) / 2) * 0.22;
      lines.push({ key, link, bend, label: termOf(store.terms.value[link.p], link.p) });
    });
  }
  return {
    nodes,
    lines,
    titles: nodes.length > APART && store.layout.value === "force" ? titles(nodes) : [],
    layout: store.layout.value,
    byCommunity: store.byCommunity.value,
    selected: new Set(store.selected.value),
    selectedEdge: store.selectedEdge.value,
    hovered: store.hovered.value,
    pinned: scene.pinned,
    lit: store.lit.value,
  };
}

const APART = 600; // above, the server lays each community out on a ground of its own

/** The communities that stand together, with the disc that holds their members. */
function titles(nodes: readonly ViewNode[]): ViewTitle[] {
  const members = new Map<number, ViewNode[]>();
  for (const node of nodes) {
    const list = members.get(node.community);
    if (list) list.push(node);
    else members.set(node.community, [node]);
  }
  return [...members].flatMap(([community, list]) => {
    const told = store.communities.value[community];
    if (!told || list.length < 4) return [];
    const x = list.reduce((sum, node) => sum + node.place[0], 0) / list.length;
    const y = list.reduce((sum, node) => sum + node.place[1], 0) / list.length;
    const gaps = list.map((node) => Math.hypot(node.place[0] - x, node.place[1] - y)).sort((a, b) => a - b);
    const reach = gaps[Math.floor(gaps.length * 0.95)]! + 0.5; // one dragged away does not count
    return [{ text: t(told.zh, told.en), place: [x, y], reach, community }];
  });
}
