// The legend is the filter: colour, icon, live count, a switch, and "only".
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "./api";
import { COMMUNITY_COLOURS, ICONS } from "./look";
import * as store from "./store";
import { inkOn } from "./painter";
import { cut, n, start, t, termOf } from "./text";
import { Look } from "./Tools";
import type { Filters, Status } from "./types";
import { noFilters, type Row } from "./filters";

function Glyph({ group }: { group: string }) {
  return (
    <svg class="glyph" width="20" height="20" viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">
      <circle r="1.15" style={{ fill: `var(--class-${group})` }} />
      {ICONS[group] && <path d={ICONS[group]} transform="scale(.62)" fill="none" stroke={inkOn(group)} stroke-width=".22" stroke-linejoin="round" />}
    </svg>
  );
}

type SetName = "groups" | "relations" | "statuses" | "sources";

interface ListProps {
  title: string;
  name: SetName;
  rows: Row[];
  label: (key: string) => string;
  mark?: (key: string) => preact.JSX.Element | null;
  open?: boolean;
}

function Switches({ title, name, rows, label, mark, open }: ListProps) {
  const all = useSignal(false);
  const off = store.filters.value[name] as ReadonlySet<string>;
  const change = (set: ReadonlySet<string>): void => store.setFilters({ [name]: set } as Partial<Filters>);
  const list = all.value ? rows : rows.slice(0, 8);
  if (!rows.length) return null;
  return (
    <details open={open} class="filter">
      <summary>
        {title}
        {rows.some((r) => off.has(r.key) !== (noFilters[name] as ReadonlySet<string>).has(r.key)) && <span class="badge">{t("已筛", "on")}</span>}
      </summary>
      <ul class="switches">
        {list.map(({ key, count }) => (
          <li key={key} class={off.has(key) ? "off" : ""}>
            <label>
              <input type="checkbox" checked={!off.has(key)} onChange={() => change(store.flip(off, key))} />
              {mark?.(key)}
              <span class="what">{label(key)}</span>
              <span class="count">{n(count)}</span>
            </label>
            <button
              type="button"
              class="only"
              aria-label={t(`只看${label(key)}`, `Only ${label(key)}`)}
              onClick={() => change(new Set(rows.filter((r) => r.key !== key).map((r) => r.key)))}
            >
              {t("只看", "only")}
            </button>
          </li>
        ))}
      </ul>
      <p class="more">
        {rows.length > 8 && (
          <button type="button" class="link" onClick={() => (all.value = !all.value)}>
            {all.value ? t("收起", "Fewer") : t(`全部 ${rows.length} 项`, `All ${rows.length}`)}
          </button>
        )}
        {rows.some((r) => off.has(r.key)) && (
          <button type="button" class="link" onClick={() => change(new Set())}>
            {t("全选", "Check all")}
          </button>
        )}
      </p>
    </details>
  );
}

