// The one module that knows sigma: camera, pointer, discs on the GPU. Links, icons
// and labels are painted on 2D canvases below and above it while there are few.
import Graph from "graphology";
import Sigma from "sigma";
import { EdgeLineProgram, NodePointProgram, NodeCircleProgram } from "sigma/rendering";
import { paintLabels, type Label } from "./labels";
import { mixed, readLook, type Look } from "./look";
import { paintDots, paintLines, paintTitles, pointOn, type Picture } from "./painter";
import { fillOf, fitCamera, HALF, isFaded, PADDING, pictureOf, shrink, type Lens, type View } from "./picture";
import { firstPicture } from "./still";
import type { Camera, Place } from "./types";
import type { WholeMap } from "./map";

export interface StageEvents {
  hover: (id: string) => void;
  click: (id: string, many: boolean) => void;
  clickEdge: (key: string) => void;
  clickEmpty: () => void;
  open: (id: string) => void;
  menu: (id: string, x: number, y: number) => void;
  dragged: (id: string, place: Place) => void;
  camera: (camera: Camera) => void;
  boxed: (ids: string[]) => void; // a rectangle was drawn round these
}

const BOX = { x: [-HALF, HALF] as [number, number], y: [-HALF, HALF] as [number, number] };
const PAINTED = 1500; // links painted on the canvas; more of them go to the GPU
const NEAR = 6;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  readonly sigma: Sigma;
  look: Look = readLook();
  drawn = 0; // pictures painted, for tests and measurements
  names: Label[] = []; // as painted last
  private graph = new Graph({ type: "directed", multi: true });
  private under: HTMLCanvasElement;
  private over: HTMLCanvasElement;
  private view: View | null = null;
  private dragging = "";
  private boxed = false;
  private box: [number, number, number, number] | null = null; // being drawn with Shift
  private moving = 0;
  private observer: ResizeObserver;
  private marked = false;
  private fitted = false; // the reader has not moved the picture since it was fitted
  private fittedTo: readonly string[] = [];

  constructor(
    readonly container: HTMLElement,
    private events: StageEvents,
    readonly big: WholeMap | null,
  ) {
    this.under = this.layer();
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
      stagePadding: big ? 64 : PADDING, // the fit of a scene leaves its own room
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
    if (this.view && !this.big) this.show(this.view, false); // discs shrink with the window
    if (this.fitted) this.fitTo(this.fittedTo, false);
    this.sigma.scheduleRender(); // a canvas that changed its size is empty
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
    this.big?.recolour(this.look);
    this.sigma.refresh();
  }

  /** Show a view; what moved glides to its place unless the reader wants calm. */
  show(view: View, glide = true): void {
    this.view = view;
    if (this.big) {
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
    const shrunk = shrink(this.container.clientWidth, this.container.clientHeight);
    for (const node of view.nodes) {
      const from = before.get(node.id);
      const fill = fillOf(node, view, this.look);
      const attributes = {
        size: node.radius * shrunk,
        color: isFaded(view, node.id) ? mixed(fill, this.look.ground, 0.85) : fill,
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

  private lens(): Lens {
    const { sigma, graph } = this;
    const { width, height } = sigma.getDimensions();
    const [a, b] = [sigma.graphToViewport({ x: 0, y: 0 }), sigma.graphToViewport({ x: 1, y: 0 })];
    return {
      width,
      height,
      at: ({ id, place }) => {
        const at = id && graph.hasNode(id) ? graph.getNodeAttributes(id) : { x: place[0], y: place[1] };
        const { x, y } = sigma.graphToViewport({ x: at["x"] as number, y: at["y"] as number });
        return [x, y];
      },
      scale: (radius) => sigma.scaleSize(radius * shrink(width, height)),
      unit: Math.hypot(b.x - a.x, b.y - a.y),
    };
  }

  /** What is on the screen now, for the painter and for exports. */
  picture(): Picture {
    return pictureOf(this.view!, this.look, this.lens());
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
    if (!this.marked && (this.big || this.view?.nodes.length)) {
      this.marked = true;
      firstPicture();
      performance.mark("first-touch"); // from here it can be moved
      this.container.querySelector(".still")?.remove();
    }
    if (this.big) {
      this.big.paint(over, this.sigma, this.look, this.view?.hovered ?? "", this.view?.selected ?? new Set());
      return;
    }
    if (!this.view) return;
    const picture = this.picture();
    paintTitles(under, picture);
    if (picture.lines.length <= PAINTED) paintLines(under, picture);
    else paintLines(under, { ...picture, lines: picture.lines.filter((l) => l.lit) });
    paintDots(over, picture, false);
    this.names = paintLabels(over, picture);
    this.paintBox(over);
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
      if (this.boxed) return; // the end of a rectangle is no click
      const key = this.edgeAt(event.x, event.y);
      if (key) events.clickEdge(key);
      else events.clickEmpty();
    });
    sigma.on("downNode", ({ node }) => {
      if (!this.big) this.dragging = node;
    });
    let dragged = false;
    sigma.on("downStage", ({ event }) => {
      const original = event.original as MouseEvent;
      this.boxed = false;
      if (original.shiftKey && !this.big) this.box = [event.x, event.y, event.x, event.y];
    });
    sigma.on("moveBody", ({ event, preventSigmaDefault }) => {
      if (this.box) {
        preventSigmaDefault();
        [this.box[2], this.box[3]] = [event.x, event.y];
        sigma.scheduleRender();
      }
      if (!this.dragging) return;
      preventSigmaDefault();
      dragged = true;
      const place = sigma.viewportToGraph(event);
      this.graph.mergeNodeAttributes(this.dragging, { x: place.x, y: place.y });
    });
    const drop = (): void => {
      if (this.box) {
        this.boxed = true;
        events.boxed(this.inBox(this.box));
      }
      this.box = null;
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

  private inBox([x1, y1, x2, y2]: readonly [number, number, number, number]): string[] {
    const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
    const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
    const inside = this.picture().dots.filter((d) => d.x >= left && d.x <= right && d.y >= top && d.y <= bottom);
    return inside.map((d) => d.id);
  }

  private paintBox(ctx: CanvasRenderingContext2D): void {
    if (!this.box) return;
    const [x1, y1, x2, y2] = this.box;
    ctx.fillStyle = ctx.strokeStyle = this.look.accent;
    ctx.globalAlpha = 0.1;
    ctx.fillRect(x1, y1, x2 - x1, y2 - y1);
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(x1, y1, x2 - x1, y2 - y1);
  }

  private cameraNow(): Camera {
    const { x, y, ratio } = this.sigma.getCamera().getState();
    return { x, y, ratio };
  }

  /** Move the camera; paint once more at rest, for what is hidden on the way. */
  private glide(state: Partial<Camera>, ms: number): void {
    const camera = this.sigma.getCamera();
    // A new animation ends the one under way; setting the state alone would not.
    void camera.animate(state, { duration: ms && !calm.matches ? ms : 1 }).then(() => this.sigma.scheduleRender());
  }

  setCamera(camera: Camera): void {
    this.fitted = false;
    this.sigma.getCamera().setState({ ...camera, angle: 0 });
  }

  zoom(factor: number): void {
    this.fitted = false;
    const camera = this.sigma.getCamera();
    this.glide({ ratio: camera.getState().ratio / factor }, 250);
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
    const wanted = new Set(ids);
    const nodes = this.view?.nodes ?? [];
    const places = nodes.flatMap((x) => (!wanted.size || wanted.has(x.id) ? [x.place] : []));
    const { clientWidth, clientHeight } = this.container;
    const state = { ...fitCamera(this.big ? [] : places, clientWidth, clientHeight), angle: 0 };
    this.glide(state, glide ? 320 : 0);
  }

  /** Show everything if some of these lie outside the picture. */
  widenTo(ids: readonly string[]): void {
    const { width, height } = this.sigma.getDimensions();
    const outside = ids.some((id) => {
      const node = this.view?.nodes.find((x) => x.id === id);
      const { x, y } = this.sigma.graphToViewport({ x: node?.place[0] ?? 0, y: node?.place[1] ?? 0 });
      return x < 0 || y < 0 || x > width || y > height;
    });
    if (outside) this.fitTo();
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
    if (this.big) return "";
    let [best, key] = [NEAR, ""];
    for (const line of this.picture().lines) {
      if (line.faded) continue;
      const m = pointOn(line, 0.5);
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
