// Names that do not run into each other: each tries the sides of its disc in turn.
import type { Look } from "./look";
import { pointOn, type Dot, type Line, type Picture } from "./painter";
import { cut } from "./text";

type Box = [number, number, number, number];
const CELL = 64;
const EDGE = 6;
const FIRST = 16;
const SMALL = 180_000; // square pixels: half a phone has no room for names on discs
const SPOKES = 32;

/** Boxes in a grid, so that thousands of tries a frame stay cheap. */
class Taken {
  private cells = new Map<number, Box[]>();

  private *at(box: Box): Generator<number> {
    for (let x = Math.floor(box[0] / CELL); x <= Math.floor(box[2] / CELL); x++) {
      for (let y = Math.floor(box[1] / CELL); y <= Math.floor(box[3] / CELL); y++) yield x * 4096 + y;
    }
  }

  add(box: Box): void {
    for (const key of this.at(box)) {
      const list = this.cells.get(key);
      if (list) list.push(box);
      else this.cells.set(key, [box]);
    }
  }

  hit(box: Box, but?: Box): boolean {
    for (const key of this.at(box)) {
      for (const t of this.cells.get(key) ?? []) {
        if (t !== but && box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3]) return true;
      }
    }
    return false;
  }
}

const widths = new Map<string, number>();
function widthOf(ctx: CanvasRenderingContext2D, text: string): number {
  const key = `${ctx.font} ${text}`;
  let wide = widths.get(key);
  if (wide === undefined) {
    if (widths.size > 5000) widths.clear();
    widths.set(key, (wide = ctx.measureText(text).width));
  }
  return wide;
}

type Side = "below" | "above" | "right" | "left";

/** Sides a name tries in turn: outwards from the middle of rings, beside in a tree. */
function sidesOf(dot: Dot, picture: Picture): Side[] {
  if (picture.layered) return ["right", "left", "below", "above"];
  if (!picture.origin) return ["below", "above", "right", "left"];
  const [dx, dy] = [dot.x - picture.origin[0], dot.y - picture.origin[1]];
  if (Math.hypot(dx, dy) < dot.r) return ["below", "above", "right", "left"];
  const across: Side = dx > 0 ? "right" : "left";
  const along: Side[] = dy > 0 ? ["below", "above"] : ["above", "below"];
  if (Math.abs(dx) > Math.abs(dy) * 0.6) return [across, ...along];
  return [along[0]!, across, across === "right" ? "left" : "right"];
}

function boxAt(side: Side, dot: Dot, wide: number, tall: number, width: number): Box {
  const [w, h] = [wide / 2, tall / 2];
  let x = dot.x;
  let y = dot.y;
  if (side === "below") y += dot.r + 3 + h;
  else if (side === "above") y -= dot.r + 3 + h;
  else if (side === "right") x += dot.r + 5 + w;
  else x -= dot.r + 5 + w;
  // A name above or below may slide along its disc to stay in the picture.
  if ((side === "below" || side === "above") && width > wide + 2 * EDGE) {
    const slid = Math.max(EDGE + w, Math.min(width - EDGE - w, x));
    if (Math.abs(slid - dot.x) < w + dot.r) x = slid;
  }
  return [x - w, y - h, x + w, y + h];
}

function inside(box: Box, picture: Picture): boolean {
  return box[0] >= EDGE && box[2] <= picture.width - EDGE && box[1] >= 0 && box[3] <= picture.height;
}

export interface Label {
  id: string; // of the thing; empty for a community or a relation
  kind: "thing" | "community" | "relation";
  text: string;
  x: number; // its middle
  y: number;
  wide: number;
  px: number;
  weight: number;
  reach: number; // how far from a title its things lie
  away: [number, number]; // from the middle of its thing
  of: number; // which link or community of the picture
  share: number; // how far along its link
}

