// The map of a large graph: every thing a point, communities by name and count.
// Positions, ranks and communities come as typed arrays from the server.
import Graph from "graphology";
import type Sigma from "sigma";
import { channels, COMMUNITY_COLOURS, type Look } from "./look";
import { cut, n, start } from "./text";

interface Header {
  nodes: number;
  edges: number;
  relations: string[];
  groups: string[];
  communities: { name: string; size: number }[];
}

interface Spot {
  name: string;
  size: number;
  x: number;
  y: number;
  colour: string;
}

const ID = `${start.base}id/`;

export class WholeMap {
  readonly graph = new Graph({ type: "undirected", multi: true });
  readonly names: string[];
  readonly ids: string[];
  readonly box: { x: [number, number]; y: [number, number] };
  private spots: Spot[] = [];
  private colours: Uint16Array;
  private largest: number[] = [];
  private degree: Float32Array;
  readonly groups: { name: string; size: number }[];

  constructor(data: ArrayBuffer, look: Look) {
    const view = new DataView(data);
    const size = view.getUint32(4, true);
    const text = new TextDecoder();
    const header = JSON.parse(text.decode(new Uint8Array(data, 8, size))) as Header;
    const { nodes, edges } = header;
    let at = 8 + size;
    const floats = (count: number): Float32Array => {
      const array = new Float32Array(data, at, count);
      at += 4 * count;
      return array;
    };
    const x = floats(nodes);
    const y = floats(nodes);
    const rank = floats(nodes);
    floats(nodes); // betweenness: for a later choice of sizes
    const degree = (this.degree = floats(nodes));
    this.groups = header.communities;
    this.colours = new Uint16Array(data, at, nodes);
    at += 2 * nodes;
    const groups = new Uint8Array(data, at, nodes);
    at += nodes;
    at += -(3 * nodes) & 3;
    const ends = new Uint32Array(data, at, 2 * edges);
    at += 8 * edges;
    at += 2 * edges + (-(2 * edges) & 3);
    const lines = text.decode(new Uint8Array(data, at)).split("\n");
    this.ids = lines.slice(0, nodes).map((iri) => (iri.startsWith(ID) ? iri.slice(ID.length) : iri));
    this.names = lines.slice(nodes, 2 * nodes);
    this.box = { x: extent(x), y: extent(y) };
    const most = Math.max(1e-9, ...sample(rank));
    for (let i = 0; i < nodes; i++) {
      this.graph.addNode(this.ids[i]!, {
        i,
        x: x[i],
        y: y[i],
        size: 1.2 + 5 * Math.sqrt(rank[i]! / most),
        color: this.colour(i, look),
        group: header.groups[groups[i]!],
      });
    }
    const line = thread(look, edges);
    for (let i = 0; i < edges; i++) {
      this.graph.addEdge(this.ids[ends[i]!]!, this.ids[ends[edges + i]!]!, { color: line, size: 1 });
    }
    this.largest = [...degree.keys()].sort((a, b) => degree[b]! - degree[a]!).slice(0, 400);
    this.gather(header, x, y, look);
  }

  private colour(i: number, look: Look): string {
    return COMMUNITY_COLOURS[this.colours[i]! % COMMUNITY_COLOURS.length] ?? look.groups["other"]!;
  }

  private gather(header: Header, x: Float32Array, y: Float32Array, look: Look): void {
    const count = header.communities.length;
    const [sx, sy, weight] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
    for (let i = 0; i < x.length; i++) {
      const c = this.colours[i]!;
      if (c >= count) continue;
      sx[c]! += x[i]!;
      sy[c]! += y[i]!;
      weight[c]! += 1;
    }
    this.spots = header.communities.slice(0, 60).map((c, i) => ({
      name: c.name,
      size: c.size,
      x: sx[i]! / (weight[i] || 1),
      y: sy[i]! / (weight[i] || 1),
      colour: COMMUNITY_COLOURS[i % COMMUNITY_COLOURS.length] ?? look.text,
    }));
  }

