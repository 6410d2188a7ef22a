// The picture: a still first, then the stage that can be moved.
import { effect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { api } from "./api";
import { readLook } from "./look";
import type { Stage, StageEvents } from "./stage";
import { lensOf, roomAspect } from "./picture";
import { paintStill } from "./still";
import * as store from "./store";
import { n, t } from "./text";
import { viewOf } from "./view";

let stage: Stage | null = null;
export const getStage = (): Stage | null => stage;

const events: StageEvents = {
  hover: (id) => (store.hovered.value = id),
  click: (id, many) => {
    if (store.pathFrom.value) void store.paths(store.pathFrom.value, id);
    else if (many) store.toggle(id);
    else store.select([id]);
  },
  clickEdge: (key) => {
    store.selected.value = [];
    store.selectedEdge.value = key;
  },
  clickEmpty: () => {
    store.select([]);
    store.pathFrom.value = "";
  },
  open: (id) => void (store.large.value ? store.open(id, true) : store.expand(id)),
  menu: (id) => store.select([id]),
  dragged: store.moved,
  camera: (camera) => (store.camera.value = camera),
  boxed: (ids) => store.select([...new Set([...store.selected.value, ...ids])]),
};

async function makeStage(place: HTMLElement, big: boolean): Promise<Stage> {
  const code = import("./stage");
  if (!big) return new (await code).Stage(place, events, null);
  const [arrays, { WholeMap }, { Stage: Made }] = await Promise.all([api.arrays(), import("./map"), code]);
  return new Made(place, events, new WholeMap(arrays, readLook()));
}

/** Keep the stage in step with the state; gives what ends that. */
function follow(made: Stage): () => void {
  let fitted = -1;
  let seen = store.reveal.peek();
  return effect(() => {
    const view = viewOf();
    const wanted = store.fit.value;
    made.show(view, fitted >= 0);
    const fresh = store.reveal.value;
    if (fresh !== seen) made.widenTo((seen = fresh));
    if (wanted === fitted || !(view.nodes.length || made.big)) return;
    const kept = fitted < 0 ? store.restored.peek() : null;
    if (kept) made.setCamera(kept);
    else made.fitTo(store.fitTo.peek(), fitted >= 0);
    fitted = wanted;
  });
}

/** Paint what there is until the stage takes over. */
function stillUntil(place: HTMLElement, ready: Promise<unknown>): () => void {
  const stop = effect(() => {
    const view = viewOf();
    if (view.nodes.length) paintStill(place, view, store.restored.peek());
  });
  void ready.then(stop, stop);
  return stop;
}

const afterPaint = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

async function firstScene(): Promise<void> {
  await new Promise<void>((done) => {
    const stop = effect(() => {
      if (!store.scene.value.nodes.size) return;
      queueMicrotask(() => stop());
      done();
    });
  });
}

export function Canvas() {
  const place = useRef<HTMLDivElement>(null);
  const big = store.large.value;
  useLayoutEffect(() => {
    const { clientWidth, clientHeight } = place.current!;
    store.aspect.value = roomAspect(clientWidth, clientHeight); // before the first answer
    const watch = new ResizeObserver(([entry]) => (store.aspect.value = roomAspect(entry!.contentRect.width, entry!.contentRect.height)));
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const stops: (() => void)[] = [];
    let gone = false;
    const begin = async (): Promise<void> => {
      const box = place.current!;
      if (!big) {
        let takeOver = (): void => undefined;
        stops.push(stillUntil(box, new Promise<void>((done) => (takeOver = done))));
        await firstScene();
        await afterPaint(); // the reader sees the picture before the GPU is set up
        if (gone) return;
        stops.push(() => takeOver());
      }
      const made = await makeStage(box, Boolean(big)).catch((error: unknown) => {
        console.warn(error);
        store.still.value = true;
        return null;
      });
      if (!made) return;
      if (gone) return made.destroy();
      stops.forEach((stop) => stop());
      stage = made;
      (window as unknown as { explorer: unknown }).explorer = { stage, store, map: made.big, lensOf }; // for tests and measurements
      stops.push(follow(made));
      document.documentElement.dataset["explorer"] = "ready";
      store.moves.value = true;
    };
    void begin();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const look = (): void => stage?.refreshLook();
    dark.addEventListener("change", look);
    return () => {
      gone = true;
      stops.forEach((stop) => stop());
      dark.removeEventListener("change", look);
      stage?.destroy();
      stage = null;
    };
  }, [big]);
  return <div ref={place} id="stage" class="stage" role="img" aria-label={spoken()} tabIndex={0} />;
}

/** What the picture shows, in a sentence. */
function spoken(): string {
  const big = store.large.value;
  if (big) return t(`网络地图：${n(big.nodes)} 项、${n(big.edges)} 条关系，按社群排布。`, `Map of ${n(big.nodes)} things and ${n(big.edges)} links in communities.`);
  const { nodes, edges } = store.shown.value;
  const chosen = store.selected.value.map(store.name).slice(0, 3).join(t("、", ", "));
  return t(
    `网络图：${nodes.size} 项、${edges.size} 条关系。${chosen ? `已选 ${chosen}。` : ""}按 T 看表格。`,
    `Network of ${nodes.size} things and ${edges.size} links. ${chosen ? `Chosen: ${chosen}. ` : ""}Press T for the table.`,
  );
}
