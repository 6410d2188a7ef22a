// The bar of tools, the sheet of keys, sharing and taking along, the first visit.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { writeAddress } from "./address";
import * as out from "./exports";
import * as store from "./store";
import { cut, language, n, nameOf, start, t } from "./text";
import type { Stage } from "./stage";
import type { LayoutKind, SizeKind } from "./types";

type GetStage = () => Stage | null;

interface ButtonProps {
  label: string;
  glyph: string;
  act: () => void;
  keys?: string;
  disabled?: boolean;
  pressed?: boolean;
}

export function Tool({ label, glyph, act, keys, disabled, pressed }: ButtonProps) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={keys}
      title={keys ? `${label} (${keys})` : label}
      disabled={disabled}
      onClick={act}
    >
      <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d={glyph} />
      </svg>
    </button>
  );
}

export const GLYPH = {
  undo: "M7 4L3 8l4 4M3 8h8a5 5 0 0 1 0 10H9",
  redo: "M13 4l4 4-4 4M17 8H9a5 5 0 0 0 0 10h2",
  home: "M3 10l7-6 7 6M5 9v8h10V9",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  table: "M3 4h14v12H3zM3 8h14M8 8v8",
  share: "M7 9l6-3M7 11l6 3M5 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M15 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4M15 17a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  keys: "M8 7.5a2.2 2.2 0 1 1 3 2c-.8.4-1 .9-1 1.8M10 14.5v.1M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16",
  legend: "M3 5h14M6 10h8M8 15h4",
  close: "M5 5l10 10M15 5L5 15",
};

export const LAYOUTS: [LayoutKind, string, string][] = [
  ["force", "关系", "By links"],
  ["radial", "同心", "Rings"],
  ["tracks", "赛道树", "Track tree"],
  ["places", "区域树", "Place tree"],
];
export const SIZES: [SizeKind, string, string][] = [
  ["degree", "陈述数", "Statements"],
  ["rank", "PageRank", "PageRank"],
  ["between", "中介度", "Betweenness"],
  ["equal", "相同", "Equal"],
];

export function Toolbar({ stage }: { stage: GetStage }) {
  const map = Boolean(store.large.value);
  return (
    <div class="toolbar" role="toolbar" aria-label={t("工具", "Tools")}>
      <Tool label={t("撤销", "Undo")} glyph={GLYPH.undo} keys="Control+Z" act={store.undo} disabled={!store.undoable.value} />
      <Tool label={t("重做", "Redo")} glyph={GLYPH.redo} keys="Control+Y" act={store.redo} disabled={!store.redoable.value} />
      <Tool label={t("整个网络", "The whole network")} glyph={GLYPH.home} keys="H" act={() => void store.home()} />
      <span class="divider" />
      <label class="choice">
        <span>{t("布局", "Layout")}</span>
        <select aria-label={t("布局", "Layout")} value={store.layout.value} disabled={map} onChange={(e) => void store.arrange(e.currentTarget.value as LayoutKind)}>
          {LAYOUTS.map(([key, zh, en]) => <option key={key} value={key}>{t(zh, en)}</option>)}
        </select>
      </label>
      <label class="choice">
        <span>{t("大小", "Size")}</span>
        <select aria-label={t("大小", "Size")} value={store.size.value} disabled={map} onChange={(e) => (store.size.value = e.currentTarget.value as SizeKind)}>
          {SIZES.map(([key, zh, en]) => <option key={key} value={key}>{t(zh, en)}</option>)}
        </select>
      </label>
      <label class="choice">
        <span>{t("颜色", "Colour")}</span>
        <select aria-label={t("颜色", "Colour")} value={store.byCommunity.value ? "community" : "class"} disabled={map} onChange={(e) => (store.byCommunity.value = e.currentTarget.value === "community")}>
          <option value="class">{t("类别", "Class")}</option>
          <option value="community">{t("社群", "Community")}</option>
        </select>
      </label>
      <span class="divider" />
      <Tool label={t("表格", "Table")} glyph={GLYPH.table} keys="T" pressed={store.panel.value === "table"} disabled={map} act={() => (store.panel.value = store.panel.value === "table" ? "" : "table")} />
      <Tool label={t("分享与下载", "Share and take along")} glyph={GLYPH.share} keys="S" act={() => (store.panel.value = "share")} />
      <Tool label={t("快捷键", "Keys")} glyph={GLYPH.keys} keys="?" act={() => (store.panel.value = "keys")} />
      <Zoom stage={stage} />
    </div>
  );
}

