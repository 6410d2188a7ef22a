// The first visit: three things to try, and the communities.
import * as store from "./store";
import { cut, n, nameOf, t } from "./text";

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
        {!nodes.length ? t("正在读取网络…", "Reading the network …") : store.everything.value
          ? t(`图谱共 ${n(all)} 项，这里是有关系的 ${n(nodes.length)} 项，按社群排布。`, `The graph has ${n(all)} things; here are the ${n(nodes.length)} that are linked, by community.`)
          : all > nodes.length
          ? t(`图谱共 ${n(all)} 项，这里是关联最多的 ${n(nodes.length)} 项。`, `The graph has ${n(all)} things; these are the ${n(nodes.length)} most linked.`)
          : t(`图谱共 ${n(all)} 项。`, `The graph has ${n(all)} things.`)}{" "}
        {all > nodes.length && !store.everything.value && <button type="button" class="link" onClick={() => void store.home(true, true)}>{t("显示全部", "Show all")}</button>}
      </p>
      <h3>{t("可以试试", "Three things to try")}</h3>
      <ul class="examples">
        {firm && example(t(`${cut(nameOf(firm), 8)}与谁相连？`, `Who is ${cut(nameOf(firm))} linked to?`), t("每条关系都附原文", "each link with its sentence"), () => void store.open(firm.id, true))}
        {lab && track && example(t(`从${cut(nameOf(lab), 6)}怎样走到${cut(nameOf(track), 8)}？`, `How do you get from ${cut(nameOf(lab), 10)} to ${cut(nameOf(track), 10)}?`), t("所有最短路径", "all shortest paths"), () => void store.paths(lab.id, track.id, true))}
        {example(t("哪些只是目标和规划？", "What is only planned?"), t("虚线：说了要做，尚未实现", "dashed: said, not yet achieved"), () => {
          store.setFilters({ statuses: new Set(["actual", "inferred"]) });
          store.bring([...store.shown.value.nodes]);
        })}
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
