// The first picture, painted before the code that moves it is there.
import { paintLabels } from "./labels";
import { readLook } from "./look";
import { paintDots, paintLines, paintTitles } from "./painter";
import { fitCamera, lensOf, pictureOf, type View } from "./picture";
import type { Camera } from "./types";

/** Mark the moment of the first picture once; bench/explorer.py reads it. */
export function firstPicture(): void {
  if (!performance.getEntriesByName("first-picture").length) performance.mark("first-picture");
}

/** Paint a view into a box; the stage takes the picture away when it has its own. */
export function paintStill(container: HTMLElement, view: View, camera: Camera | null): void {
  const { clientWidth: width, clientHeight: height } = container;
  container.querySelector(".still")?.remove();
  const canvas = document.createElement("canvas");
  canvas.className = "still";
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const ctx = canvas.getContext("2d");
  if (!ctx || !width || !height) return;
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  const places = view.nodes.map((node) => node.place);
  const picture = pictureOf(view, readLook(), lensOf(camera ?? fitCamera(places, width, height), width, height));
  paintTitles(ctx, picture);
  paintLines(ctx, picture);
  paintDots(ctx, picture);
  paintLabels(ctx, picture);
  container.append(canvas);
  firstPicture();
}
