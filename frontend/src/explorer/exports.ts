// Take along: PNG and SVG at print size, GEXF, GraphML, JSON, CSV, one HTML file.
import { iri } from "./ids";
import { ICONS, mixed, type Look } from "./look";
import { paintLabels, placeLabels } from "./labels";
import { DASH, DOTS, inkOn, isMany, middle, paintDots, paintLines, paintTitles, strokeOf, type Dot, type Line, type Picture } from "./painter";
import { language, nameOf, otherNameOf, start, t, termOf } from "./text";
import type { Link, Scene, Term, Thing } from "./types";
import type { Visible } from "./filters";
import { keyOf } from "./types";

export function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function save(name: string, type: string, data: BlobPart): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export interface Kept {
  nodes: Thing[];
  edges: Link[];
  scene: Scene;
  terms: Record<string, Term>;
}

export function kept(scene: Scene, shown: Visible, terms: Record<string, Term>): Kept {
  return {
    nodes: [...shown.nodes].flatMap((id) => scene.nodes.get(id) ?? []),
    edges: [...shown.edges].flatMap((key) => scene.edges.get(key) ?? []),
    scene,
    terms,
  };
}

const STRIP = 34; // below the picture: what the colours and dashes mean

interface Key {
  label: string;
  colour: string;
  dash: number[] | null; // null: a disc
}

/** What a reader of the picture alone needs to know. */
function keys(picture: Picture): Key[] {
  const { look } = picture;
  const used = new Set(picture.dots.map((dot) => dot.group));
  const statuses = new Set(picture.lines.map((line) => line.link.status));
  return [
    ...start.groups.filter((g) => used.has(g.key)).map((g) => ({ label: t(g.zh, g.en), colour: look.groups[g.key]!, dash: null })),
    ...(statuses.has("target") ? [{ label: t("目标，尚未实现", "planned, not achieved"), colour: look.target, dash: DASH }] : []),
    ...(statuses.has("inferred") ? [{ label: t("推断", "inferred"), colour: look.text2, dash: DOTS }] : []),
  ];
}

const origin = (): string => `${start.title} · ${location.host} · ${new Date().toISOString().slice(0, 10)}`;

function measure(): CanvasRenderingContext2D {
  return document.createElement("canvas").getContext("2d")!;
}

/** Keys with the place of each on the strip. */
function placedKeys(picture: Picture, ctx: CanvasRenderingContext2D): (Key & { x: number })[] {
  ctx.font = `450 12px ${picture.look.font}`;
  let x = 16;
  return keys(picture).map((key) => {
    const at = { ...key, x };
    x += (key.dash ? 32 : 18) + ctx.measureText(key.label).width + 16;
    return at;
  });
}

/** The picture on the screen, several times as large, with its key. */
export async function png(picture: Picture, scale = 3): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const { look, width, height } = picture;
  canvas.width = width * scale;
  canvas.height = (height + STRIP) * scale;
  const ctx = canvas.getContext("2d")!;
  ctx.scale(scale, scale);
  ctx.fillStyle = look.ground;
  ctx.fillRect(0, 0, width, height + STRIP);
  paintTitles(ctx, picture);
  paintLines(ctx, picture);
  paintDots(ctx, picture);
  paintLabels(ctx, picture);
  ctx.fillStyle = look.ground;
  ctx.fillRect(0, height, width, STRIP);
  const y = height + STRIP / 2;
  ctx.textAlign = "left";
  for (const key of placedKeys(picture, ctx)) {
    ctx.strokeStyle = ctx.fillStyle = key.colour;
    ctx.beginPath();
    if (key.dash) {
      ctx.setLineDash(key.dash);
      ctx.lineWidth = 2;
      ctx.moveTo(key.x, y);
      ctx.lineTo(key.x + 26, y);
      ctx.stroke();
      ctx.setLineDash([]);
    } else {
      ctx.arc(key.x + 6, y, 6, 0, 7);
      ctx.fill();
    }
    ctx.fillStyle = look.text;
    ctx.fillText(key.label, key.x + (key.dash ? 32 : 18), y);
  }
  ctx.textAlign = "right";
  ctx.fillStyle = look.text2;
  ctx.fillText(origin(), width - 16, y);
  return new Promise((done) => canvas.toBlob((blob) => done(blob!), "image/png"));
}

