// The bar of tools above the picture, and the zoom beside it.
import { useSignal } from "@preact/signals";
import { GLYPH } from "./glyphs";
import type { Stage } from "./stage";
import * as store from "./store";
import { n, t } from "./text";
import type { LayoutKind, SizeKind } from "./types";

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

const COLOURS: ["class" | "community", string, string][] = [
  ["class", "类别", "Class"],
  ["community", "社群", "Community"],
];

interface ChoiceProps<K extends string> {
  title: string;
  value: K;
  of: [K, string, string][];
  pick: (key: K) => void;
  more?: string;
}

function Choice<K extends string>({ title, value, of, pick, more = "" }: ChoiceProps<K>) {
  return (
    <label class={more === "narrow" ? "choice-narrow" : `choice ${more}`}>
      <span>{title}</span>
      <select aria-label={title} value={value} disabled={Boolean(store.large.value)} onChange={(e) => pick(e.currentTarget.value as K)}>
        {of.map(([key, zh, en]) => <option key={key} value={key}>{t(zh, en)}</option>)}
      </select>
    </label>
  );
}

/** What size and colour mean; in the bar where there is room, else in the legend. */
export function Look({ more }: { more: string }) {
  return (
    <>
      <Choice title={t("大小", "Size")} value={store.size.value} of={SIZES} more={more} pick={(key) => (store.size.value = key)} />
      <Choice title={t("颜色", "Colour")} value={store.byCommunity.value ? "community" : "class"} of={COLOURS} more={more} pick={(key) => (store.byCommunity.value = key === "community")} />
    </>
  );
}

/** The steps taken; a click goes back to before one. */
function Trail() {
  const open = useSignal(false);
  const steps = store.trail.value;
  if (steps.length < 2) return null;
  return (
    <div class="trail" onKeyDown={(e) => e.key === "Escape" && open.value && (e.stopPropagation(), (open.value = false))}>
      <button type="button" class="tool steps" aria-expanded={open.value} title={t("走过的步骤", "Steps taken")} onClick={() => (open.value = !open.value)}>
        {n(steps.length)} {t("步", "steps")} <span aria-hidden="true">▾</span>
      </button>
      {open.value && (
        <ol class="trail-list" aria-label={t("走过的步骤，最近的在前", "Steps taken, the last first")}>
          {steps.slice(0, 20).map((name, i) => (
            <li key={`${i} ${name}`}>
              <button
                type="button"
                class="link"
                title={t("回到这一步之前", "Back to before this step")}
                onClick={() => {
                  open.value = false;
                  store.back(i + 1);
                }}
              >
                ↶ {name}
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

export function Toolbar() {
  return (
    <div class="toolbar" role="toolbar" aria-label={t("工具", "Tools")}>
      <Tool label={t("撤销", "Undo")} glyph={GLYPH.undo} keys="Control+Z" act={store.undo} disabled={!store.undoable.value} />
      <Tool label={t("重做", "Redo")} glyph={GLYPH.redo} keys="Control+Y" act={store.redo} disabled={!store.redoable.value} />
      <Tool label={t("整个网络", "The whole network")} glyph={GLYPH.home} keys="H" act={() => void store.home()} />
      <Choice title={t("布局", "Layout")} value={store.layout.value} of={LAYOUTS} pick={(key) => void store.arrange(key)} />
      <Look more="wide" />
      <Tool label={t("表格", "Table")} glyph={GLYPH.table} keys="T" pressed={store.panel.value === "table"} act={() => (store.panel.value = store.panel.value === "table" ? "" : "table")} />
      <Tool label={t("分享与下载", "Share and take along")} glyph={GLYPH.share} keys="S" act={() => (store.panel.value = "share")} />
      <Tool label={t("快捷键", "Keys")} glyph={GLYPH.keys} keys="?" act={() => (store.panel.value = "keys")} />
      <Trail />
    </div>
  );
}

export function Zoom({ stage }: { stage: () => Stage | null }) {
  return (
    <div class="zoom" role="group" aria-label={t("缩放", "Zoom")}>
      <Tool label={t("放大", "Zoom in")} glyph={GLYPH.plus} keys="]" act={() => stage()?.zoom(1.5)} />
      <Tool label={t("缩小", "Zoom out")} glyph={GLYPH.minus} keys="[" act={() => stage()?.zoom(1 / 1.5)} />
      <Tool label={t("全部入画", "Fit everything")} glyph={GLYPH.fit} keys="0" act={() => stage()?.fitTo()} />
    </div>
  );
}
