// The whole state in the address: a link reopens the same picture.
import type { Camera, Filters, LayoutKind, Place, Scene, SizeKind, Status } from "./types";
import { noFilters } from "./filters";

export interface Kept {
  ids: string[];
  places: Place[];
  pinned: string[];
  layout: LayoutKind;
  size: SizeKind;
  byCommunity: boolean;
  filters: Filters;
  selected: string[];
  camera: Camera | null;
  path: [string, string] | null;
  query: string;
  all: boolean;
}

const LAYOUTS = ["force", "radial", "tracks", "places"];
const SIZES = ["degree", "rank", "between", "equal"];
const SETS = ["groups", "relations", "statuses", "sources", "tracks", "areas"] as const;

/** Places as pairs of 16-bit numbers, a hundredth each, in base64url. */
export function packPlaces(places: readonly Place[]): string {
  const numbers = new Int16Array(places.length * 2);
  places.forEach(([x, y], i) => {
    numbers[2 * i] = Math.max(-32768, Math.min(32767, Math.round(x * 100)));
    numbers[2 * i + 1] = Math.max(-32768, Math.min(32767, Math.round(y * 100)));
  });
  const bytes = String.fromCharCode(...new Uint8Array(numbers.buffer));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function unpackPlaces(text: string): Place[] {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const numbers = new Int16Array(bytes.buffer, 0, bytes.length >> 1);
    return Array.from({ length: numbers.length >> 1 }, (_, i) => [numbers[2 * i]! / 100, numbers[2 * i + 1]! / 100]);
  } catch {
    return []; // a cut link: the server's layout serves as well
  }
}

const list = (text: string | null): string[] => (text ?? "").split(",").filter(Boolean);

export function readAddress(search = location.search): Kept {
  const q = new URLSearchParams(search);
  const filters: Filters = { ...noFilters, from: q.get("from") ?? "", to: q.get("until") ?? "" };
  for (const name of SETS) {
    const given = q.get(name);
    if (given !== null) (filters as unknown as Record<string, unknown>)[name] = new Set(list(given) as Status[]);
  }
  const camera = list(q.get("cam")).map(Number);
  const layout = q.get("layout") ?? "";
  const size = q.get("size") ?? "";
  const ends = list(q.get("path"));
  return {
    ids: list(q.get("n")),
    places: unpackPlaces(q.get("at") ?? ""),
    pinned: list(q.get("pin")),
    layout: (LAYOUTS.includes(layout) ? layout : "force") as LayoutKind,
    size: (SIZES.includes(size) ? size : "degree") as SizeKind,
    byCommunity: q.get("colour") === "community",
    filters,
    selected: list(q.get("sel")),
    camera: camera.length === 3 && camera.every(Number.isFinite) ? { x: camera[0]!, y: camera[1]!, ratio: camera[2]! } : null,
    path: ends.length === 2 ? [ends[0]!, ends[1]!] : null,
    query: q.get("query") ?? "",
    all: q.get("all") === "1",
  };
}

export interface Saved {
  scene: Scene;
  whole: boolean;
  all: boolean;
  layout: LayoutKind;
  size: SizeKind;
  byCommunity: boolean;
  filters: Filters;
  selected: readonly string[];
  camera: Camera | null;
}

export function writeAddress(state: Saved, embed = false): string {
  const q = new URLSearchParams();
  const was = new URLSearchParams(location.search);
  for (const name of ["lang", "embed"]) if (was.get(name)) q.set(name, was.get(name)!);
  if (embed) q.set("embed", "1");
  if (!state.whole) {
    const ids = [...state.scene.nodes.keys()];
    q.set("n", ids.join(","));
    q.set("at", packPlaces(ids.map((id) => state.scene.places.get(id) ?? [0, 0])));
    if (state.scene.pinned.size) q.set("pin", [...state.scene.pinned].join(","));
  } else if (state.all) q.set("all", "1");
  if (state.layout !== "force") q.set("layout", state.layout);
  if (state.size !== "degree") q.set("size", state.size);
  if (state.byCommunity) q.set("colour", "community");
  for (const name of SETS) {
    const [now, usual] = [[...state.filters[name]].join(","), [...noFilters[name]].join(",")];
    if (now !== usual) q.set(name, now);
  }
  if (state.filters.from) q.set("from", state.filters.from);
  if (state.filters.to) q.set("until", state.filters.to);
  if (state.selected.length) q.set("sel", state.selected.join(","));
  if (state.camera) {
    const { x, y, ratio } = state.camera;
    q.set("cam", [x, y, ratio].map((v) => Math.round(v * 1e4) / 1e4).join(","));
  }
  const text = q.toString().replaceAll("%2C", ",");
  return location.pathname + (text ? `?${text}` : "");
}
