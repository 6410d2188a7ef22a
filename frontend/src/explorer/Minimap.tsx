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
    const spot = at.sigma.viewportToFramedGraph(at.sigma.graphToViewport({ x, y }));
    at.setCamera({ x: spot.x, y: spot.y, ratio: at.sigma.getCamera().getState().ratio });
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

function bounds(): { left: number; top: number; scale: number } {
  const places = [...store.scene.value.places.values()];
  const xs = places.map((p) => p[0]);
  const ys = places.map((p) => p[1]);
  const [left, right, low, high] = [Math.min(...xs) - 1, Math.max(...xs) + 1, Math.min(...ys) - 1, Math.max(...ys) + 1];
  return { left, top: high, scale: Math.min(WIDTH / (right - left), HEIGHT / (high - low)) };
}

function paint(canvas: HTMLCanvasElement, stage: Stage | null): void {
  const ctx = canvas.getContext("2d");
  if (!ctx || !stage) return;
  ctx.setTransform(2, 0, 0, 2, 0, 0);
  ctx.clearRect(0, 0, WIDTH, HEIGHT);
  const { left, top, scale } = bounds();
  for (const id of store.shown.value.nodes) {
    const place = store.scene.value.places.get(id);
    if (!place) continue;
    ctx.fillStyle = stage.look.groups[store.thing(id)?.group ?? "other"] ?? "#888";
    ctx.fillRect((place[0] - left) * scale - 1, (top - place[1]) * scale - 1, 2, 2);
  }
  const { width, height } = stage.sigma.getDimensions();
  const a = stage.sigma.viewportToGraph({ x: 0, y: 0 });
  const b = stage.sigma.viewportToGraph({ x: width, y: height });
  ctx.strokeStyle = stage.look.accent;
  ctx.lineWidth = 1.5;
  ctx.strokeRect((a.x - left) * scale, (top - a.y) * scale, (b.x - a.x) * scale, (a.y - b.y) * scale);
}
