// How it begins: the whole network, or what the address says; and the address after.
import { batch, effect } from "@preact/signals";
import { readAddress, writeAddress } from "./address";
import { api, whenPreparing } from "./api";
import { stretched } from "./placing";
import {
  aspect,
  bring,
  busy,
  byCommunity,
  camera,
  closePaths,
  communities,
  during,
  empty,
  everything,
  filters,
  forget,
  joined,
  large,
  layout,
  learn,
  missing,
  restored,
  scene,
  selected,
  size,
  step,
  total,
  trouble,
  whole,
} from "./state";
import { t } from "./text";
import type { LayoutKind, Place } from "./types";
import { arrange, open, paths } from "./walk";

/** Back to the first picture: the whole graph, or its map when it is large. */
export async function home(keep = true, all = false): Promise<void> {
  await during(t("正在读取网络…", "Reading the network …"), async () => {
    const answer = await api.overview(all ? 2500 : undefined);
    total.value = answer.nodes_total;
    learn(answer);
    communities.value = answer.communities;
    if (answer.large) {
      batch(() => {
        scene.value = empty;
        selected.value = [];
        whole.value = false;
        large.value = { nodes: answer.nodes_total, drawn: answer.nodes_drawn ?? answer.nodes_total, edges: answer.edges_total, generation: answer.generation };
      });
      return;
    }
    const linked = new Set(answer.edges.flatMap((e) => (e.status === "inferred" ? [] : [e.s, e.t])));
    const next = joined(empty, { ...answer, nodes: answer.nodes.filter((x) => linked.has(x.id)) });
    next.places = stretched(next.places, aspect.value);
    if (keep && scene.value.nodes.size) step(t("整个网络", "The whole network"), next, () => (selected.value = []));
    else scene.value = next;
    whole.value = true;
    everything.value = all;
    layout.value = "force";
    closePaths();
    bring();
  });
}

/** Whether the address asks for nothing but the whole network: known before it is read. */
export function expectWhole(): void {
  const { ids, path, query } = readAddress();
  whole.value = !ids.length && !path && !query;
}

/** Start as the address says. */
export async function begin(): Promise<void> {
  whenPreparing(() => {
    busy.value = t("图很大，服务正在准备画面，片刻后自动出现…", "The graph is large; the service prepares its picture, which will appear by itself …");
  });
  const kept = readAddress();
  batch(() => {
    filters.value = kept.filters;
    size.value = kept.size;
    byCommunity.value = kept.byCommunity;
    layout.value = kept.layout;
    restored.value = kept.camera;
  });
  if (kept.query) await asked(kept.query);
  else if (kept.path) {
    await paths(...kept.path);
    if (trouble.value?.status === 404) {
      missing.value = [...kept.path];
      trouble.value = null;
    }
    bring();
  } else if (!kept.ids.length) {
    await home(false, kept.all);
    if (kept.layout !== "force" && !large.value) await arrange(kept.layout);
  } else if (kept.ids.length === 1 && !kept.places.length) {
    await open(kept.ids[0]!, true);
    if (trouble.value?.status === 404) {
      missing.value = kept.ids;
      trouble.value = null;
      await home(false);
    }
  } else {
    await restore(kept.ids, kept.places, kept.pinned, kept.layout);
  }
  if (!scene.value.nodes.size && !large.value) await home(false);
  const known = kept.selected.filter((id) => scene.value.nodes.has(id));
  if (known.length) selected.value = known;
  forget();
}

/** The network that a query describes, from the SPARQL page or a question. */
async function asked(query: string): Promise<void> {
  await during(t("正在查询…", "Asking …"), async () => {
    const answer = await api.query(query);
    learn(answer);
    scene.value = joined(empty, answer);
    bring();
  });
}

async function restore(ids: string[], places: Place[], pinned: string[], kind: LayoutKind): Promise<void> {
  await during(t("正在恢复画面…", "Restoring the picture …"), async () => {
    const answer = await api.scene(ids, kind);
    learn(answer);
    missing.value = answer.missing ?? [];
    const next = joined(empty, answer);
    const at = new Map(next.places);
    ids.forEach((id, i) => {
      if (next.nodes.has(id) && places[i]) at.set(id, places[i]);
    });
    scene.value = { ...next, places: at, pinned: new Set(pinned.filter((id) => next.nodes.has(id))) };
    bring();
  });
}

/** Keep the address in step, a moment after the last change. */
export function followAddress(): () => void {
  let timer = 0;
  return effect(() => {
    const state = {
      scene: scene.value,
      whole: whole.value || Boolean(large.value),
      all: everything.value,
      layout: layout.value,
      size: size.value,
      byCommunity: byCommunity.value,
      filters: filters.value,
      selected: selected.value,
      camera: camera.value,
    };
    clearTimeout(timer);
    if (busy.value || (!state.scene.nodes.size && !large.value)) return;
    timer = window.setTimeout(() => history.replaceState(null, "", writeAddress(state)), 300);
  });
}