function svgKeys(picture: Picture): string[] {
  const { look, width, height } = picture;
  const y = height + STRIP / 2;
  const text = (x: number, label: string, colour: string, anchor: string): string =>
    `<text x="${f(x)}" y="${f(y)}" font-size="12" dominant-baseline="central" text-anchor="${anchor}" fill="${colour}">${xml(label)}</text>`;
  const told = placedKeys(picture, measure()).flatMap((key) => [
    key.dash
      ? `<path d="M${f(key.x)} ${f(y)}h26" stroke="${key.colour}" stroke-width="2" stroke-dasharray="${key.dash.join(" ")}"/>`
      : `<circle cx="${f(key.x + 6)}" cy="${f(y)}" r="6" fill="${key.colour}"/>`,
    text(key.x + (key.dash ? 32 : 18), key.label, look.text, "start"),
  ]);
  return [`<rect y="${height}" width="100%" height="${STRIP}" fill="${look.ground}"/>`, ...told, text(width - 16, origin(), look.text2, "end")];
}

function svgLine(line: Line, look: Look, many: boolean, terms: Record<string, Term>): string {
  const [mx, my] = middle(line);
  const stroke = strokeOf(line, look, many);
  const dash = stroke.dash.length ? ` stroke-dasharray="${stroke.dash.join(" ")}"` : "";
  const way = line.bend ? `Q${f(mx)} ${f(my)} ${f(line.b.x)} ${f(line.b.y)}` : `L${f(line.b.x)} ${f(line.b.y)}`;
  return (
    `<path d="M${f(line.a.x)} ${f(line.a.y)}${way}" fill="none" stroke="${stroke.colour}" stroke-width="${stroke.width}"` +
    ` stroke-opacity="${stroke.alpha}"${dash}><title>${xml(termOf(terms[line.link.p], line.link.p))}</title></path>`
  );
}

function svgDot(dot: Dot, look: Look): string {
  const glyph = dot.r >= 7 && ICONS[dot.group];
  const edge = mixed(dot.fill, look.dark ? "#ffffff" : "#000000", 0.35);
  return (
    `<g${dot.faded ? ' opacity="0.15"' : ""}><title>${xml(dot.label)}</title><circle cx="${f(dot.x)}" cy="${f(dot.y)}" r="${f(dot.r)}" fill="${dot.fill}" stroke="${edge}"/>` +
    (glyph ? `<path transform="translate(${f(dot.x)} ${f(dot.y)}) scale(${f(dot.r * 0.58)})" d="${glyph}" fill="none" stroke="${inkOn(dot.group)}" stroke-width=".2" stroke-linejoin="round"/>` : "") +
    "</g>"
  );
}

/** The picture on the screen as SVG, names where the screen has them. */
export function svg(picture: Picture, terms: Record<string, Term>): string {
  const { look, width, height } = picture;
  const many = isMany(picture);
  const lines = [...picture.lines].sort((a, b) => Number(a.lit) - Number(b.lit));
  const names = placeLabels(measure(), picture).map(
    ({ kind, text, x, y, px, weight }) =>
      `<text x="${f(x)}" y="${f(y)}" font-size="${px}" font-weight="${weight}" text-anchor="middle" dominant-baseline="central"` +
      ` fill="${kind === "relation" ? look.accent : look.text}" stroke="${look.ground}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke">${xml(text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + STRIP}" viewBox="0 0 ${width} ${height + STRIP}" font-family="${xml(look.font)}">`,
    `<title>${xml(origin())}</title>`,
    `<rect width="100%" height="100%" fill="${look.ground}"/>`,
    ...picture.titles.map((c) => `<circle cx="${f(c.x)}" cy="${f(c.y)}" r="${f(c.r)}" fill="${c.colour}" fill-opacity="0.1"/>`),
    ...lines.map((line) => svgLine(line, look, many, terms)),
    ...picture.dots.map((dot) => svgDot(dot, look)),
    ...names,
    ...svgKeys(picture),
    "</svg>\n",
  ].join("\n");
}

const f = (value: number): string => String(Math.round(value * 10) / 10);

const NODE_FIELDS = ["label", "zh", "en", "type", "group", "degree", "rank", "betweenness", "community"] as const;
const EDGE_FIELDS = ["relation", "status", "start", "end", "statement"] as const;
const NUMBERS = new Set(["degree", "rank", "betweenness", "community"]);

function nodeValues(x: Thing): Record<(typeof NODE_FIELDS)[number], string> {
  return {
    label: nameOf(x),
    zh: x.zh,
    en: x.en,
    type: iri(x.type),
    group: x.group,
    degree: String(x.degree),
    rank: String(x.rank ?? 0),
    betweenness: String(x.between ?? 0),
    community: String(x.community ?? -1),
  };
}

