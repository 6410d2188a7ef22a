// The one module that knows sigma: camera, pointer, discs on the GPU. Links, icons
// and labels are painted on 2D canvases below and above it while there are few.
import Graph from "graphology";
import Sigma from "sigma";
import { EdgeLineProgram, NodePointProgram, NodeCircleProgram } from "sigma/rendering";
import { COMMUNITY_COLOURS, mixed, readLook, type Look } from "./look";
import { halfway, middle, paintDots, paintLabels, paintLines, type Dot, type Line, type Picture } from "./painter";
import type { Camera, Place } from "./types";
import type { WholeMap } from "./map";

export interface StageNode {
  id: string;
  place: Place;
  radius: number;
  group: string;
  community: number;
  label: string;
}

export interface StageView {
  nodes: StageNode[];
  lines: { key: string; link: Line["link"]; bend: number; label: string }[];
  byCommunity: boolean;
  selected: ReadonlySet<string>;
  selectedEdge: string;
  hovered: string;
  pinned: ReadonlySet<string>;
  lit: ReadonlySet<string>;
}

export interface StageEvents {
  hover: (id: string) => void;
  click: (id: string, many: boolean) => void;
  clickEdge: (key: string) => void;
  clickEmpty: () => void;
  open: (id: string) => void;
  menu: (id: string, x: number, y: number) => void;
  dragged: (id: string, place: Place) => void;
  camera: (camera: Camera) => void;
}

