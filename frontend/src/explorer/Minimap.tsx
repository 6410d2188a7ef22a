// A small map above 200 things; drag in it to move the window.
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import * as store from "./store";
import { t } from "./text";
import type { Stage } from "./stage";

const [WIDTH, HEIGHT] = [168, 112];

export function Minimap({ stage }: { stage: () => Stage | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => canvas.current && paint(canvas.current, stage()));
    };
    const stop = effect(() => {
      void store.shown.value;
      void store.camera.value;
      draw();
    });
    stage()?.sigma.on("afterRender", draw);
    return () => {
      stop();
      cancelAnimationFrame(frame);
      stage()?.sigma.off("afterRender", draw);
    };
  }, []);
  const go = (event: PointerEvent): void => {
    const at = stage();
    if (!at || !canvas.current || !event.buttons) return;
    const rect = canvas.current.getBoundingClientRect();
    const { left, top, scale } = bounds();
    const x = (event.clientX - rect.left) / scale + left;
    const y = top - (event.clientY - rect.top) / scale;
    at.centre([x, y]);
  };
  return (
    <canvas
      ref={canvas}
      class="minimap"
      width={WIDTH * 2}
      height={HEIGHT * 2}
      role="img"
      aria-label={t("小地图：拖动可移动画面", "Small map: drag to move the picture")}
      onPointerDown={go}
      onPointerMove={go}
    />
  );
}

interface Bounds {
  left: number;
  top: number;
  scale: number;
}

/** The part of the graph the small map shows: all of it, in the middle. */
function bounds(): Bounds {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const id of store.shown.value.nodes) {
    const [x, y] = store.scene.value.places.get(id) ?? [0, 0];
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const scale = 0.92 * Math.min(WIDTH / (right - left || 1), HEIGHT / (high - low || 1));
  return { left: (left + right) / 2 - WIDTH / 2 / scale, top: (low + high) / 2 + HEIGHT / 2 / scale, scale };
}

let kept: { scene: unknown; shown: unknown; look: unknown; image: HTMLCanvasElement } | null = null;

/** The things, painted once a scene: while the picture moves only the frame does. */
function things(stage: Stage, left: number, top: number, scale: number): HTMLCanvasElement {
  const [scene, shown, { look }] = [store.scene.value, store.shown.value, stage];
  if (kept?.scene === scene && kept.shown === shown && kept.look === look) return kept.image;
  const image = document.createElement("canvas");
  [image.width, image.height] = [WIDTH * 2, HEIGHT * 2];
  const ctx = image.getContext("2d")!;
  ctx.setTransform(2, 0, 0, 2, 0, 0);
  for (const id of shown.nodes) {
    const place = scene.places.get(id);
    if (!place) continue;
    ctx.fillStyle = look.groups[scene.nodes.get(id)?.group ?? "other"] ?? "#888";
    ctx.fillRect((place[0] - left) * scale - 1, (top - place[1]) * scale - 1, 2, 2);
  }
  kept = { scene, shown, look, image };
  return image;
}

function paint(canvas: HTMLCanvasElement, stage: Stage | null): void {
  const ctx = canvas.getContext("2d");
  if (!ctx || !stage) return;
  ctx.setTransform(2, 0, 0, 2, 0, 0);
  ctx.clearRect(0, 0, WIDTH, HEIGHT);
  const { left, top, scale } = bounds();
  ctx.drawImage(things(stage, left, top, scale), 0, 0, WIDTH, HEIGHT);
  const { width, height } = stage.sigma.getDimensions();
  const [left_, top_] = stage.placeAt(0, 0);
  const [right_, low_] = stage.placeAt(width, height);
  // What the window shows, kept inside the frame when it shows more than there is.
  const clamp = (value: number, most: number): number => Math.max(1, Math.min(most - 1, value));
  const [x1, x2] = [clamp((left_ - left) * scale, WIDTH), clamp((right_ - left) * scale, WIDTH)];
  const [y1, y2] = [clamp((top - top_) * scale, HEIGHT), clamp((top - low_) * scale, HEIGHT)];
  ctx.fillStyle = stage.look.ground;
  ctx.globalAlpha = 0.55;
  ctx.fillRect(0, 0, WIDTH, y1);
  ctx.fillRect(0, y2, WIDTH, HEIGHT - y2);
  ctx.fillRect(0, y1, x1, y2 - y1);
  ctx.fillRect(x2, y1, WIDTH - x2, y2 - y1);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = stage.look.accent;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(x1, y1, x2 - x1, y2 - y1);
}
