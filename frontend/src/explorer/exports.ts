// Take along: PNG and SVG at print size, GEXF, GraphML, JSON, CSV, one HTML file.
import { ICONS, mixed } from "./look";
import { middle, paintDots, paintLabels, paintLines, DASH, type Picture } from "./painter";
import { cut, language, nameOf, otherNameOf, start, t, termOf } from "./text";
import type { Link, Scene, Term, Thing } from "./types";
import type { Visible } from "./filters";
import { keyOf } from "./types";

const TERMS = "https://w3id.org/life-valley/ontology#"; // the same for every region

export function iri(id: string): string {
  if (id.includes("://")) return id;
  return id.startsWith("lv:") ? `${TERMS}${id.slice(3)}` : `${start.base}id/${id}`;
}

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

/** The picture on the screen, several times as large. */
export async function png(picture: Picture, scale = 3): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width * scale;
  canvas.height = picture.height * scale;
  const ctx = canvas.getContext("2d")!;
  ctx.scale(scale, scale);
  ctx.fillStyle = picture.look.ground;
  ctx.fillRect(0, 0, picture.width, picture.height);
  paintLines(ctx, picture);
  paintDots(ctx, picture, true);
  paintLabels(ctx, picture);
  return new Promise((done) => canvas.toBlob((blob) => done(blob!), "image/png"));
}

export function svg(picture: Picture, terms: Record<string, Term>): string {
  const { look, width, height } = picture;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${xml(look.font)}" font-size="12.5">`,
    `<rect width="100%" height="100%" fill="${look.ground}"/>`,
  ];
  for (const line of picture.lines) {
    const [mx, my] = middle(line);
    const dash = line.link.status === "target" ? ` stroke-dasharray="${DASH.join(" ")}"` : line.link.status === "inferred" ? ' stroke-dasharray="1.5 4"' : "";
    const colour = line.lit ? look.accent : line.link.status === "target" ? look.target : look.text2;
    parts.push(
      `<path d="M${f(line.a.x)} ${f(line.a.y)}Q${f(mx)} ${f(my)} ${f(line.b.x)} ${f(line.b.y)}" fill="none" stroke="${colour}" stroke-opacity="${line.lit ? 0.9 : 0.4}"${dash}><title>${xml(termOf(terms[line.link.p], line.link.p))}</title></path>`,
    );
  }
  for (const dot of picture.dots) {
    const dark = dot.group === "platform" || dot.group === "incubator";
    const glyph = dot.r >= 7 && ICONS[dot.group];
    parts.push(
      `<g><title>${xml(dot.label)}</title><circle cx="${f(dot.x)}" cy="${f(dot.y)}" r="${f(dot.r)}" fill="${dot.fill}" stroke="${mixed(dot.fill, "#000000", 0.35)}"/>` +
        (glyph ? `<path transform="translate(${f(dot.x)} ${f(dot.y)}) scale(${f(dot.r * 0.58)})" d="${glyph}" fill="none" stroke="${dark ? "#10202e" : "#fff"}" stroke-width=".2"/>` : "") +
        "</g>",
    );
  }
  for (const dot of picture.dots) {
    parts.push(
      `<text x="${f(dot.x)}" y="${f(dot.y + dot.r + 14)}" text-anchor="middle" fill="${look.text}" stroke="${look.ground}" stroke-width="3" paint-order="stroke">${xml(cut(dot.label))}</text>`,
    );
  }
  return parts.join("\n") + "\n</svg>\n";
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
