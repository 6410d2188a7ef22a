// What the filters leave, and how much each row of them would show.
import type { Filters, Link, Scene, Status } from "./types";
import { keyOf } from "./types";

export const noFilters: Filters = {
  groups: new Set(),
  relations: new Set(),
  statuses: new Set<Status>(["inferred"]),
  sources: new Set(),
  tracks: new Set(),
  areas: new Set(),
  from: "",
  to: "",
};

export interface Visible {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

function inPeriod(link: Link, from: string, to: string): boolean {
  if (!from && !to) return true;
  const begin = (link.start || link.end).slice(0, 4);
  const end = (link.end || link.start).slice(0, 4);
  if (!begin) return false; // undated links cannot be in a period
  return (!to || begin <= to) && (!from || end >= from);
}

export function linkPasses(link: Link, f: Filters): boolean {
  if (f.statuses.has(link.status) || f.relations.has(link.p)) return false;
  if (f.sources.size && link.sources.length && link.sources.every((s) => f.sources.has(s))) return false;
  return inPeriod(link, f.from, f.to);
}

/** Things linked to one of these, and these; `null` when nothing is chosen. */
function within(scene: Scene, chosen: ReadonlySet<string>): Set<string> | null {
  if (!chosen.size) return null;
  const kept = new Set(chosen);
  for (const link of scene.edges.values()) {
    if (chosen.has(link.t)) kept.add(link.s);
    if (chosen.has(link.s)) kept.add(link.t);
  }
  return kept;
}

export function isFiltered(f: Filters): boolean {
  const own = f.statuses.size !== 1 || !f.statuses.has("inferred");
  return Boolean(
    f.groups.size || f.relations.size || own || f.sources.size || f.tracks.size || f.areas.size || f.from || f.to,
  );
}

export function visible(scene: Scene, f: Filters): Visible {
  const tracks = within(scene, f.tracks);
  const areas = within(scene, f.areas);
  const nodes = new Set<string>();
  for (const [id, thing] of scene.nodes) {
    if (f.groups.has(thing.group)) continue;
    if ((tracks && !tracks.has(id)) || (areas && !areas.has(id))) continue;
    nodes.add(id);
  }
  const edges = new Set<string>();
  const touched = new Set<string>();
  for (const [key, link] of scene.edges) {
    if (!nodes.has(link.s) || !nodes.has(link.t) || !linkPasses(link, f)) continue;
    edges.add(key);
    touched.add(link.s).add(link.t);
  }
  // A filter on links leaves only what they link; a thing alone from the start stays.
  if (isFiltered({ ...f, groups: new Set(), tracks: new Set(), areas: new Set() })) {
    for (const id of nodes) if (!touched.has(id)) nodes.delete(id);
  }
  return { nodes, edges };
}

export interface Row {
  key: string;
  count: number;
}

export interface Counts {
  groups: Row[];
  relations: Row[];
  statuses: Row[];
  sources: Row[];
  tracks: Row[];
  areas: Row[];
  years: string[];
}

function rows(counted: Map<string, number>): Row[] {
  return [...counted].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

function add(counted: Map<string, number>, key: string, by = 1): void {
  counted.set(key, (counted.get(key) ?? 0) + by);
}

/** Live counts: each list is counted as the other filters stand. */
export function counts(scene: Scene, f: Filters): Counts {
  const make = (): Map<string, number> => new Map<string, number>();
  const [groups, relations, statuses, sources, tracks, areas] = [make(), make(), make(), make(), make(), make()];
  const years = new Set<string>();
  const anyGroup = visible(scene, { ...f, groups: new Set() });
  for (const thing of scene.nodes.values()) add(groups, thing.group, anyGroup.nodes.has(thing.id) ? 1 : 0);
  const shown = visible(scene, f).nodes;
  for (const [, link] of scene.edges) {
    for (const date of [link.start, link.end]) if (date) years.add(date.slice(0, 4));
    const ends = shown.has(link.s) && shown.has(link.t);
    const group = !f.groups.has(scene.nodes.get(link.s)?.group ?? "") && !f.groups.has(scene.nodes.get(link.t)?.group ?? "");
    if (!group) continue;
    add(relations, link.p, linkPasses(link, { ...f, relations: new Set() }) ? 1 : 0);
    add(statuses, link.status, linkPasses(link, { ...f, statuses: new Set() }) ? 1 : 0);
    for (const source of link.sources) add(sources, source, linkPasses(link, { ...f, sources: new Set() }) ? 1 : 0);
    if (!ends && !f.tracks.size && !f.areas.size) continue;
    for (const end of [link.s, link.t]) {
      const thing = scene.nodes.get(end);
      if (thing?.group === "track") add(tracks, end);
      if (thing?.group === "area") add(areas, end);
    }
  }
  return {
    groups: rows(groups),
    relations: rows(relations),
    statuses: rows(statuses),
    sources: rows(sources),
    tracks: rows(tracks),
    areas: rows(areas),
    years: [...years].sort(),
  };
}

export { keyOf };
