// Paints a scene on any 2D canvas: links with curves, dashes and arrows; rings and
// icons. The screen and the PNG use it; `labels.ts` writes the names.
import { ICONS, icon, mixed, type Look } from "./look";
import type { Link, Place } from "./types";

export interface Dot {
  id: string;
  x: number;
  y: number;
  r: number;
  fill: string;
  group: string;
  label: string;
  faded: boolean;
  ring: "" | "selected" | "hovered" | "path";
  pinned: boolean;
  forced: boolean; // its label is always drawn
}

export interface Line {
  key: string;
  link: Link;
  a: Dot;
  b: Dot;
  bend: number; // parallel links are bent apart, in shares of their length
  faded: boolean;
  lit: boolean;
  spoke: boolean; // one of the many of a hub
  quiet: boolean; // not of the tree that a layered layout shows
  label: string;
}

export interface Title {
  text: string;
  x: number;
  y: number;
  r: number;
  colour: string;
}

export interface Picture {
  dots: Dot[];
  lines: Line[];
  batches: Batch[];
  titles: Title[];
  look: Look;
  width: number;
  height: number;
  labels: number;
  origin: Place | null; // the middle of rings
  layered: boolean;
  tools: [number, number, number, number][]; // where buttons lie on the picture
}

export const DASH = [7, 5];
export const DOTS = [1.5, 4];

/** Control point of a bent link; for a straight one the middle. */
export function middle(line: Line): Place {
  const [dx, dy] = [line.b.x - line.a.x, line.b.y - line.a.y];
  return [(line.a.x + line.b.x) / 2 - dy * line.bend, (line.a.y + line.b.y) / 2 + dx * line.bend];
}

/** A point of the curve: labels and the pointer use it. */
export function pointOn(line: Line, share: number): Place {
  const [mx, my] = middle(line);
  const [p, q, r] = [(1 - share) ** 2, 2 * share * (1 - share), share ** 2];
  return [line.a.x * p + mx * q + line.b.x * r, line.a.y * p + my * q + line.b.y * r];
}

/** Soft discs behind communities that stand apart. */
export function paintTitles(ctx: CanvasRenderingContext2D, picture: Picture): void {
  for (const { x, y, r, colour } of picture.titles) {
    ctx.globalAlpha = picture.look.dark ? 0.14 : 0.1;
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 7);
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}

export interface Stroke {
  colour: string;
  alpha: number;
  width: number;
  dash: number[];
}

/** How a link is drawn: planned dashed, inferred dotted, lit strong, the rest grey. */
export function strokeOf(line: Line, look: Look, many: boolean): Stroke {
  const { status } = line.link;
  const dash = status === "target" ? DASH : status === "inferred" ? DOTS : [];
  if (line.lit && line.spoke) return { colour: look.accent, alpha: 0.4, width: 1, dash };
  if (line.lit) return { colour: look.accent, alpha: 0.95, width: 2, dash };
  const colour = status === "target" ? look.target : look.dark ? "#94a3b8" : "#64748b";
  let alpha = status === "inferred" ? 0.18 : status === "target" ? 0.75 : many ? 0.22 : look.dark ? 0.34 : 0.38;
  if (line.quiet) alpha = status === "target" ? 0.3 : 0.08;
  if (line.faded) alpha = 0.06;
  return { colour, alpha, width: 1, dash }; // a hair more is drawn five times slower without a GPU
}

export const isMany = (picture: { lines: readonly Line[] }): boolean => picture.lines.length > 600;

/** Links that are drawn alike: the pen is changed once for all of them. */
export interface Batch {
  stroke: Stroke;
  lit: boolean;
  lines: Line[];
}

export function batchesOf(lines: readonly Line[], look: Look): Batch[] {
  const many = isMany({ lines });
  const found = new Map<string, Batch>();
  for (const line of lines) {
    const stroke = strokeOf(line, look, many);
    const key = `${stroke.colour} ${stroke.alpha} ${stroke.width} ${stroke.dash.length && stroke.dash[0]}`;
    const batch = found.get(key);
    if (batch) batch.lines.push(line);
    else found.set(key, { stroke, lit: line.lit, lines: [line] });
  }
  return [...found.values()].sort((x, y) => Number(x.lit) - Number(y.lit));
}

const BEYOND = 400; // a link whose ends are both this far outside is not drawn

function outside(line: Line, width: number, height: number): boolean {
  const { a, b } = line;
  return (
    (a.x < -BEYOND && b.x < -BEYOND) || (a.y < -BEYOND && b.y < -BEYOND) ||
    (a.x > width + BEYOND && b.x > width + BEYOND) || (a.y > height + BEYOND && b.y > height + BEYOND)
  );
}