function Zoom({ stage }: { stage: GetStage }) {
  return (
    <div class="zoom" role="group" aria-label={t("缩放", "Zoom")}>
      <Tool label={t("放大", "Zoom in")} glyph={GLYPH.plus} act={() => stage()?.zoom(1.5)} />
      <Tool label={t("缩小", "Zoom out")} glyph={GLYPH.minus} act={() => stage()?.zoom(1 / 1.5)} />
      <Tool label={t("全部入画", "Fit everything")} glyph={GLYPH.fit} keys="0" act={() => stage()?.fitTo()} />
    </div>
  );
}

function Dialog({ title, children }: { title: string; children: preact.ComponentChildren }) {
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    place.current?.showModal();
  }, []);
  return (
    <dialog ref={place} class="sheet" aria-label={title} onClose={() => (store.panel.value = "")} onClick={(e) => e.target === place.current && place.current?.close()}>
      <div class="sheet-head">
        <h2>{title}</h2>
        <Tool label={t("关闭", "Close")} glyph={GLYPH.close} act={() => place.current?.close()} />
      </div>
      {children}
    </dialog>
  );
}

const KEYS: [string, string, string][] = [
  ["/", "查找", "Find"],
  ["← ↑ → ↓", "移动画面；选中时走向该方向的邻居", "Move the picture; with a thing chosen, walk to the neighbour that way"],
  ["Enter", "打开选中的事物", "Open the chosen thing"],
  ["+  −", "展开、收起选中的事物", "Expand, collapse the chosen thing"],
  ["1 2 3", "一至三步邻域", "Surroundings of one to three steps"],
  ["P", "从选中的事物找路径", "Path from the chosen thing"],
  ["C", "两项已选：共同邻居", "Two chosen: common neighbours"],
  ["F", "固定、取消固定", "Pin, unpin"],
  ["Delete", "隐藏", "Hide"],
  ["Shift + " + "click", "多选", "Choose several"],
  ["Ctrl A", "全选", "Choose all"],
  ["Ctrl Z / Ctrl Y", "撤销、重做", "Undo, redo"],
  ["[ ]", "缩小、放大", "Zoom out, in"],
  ["0", "全部入画", "Fit everything"],
  ["H", "整个网络", "The whole network"],
  ["L", "图例与筛选", "Legend and filters"],
  ["T", "表格", "Table"],
  ["S", "分享与下载", "Share and take along"],
  ["Esc", "取消选择、关闭", "Choose nothing, close"],
  ["?", "这张表", "This sheet"],
];

export function Keys() {
  return (
    <Dialog title={t("快捷键", "Keys")}>
      <dl class="keys">
        {KEYS.map(([key, zh, en]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{t(zh, en)}</dd>
          </div>
        ))}
      </dl>
      <p class="fine">{t("触屏：一指平移，两指缩放，轻点选中，连点打开。", "Touch: one finger moves, two zoom, a tap chooses, a double tap opens.")}</p>
    </Dialog>
  );
}

function current(): Parameters<typeof writeAddress>[0] {
  return {
    scene: store.scene.value,
    whole: store.whole.value || Boolean(store.large.value),
    layout: store.layout.value,
    size: store.size.value,
    byCommunity: store.byCommunity.value,
    filters: store.filters.value,
    selected: store.selected.value,
    camera: store.camera.value,
  };
}