const HALF = 10; // the fixed box that sigma scales to the window, so nothing jumps
const BOX = { x: [-HALF, HALF] as [number, number], y: [-HALF, HALF] as [number, number] };
const PAINTED = 1500; // links painted on the canvas; more of them go to the GPU
const NEAR = 6;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  readonly sigma: Sigma;
  look: Look = readLook();
  drawn = 0; // pictures painted, for tests and measurements
  labelled = new Set<string>();
  private graph = new Graph({ type: "directed", multi: true });
  private under: HTMLCanvasElement;
  private over: HTMLCanvasElement;
  private view: StageView | null = null;
  private map: WholeMap | null = null;
  private dragging = "";
  private moving = 0;
  private observer: ResizeObserver;
  private marked = false;
  private fitted = false; // the reader has not moved the picture since it was fitted
  private fittedTo: readonly string[] = [];

  constructor(
    readonly container: HTMLElement,
    private events: StageEvents,
    big: WholeMap | null,
  ) {
    this.under = this.layer();
    this.map = big;
    if (big) this.graph = big.graph;
    this.sigma = new Sigma(this.graph, container, {
      renderLabels: false,
      renderEdgeLabels: false,
      enableEdgeEvents: false,
      zIndex: false,
      defaultEdgeType: "line",
      edgeProgramClasses: { line: EdgeLineProgram },
      defaultNodeType: big ? "point" : "circle",
      nodeProgramClasses: { point: NodePointProgram, circle: NodeCircleProgram },
      hideEdgesOnMove: Boolean(big),
      hideLabelsOnMove: true,
      minCameraRatio: 0.005,
      maxCameraRatio: 20,
      stagePadding: 20,
      allowInvalidContainer: true,
      defaultDrawNodeHover: () => undefined,
      ...(big ? {} : { itemSizesReference: "screen" as const }),
    });
    this.sigma.setCustomBBox(big ? big.box : BOX);
    this.over = this.layer();
    this.over.style.pointerEvents = "none";
    this.sigma.on("afterRender", () => this.paint());
    this.listen();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(container);
    this.resize();
  }

  /** Discs shrink with the window, so that a phone shows the same picture. */
  private small(): number {
    const { clientWidth, clientHeight } = this.container;
    return Math.max(0.45, Math.min(1, Math.min(clientWidth, clientHeight) / 720));
  }

  private layer(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.className = "layer";
    this.container.append(canvas);
    return canvas;
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.container;
    const scale = window.devicePixelRatio || 1;
    for (const canvas of [this.under, this.over]) {
      canvas.width = clientWidth * scale;
      canvas.height = clientHeight * scale;
    }
    this.sigma.resize();
    if (this.fitted) this.fitTo(this.fittedTo, false);
    else this.sigma.scheduleRender();
  }

  destroy(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.moving);
    this.sigma.kill();
    this.under.remove();
    this.over.remove();
  }

  refreshLook(): void {
    this.look = readLook();
    if (this.view) this.show(this.view, false);
    this.map?.recolour(this.look);
    this.sigma.refresh();
  }

  /** Show a view; what moved glides to its place unless the reader wants calm. */
  show(view: StageView, glide = true): void {
    this.view = view;
    if (this.map) {
      this.sigma.scheduleRender();
      return;
    }
    const before = new Map<string, Place>();
    const kept = new Set(view.nodes.map((node) => node.id));
    this.graph.forEachNode((id, at) => {
      before.set(id, [at["x"] as number, at["y"] as number]);
      if (!kept.has(id)) this.graph.dropNode(id);
    });
    const moves: [string, Place, Place][] = [];
    for (const node of view.nodes) {
      const from = before.get(node.id);
      const fill = this.fill(node);
      const attributes = {
        size: node.radius * this.small(),
        color: this.isFaded(node.id) ? mixed(fill, this.look.ground, 0.85) : fill,
        fill,
        group: node.group,
        label: node.label,
      };
      if (from) this.graph.mergeNodeAttributes(node.id, attributes);
      else this.graph.addNode(node.id, { ...attributes, x: node.place[0], y: node.place[1] });
      if (from && Math.hypot(from[0] - node.place[0], from[1] - node.place[1]) > 0.01) {
        moves.push([node.id, from, node.place]);
      }
    }
    this.graph.clearEdges();
    if (view.lines.length > PAINTED) {
      const colour = mixed(this.look.text2, this.look.ground, 0.7);
      for (const { key, link } of view.lines) this.graph.addEdgeWithKey(key, link.s, link.t, { color: colour, size: 1 });
    }
    this.move(moves, glide && !calm.matches && moves.length < 2000 ? 320 : 0);
  }

  private move(moves: [string, Place, Place][], ms: number): void {
    cancelAnimationFrame(this.moving);
    const begin = performance.now();
    const tick = (): void => {
      const share = ms ? Math.min(1, (performance.now() - begin) / ms) : 1;
      const eased = 1 - (1 - share) ** 3;
      for (const [id, a, b] of moves) {
        if (!this.graph.hasNode(id)) continue;
        this.graph.mergeNodeAttributes(id, { x: a[0] + (b[0] - a[0]) * eased, y: a[1] + (b[1] - a[1]) * eased });
      }
      this.sigma.scheduleRefresh();
      if (share < 1) this.moving = requestAnimationFrame(tick);
    };
    tick();
  }

  private fill(node: StageNode): string {
    const view = this.view!;
    if (view.byCommunity) return COMMUNITY_COLOURS[node.community] ?? this.look.groups["other"]!;
    return this.look.groups[node.group] ?? this.look.groups["other"]!;
  }

  private focus(): string {
    const view = this.view;
    if (!view) return "";
    return view.hovered || (view.selected.size === 1 ? [...view.selected][0]! : "");
  }

  private around(id: string): Set<string> {
    const near = new Set([id]);
    for (const { link } of this.view?.lines ?? []) {
      if (link.s === id) near.add(link.t);
      if (link.t === id) near.add(link.s);
    }
    return near;
  }

  private nearNow = new Set<string>();
  private nearOf = "";
  private isFaded(id: string): boolean {
    const view = this.view!;
    const focus = this.focus();
    if (view.lit.size) {
      const on = view.lines.some((l) => view.lit.has(l.key) && (l.link.s === id || l.link.t === id));
      return !on && id !== focus;
    }
    if (!focus) return false;
    if (this.nearOf !== focus + view.lines.length) {
      this.nearNow = this.around(focus);
      this.nearOf = focus + view.lines.length;
    }
    return !this.nearNow.has(id) && !view.selected.has(id);
  }

  /** What is on the screen now, for the painter and for exports. */
  picture(): Picture {
    const { sigma, look, view } = this;
    const { width, height } = sigma.getDimensions();
    const dots = new Map<string, Dot>();
    const focus = this.focus();
    for (const node of view?.nodes ?? []) {
      if (!this.graph.hasNode(node.id)) continue;
      const at = this.graph.getNodeAttributes(node.id);
      const { x, y } = sigma.graphToViewport({ x: at["x"] as number, y: at["y"] as number });
      const faded = this.isFaded(node.id);
      const chosen = view!.selected.has(node.id);
      dots.set(node.id, {
        id: node.id,
        x,
        y,
        r: sigma.scaleSize(at["size"] as number),
        fill: at["fill"] as string,
        group: node.group,
        label: node.label,
        faded,
        ring: chosen ? "selected" : node.id === view!.hovered ? "hovered" : "",
        pinned: view!.pinned.has(node.id),
        forced: chosen || node.id === view!.hovered || (Boolean(focus) && !faded && this.nearNow.size < 24) || (view!.lit.size > 0 && !faded),
      });
    }
    const lines: Line[] = [];
    for (const { key, link, bend, label } of view?.lines ?? []) {
      const [a, b] = [dots.get(link.s), dots.get(link.t)];
      if (!a || !b) continue;
      const lit = view!.lit.has(key) || key === view!.selectedEdge || (Boolean(focus) && (link.s === focus || link.t === focus) && !view!.lit.size);
      lines.push({ key, link, a, b, bend, lit, faded: (a.faded || b.faded) && !lit, label });
    }
    const labels = Math.max(14, Math.min(60, Math.round((width * height) / 26000)));
    return { dots: [...dots.values()], lines, look, width, height, labels };
  }

  private contexts(): [CanvasRenderingContext2D, CanvasRenderingContext2D] {
    const scale = window.devicePixelRatio || 1;
    return [this.under, this.over].map((canvas) => {
      const ctx = canvas.getContext("2d")!;
      ctx.setTransform(scale, 0, 0, scale, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      return ctx;
    }) as [CanvasRenderingContext2D, CanvasRenderingContext2D];
  }

  private paint(): void {
    const [under, over] = this.contexts();
    this.drawn++;
    if (!this.marked && (this.map || this.view?.nodes.length)) {
      this.marked = true;
      performance.mark("first-picture"); // bench/explorer.py reads it
    }
    if (this.map) {
      this.map.paint(over, this.sigma, this.look, this.view?.hovered ?? "", this.view?.selected ?? new Set());
      return;
    }
    if (!this.view) return;
    const picture = this.picture();
    if (picture.lines.length <= PAINTED) paintLines(under, picture);
    else paintLines(under, { ...picture, lines: picture.lines.filter((l) => l.lit) });
    paintDots(over, picture, false);
    this.labelled = paintLabels(over, picture);
  }

  private listen(): void {
    const { sigma, events } = this;
    let away = 0;
    sigma.on("enterNode", ({ node }) => {
      clearTimeout(away);
      this.container.style.cursor = "pointer";
      away = window.setTimeout(() => events.hover(node), 40);
    });
    sigma.on("leaveNode", () => {
      clearTimeout(away);
      this.container.style.cursor = "";
      away = window.setTimeout(() => events.hover(""), 40);
    });
    sigma.on("clickNode", ({ node, event }) => {
      const original = event.original as MouseEvent;
      events.click(node, original.shiftKey || original.ctrlKey || original.metaKey);
    });
    sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      events.open(node);
    });
    sigma.on("rightClickNode", ({ node, event }) => {
      event.original.preventDefault();
      events.menu(node, event.x, event.y);
    });
    sigma.on("clickStage", ({ event }) => {
      const key = this.edgeAt(event.x, event.y);
      if (key) events.clickEdge(key);
      else events.clickEmpty();
    });
    sigma.on("downNode", ({ node }) => {
      if (!this.map) this.dragging = node;
    });
    let dragged = false;
    sigma.on("moveBody", ({ event, preventSigmaDefault }) => {
      if (!this.dragging) return;
      preventSigmaDefault();
      dragged = true;
      const place = sigma.viewportToGraph(event);
      this.graph.mergeNodeAttributes(this.dragging, { x: place.x, y: place.y });
    });
    const drop = (): void => {
      if (this.dragging && dragged && this.graph.hasNode(this.dragging)) {
        const at = this.graph.getNodeAttributes(this.dragging);
        events.dragged(this.dragging, [at["x"] as number, at["y"] as number]);
      }
      this.dragging = "";
      dragged = false;
    };
    sigma.on("upNode", drop);
    sigma.on("upStage", drop);
    for (const event of ["wheelStage", "downStage", "wheelNode"] as const) sigma.on(event, () => (this.fitted = false));
    let wait = 0;
    sigma.getCamera().on("updated", () => {
      clearTimeout(wait);
      wait = window.setTimeout(() => events.camera(this.cameraNow()), 250);
    });
  }

  private cameraNow(): Camera {
    const { x, y, ratio } = this.sigma.getCamera().getState();
    return { x, y, ratio };
  }

  setCamera(camera: Camera): void {
    this.fitted = false;
    this.sigma.getCamera().setState({ ...camera, angle: 0 });
  }

  zoom(factor: number): void {
    this.fitted = false;
    const camera = this.sigma.getCamera();
    const ratio = camera.getState().ratio / factor;
    if (calm.matches) camera.setState({ ratio });
    else void camera.animate({ ratio }, { duration: 250 });
  }

  pan(dx: number, dy: number): void {
    this.fitted = false;
    const camera = this.sigma.getCamera();
    const { x, y, ratio } = camera.getState();
    camera.setState({ x: x + dx * ratio, y: y + dy * ratio });
  }

  /** Bring things into view: all of them, or these. */
  fitTo(ids: readonly string[] = [], glide = true): void {
    this.fitted = true;
    this.fittedTo = ids;
    this.sigma.refresh(); // sizes and matrices as they are now
    const places = ids.length ? ids.flatMap((id) => this.placeOf(id)) : (this.view?.nodes ?? []).map((x) => x.place);
    if (!places.length) {
      this.sigma.getCamera().setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
      return;
    }
    const xs = places.map((p) => p[0]);
    const ys = places.map((p) => p[1]);
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const { width, height } = this.sigma.getDimensions();
    const camera = this.sigma.getCamera();
    const [a, b] = [this.sigma.graphToViewport({ x: 0, y: 0 }), this.sigma.graphToViewport({ x: 1, y: 0 })];
    const unit = Math.hypot(b.x - a.x, b.y - a.y) * camera.getState().ratio; // pixels a unit at ratio 1
    const edge = width < 600 ? 70 : 150;
    const room = [Math.max(width - edge, 120), Math.max(height - 120, 120)];
    const wanted = Math.min(room[0]! / Math.max(right - left, 2.5), room[1]! / Math.max(high - low, 2.5), 110);
    const middle_ = this.sigma.viewportToFramedGraph(this.sigma.graphToViewport({ x: (left + right) / 2, y: (low + high) / 2 }));
    const state = { x: middle_.x, y: middle_.y, ratio: unit / wanted, angle: 0 };
    // A new animation ends the one under way; setting the state alone would not.
    void camera.animate(state, { duration: glide && !calm.matches ? 320 : 1 });
  }

  private placeOf(id: string): Place[] {
    if (!this.graph.hasNode(id)) return [];
    const at = this.graph.getNodeAttributes(id);
    return [[at["x"] as number, at["y"] as number]];
  }

  /** Where a thing is on the page, for menus, focus rings and tests. */
  spot(id: string): Place | null {
    const [place] = this.placeOf(id);
    if (!place) return null;
    const { x, y } = this.sigma.graphToViewport({ x: place[0], y: place[1] });
    return [x, y];
  }

  /** The link nearest to a point, if it is near. */
  edgeAt(x: number, y: number): string {
    if (this.map) return "";
    let [best, key] = [NEAR, ""];
    for (const line of this.picture().lines) {
      if (line.faded) continue;
      const m = line.bend ? halfway(line) : middle(line);
      const gap = Math.min(
        distance(x, y, line.a.x, line.a.y, m[0], m[1]),
        distance(x, y, m[0], m[1], line.b.x, line.b.y),
      );
      if (gap < best) [best, key] = [gap, line.key];
    }
    return key;
  }
}

function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