/** Draw the links, or only those that are lit. */
export function paintLines(ctx: CanvasRenderingContext2D, picture: Picture, litOnly = false): void {
  const { width, height } = picture;
  for (const { stroke, lit, lines } of picture.batches) {
    if (litOnly && !lit) continue;
    ctx.globalAlpha = stroke.alpha;
    ctx.strokeStyle = stroke.colour;
    ctx.lineWidth = stroke.width;
    ctx.setLineDash(stroke.dash);
    ctx.lineCap = stroke.dash === DOTS ? "round" : "butt";
    for (const line of lines) {
      if (outside(line, width, height)) continue;
      ctx.beginPath(); // each alone: one path of thousands of crossing lines is slow to fill
      ctx.moveTo(line.a.x, line.a.y);
      if (line.bend) ctx.quadraticCurveTo(...middle(line), line.b.x, line.b.y);
      else ctx.lineTo(line.b.x, line.b.y);
      ctx.stroke();
    }
    if (!lit) continue;
    for (const line of lines) if (!line.spoke) arrow(ctx, line, ...middle(line));
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function arrow(ctx: CanvasRenderingContext2D, line: Line, mx: number, my: number): void {
  const angle = Math.atan2(line.b.y - my, line.b.x - mx);
  const [tx, ty] = [line.b.x - Math.cos(angle) * (line.b.r + 2), line.b.y - Math.sin(angle) * (line.b.r + 2)];
  ctx.setLineDash([]);
  ctx.fillStyle = ctx.strokeStyle;
  ctx.beginPath();
  ctx.moveTo(tx, ty);
  ctx.lineTo(tx - 8 * Math.cos(angle - 0.42), ty - 8 * Math.sin(angle - 0.42));
  ctx.lineTo(tx - 8 * Math.cos(angle + 0.42), ty - 8 * Math.sin(angle + 0.42));
  ctx.fill();
}

const rims = new Map<string, string>();
function rim(fill: string, dark: boolean): string {
  const key = fill + dark;
  let colour = rims.get(key);
  if (!colour) rims.set(key, (colour = mixed(fill, dark ? "#ffffff" : "#000000", dark ? 0.3 : 0.35)));
  return colour;
}

/** Draw discs and rings; rims and icons too unless the picture is on its way. */
export function paintDots(ctx: CanvasRenderingContext2D, picture: Picture, quick = false): void {
  const { look, width, height } = picture;
  const seen = picture.dots.filter((d) => d.x > -40 && d.y > -40 && d.x < width + 40 && d.y < height + 40);
  const alike = new Map<string, Dot[]>();
  for (const dot of seen) {
    const key = dot.fill + dot.faded;
    const list = alike.get(key);
    if (list) list.push(dot);
    else alike.set(key, [dot]);
  }
  const faded = [...alike.values()].sort((a, b) => Number(b[0]!.faded) - Number(a[0]!.faded));
  ctx.lineWidth = 1;
  for (const dots of faded) {
    const first = dots[0]!;
    // Faded things are opaque, so that no link shines through them.
    ctx.fillStyle = first.faded ? mixed(first.fill, look.ground, 0.85) : first.fill;
    ctx.strokeStyle = first.faded ? mixed(first.fill, look.ground, 0.7) : rim(first.fill, look.dark);
    for (const dot of dots) {
      ctx.beginPath();
      ctx.arc(dot.x, dot.y, dot.r, 0, 7);
      ctx.fill();
      if (!quick) ctx.stroke();
    }
  }
  for (const dot of seen) {
    if (!quick && !dot.faded && dot.r >= 7 && ICONS[dot.group]) drawIcon(ctx, dot);
    if (dot.ring) ring(ctx, dot, look);
    if (dot.pinned) pinMark(ctx, dot, look);
  }
  ctx.globalAlpha = 1;
}

/** Icons are dark on the two light colours. */
export const inkOn = (group: string): string => (group === "platform" || group === "incubator" ? "#10202e" : "#ffffff");

function drawIcon(ctx: CanvasRenderingContext2D, dot: Dot): void {
  const path = icon(dot.group);
  if (!path) return;
  ctx.save();
  ctx.translate(dot.x, dot.y);
  ctx.scale(dot.r * 0.58, dot.r * 0.58);
  ctx.strokeStyle = inkOn(dot.group);
  ctx.lineWidth = 0.2;
  ctx.lineJoin = "round";
  ctx.stroke(path);
  ctx.restore();
}

function ring(ctx: CanvasRenderingContext2D, dot: Dot, look: Look): void {
  ctx.globalAlpha = 1;
  ctx.strokeStyle = dot.ring === "hovered" ? look.text2 : look.accent;
  ctx.lineWidth = dot.ring === "selected" ? 3.5 : 2;
  ctx.beginPath();
  ctx.arc(dot.x, dot.y, dot.r + 3.5, 0, 7);
  ctx.stroke();
}

function pinMark(ctx: CanvasRenderingContext2D, dot: Dot, look: Look): void {
  ctx.globalAlpha = 1;
  ctx.fillStyle = look.text;
  ctx.beginPath();
  ctx.arc(dot.x + dot.r * 0.75, dot.y - dot.r * 0.75, 3, 0, 7);
  ctx.fill();
  ctx.strokeStyle = look.ground;
  ctx.lineWidth = 1.2;
  ctx.stroke();
}

