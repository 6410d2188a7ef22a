// The explorer: puts state, stage and views together.
import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import "./explorer.css";
import { Canvas, getStage } from "./Canvas";
import { noFilters } from "./filters";
import { installKeys } from "./keyboard";
import { Legend } from "./Legend";
import { EdgePanel, ManyPanel, PathPanel } from "./Links";
import { ThingPanel } from "./Panel";
import { MainSearch } from "./Search";
import * as store from "./store";
import { n, nameOf, t, termOf } from "./text";
import { Tool, Toolbar, Zoom } from "./Tools";
import { GLYPH } from "./glyphs";
import { Welcome } from "./Welcome";

/** A part that few readers need at once: its code comes when it is shown. */
const later = signal<typeof import("./later") | null>(null);

function Later() {
  const wanted = store.panel.value !== "" || store.shown.value.nodes.size > MINIMAP;
  const quiet = store.moves.value; // the picture is there: fetch it before it is asked for
  useEffect(() => {
    if ((wanted || quiet) && !later.value) void import("./later").then((code) => (later.value = code));
  }, [wanted, quiet]);
  const code = later.value;
  if (!code || !wanted) return null;
  return (
    <>
      {store.panel.value === "table" && <code.Table stage={getStage} />}
      {store.panel.value === "keys" && <code.Keys />}
      {store.panel.value === "share" && <code.Share stage={getStage} />}
      {store.shown.value.nodes.size > MINIMAP && <code.Minimap stage={getStage} />}
    </>
  );
}

const MINIMAP = 200; // things above which a small map helps
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
  if (!body && (!welcome.value || !store.whole.value || store.layout.value !== "force")) return null;
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
  const spot = id && getStage()?.spot(id);
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
      {store.still.value && (
        <p class="notice" role="status">
          {t("此浏览器没有 WebGL，画面不能移动；查找、筛选、表格和下载照常。", "This browser has no WebGL: the picture cannot be moved. Search, filters, table and files work.")}
        </p>
      )}
      {store.toast.value && <p class="notice">{store.toast.value}</p>}
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
            <a key={id} href={`/search?${new URLSearchParams({ q: id.replaceAll("-", " ") })}`}>{t(`查找“${id}”`, `look for “${id}”`)}</a>
          ))}{" "}
          <button type="button" class="link" onClick={() => (store.missing.value = [])}>{t("知道了", "Dismiss")}</button>
        </p>
      )}
      {store.filtered.value && !store.large.value && (
        <p class="notice quiet">
          {t(`筛选后 ${store.shown.value.nodes.size}/${store.scene.value.nodes.size} 项`, `${store.shown.value.nodes.size} of ${store.scene.value.nodes.size} things pass the filters`)}{" "}
          <button type="button" class="link" onClick={() => store.setFilters(noFilters)}>{t("清除筛选", "Clear filters")}</button>
        </p>
      )}
    </div>
  );
}

function App() {
  const nodes = store.shown.value.nodes.size;
  const big = store.large.value;
  const empty = !nodes && !store.busy.value && !big;
  return (
    <div class={`explorer${store.legendOpen.value ? " legend-open" : ""}`}>
      <div class="finder">
        <MainSearch />
        <button type="button" class="legend-toggle" aria-expanded={store.legendOpen.value} aria-controls="legend" onClick={() => (store.legendOpen.value = !store.legendOpen.value)}>
          {store.legendOpen.value ? t("关闭", "Close") : t("图例", "Legend")}
        </button>
      </div>
      <div class="left" id="legend">
        {big ? (
          <p class="fine">
            {t(
              `${n(big.nodes)} 项、${n(big.edges)} 条关系。名称是社群，数字是成员数。放大看成员，双击打开。`,
              `${n(big.nodes)} things, ${n(big.edges)} links. Names are communities with their members. Zoom in for members, double-click to open one.`,
            )}{" "}
            {big.drawn < big.nodes &&
              t(
                `画出的是陈述最多的 ${n(big.drawn)} 项，其余可由搜索找到。`,
                `Drawn are the ${n(big.drawn)} with the most statements; search finds the others.`,
              )}
          </p>
        ) : (
          <Legend />
        )}
      </div>
      <div class="middle">
        <Toolbar />
        <Canvas />
        <Hover />
        <Notices />
        {empty && (
          <div class="nothing">
            <p>{store.filtered.value ? t("没有事物通过筛选。", "Nothing passes the filters.") : t("没有可显示的内容。", "There is nothing to show.")}</p>
            <p>
              {store.filtered.value && <button type="button" onClick={() => store.setFilters(noFilters)}>{t("清除筛选", "Clear filters")}</button>}{" "}
              <button type="button" class="primary" onClick={() => void store.home()}>{t("显示整个网络", "Show the whole network")}</button>
            </p>
          </div>
        )}
        <Zoom stage={getStage} />
      </div>
      <Side />
      <Later />
      <p class="hidden" aria-live="polite">{store.said.value}</p>
    </div>
  );
}

const root = document.getElementById("explorer");
if (root && "WebGL2RenderingContext" in window) {
  store.expectWhole(); // the first visit's panel takes its room before the picture
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
