// Where new things go: near what they hang on, moving nothing a reader has seen.
import type { Link, Place, Scene } from "./types";

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** Places for things a scene does not have yet; those it has stay where they are. */
export function placed(
  scene: Scene,
  fresh: readonly string[],
  links: Iterable<Link>,
  anchor: string,
): Map<string, Place> {
  const places = new Map(scene.places);
  const near = new Map<string, string[]>();
  for (const { s, t } of links) {
    near.set(s, [...(near.get(s) ?? []), t]);
    near.set(t, [...(near.get(t) ?? []), s]);
  }
  const centre = places.get(anchor) ?? [0, 0];
  if (fresh.length + (near.get(anchor)?.length ?? 0) > CROWD && places.has(anchor)) {
    return around(scene, fresh, centre);
  }
  const away = direction(centre, [...scene.places.values()]);
  fresh.forEach((id, i) => {
    const hold = (near.get(id) ?? []).flatMap((o) => {
      const place = scene.places.get(o);
      return place ? [place] : [];
    });
    const from = hold.length > 1 ? mean(hold) : centre;
    const ring = 1.6 + 0.42 * Math.sqrt(i);
    const angle = away + (i % 2 ? 1 : -1) * Math.ceil(i / 2) * Math.min(GOLDEN / 3, 5 / fresh.length);
    places.set(id, [from[0] + ring * Math.cos(angle), from[1] + ring * Math.sin(angle)]);
  });
  settle(places, new Set(fresh), near);
  return places;
}

const CROWD = 60; // more new things than this go on rings round what is there

/** Rings outside everything there, the nearest first: a hub grows like a tree. */
function around(scene: Scene, fresh: readonly string[], centre: Place): Map<string, Place> {
  const places = new Map(scene.places);
  let radius = 2.4;
  for (const [x, y] of scene.places.values()) radius = Math.max(radius, Math.hypot(x - centre[0], y - centre[1]) + 1.2);
  let [left, at, room] = [fresh.length, 0, 0];
  for (const id of fresh) {
    if (at === room) {
      radius += room ? 1.1 : 0;
      [at, room] = [0, Math.min(left, Math.floor((2 * Math.PI * radius) / 1.05))];
    }
    const angle = Math.PI / 2 + (2 * Math.PI * at) / room;
    places.set(id, [centre[0] + radius * Math.cos(angle), centre[1] + radius * Math.sin(angle)]);
    at++;
    left--;
  }
  return places;
}

const MOST_STRETCH = 1.9;

/** The same places made as wide or as tall as the window, within reason. */
export function stretched(places: ReadonlyMap<string, Place>, aspect: number, most = MOST_STRETCH): Map<string, Place> {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of places.values()) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (places.size < 8 || !(aspect > 0)) return new Map(places);
  const factor = (right - left) / (high - low || 1) / aspect;
  const wide = Math.min(most, Math.max(1, 1 / factor));
  const tall = Math.min(most, Math.max(1, factor));
  return new Map([...places].map(([id, [x, y]]) => [id, [x * wide, y * tall]]));
}

function mean(points: readonly Place[]): Place {
  const sum = points.reduce<Place>((a, b) => [a[0] + b[0], a[1] + b[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** The angle with most room round a point. */
function direction(centre: Place, others: readonly Place[]): number {
  const crowd = new Array<number>(24).fill(0);
  for (const [x, y] of others) {
    const [dx, dy] = [x - centre[0], y - centre[1]];
    const distance = Math.hypot(dx, dy);
    if (distance < 1e-6) continue;
    const at = Math.round((Math.atan2(dy, dx) / (2 * Math.PI)) * 24 + 24) % 24;
    for (let k = -3; k <= 3; k++) {
      crowd[(at + k + 24) % 24]! += (4 - Math.abs(k)) / (1 + distance * distance);
    }
  }
  return (crowd.indexOf(Math.min(...crowd)) / 24) * 2 * Math.PI;
}

/** A few rounds of push and pull in which only the new things move. */
function settle(
  places: Map<string, Place>,
  moving: ReadonlySet<string>,
  near: ReadonlyMap<string, string[]>,
): void {
  const all = [...places];
  for (let round = 0; round < 60; round++) {
    const heat = 0.25 * (1 - round / 60);
    for (const id of moving) {
      const place = places.get(id)!;
      let [fx, fy] = [0, 0];
      for (const [other] of all) {
        if (other === id) continue;
        const [x, y] = places.get(other)!;
        const [dx, dy] = [place[0] - x, place[1] - y];
        const square = dx * dx + dy * dy + 0.01;
        if (square < 6) {
          fx += dx / square;
          fy += (1.3 * dy) / square;
        }
      }
      for (const other of near.get(id) ?? []) {
        const at = places.get(other);
        if (!at) continue;
        fx += (at[0] - place[0]) * 0.35;
        fy += (at[1] - place[1]) * 0.35;
      }
      const size = Math.hypot(fx, fy) || 1;
      const step = Math.min(size, heat) / size;
      places.set(id, [place[0] + fx * step, place[1] + fy * step]);
    }
  }
}
