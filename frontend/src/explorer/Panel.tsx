// What is known of the thing or link chosen, and the sentence behind each fact.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, Trouble } from "./api";
import { iri } from "./ids";
import { STATUS } from "./Legend";
import * as store from "./store";
import { cut, n, nameOf, otherNameOf, t, termOf } from "./text";
import type { About, Claim, EvidenceItem, RelationCount } from "./types";

export function Quote({ e }: { e: EvidenceItem }) {
  return (
    <div class="evidence">
      {e.quote && (
        <blockquote class="quote" lang="zh-Hans">
          {e.prefix && <span class="around">…{e.prefix}</span>}
          <mark>{e.quote}</mark>
          {e.suffix && <span class="around">{e.suffix}…</span>}
        </blockquote>
      )}
      <p class="fine">
        <a href={e.page}>{e.source}</a>
        {e.publisher && ` · ${e.publisher}`}
        {e.date && ` · ${e.date}`}
        {e.locator && ` · ${e.locator}`}
      </p>
    </div>
  );
}

export function StatusChip({ claim }: { claim: { status: Claim["status"] } }) {
  if (claim.status === "actual") return null;
  return <span class={`chip status-${claim.status}`}>{t(...STATUS[claim.status])}</span>;
}

function Why({ claim }: { claim: Claim }) {
  const first = claim.evidence[0];
  if (!first) return null;
  return (
    <details class="why">
      <summary>{first.quote ? `“${cut(first.quote, 14)}”` : first.source}</summary>
      {claim.evidence.map((e, i) => (
        <Quote key={i} e={e} />
      ))}
    </details>
  );
}

function useAbout(id: string): About | Trouble | null {
  const about = useSignal<About | Trouble | null>(null);
  useEffect(() => {
    const asked = new AbortController();
    about.value = null;
    api
      .about(id, asked.signal)
      .then((answer) => (about.value = answer))
      .catch((error: unknown) => {
        if (error instanceof Trouble) about.value = error;
      });
    return () => asked.abort();
  }, [id]);
  return about.value;
}

