// From a view to what is painted: where each thing is on the screen, what is faded,
// what is lit. Knows no sigma, so that the first picture need not wait for the GPU.
import { COMMUNITY_COLOURS, type Look } from "./look";
import { batchesOf, type Dot, type Line, type Picture, type Title } from "./painter";
import type { Camera, LayoutKind, Link, Place } from "./types";

export interface ViewNode {
  id: string;
  place: Place;
  radius: number;
  group: string;
  community: number;
  label: string;
}

export interface ViewTitle {
  text: string;
  place: Place;
  reach: number; // radius of the disc of its members, in units of the graph
  community: number;
}

export interface View {
  nodes: ViewNode[];
  lines: { key: string; link: Link; bend: number; label: string }[];
  titles: ViewTitle[];
  layout: LayoutKind;
  byCommunity: boolean;
  selected: ReadonlySet<string>;
  selectedEdge: string;
  hovered: string;
  pinned: ReadonlySet<string>;
  lit: ReadonlySet<string>;
}

/** How graph becomes screen. */
export interface Lens {
  width: number;
  height: number;
  at: (node: { id: string; place: Place }) => Place;
  scale: (radius: number) => number;
  back: (x: number, y: number) => Place; // from the screen to the graph
  unit: number; // pixels a unit of the graph
}

export const HALF = 10; // the fixed box that is scaled to the window, so nothing jumps
export const PADDING = 20;

/** The camera that has a place in the middle. */
export function centred([x, y]: Place, ratio: number): Camera {
  return { x: 0.5 + x / 2 / HALF, y: 0.5 + y / 2 / HALF, ratio };
}

/** Pixels a unit of the graph when the camera's ratio is 1. */
function unitOf(width: number, height: number): number {
  return Math.max(1, Math.min(width, height) - 2 * PADDING) / (2 * HALF);
}

/** Discs shrink with the window, so that a phone shows the same picture. */
export function shrink(width: number, height: number): number {
  return Math.max(0.45, Math.min(1, Math.min(width, height) / 720));
}

// Room for the bar of tools above and for labels that stick out.
const ROOM = { top: 76, bottom: 44, side: 76, narrow: 34 };

function roomOf(width: number, height: number): [number, number] {
  const side = width < 600 ? ROOM.narrow : ROOM.side;
  return [Math.max(width - 2 * side, 120), Math.max(height - ROOM.top - ROOM.bottom, 120)];
}

/** Width over height of the room for things. */
export function roomAspect(width: number, height: number): number {
  const [wide, tall] = roomOf(width, height);
  return width && height ? wide / tall : 0;
}

/** The camera that shows these places, with room for tools and labels. */
export function fitCamera(places: readonly Place[], width: number, height: number): Camera {
  if (!places.length) return { x: 0.5, y: 0.5, ratio: 1 };
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of places) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const [wide, tall] = roomOf(width, height);
  const scale = Math.min(wide / Math.max(right - left, 2.5), tall / Math.max(high - low, 2.5), 110);
  const down = (ROOM.top - ROOM.bottom) / 2 / scale;
  return {
    x: 0.5 + (left + right) / 4 / HALF,
    y: 0.5 + ((low + high) / 2 + down) / 2 / HALF,
    ratio: unitOf(width, height) / scale,
  };
}

/** The lens of a camera, as sigma computes it for the fixed box. */
export function lensOf(camera: Camera, width: number, height: number): Lens {
  const scale = unitOf(width, height) / camera.ratio;
  const [cx, cy] = [(camera.x - 0.5) * 2 * HALF, (camera.y - 0.5) * 2 * HALF];
  const shrunk = shrink(width, height);
  return {
    width,
    height,
    at: ({ place }) => [width / 2 + (place[0] - cx) * scale, height / 2 - (place[1] - cy) * scale],
    back: (x, y) => [cx + (x - width / 2) / scale, cy - (y - height / 2) / scale],
    scale: (radius) => (radius * shrunk) / Math.sqrt(camera.ratio),
    unit: scale,
  };
}

export function fillOf(node: ViewNode, view: View, look: Look): string {
  const other = look.groups["other"]!;
  if (view.byCommunity) return COMMUNITY_COLOURS[node.community] ?? other;
  return look.groups[node.group] ?? other;
}

function focusOf(view: View): string {
  return view.hovered || (view.selected.size === 1 ? [...view.selected][0]! : "");
}

interface Kept {
  focus: string;
  near: ReadonlySet<string> | null; // null: nothing is faded
}
const known = new WeakMap<View, Kept>();

