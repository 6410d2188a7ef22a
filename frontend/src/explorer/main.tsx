// The explorer: puts state, stage and views together.
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./explorer.css";
import { api } from "./api";
import { installKeys } from "./keyboard";
import { Legend } from "./Legend";
import { WholeMap } from "./map";
import { Minimap } from "./Minimap";
import { EdgePanel, ManyPanel, PathPanel, ThingPanel } from "./Panel";
import { MainSearch } from "./Search";
import { Stage, type StageEvents } from "./stage";
import * as store from "./store";
import { Table } from "./Table";
import { n, nameOf, t, termOf } from "./text";
import { GLYPH, Keys, Share, Tool, Toolbar, Welcome } from "./Tools";
import { viewOf } from "./view";

let stage: Stage | null = null;
let wholeMap: WholeMap | null = null;
const getStage = (): Stage | null => stage;

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
};

function Canvas() {
  const place = useRef<HTMLDivElement>(null);
  const big = store.large.value;
  useEffect(() => {
    let gone = false;
    let stop = (): void => undefined;
    const begin = async (): Promise<void> => {
      if (big) wholeMap = new WholeMap(await api.arrays(), (await import("./look")).readLook());
      else wholeMap = null;
      if (gone || !place.current) return;
      stage = new Stage(place.current, events, wholeMap);
      (window as unknown as { explorer: unknown }).explorer = { stage, store, map: wholeMap };
      let fitted = -1;
      stop = effect(() => {
        const view = viewOf();
        const wanted = store.fit.value;
        stage!.show(view, fitted >= 0);
        if (wanted !== fitted && (view.nodes.length || big)) {
          const kept = fitted < 0 ? store.restored.peek() : null;
          if (kept) stage!.setCamera(kept);
          else if (!big) stage!.fitTo(store.selected.peek().length && store.whole.peek() ? focusIds() : [], fitted >= 0);
          fitted = wanted;
        }
      });
      document.documentElement.dataset["explorer"] = "ready";
    };
    void begin();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const look = (): void => stage?.refreshLook();
    dark.addEventListener("change", look);
    return () => {
      gone = true;
      stop();
      dark.removeEventListener("change", look);
      stage?.destroy();
      stage = null;
    };
  }, [big]);
  const { nodes, edges } = store.shown.value;
  const chosen = store.selected.value.map(store.name).slice(0, 3).join(t("、", ", "));
  const spoken = big
    ? t(`网络地图：${n(big.nodes)} 项、${n(big.edges)} 条关系，按社群排布。`, `Map of ${n(big.nodes)} things and ${n(big.edges)} links in communities.`)
    : t(
        `网络图：${nodes.size} 项、${edges.size} 条关系。${chosen ? `已选 ${chosen}。` : ""}按 T 看表格。`,
        `Network of ${nodes.size} things and ${edges.size} links. ${chosen ? `Chosen: ${chosen}. ` : ""}Press T for the table.`,
      );
  return <div ref={place} id="stage" class="stage" role="img" aria-label={spoken} tabIndex={0} />;
}

function focusIds(): string[] {
  const ids = new Set(store.selected.peek());
  for (const id of [...ids]) for (const e of store.neighbours(id)) ids.add(e.s).add(e.t);
  return [...ids];
}

const welcome = signal(innerWidth > 900); // a phone shows the picture first

function Side() {
  const ids = store.selected.value;
  const body = store.found.value ? (
    <PathPanel />
  ) : store.selectedEdge.value ? (
    <EdgePanel edge={store.selectedEdge.value} />
  ) : ids.length > 1 ? (
    <ManyPanel ids={ids} />
  ) : ids.length === 1 ? (
    <ThingPanel id={ids[0]!} />
  ) : null;
  if (!body && (!welcome.value || !store.whole.value)) return null;
  return (
    <aside class="side" aria-label={t("详情", "Details")}>
      <Tool
        label={t("关闭详情", "Close details")}
        glyph={GLYPH.close}
        act={() => {
          if (!body) welcome.value = false;
          store.closePaths();
          store.select([]);
        }}
      />
      {body ?? <Welcome />}
    </aside>
  );
}

function Hover() {
  const id = store.hovered.value;
  const spot = id && stage?.spot(id);
  const node = store.thing(id);
  if (!spot || !node) return null;
  return (
    <p class="tip" style={{ left: `${spot[0]}px`, top: `${spot[1]}px` }} aria-hidden="true">
      <strong>{nameOf(node)}</strong>
      <span>
        {termOf(store.terms.value[node.type], node.type)} · {t(`${n(node.degree)} 条陈述`, `${n(node.degree)} statements`)}
      </span>
    </p>
  );
}