function edgeValues(e: Link, terms: Record<string, Term>): Record<(typeof EDGE_FIELDS)[number], string> {
  return {
    relation: termOf(terms[e.p], e.p),
    status: e.status,
    start: e.start,
    end: e.end,
    statement: e.id ? iri(e.id) : "",
  };
}

export function gexf(data: Kept): string {
  const attributes = (names: readonly string[]): string =>
    names.map((x) => `<attribute id="${x}" title="${x}" type="${NUMBERS.has(x) ? "double" : "string"}"/>`).join("");
  const values = (of: Record<string, string>): string =>
    Object.entries(of).map(([k, v]) => `<attvalue for="${k}" value="${xml(v)}"/>`).join("");
  const nodes = data.nodes.map((x) => {
    const [px, py] = data.scene.places.get(x.id) ?? [0, 0];
    return `<node id="${xml(iri(x.id))}" label="${xml(nameOf(x))}"><attvalues>${values(nodeValues(x))}</attvalues><viz:position x="${px * 100}" y="${py * 100}" z="0"/></node>`;
  });
  const edges = data.edges.map(
    (e) =>
      `<edge id="${xml(e.id ? iri(e.id) : keyOf(e))}" source="${xml(iri(e.s))}" target="${xml(iri(e.t))}" label="${xml(termOf(data.terms[e.p], e.p))}" kind="${xml(iri(e.p))}"><attvalues>${values(edgeValues(e, data.terms))}</attvalues></edge>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<graph defaultedgetype="directed" mode="static">
<attributes class="node">${attributes(NODE_FIELDS)}</attributes>
<attributes class="edge">${attributes(EDGE_FIELDS)}</attributes>
<nodes>
${nodes.join("\n")}
</nodes>
<edges>
${edges.join("\n")}
</edges>
</graph>
</gexf>
`;
}

export function graphml(data: Kept): string {
  const keys = (names: readonly string[], side: string): string =>
    names.map((x) => `<key id="${side[0]}_${x}" for="${side}" attr.name="${x}" attr.type="${NUMBERS.has(x) ? "double" : "string"}"/>`).join("\n");
  const values = (of: Record<string, string>, side: string): string =>
    Object.entries(of).map(([k, v]) => `<data key="${side}_${k}">${xml(v)}</data>`).join("");
  const nodes = data.nodes.map((x) => `<node id="${xml(iri(x.id))}">${values(nodeValues(x), "n")}</node>`);
  const edges = data.edges.map(
    (e) => `<edge source="${xml(iri(e.s))}" target="${xml(iri(e.t))}">${values(edgeValues(e, data.terms), "e")}</edge>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
${keys(NODE_FIELDS, "node")}
${keys(EDGE_FIELDS, "edge")}
<graph edgedefault="directed">
${nodes.join("\n")}
${edges.join("\n")}
</graph>
</graphml>
`;
}

export function json(data: Kept): string {
  return JSON.stringify(
    {
      address: location.href,
      language,
      nodes: data.nodes.map((x) => ({ iri: iri(x.id), ...x, place: data.scene.places.get(x.id) })),
      links: data.edges.map((e) => ({ ...e, iri: e.id ? iri(e.id) : "", source: iri(e.s), target: iri(e.t), relation: iri(e.p) })),
    },
    null,
    1,
  );
}

/** A cell for a spreadsheet; what would run as a formula there is kept as text. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvText = (rows: string[][]): string => "\ufeff" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

export function csvNodes(data: Kept): string {
  const head = ["iri", t("名称", "name"), t("另一语言", "other name"), t("类别", "class"), t("陈述数", "statements"), "pagerank", "betweenness", t("社群", "community")];
  const rows = data.nodes.map((x) => [
    iri(x.id), nameOf(x), otherNameOf(x), termOf(data.terms[x.type], x.type), String(x.degree), String(x.rank ?? ""), String(x.between ?? ""), String(x.community ?? ""),
  ]);
  return csvText([head, ...rows]);
}

export function csvEdges(data: Kept): string {
  const head = [t("起点", "from"), t("关系", "relation"), t("终点", "to"), t("状态", "status"), t("始", "start"), t("止", "end"), t("陈述", "statement")];
  const label = (id: string): string => nameOf(data.scene.nodes.get(id)!);
  const rows = data.edges.map((e) => [
    label(e.s), termOf(data.terms[e.p], e.p), label(e.t), e.status, e.start, e.end, e.id ? iri(e.id) : "",
  ]);
  return csvText([head, ...rows]);
}
