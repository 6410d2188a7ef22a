// The same result as a table: the screen reader's view, in step with the picture.
import { useSignal } from "@preact/signals";
import { STATUS } from "./Legend";
import * as store from "./store";
import { n, nameOf, otherNameOf, t, termOf } from "./text";
import type { WholeMap } from "./map";
import type { Stage } from "./stage";
import { keyOf } from "./types";

type Cell = string | number;
interface Row {
  key: string;
  cells: Cell[];
  chosen: boolean;
  pick: () => void;
}

function Grid({ caption, heads, rows }: { caption: string; heads: string[]; rows: Row[] }) {
  const by = useSignal(-1);
  const down = useSignal(false);
  const most = useSignal(200);
  const order = [...rows];
  if (by.value >= 0) {
    const turn = down.value ? -1 : 1;
    order.sort((a, b) => {
      const [x, y] = [a.cells[by.value]!, b.cells[by.value]!];
      return turn * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), t("zh", "en")));
    });
  }
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={head} aria-sort={by.value === i ? (down.value ? "descending" : "ascending") : "none"}>
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    down.value = by.value === i ? !down.value : typeof rows[0]?.cells[i] === "number";
                    by.value = i;
                  }}
                >
                  {head} {by.value === i ? (down.value ? "↓" : "↑") : ""}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.slice(0, most.value).map((row) => (
            <tr key={row.key} aria-selected={row.chosen} class={row.chosen ? "chosen" : ""}>
              {row.cells.map((cell, i) => (
                <td key={i} class={typeof cell === "number" ? "number" : ""}>
                  {i === 0 ? (
                    <button type="button" class="link" onClick={row.pick}>{cell}</button>
                  ) : typeof cell === "number" ? (
                    n(cell)
                  ) : (
                    cell
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most.value && (
        <button type="button" onClick={() => (most.value += 500)}>
          {t(`再显示 500 行（共 ${rows.length} 行）`, `500 more rows of ${rows.length}`)}
        </button>
      )}
    </div>
  );
}

interface Tab {
  key: string;
  label: string;
  count: number;
  caption: string;
  heads: string[];
  rows: Row[];
}

function Drawer({ tabs }: { tabs: Tab[] }) {
  const chosen = useSignal(tabs[0]!.key);
  const tab = tabs.find((x) => x.key === chosen.value) ?? tabs[0]!;
  return (
    <section class="drawer" aria-label={t("表格", "Table")}>
      <div class="tabs">
        <div role="tablist" aria-label={t("表格内容", "What the table shows")}>
          {tabs.map(({ key, label, count }) => (
            <button key={key} type="button" role="tab" id={`tab-${key}`} aria-selected={tab.key === key} aria-controls="table-body" onClick={() => (chosen.value = key)}>
              {label} <span class="count">{n(count)}</span>
            </button>
          ))}
        </div>
        <button type="button" class="small" onClick={() => (store.panel.value = "")}>{t("关闭表格", "Close table")}</button>
      </div>
      <div id="table-body" role="tabpanel" aria-labelledby={`tab-${tab.key}`}>
        <Grid key={tab.key} caption={tab.caption} heads={tab.heads} rows={tab.rows} />
      </div>
    </section>
  );
}

function SceneTable() {
  const scene = store.scene.value;
  const { nodes, edges } = store.shown.value;
  const degree = new Map<string, number>();
  for (const key of edges) {
    const e = scene.edges.get(key)!;
    for (const end of [e.s, e.t]) degree.set(end, (degree.get(end) ?? 0) + 1);
  }
  const things: Row[] = [...nodes].map((id) => {
    const node = scene.nodes.get(id)!;
    return {
      key: id,
      cells: [nameOf(node), otherNameOf(node), termOf(store.terms.value[node.type], node.type || "—"), degree.get(id) ?? 0, node.degree, Math.round((node.rank ?? 0) * 1e4) / 1e4],
      chosen: store.selected.value.includes(id),
      pick: () => store.select([id]),
    };
  });
  const links: Row[] = [...edges].map((key) => {
    const e = scene.edges.get(key)!;
    return {
      key,
      cells: [store.name(e.s), termOf(store.terms.value[e.p], e.p), store.name(e.t), t(...STATUS[e.status]), [e.start, e.end].filter(Boolean).join("–")],
      chosen: store.selectedEdge.value === keyOf(e),
      pick: () => {
        store.selected.value = [];
        store.selectedEdge.value = key;
      },
    };
  });
  return (
    <Drawer
      tabs={[
        {
          key: "things",
          label: t("事物", "Things"),
          count: nodes.size,
          caption: t("画面中的事物", "Things in the picture"),
          heads: [t("名称", "Name"), t("另一语言", "Other language"), t("类别", "Class"), t("画面中的关系", "Links here"), t("陈述", "Statements"), "PageRank"],
          rows: things,
        },
        {
          key: "links",
          label: t("关系", "Links"),
          count: edges.size,
          caption: t("画面中的关系", "Links in the picture"),
          heads: [t("起点", "From"), t("关系", "Relation"), t("终点", "To"), t("状态", "Status"), t("时间", "Period")],
          rows: links,
        },
      ]}
    />
  );
}

/** Of a large graph: its most linked things and its communities. */
function MapTable({ map }: { map: WholeMap }) {
  const open = (id: string): void => {
    store.panel.value = "";
    void store.open(id, true);
  };
  const things: Row[] = map.top().map(({ id, name, community, degree }) => ({
    key: id,
    cells: [name, community, degree],
    chosen: false,
    pick: () => open(id),
  }));
  const communities: Row[] = map.groups.map((group, i) => ({
    key: String(i),
    cells: [group.name, group.size],
    chosen: false,
    pick: () => {
      const best = map.top().find((x) => x.community === group.name);
      if (best) open(best.id);
    },
  }));
  return (
    <Drawer
      tabs={[
        {
          key: "things",
          label: t("关联最多的事物", "Most linked things"),
          count: things.length,
          caption: t("关联最多的事物；其余可查找", "The most linked things; find the others by name"),
          heads: [t("名称", "Name"), t("社群", "Community"), t("陈述", "Statements")],
          rows: things,
        },
        {
          key: "communities",
          label: t("社群", "Communities"),
          count: communities.length,
          caption: t("社群与成员数；打开的是其中关联最多的", "Communities with their members; opens the most linked of one"),
          heads: [t("名称", "Name"), t("成员", "Members")],
          rows: communities,
        },
      ]}
    />
  );
}

export function Table({ stage }: { stage: () => Stage | null }) {
  const map = store.large.value ? stage()?.big : null;
  return map ? <MapTable map={map} /> : <SceneTable />;
}