function Notices() {
  const wait = store.pathFrom.value;
  const gone = store.missing.value;
  const problem = store.trouble.value;
  return (
    <div class="notices">
      {store.busy.value && <p class="notice" role="status">{store.busy.value}</p>}
      {problem && (
        <p class="notice bad" role="alert">
          {problem.message} {problem.hint} <button type="button" class="link" onClick={() => (store.trouble.value = null)}>{t("知道了", "Dismiss")}</button>
        </p>
      )}
      {wait && (
        <p class="notice" role="status">
          {t(`从 ${store.name(wait)} 出发：点选或查找终点。`, `From ${store.name(wait)}: choose or find the other end.`)}{" "}
          <button type="button" class="link" onClick={() => (store.pathFrom.value = "")}>{t("取消", "Cancel")}</button>
        </p>
      )}
      {gone.length > 0 && (
        <p class="notice" role="status">
          {t(`链接中有 ${gone.length} 项已不在图谱里：`, `${gone.length} of the link's things are not in the graph any more: `)}
          {gone.slice(0, 3).map((id) => (
            <a key={id} href={`/search?${new URLSearchParams({ q: id.replaceAll("-", " ") })}`}>{id} </a>
          ))}
          <button type="button" class="link" onClick={() => (store.missing.value = [])}>{t("知道了", "Dismiss")}</button>
        </p>
      )}
      {store.filtered.value && !store.large.value && (
        <p class="notice quiet">
          {t(`筛选后 ${store.shown.value.nodes.size}/${store.scene.value.nodes.size} 项`, `${store.shown.value.nodes.size} of ${store.scene.value.nodes.size} things pass the filters`)}{" "}
          <button type="button" class="link" onClick={async () => store.setFilters((await import("./filters")).noFilters)}>{t("清除筛选", "Clear filters")}</button>
        </p>
      )}
    </div>
  );
}

function App() {
  const nodes = store.shown.value.nodes.size;
  const empty = !nodes && !store.busy.value && !store.large.value;
  return (
    <div class={`explorer${store.legendOpen.value ? " legend-open" : ""}`}>
      <div class="left" id="legend">
        <MainSearch />
        {!store.large.value && <Legend />}
        {store.large.value && (
          <p class="fine">
            {t(
              `${n(store.large.value.nodes)} 项、${n(store.large.value.edges)} 条关系。名称是社群，数字是成员数。放大看成员，双击打开。`,
              `${n(store.large.value.nodes)} things, ${n(store.large.value.edges)} links. Names are communities with their members. Zoom in for members, double-click to open one.`,
            )}
          </p>
        )}
      </div>
      <div class="middle">
        <Toolbar stage={getStage} />
        <Canvas />
        <Hover />
        <Notices />
        {empty && (
          <div class="nothing">
            <p>{t("没有可显示的内容。", "There is nothing to show.")}</p>
            <button type="button" class="primary" onClick={() => void store.home()}>{t("显示整个网络", "Show the whole network")}</button>
          </div>
        )}
        {nodes > 200 && <Minimap stage={getStage} />}
        <button type="button" class="legend-toggle" aria-expanded={store.legendOpen.value} aria-controls="legend" onClick={() => (store.legendOpen.value = !store.legendOpen.value)}>
          {store.legendOpen.value ? t("关闭", "Close") : t("查找与筛选", "Find and filter")}
        </button>
      </div>
      <Side />
      {store.panel.value === "table" && <Table />}
      {store.panel.value === "keys" && <Keys />}
      {store.panel.value === "share" && <Share stage={getStage} />}
      <p class="hidden" aria-live="polite">{store.said.value}</p>
    </div>
  );
}

function hasWebGL(): boolean {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

const root = document.getElementById("explorer");
if (root && hasWebGL()) {
  render(<App />, root);
  installKeys(getStage);
  store.followAddress();
  void store.begin();
} else if (root) {
  // No WebGL: the same network as a picture made on the server, and the search.
  const query = location.search ? `${location.search}&` : "?";
  root.innerHTML = "";
  const note = document.createElement("p");
  note.className = "card";
  note.textContent = t("此浏览器没有 WebGL，下面是同一网络的静态图。", "This browser has no WebGL; below is a still picture of the same network.");
  const image = document.createElement("img");
  image.src = `/explore/picture.svg${query}lang=${t("zh", "en")}`;
  image.alt = t("网络图", "The network");
  root.append(note, image);
}
