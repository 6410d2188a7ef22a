// Paints a scene on any 2D canvas: links with curves, dashes and arrows; rings and
// icons; labels that do not run into each other. The screen and the PNG use it.
import { ICONS, icon, mixed, type Look } from "./look";
import { cut } from "./text";
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
  label: string;
}

export interface Picture {
  dots: Dot[];
  lines: Line[];
  look: Look;
  width: number;
  height: number;
  labels: number;
}

export const DASH = [7, 5];

/** Control point of a bent link; for a straight one the middle. */
export function middle(line: Line): Place {
  const [dx, dy] = [line.b.x - line.a.x, line.b.y - line.a.y];
  return [(line.a.x + line.b.x) / 2 - dy * line.bend, (line.a.y + line.b.y) / 2 + dx * line.bend];
}

/** Where a curve is half way: labels and the pointer use it. */
export function halfway(line: Line): Place {
  const [mx, my] = middle(line);
  return [(line.a.x + line.b.x) / 4 + mx / 2, (line.a.y + line.b.y) / 4 + my / 2];
}

export function paintLines(ctx: CanvasRenderingContext2D, picture: Picture): void {
  const { look } = picture;
  const quiet = look.dark ? "#94a3b8" : "#64748b";
  ctx.lineCap = "round";
  for (const lit of [false, true]) {
    for (const line of picture.lines) {
      if (line.lit !== lit) continue;
      const strong = line.lit;
      const usual = line.link.status === "inferred" ? 0.18 : look.dark ? 0.34 : 0.38;
      ctx.globalAlpha = strong ? 0.95 : line.faded ? 0.06 : usual;
      ctx.strokeStyle = strong ? look.accent : line.link.status === "target" ? look.target : quiet;
      if (!strong && line.link.status === "target" && !line.faded) ctx.globalAlpha = 0.75;
      ctx.lineWidth = strong ? 2 : 1.1;
      ctx.setLineDash(line.link.status === "target" ? DASH : line.link.status === "inferred" ? [1.5, 4] : []);
      const [mx, my] = middle(line);
      ctx.beginPath();
      ctx.moveTo(line.a.x, line.a.y);
      if (line.bend) ctx.quadraticCurveTo(mx, my, line.b.x, line.b.y);
      else ctx.lineTo(line.b.x, line.b.y);
      ctx.stroke();
      if (strong) arrow(ctx, line, mx, my);
    }
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

export function paintDots(ctx: CanvasRenderingContext2D, picture: Picture, discs: boolean): void {
  const { look } = picture;
  for (const dot of picture.dots) {
    if (dot.x < -40 || dot.y < -40 || dot.x > picture.width + 40 || dot.y > picture.height + 40) continue;
    ctx.globalAlpha = dot.faded ? 0.15 : 1;
    if (discs) {
      ctx.fillStyle = dot.fill;
      ctx.beginPath();
      ctx.arc(dot.x, dot.y, dot.r, 0, 7);
      ctx.fill();
    }
    ctx.strokeStyle = mixed(dot.fill, look.dark ? "#ffffff" : "#000000", look.dark ? 0.3 : 0.35);
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.arc(dot.x, dot.y, dot.r, 0, 7);
    ctx.stroke();
    if (dot.r >= 7 && ICONS[dot.group]) drawIcon(ctx, dot);
    if (dot.ring) ring(ctx, dot, look);
    if (dot.pinned) pinMark(ctx, dot, look);
  }
  ctx.globalAlpha = 1;
}

function drawIcon(ctx: CanvasRenderingContext2D, dot: Dot): void {
  const path = icon(dot.group);
  if (!path) return;
  ctx.save();
  ctx.translate(dot.x, dot.y);
  ctx.scale(dot.r * 0.58, dot.r * 0.58);
  ctx.strokeStyle = dot.group === "platform" || dot.group === "incubator" ? "#10202e" : "#ffffff";
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

type Box = [number, number, number, number];

/** Draw labels, the forced and the big first; give the ids that got one. */
export function paintLabels(ctx: CanvasRenderingContext2D, picture: Picture): Set<string> {
  const { look } = picture;
  const taken: Box[] = [];
  const drawn = new Set<string>();
  const inside = picture.dots.filter(
    (d) => d.x > -60 && d.y > -30 && d.x < picture.width + 60 && d.y < picture.height + 30 && !d.faded,
  );
  inside.sort((a, b) => Number(b.forced) - Number(a.forced) || b.r - a.r || (a.id < b.id ? -1 : 1));
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  ctx.lineJoin = "round";
  let count = 0;
  const discs: Dot[] = []; // those drawn before are as big or bigger: no label on them
  for (const dot of inside) {
    if (dot.r >= 7) discs.push(dot);
    if (!dot.forced && count >= picture.labels) continue;
    const px = dot.ring === "selected" ? 14 : dot.r >= 12 ? 13.5 : 12.5;
    ctx.font = `${dot.ring === "selected" || dot.r >= 12 ? 650 : 450} ${px}px ${look.font}`;
    const text = cut(dot.label, dot.forced ? 16 : 12);
    const wide = ctx.measureText(text).width;
    const top = dot.y + dot.r + 3;
    const box: Box = [dot.x - wide / 2 - 4, top - 1, dot.x + wide / 2 + 4, top + px + 3];
    const hit = (t: Box): boolean => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3];
    const onDisc = discs.some((d) => d !== dot && hit([d.x - d.r, d.y - d.r, d.x + d.r, d.y + d.r]));
    if (!(dot.forced && dot.ring) && (taken.some(hit) || (onDisc && !dot.forced))) continue;
    taken.push(box);
    count++;
    drawn.add(dot.id);
    ctx.strokeStyle = look.ground;
    ctx.lineWidth = 3.5;
    ctx.strokeText(text, dot.x, top);
    ctx.fillStyle = look.text;
    ctx.fillText(text, dot.x, top);
  }
  for (const line of picture.lines) if (line.lit && line.label) lineLabel(ctx, line, look, taken);
  return drawn;
}

function lineLabel(ctx: CanvasRenderingContext2D, line: Line, look: Look, taken: Box[]): void {
  const [x, y] = halfway(line);
  ctx.font = `500 11.5px ${look.font}`;
  const wide = ctx.measureText(line.label).width;
  const box: Box = [x - wide / 2 - 3, y - 8, x + wide / 2 + 3, y + 8];
  if (taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) return;
  taken.push(box);
  ctx.fillStyle = look.ground;
  ctx.globalAlpha = 0.9;
  ctx.fillRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
  ctx.globalAlpha = 1;
  ctx.fillStyle = look.accent;
  ctx.textBaseline = "middle";
  ctx.fillText(line.label, x, y + 0.5);
  ctx.textBaseline = "top";
}