/** Neighbours by kind with counts before any click; pages of twenty for hubs. */
function Expand({ id }: { id: string }) {
  const relations = useSignal<RelationCount[]>([]);
  const after = useSignal<Record<string, string>>({});
  const total = useSignal(0);
  useEffect(() => {
    let gone = false;
    relations.value = [];
    after.value = {};
    void api.expand(id, {}, [], "", 0).then((answer) => {
      if (gone) return;
      relations.value = answer.relations;
      total.value = answer.total;
    }, () => undefined);
    return () => {
      gone = true;
    };
  }, [id]);
  const near = store.neighbours(id);
  const onScreen = (r: RelationCount): number =>
    new Set(
      near.flatMap((e) => {
        const other = e.s === id ? e.t : e.s;
        const fits = e.p === r.relation && e.status === r.status && (e.s === id ? "out" : "in") === r.direction;
        return fits && store.thing(other)?.group === r.group ? [other] : [];
      }),
    ).size;
  if (!relations.value.length) return <p class="fine">{t("没有与其他事物的关系", "No links to other things")}</p>;
  const shown = new Set(near.map((e) => (e.s === id ? e.t : e.s))).size;
  return (
    <section>
      <h3>{t("邻居", "Neighbours")}</h3>
      <p class="fine">
        {t(`共 ${n(total.value)} 项，已显示 ${n(shown)} 项`, `${n(total.value)} in all, ${n(shown)} shown`)}
        {shown < total.value && (
          <>
            {" "}
            <button type="button" class="link" onClick={() => void store.expand(id, {}, "", Math.min(200, total.value))}>
              {total.value > 200 ? t("＋ 关联最多的 200 项", "+ the 200 most linked") : t("＋ 全部", "+ all")}
            </button>
          </>
        )}
      </p>
      <ul class="expand">
        {relations.value.map((r) => {
          const key = [r.relation, r.direction, r.group, r.status].join(" ");
          const here = onScreen(r);
          const left = r.total - here;
          const next = async (limit = 20): Promise<void> => {
            const choice = { relation: r.relation, direction: r.direction, group: r.group, status: r.status };
            const more = await store.expand(id, choice, after.value[key] ?? "", limit);
            after.value = { ...after.value, [key]: more };
          };
          return (
            <li key={key} class="expand-item">
              <button type="button" class="expand-row" disabled={here >= r.total} onClick={() => void next()}>
                <span class={`dot class-${r.group}`} aria-hidden="true" />
                <span class="what">
                  {termOf(r.names, r.relation, r.direction)}
                  {r.status === "target" && <span class="chip status-target">{t("目标", "planned")}</span>}
                </span>
                <span class="count">
                  {n(here)}/{n(r.total)}
                </span>
                <span class="plus" aria-hidden="true">{left > 0 ? `+${Math.min(20, left)}` : "✓"}</span>
              </button>
              {left > 20 && (
                <button
                  type="button"
                  class="link more-of"
                  aria-label={t(`${termOf(r.names, r.relation, r.direction)}：再加 ${n(Math.min(200, left))} 项`, `${termOf(r.names, r.relation, r.direction)}: ${n(Math.min(200, left))} more`)}
                  onClick={() => void next(200)}
                >
                  {left > 200 ? "+200" : t("全部", "all")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Actions({ id }: { id: string }) {
  const pinned = store.scene.value.pinned.has(id);
  const copied = useSignal(false);
  const button = (label: string, act: () => void, key = "") => (
    <button type="button" class="small" onClick={act} title={key ? `${label} (${key})` : label}>
      {label}
    </button>
  );
  return (
    <div class="actions" role="group" aria-label={t("操作", "Actions")}>
      {button(t("展开", "Expand"), () => void store.expand(id), "+")}
      {button(t("收起", "Collapse"), () => store.collapse(id), "−")}
      {button(t("只看邻域", "Its surroundings"), () => void store.ego(id, 1), "1")}
      {button(t("两步", "Two steps"), () => void store.ego(id, 2), "2")}
      {button(t("三步", "Three"), () => void store.ego(id, 3), "3")}
      {button(t("找路径…", "Path to …"), () => {
        store.pathFrom.value = id;
        document.getElementById("find")?.focus();
      }, "P")}
      {button(pinned ? t("取消固定", "Unpin") : t("固定", "Pin"), () => store.pin([id]), "F")}
      {button(t("隐藏", "Hide"), () => store.hide([id]), "Del")}
      {button(copied.value ? t("已复制", "Copied") : t("复制 IRI", "Copy IRI"), () => {
        void navigator.clipboard?.writeText(iri(id));
        copied.value = true;
        setTimeout(() => (copied.value = false), 1500);
      })}
    </div>
  );
}

export function ThingPanel({ id }: { id: string }) {
  const about = useAbout(id);
  const node = store.thing(id);
  const known = about && !(about instanceof Trouble) ? about : null;
  const title = node ? nameOf(node) : known ? t(known.zh, known.en) || id : id;
  const other = node ? otherNameOf(node) : "";
  return (
    <div class="panel-body">
      <h2 class={`thing-name${title.length > 60 ? " long" : ""}`}>{title}</h2>
      {other && <p class="other-name" lang={t("en", "zh-Hans")}>{other}</p>}
      <p>
        {node && <span class={`dot class-${node.group}`} aria-hidden="true" />}{" "}
        {(known?.types ?? (node ? [termOf(store.terms.value[node.type], node.type)] : [])).map((x) => (
          <span class="chip" key={x}>{x}</span>
        ))}
        {node?.community !== undefined && store.communities.value[node.community] && (
          <span class="chip" title={t("社群", "Community")}>
            ◌ {cut(t(store.communities.value[node.community]!.zh, store.communities.value[node.community]!.en))}
          </span>
        )}
      </p>
      {known?.aliases.length ? <p class="fine">{t("又名", "Also")} {known.aliases.join(t("、", ", "))}</p> : null}
      {known?.texts.map((x) => <p key={x}>{x}</p>)}
      <Actions id={id} />
      <p class="ways">
        {known && <a href={known.page}>{t("打开页面", "Open page")}</a>}
        {known && <a href={known.sparql}>{t("用 SPARQL 看", "Show as SPARQL")}</a>}
        <a href={`/partners?${new URLSearchParams({ id })}`}>{t("谁可能成为伙伴？", "Who could be its partner?")}</a>
      </p>
      <Expand id={id} />
      {!about && <div class="skeleton" role="status" aria-busy="true" aria-label={t("正在读取", "Loading")} />}
      {about instanceof Trouble && <p class="bad">{about.message}</p>}
      {known && <Facts about={known} />}
    </div>
  );
}

function Facts({ about }: { about: About }) {
  if (!about.relations.length && !about.figures.length) {
    return <p class="fine">{t("图谱里还没有关于它的陈述；这不说明任何事情。", "The graph has no statement about it yet; that says nothing about it.")}</p>;
  }
  return (
    <section>
      <h3>{t("事实与出处", "Facts and sources")}</h3>
      {about.relations.map((r) => (
        <div key={`${r.relation} ${r.direction} ${r.status}`} class={`relation ${r.status}`}>
          <h4>
            {r.label} <StatusChip claim={r} />
          </h4>
          <ul class="facts">
            {r.facts.map((fact) => (
              <li key={fact.id}>
                {fact.other && store.scene.value.nodes.has(fact.other) ? (
                  <button type="button" class="link" onClick={() => store.select([fact.other])}>{fact.name}</button>
                ) : fact.other && !fact.other.startsWith("lv:") ? (
                  <button type="button" class="link" onClick={() => void store.open(fact.other)}>{fact.name}</button>
                ) : (
                  <span>{fact.name}</span>
                )}
                {fact.when && <span class="when"> {fact.when}</span>}
                <Why claim={fact} />
              </li>
            ))}
          </ul>
          {r.total > r.facts.length && (
            <p class="fine"><a href={about.page}>{t(`还有 ${r.total - r.facts.length} 条`, `${r.total - r.facts.length} more`)}</a></p>
          )}
        </div>
      ))}
      {about.figures.length > 0 && <h4>{t("指标", "Figures")}</h4>}
      <ul class="facts">
        {about.figures.map((figure) => (
          <li key={figure.id}>
            {figure.name} <strong>{figure.value}</strong> <span class="when">{figure.when}</span> <StatusChip claim={figure} />
            <Why claim={figure} />
          </li>
        ))}
      </ul>
    </section>
  );
}