export function Share({ stage }: { stage: GetStage }) {
  const copied = useSignal("");
  const link = new URL(writeAddress(current()), location.origin);
  link.searchParams.set("lang", language);
  const embed = new URL(writeAddress(current(), true), location.origin);
  embed.searchParams.set("lang", language);
  const frame = `<iframe src="${embed.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="960" height="640" title="${start.title.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" loading="lazy"></iframe>`;
  const copy = (what: string, text: string) => (
    <button type="button" onClick={() => { void navigator.clipboard?.writeText(text); copied.value = what; }}>
      {copied.value === what ? t("已复制", "Copied") : t("复制", "Copy")}
    </button>
  );
  const data = (): out.Kept => out.kept(store.scene.value, store.shown.value, store.terms.value);
  const picture = stage()?.picture();
  const ids = [...store.shown.value.nodes].slice(0, 400).join(",");
  const html = `/explore/picture.html?${new URLSearchParams({ n: store.whole.value ? "" : ids, layout: store.layout.value, lang: language, download: "1" })}`;
  const item = (label: string, about: string, act: () => void) => (
    <li>
      <button type="button" onClick={act}>{label}</button>
      <span class="fine">{about}</span>
    </li>
  );
  return (
    <Dialog title={t("分享与下载", "Share and take along")}>
      <h3>{t("链接", "Link")}</h3>
      <p class="fine">{t("打开后是同一画面：事物、位置、筛选、视角、语言。", "It reopens this very picture: things, places, filters, view, language.")}</p>
      <p class="copy"><input readOnly value={link.href} aria-label={t("链接", "Link")} onFocus={(e) => e.currentTarget.select()} />{copy("link", link.href)}</p>
      <h3>{t("嵌入", "Embed")}</h3>
      <p class="copy"><input readOnly value={frame} aria-label={t("嵌入代码", "Code to embed")} onFocus={(e) => e.currentTarget.select()} />{copy("frame", frame)}</p>
      <h3>{t("图片", "Picture")}</h3>
      <ul class="exports">
        {item("PNG", t("三倍大小，可印刷", "three times the size, for print"), () => picture && void out.png(picture).then((blob) => out.save("network.png", "image/png", blob)))}
        {item("SVG", t("矢量", "vector"), () => picture && out.save("network.svg", "image/svg+xml", out.svg(picture, store.terms.value)))}
        <li><a class="button" href={html}>HTML</a><span class="fine">{t("一个文件，离线可看", "one file, works offline")}</span></li>
      </ul>
      <h3>{t("数据", "Data")}</h3>
      <ul class="exports">
        {item("GEXF", "Gephi", () => out.save("network.gexf", "application/xml", out.gexf(data())))}
        {item("GraphML", "networkx, R, yEd", () => out.save("network.graphml", "application/xml", out.graphml(data())))}
        {item("JSON", t("事物、关系、位置", "things, links, places"), () => out.save("network.json", "application/json", out.json(data())))}
        {item(t("CSV：事物", "CSV: things"), "Excel", () => out.save("things.csv", "text/csv", out.csvNodes(data())))}
        {item(t("CSV：关系", "CSV: links"), "Excel", () => out.save("links.csv", "text/csv", out.csvEdges(data())))}
      </ul>
    </Dialog>
  );
}

/** Three things to try, made from what is in the graph; and its communities. */
export function Welcome() {
  const nodes = [...store.scene.value.nodes.values()].sort((a, b) => b.degree - a.degree);
  const firm = nodes.find((x) => x.group === "company") ?? nodes[0];
  const lab = nodes.find((x) => x.group === "lab") ?? nodes[1];
  const track = nodes.find((x) => x.group === "track") ?? nodes[2];
  const example = (label: string, fine: string, act: () => void) => (
    <li>
      <button type="button" onClick={act}>
        <strong>{label}</strong>
        <span class="fine">{fine}</span>
      </button>
    </li>
  );
  const all = store.total.value;
  return (
    <div class="panel-body welcome">
      <h2 class="thing-name">{t("从哪里开始？", "Where to begin?")}</h2>
      <p class="fine">
        {all > nodes.length
          ? t(`图谱共 ${n(all)} 项，这里是关联最多的 ${n(nodes.length)} 项。`, `The graph has ${n(all)} things; these are the ${n(nodes.length)} most linked.`)
          : t(`图谱共 ${n(all)} 项。`, `The graph has ${n(all)} things.`)}{" "}
        {all > nodes.length && <button type="button" class="link" onClick={() => void store.home(true, true)}>{t("显示全部", "Show all")}</button>}
      </p>
      <h3>{t("可以试试", "Three things to try")}</h3>
      <ul class="examples">
        {firm && example(t(`${cut(nameOf(firm), 8)}与谁相连？`, `Who is ${cut(nameOf(firm))} linked to?`), t("每条关系都附原文", "each link with its sentence"), () => void store.open(firm.id, true))}
        {lab && track && example(t(`从${cut(nameOf(lab), 6)}怎样走到${cut(nameOf(track), 8)}？`, `How do you get from ${cut(nameOf(lab), 10)} to ${cut(nameOf(track), 10)}?`), t("所有最短路径", "all shortest paths"), () => void store.paths(lab.id, track.id, true))}
        {example(t("哪些只是目标和规划？", "What is only planned?"), t("虚线：说了要做，尚未实现", "dashed: said, not yet achieved"), () => store.setFilters({ statuses: new Set(["actual", "inferred"]) }))}
      </ul>
      {store.communities.value.length > 1 && (
        <>
          <h3>{t("社群", "Communities")}</h3>
          <p class="fine">{t("彼此联系最密的群落，以成员共有的赛道或地点命名。", "Groups with the densest links, named by what members share.")}</p>
          <ul class="chips">
            {store.communities.value.slice(0, 10).map((c, i) => (
              <li key={i}>
                <button type="button" class="chip-button" onClick={() => store.select(nodes.filter((x) => x.community === i).map((x) => x.id))}>
                  {cut(t(c.zh, c.en), 10)} <span class="count">{n(c.size)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="fine">{t("单击选中，双击展开，? 看快捷键。", "Click to choose, double-click to expand, ? for keys.")}</p>
    </div>
  );
}