function Choose({ title, name, rows }: { title: string; name: "tracks" | "areas"; rows: Row[] }) {
  const chosen = store.filters.value[name];
  const all = useSignal(false);
  if (!rows.length) return null;
  return (
    <details class="filter" open={chosen.size > 0}>
      <summary>
        {title}
        {chosen.size > 0 && <span class="badge">{chosen.size}</span>}
      </summary>
      <ul class="chips">
        {(all.value ? rows : rows.slice(0, 8)).map(({ key, count }) => (
          <li key={key}>
            <button
              type="button"
              class="chip-button"
              aria-pressed={chosen.has(key)}
              onClick={() => store.setFilters({ [name]: store.flip(chosen, key) } as Partial<Filters>)}
            >
              {store.name(key)} <span class="count">{n(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {rows.length > 8 && (
        <button type="button" class="link" onClick={() => (all.value = !all.value)}>
          {all.value ? t("收起", "Fewer") : t(`全部 ${rows.length} 项`, `All ${rows.length}`)}
        </button>
      )}
    </details>
  );
}

export const STATUS: Record<Status, [string, string]> = {
  actual: ["已实现", "actual"],
  target: ["目标，尚未实现", "planned, not achieved"],
  inferred: ["推断", "inferred"],
};

function StatusMark({ status }: { status: string }) {
  const dash = status === "target" ? "5 4" : status === "inferred" ? "1.5 3" : undefined;
  return (
    <svg class="glyph" width="26" height="10" aria-hidden="true">
      <path d="M1 5H25" stroke={status === "target" ? "var(--target)" : "var(--text-2)"} stroke-width="2" stroke-dasharray={dash} />
    </svg>
  );
}

function Period({ years }: { years: string[] }) {
  const { from, to } = store.filters.value;
  if (!years.length) return null;
  const pick = (name: "from" | "to", label: string, value: string) => (
    <label>
      {label}{" "}
      <select value={value} onChange={(e) => store.setFilters({ [name]: e.currentTarget.value })}>
        <option value="">{t("不限", "any")}</option>
        {years.map((y) => (
          <option key={y} value={y}>
            {y}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <details class="filter" open={Boolean(from || to)}>
      <summary>
        {t("时间", "Period")}
        {(from || to) && <span class="badge">{t("已筛", "on")}</span>}
      </summary>
      <p class="period">
        {pick("from", t("自", "from"), from)} {pick("to", t("至", "to"), to)}
      </p>
      <p class="fine">{t("只保留写明时间的关系", "Keeps dated links only")}</p>
    </details>
  );
}

/** Colour and name of each community; a click chooses its members. */
function Communities() {
  const told = store.communities.value;
  useEffect(() => {
    if (!told.length) void api.communities().then((answer) => (store.communities.value = answer.communities), () => undefined);
  }, [told.length]);
  const members = new Map<number, string[]>();
  for (const id of store.shown.value.nodes) {
    const at = store.thing(id)?.community ?? -1;
    members.set(at, [...(members.get(at) ?? []), id]);
  }
  const here = [...members].sort((a, b) => a[0] - b[0]).filter(([at]) => at >= 0);
  const named = here.filter(([at]) => at < COMMUNITY_COLOURS.length && told[at]);
  const rest = here.filter(([at]) => at >= COMMUNITY_COLOURS.length).flatMap(([, ids]) => ids);
  const row = (key: string, colour: string, name: string, ids: string[]) => (
    <li key={key}>
      <button type="button" class="community" onClick={() => store.select(ids)}>
        <span class="swatch" style={{ background: colour }} aria-hidden="true" />
        <span class="what">{name}</span>
        <span class="count">{n(ids.length)}</span>
      </button>
    </li>
  );
  return (
    <section class="filter">
      <h2 class="legend-title">{t("社群", "Communities")}</h2>
      <ul class="switches">
        {named.map(([at, ids]) => row(String(at), COMMUNITY_COLOURS[at]!, cut(t(told[at]!.zh, told[at]!.en), 14), ids))}
        {rest.length > 0 && row("rest", "var(--class-other)", t("更小的社群", "Smaller ones"), rest)}
      </ul>
      <p class="fine">{t("点击选中其成员", "A click chooses the members")}</p>
    </section>
  );
}

const STATUSES: Status[] = ["actual", "target", "inferred"];

function SizeKey() {
  const told = { degree: t("陈述数", "statements"), rank: "PageRank", between: t("中介度", "betweenness"), equal: t("相同", "equal") }[store.size.value];
  return (
    <p class="fine size-note">
      {store.size.value !== "equal" && (
        <svg width="46" height="20" viewBox="0 0 46 20" aria-hidden="true">
          {[[4, 3], [16, 5], [35, 9]].map(([x, r]) => <circle key={x} cx={x} cy="10" r={r} fill="none" stroke="currentColor" />)}
        </svg>
      )}{" "}
      {t("圆点大小：", "Size: ")}
      {told}
    </p>
  );
}

export function Legend() {
  const rows = store.rows.value;
  const groups = start.groups.flatMap((g) => rows.groups.filter((r) => r.key === g.key));
  const label = (key: string): string => {
    const group = start.groups.find((g) => g.key === key);
    return group ? t(group.zh, group.en) : key;
  };
  const source = (key: string): string => store.terms.value[key] ? termOf(store.terms.value[key], key) : key.replace(/^source-/, "");
  return (
    <div class="legend-box">
      {store.byCommunity.value && <Communities />}
      <Switches title={t("类别", "Classes")} name="groups" rows={groups} label={label} mark={(key) => <Glyph group={key} />} open />
      <Switches
        title={t("状态", "Status")}
        name="statuses"
        rows={STATUSES.flatMap((key) => rows.statuses.filter((r) => r.key === key))}
        label={(key) => t(...STATUS[key as Status])}
        mark={(key) => <StatusMark status={key} />}
        open
      />
      <Switches title={t("关系", "Relations")} name="relations" rows={rows.relations} label={(key) => termOf(store.terms.value[key], key)} />
      <Choose title={t("赛道", "Tracks")} name="tracks" rows={rows.tracks} />
      <Choose title={t("区域", "Places")} name="areas" rows={rows.areas} />
      <Period years={rows.years} />
      <Switches title={t("出处", "Sources")} name="sources" rows={rows.sources} label={source} />
      <SizeKey />
      <p class="narrow-look"><Look more="narrow" /></p>
    </div>
  );
}