  recolour(look: Look): void {
    this.graph.updateEachNodeAttributes((_, at) => ({ ...at, color: this.colour(at["i"] as number, look) }));
    const line = thread(look, this.graph.size);
    this.graph.updateEachEdgeAttributes((_, at) => ({ ...at, color: line }));
  }

  /** The most linked things, for the table: id, name, community, statements. */
  top(): { id: string; name: string; community: string; degree: number }[] {
    return this.largest.map((i) => ({
      id: this.ids[i]!,
      name: this.names[i]!,
      community: this.groups[this.colours[i]!]?.name ?? "",
      degree: this.degree[i]!,
    }));
  }

  name(id: string): string {
    return this.graph.hasNode(id) ? this.names[this.graph.getNodeAttribute(id, "i") as number]! : id;
  }

  paint(ctx: CanvasRenderingContext2D, sigma: Sigma, look: Look, hovered: string, selected: ReadonlySet<string>): void {
    const ratio = sigma.getCamera().getState().ratio;
    const taken: [number, number, number, number][] = [];
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const write = (text: string, x: number, y: number, px: number, weight: number, always = false): void => {
      ctx.font = `${weight} ${px}px ${look.font}`;
      const wide = ctx.measureText(text).width;
      const box: [number, number, number, number] = [x - wide / 2 - 6, y - px, x + wide / 2 + 6, y + px];
      if (!always && taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) return;
      taken.push(box);
      ctx.strokeStyle = look.ground;
      ctx.lineWidth = 4;
      ctx.strokeText(text, x, y);
      ctx.fillStyle = look.text;
      ctx.fillText(text, x, y);
    };
    for (const id of [hovered, ...selected]) {
      if (!id || !this.graph.hasNode(id)) continue;
      const at = this.graph.getNodeAttributes(id);
      const { x, y } = sigma.graphToViewport({ x: at["x"] as number, y: at["y"] as number });
      ctx.strokeStyle = look.accent;
      ctx.lineWidth = 3;
      ctx.beginPath();
      ctx.arc(x, y, sigma.scaleSize(at["size"] as number) + 5, 0, 7);
      ctx.stroke();
      write(cut(this.name(id), 16), x, y + 22, 14, 650, true);
    }
    if (ratio > 0.3) {
      for (const spot of this.spots) {
        const { x, y } = sigma.graphToViewport(spot);
        write(`${cut(spot.name, 10)} · ${n(spot.size)}`, x, y, 13 + Math.min(5, Math.log10(spot.size)), 650);
      }
      return;
    }
    const { width, height } = sigma.getDimensions();
    let count = 0;
    for (const i of this.largest) {
      const at = this.graph.getNodeAttributes(this.ids[i]!);
      const { x, y } = sigma.graphToViewport({ x: at["x"] as number, y: at["y"] as number });
      if (x < 0 || y < 0 || x > width || y > height) continue;
      if (count++ > 40) break;
      write(cut(this.names[i]!), x, y + 12, 12, 450);
    }
  }
}

/** The more links, the thinner each: what lies under them stays to be seen. */
function thread(look: Look, links: number): string {
  const [r, g, b] = channels(look.text2);
  const alpha = Math.max(0.03, Math.min(0.25, 10 / Math.sqrt(links))) * (look.dark ? 1.3 : 1);
  // sigma blends as if colours held their alpha already
  const [x, y, z] = [r, g, b].map((v) => Math.round(v * alpha));
  return `rgba(${x},${y},${z},${alpha.toFixed(3)})`;
}

function extent(values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low < high ? [low, high] : [low - 1, low + 1];
}

/** The largest value in blocks, so that no call gets 50,000 arguments. */
function sample(values: Float32Array): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i += 4096) best.push(Math.max(...values.subarray(i, i + 4096)));
  return best;
}