/** Where names go, the forced and the big first. */
export function placeLabels(ctx: CanvasRenderingContext2D, picture: Picture): Label[] {
  const { look } = picture;
  const placed: Label[] = [];
  const taken = new Taken(); // by names
  const discs = new Taken(); // by any disc
  const bigger = new Taken(); // by the discs of what was named before
  const own = new Map<Dot, Box>();
  const near = picture.dots.filter(
    (d) => d.x > -60 && d.y > -30 && d.x < picture.width + 60 && d.y < picture.height + 30 && !d.faded,
  );
  near.sort((a, b) => Number(b.forced) - Number(a.forced) || b.r - a.r || (a.id < b.id ? -1 : 1));
  for (const dot of near) {
    if (dot.r < 4 && !picture.layered) continue; // a name may lie on a mere point
    const r = dot.r * 0.85; // a corner of the box may touch the disc
    const box: Box = [dot.x - r, dot.y - r, dot.x + r, dot.y + r];
    own.set(dot, box);
    discs.add(box);
  }
  picture.titles.forEach((title, i) => placed.push(...titleLabel(ctx, title, i, look, taken)));
  const small = picture.width * picture.height < SMALL;
  for (const box of picture.tools) taken.add(box);
  const titled = new Map(placed.map((label) => [label.text, label]));
  let count = 0;
  for (const dot of near) {
    if (!dot.forced && count >= picture.labels) break;
    const mine = own.get(dot);
    if (mine) bigger.add(mine);
    const title = titled.get(cut(dot.label, 14)); // its community has its name
    if (title && !dot.forced && Math.hypot(dot.x - title.x, dot.y - title.y) < title.reach) continue;
    const px = dot.ring === "selected" ? 14 : dot.r >= 12 ? 13.5 : 12.5;
    const weight = dot.ring === "selected" || dot.r >= 12 ? 650 : 450;
    ctx.font = `${weight} ${px}px ${look.font}`;
    const text = cut(dot.label, dot.forced ? 16 : 12);
    const [wide, tall] = [widthOf(ctx, text) + 6, px + 4];
    const tries = sidesOf(dot, picture).map((side) => boxAt(side, dot, wide, tall, picture.width));
    const free = tries.filter((b) => inside(b, picture) && !taken.hit(b));
    let box = free.find((b) => !discs.hit(b, mine));
    // The most important names may hide smaller discs, never one that was named.
    const may = !small && (dot.forced || count < FIRST);
    if (!box && may) box = free.find((b) => !bigger.hit(b, mine));
    if (!box && dot.ring) box = free[0] ?? tries.find((b) => inside(b, picture)) ?? tries[0];
    if (!box) continue;
    taken.add(box);
    count++;
    const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    placed.push({ id: dot.id, kind: "thing", text, x, y, wide, px, weight, reach: 0, away: [x - dot.x, y - dot.y], of: 0, share: 0 });
  }
  const lit = picture.lines.flatMap((line, i) => (line.lit && line.label ? [i] : []));
  const told = new Set<string>();
  for (const i of lit) {
    const line = picture.lines[i]!;
    if (lit.length > SPOKES && told.has(line.label)) continue; // a hub says each relation once
    const found = lineLabel(ctx, line, i, look, taken);
    if (found.length) told.add(line.label);
    placed.push(...found);
  }
  return placed;
}

/** The names placed before, moved with what they name: nothing flickers on the way. */
export function carried(labels: readonly Label[], picture: Picture): Label[] {
  const at = new Map(picture.dots.map((dot) => [dot.id, dot]));
  return labels.map((label) => {
    if (label.kind === "relation") {
      const [x, y] = pointOn(picture.lines[label.of]!, label.share);
      return { ...label, x, y };
    }
    const title = label.kind === "community" ? picture.titles[label.of] : undefined;
    if (title) return { ...label, x: title.x, y: title.y - title.r - 8 };
    const dot = at.get(label.id)!;
    return { ...label, x: dot.x + label.away[0], y: dot.y + label.away[1] };
  });
}

/** Draw the names, placed anew unless they are given, and tell where they are. */
export function paintLabels(ctx: CanvasRenderingContext2D, picture: Picture, labels = placeLabels(ctx, picture)): Label[] {
  const { look } = picture;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.5;
  for (const { kind, text, x, y, wide, px, weight } of labels) {
    ctx.font = `${weight} ${px}px ${look.font}`;
    if (kind === "relation") {
      ctx.fillStyle = look.ground;
      ctx.globalAlpha = 0.88;
      ctx.fillRect(x - wide / 2, y - 8, wide, 16);
      ctx.globalAlpha = 1;
    } else {
      ctx.strokeStyle = look.ground;
      ctx.strokeText(text, x, y + 0.5);
    }
    ctx.fillStyle = kind === "relation" ? look.accent : look.text;
    ctx.fillText(text, x, y + 0.5);
  }
  return labels;
}

/** The name of a community above the disc of its members. */
function titleLabel(ctx: CanvasRenderingContext2D, title: Picture["titles"][number], of: number, look: Look, taken: Taken): Label[] {
  if (title.r < 22) return [];
  ctx.font = `650 14px ${look.font}`;
  const text = cut(title.text, 14);
  const wide = widthOf(ctx, text) + 8;
  const y = title.y - title.r - 8;
  const box: Box = [title.x - wide / 2, y - 10, title.x + wide / 2, y + 10];
  if (taken.hit(box)) return [];
  taken.add(box);
  return [{ id: "", kind: "community", text, x: title.x, y, wide, px: 14, weight: 650, reach: 2 * title.r + 8, away: [0, 0], of, share: 0 }];
}

/** A relation's name on its link, moved along it until it hits nothing. */
function lineLabel(ctx: CanvasRenderingContext2D, line: Line, of: number, look: Look, taken: Taken): Label[] {
  ctx.font = `500 11.5px ${look.font}`;
  const wide = widthOf(ctx, line.label) + 6;
  for (const share of [0.5, 0.6, 0.4, 0.7, 0.3]) {
    const [x, y] = pointOn(line, share);
    const box: Box = [x - wide / 2, y - 8, x + wide / 2, y + 8];
    if (taken.hit(box)) continue;
    taken.add(box);
    return [{ id: "", kind: "relation", text: line.label, x, y, wide, px: 11.5, weight: 500, reach: 0, away: [0, 0], of, share }];
  }
  return [];
}