/** The thing in focus and what is next to it, or what the lit path touches. */
function nearOf(view: View): Kept {
  const found = known.get(view);
  if (found) return found;
  const focus = focusOf(view);
  let near: Set<string> | null = null;
  if (view.lit.size) {
    near = new Set(focus ? [focus] : []);
    for (const { key, link } of view.lines) if (view.lit.has(key)) near.add(link.s).add(link.t);
  } else if (focus) {
    near = new Set([focus, ...view.selected]);
    for (const { link } of view.lines) {
      if (link.s === focus) near.add(link.t);
      if (link.t === focus) near.add(link.s);
    }
  }
  const kept = { focus, near };
  known.set(view, kept);
  return kept;
}

export function isFaded(view: View, id: string): boolean {
  const { near } = nearOf(view);
  return near !== null && !near.has(id);
}

// The relations that make the tree of a layered layout; the others step back.
const TREE: Partial<Record<LayoutKind, ReadonlySet<string>>> = {
  tracks: new Set(["lv:subTrackOf", "lv:inTrack", "lv:focusesOn"]),
  places: new Set(["lv:partOf", "lv:locatedIn", "lv:inZone", "lv:reliesOn"]),
};

const SPOKES = 60; // links of a thing from which they are drawn thin
const FEW = 24; // neighbours that all get their names

/** The same picture through another lens: only places change. */
export function refocus(picture: Picture, view: View, lens: Lens): Picture {
  const { width, height } = lens;
  view.nodes.forEach((node, i) => {
    const dot = picture.dots[i]!;
    [dot.x, dot.y] = lens.at(node);
    dot.r = lens.scale(node.radius);
  });
  view.titles.forEach(({ place, reach }, i) => {
    const title = picture.titles[i]!;
    [title.x, title.y] = lens.at({ id: "", place });
    title.r = reach * lens.unit;
  });
  return Object.assign(picture, { ...measuresOf(view, lens), width, height });
}

/** What depends on the window and the lens alone. */
function measuresOf(view: View, { width, height, at }: Lens): Pick<Picture, "origin" | "tools" | "labels"> {
  const few = Math.max(14, Math.min(60, Math.round((width * height) / 26000)));
  return {
    origin: view.layout === "radial" ? at({ id: "", place: [0, 0] }) : null,
    tools: [[0, height - (width < 600 ? 50 : 136), 56, height]], // zoom
    labels: isLayered(view) ? 400 : few,
  };
}

const isLayered = (view: View): boolean => view.layout === "tracks" || view.layout === "places";

export function pictureOf(view: View, look: Look, lens: Lens): Picture {
  const { focus, near } = nearOf(view);
  const { width, height } = lens;
  const dots = new Map<string, Dot>();
  for (const node of view.nodes) {
    const [x, y] = lens.at(node);
    const faded = near !== null && !near.has(node.id);
    const chosen = view.selected.has(node.id);
    const close = near !== null && !faded && (view.lit.size > 0 || near.size <= FEW + 1);
    dots.set(node.id, {
      id: node.id,
      x,
      y,
      r: lens.scale(node.radius),
      fill: fillOf(node, view, look),
      group: node.group,
      label: node.label,
      faded,
      ring: chosen ? "selected" : node.id === view.hovered ? "hovered" : "",
      pinned: view.pinned.has(node.id),
      forced: (chosen && view.selected.size <= FEW) || node.id === view.hovered || close,
    });
  }
  const tree = TREE[view.layout];
  const lines: Line[] = [];
  for (const { key, link, bend, label } of view.lines) {
    const [a, b] = [dots.get(link.s), dots.get(link.t)];
    if (!a || !b) continue;
    const touched = focus !== "" && (link.s === focus || link.t === focus) && !view.lit.size;
    const lit = view.lit.has(key) || key === view.selectedEdge || touched;
    const quiet = tree !== undefined && !tree.has(link.p);
    lines.push({ key, link, a, b, bend, lit, spoke: touched && near!.size > SPOKES, faded: (a.faded || b.faded) && !lit, quiet, label });
  }
  const titles: Title[] = view.titles.map(({ text, place, reach, community }) => {
    const [x, y] = lens.at({ id: "", place });
    return { text, x, y, r: reach * lens.unit, colour: COMMUNITY_COLOURS[community] ?? look.groups["other"]! };
  });
  return {
    dots: [...dots.values()],
    lines,
    batches: batchesOf(lines, look),
    titles,
    look,
    width,
    height,
    layered: isLayered(view),
    ...measuresOf(view, lens),
  };
}
