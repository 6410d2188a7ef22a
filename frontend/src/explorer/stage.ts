// The one module that knows sigma: its camera and pointer, and for the map of a large
// graph its points on the GPU. A scene is painted on one plain canvas: up to a few
// thousand things that is quicker than the GPU of a laptop, and needs none.
import Graph from "graphology";
import Sigma from "sigma";
import { EdgeLineProgram, NodePointProgram } from "sigma/rendering";
import { carried, paintLabels, type Label } from "./labels";
import { readLook, type Look } from "./look";
import { paintDots, paintLines, paintTitles, pointOn, type Picture } from "./painter";
import { centred, fitCamera, HALF, lensOf, PADDING, pictureOf, refocus, type Lens, type View } from "./picture";
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
const HIDDEN = 3000; // links above which only the lit ones are drawn on the way
const NEAR = 6;
const LEAST = 7; // pixels round a small thing that count as it
const QUICK = 250; // things above which rims and icons wait until the picture rests
const REST_MS = 120;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  readonly sigma: Sigma;
  look: Look = readLook();
  drawn = 0; // pictures painted, for tests and measurements
  names: Label[] = []; // as painted last
  private ink: HTMLCanvasElement;
  private at = new Map<string, Place>(); // where things are now, on the way or not
  private view: View | null = null;
  private dragging = "";
  private boxed = false;
  private made: { view: View; look: Look; picture: Picture } | null = null;
  private movedAt = 0; // when the camera moved last
  private resting = 0; // the timer that paints everything once it rests
  private named: View | null = null; // the view that the names were placed for
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
    container.classList.toggle("painted", !big);
    const graph = big?.graph ?? new Graph();
    // Without a node sigma does not renew its matrices; this one is never drawn.
    if (!big) graph.addNode("anchor", { x: 0, y: 0, size: 0, hidden: true });
    this.sigma = new Sigma(graph, container, {
      renderLabels: false,
      renderEdgeLabels: false,
      enableEdgeEvents: false,
      zIndex: false,
      defaultEdgeType: "line",
      edgeProgramClasses: { line: EdgeLineProgram },
      defaultNodeType: "point",
      nodeProgramClasses: { point: NodePointProgram },
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
    this.ink = document.createElement("canvas");
    this.ink.className = "layer";
    container.append(this.ink);
    this.sigma.on("afterRender", () => this.paint());
    this.listen();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(container);
    this.resize();
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.container;
    const scale = window.devicePixelRatio || 1;
    this.ink.width = clientWidth * scale;
    this.ink.height = clientHeight * scale;
    this.sigma.resize();
    if (this.fitted) this.fitTo(this.fittedTo, false);
    this.sigma.scheduleRender(); // a canvas that changed its size is empty
  }

  destroy(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.moving);
    clearTimeout(this.resting);
    this.sigma.kill();
    this.ink.remove();
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
    const moves: [string, Place, Place][] = [];
    const at = new Map<string, Place>();
    for (const { id, place } of view.nodes) {
      const from = this.at.get(id) ?? place;
      at.set(id, from);
      if (id === this.dragging) continue; // it is where the pointer is
      if (Math.hypot(from[0] - place[0], from[1] - place[1]) > 0.01) moves.push([id, from, place]);
    }
    this.at = at;
    this.move(moves, glide && !calm.matches && moves.length < 2000 ? 320 : 0);
  }

  private move(moves: [string, Place, Place][], ms: number): void {
    cancelAnimationFrame(this.moving);
    const begin = performance.now();
    const tick = (): void => {
      const share = ms ? Math.min(1, (performance.now() - begin) / ms) : 1;
      const eased = 1 - (1 - share) ** 3;
      for (const [id, a, b] of moves) {
        if (this.at.has(id)) this.at.set(id, [a[0] + (b[0] - a[0]) * eased, a[1] + (b[1] - a[1]) * eased]);
      }
      this.sigma.scheduleRender();
      if (share < 1) this.moving = requestAnimationFrame(tick);
    };
    tick();
  }

  private lens(): Lens {
    const { width, height } = this.sigma.getDimensions();
    const lens = lensOf(this.sigma.getCamera().getState(), width, height);
    // What glides or is dragged is not yet where the view has it.
    return { ...lens, at: ({ id, place }) => lens.at({ id, place: this.at.get(id) ?? place }) };
  }

  /** What is on the screen now, for the painter and for exports. */
  picture(): Picture {
    const [view, look] = [this.view!, this.look];
    if (this.made?.view === view && this.made.look === look) return refocus(this.made.picture, view, this.lens());
    const picture = pictureOf(view, look, this.lens());
    this.made = { view, look, picture };
    return picture;
  }

  private paint(): void {
    const ctx = this.ink.getContext("2d")!;
    const scale = window.devicePixelRatio || 1;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.clearRect(0, 0, this.ink.width, this.ink.height);
    this.drawn++;
    if (!this.marked && (this.big || this.view?.nodes.length)) {
      this.marked = true;
      firstPicture();
      performance.mark("first-touch"); // from here it can be moved
      this.container.querySelector(".still")?.remove();
    }
    if (this.big) {
      this.big.paint(ctx, this.sigma, this.look, this.view?.hovered ?? "", this.view?.selected ?? new Set());
      return;
    }
    if (!this.view) return;
    const picture = this.picture();
    const busy = this.isMoving();
    paintTitles(ctx, picture);
    paintLines(ctx, picture, busy && picture.lines.length > HIDDEN);
    paintDots(ctx, picture, busy && picture.dots.length > QUICK);
    const names = busy && this.named === this.view ? carried(this.names, picture) : undefined;
    const painted = paintLabels(ctx, picture, names);
    if (!names) [this.names, this.named] = [painted, this.view];
    this.paintBox(ctx);
  }

  /** Whether the camera is under way; when it rests, all is painted once more. */
  private isMoving(): boolean {
    if (performance.now() - this.movedAt > REST_MS) return false;
    clearTimeout(this.resting);
    this.resting = window.setTimeout(() => this.sigma.scheduleRender(), REST_MS + 20);
    return true;
  }

  /** The thing painted at a point; the last painted lies on top. */
  private thingAt(x: number, y: number): string {
    if (this.big || !this.view) return "";
    const dots = this.picture().dots;
    for (let i = dots.length - 1; i >= 0; i--) {
      const dot = dots[i]!;
      if (Math.hypot(dot.x - x, dot.y - y) <= Math.max(dot.r, LEAST) + 1) return dot.id;
    }
    return "";
  }

  private listen(): void {
    const { sigma, events } = this;
    let [away, over, dragged] = [0, "", false];
    const enter = (id: string): void => {
      if (id === over) return;
      over = id;
      clearTimeout(away);
      this.container.style.cursor = id ? "pointer" : "";
      away = window.setTimeout(() => events.hover(id), 40);
    };
    const click = (id: string, original: Event): void => {
      const { shiftKey, ctrlKey, metaKey } = original as MouseEvent;
      events.click(id, shiftKey || ctrlKey || metaKey);
    };
    // The map's things are sigma's, a scene's are found by where they are painted.
    sigma.on("enterNode", ({ node }) => enter(node));
    sigma.on("leaveNode", () => enter(""));
    sigma.getMouseCaptor().on("mousemove", ({ x, y }) => {
      if (!this.big && !this.dragging) enter(this.thingAt(x, y));
    });
    sigma.on("leaveStage", () => enter(""));
    sigma.on("clickNode", ({ node, event }) => click(node, event.original));
    sigma.on("clickStage", ({ event }) => {
      if (this.boxed) return; // the end of a rectangle is no click
      const id = this.thingAt(event.x, event.y);
      if (id) return click(id, event.original);
      const key = this.edgeAt(event.x, event.y);
      if (key) events.clickEdge(key);
      else events.clickEmpty();
    });
    sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      events.open(node);
    });
    sigma.on("doubleClickStage", ({ event, preventSigmaDefault }) => {
      const id = this.thingAt(event.x, event.y);
      if (!id) return;
      preventSigmaDefault();
      events.open(id);
    });
    sigma.on("rightClickStage", ({ event }) => {
      const id = this.thingAt(event.x, event.y);
      if (!id) return;
      event.original.preventDefault();
      events.menu(id, event.x, event.y);
    });
    sigma.on("downStage", ({ event }) => {
      const { shiftKey } = event.original as MouseEvent;
      this.boxed = false;
      if (this.big) return;
      if (shiftKey) this.box = [event.x, event.y, event.x, event.y];
      else this.dragging = this.thingAt(event.x, event.y);
    });
    sigma.on("moveBody", ({ event, preventSigmaDefault }) => {
      if (this.box) [this.box[2], this.box[3]] = [event.x, event.y];
      else if (this.dragging) {
        dragged = true;
        this.at.set(this.dragging, this.placeAt(event.x, event.y));
      } else return;
      preventSigmaDefault();
      sigma.scheduleRender();
    });
    sigma.on("upStage", () => {
      if (this.box) {
        this.boxed = true;
        events.boxed(this.inBox(this.box));
      }
      const place = this.at.get(this.dragging);
      if (dragged && place) {
        this.boxed = true; // nor is the end of a drag
        events.dragged(this.dragging, place);
      }
      [this.box, this.dragging, dragged] = [null, "", false];
    });
    for (const event of ["wheelStage", "downStage", "wheelNode"] as const) sigma.on(event, () => (this.fitted = false));
    let wait = 0;
    sigma.getCamera().on("updated", () => {
      this.movedAt = performance.now();
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
      const [x, y] = lensOf(this.sigma.getCamera().getState(), width, height).at({ place: node?.place ?? [0, 0], id: "" });
      return x < 0 || y < 0 || x > width || y > height;
    });
    if (outside) this.fitTo();
  }

  /** The place in the graph under a point of the screen. */
  placeAt(x: number, y: number): Place {
    return this.lens().back(x, y);
  }

  /** Have a place in the middle, as near as it is now. */
  centre(place: Place): void {
    this.setCamera(centred(place, this.sigma.getCamera().getState().ratio));
  }

  /** Where a thing is on the page, for menus, focus rings and tests. */
  spot(id: string): Place | null {
    const place = this.at.get(id);
    return place ? this.lens().at({ id, place }) : null;
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
