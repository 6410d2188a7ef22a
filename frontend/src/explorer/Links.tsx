// What is known of a link, of the paths between two things, and of several chosen.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, Trouble } from "./api";
import { STATUS } from "./Legend";
import { Quote, StatusChip } from "./Panel";
import * as store from "./store";
import { plural, t, termOf } from "./text";
import type { StatementClaim } from "./types";

function useStatements(ids: string[]): StatementClaim[] | Trouble | null {
  const claims = useSignal<StatementClaim[] | Trouble | null>(null);
  const key = ids.join(",");
  useEffect(() => {
    claims.value = null;
    if (!key) return;
    api.evidence(key.split(",")).then(
      (answer) => (claims.value = answer.statements),
      (error: unknown) => {
        if (error instanceof Trouble) claims.value = error;
      },
    );
  }, [key]);
  return claims.value;
}

function Statement({ claim }: { claim: StatementClaim }) {
  return (
    <article class={`claim-card ${claim.status}`}>
      <p class="sentence">
        <button type="button" class="link" onClick={() => store.select([claim.s])}>{claim.subject}</button>{" "}
        <span class="relation-word">{claim.relation}</span>{" "}
        <button type="button" class="link" onClick={() => store.select([claim.o])}>{claim.object}</button>
        {claim.when && <span class="when"> {claim.when}</span>} <StatusChip claim={claim} />
      </p>
      {claim.evidence.map((e, i) => (
        <Quote key={i} e={e} />
      ))}
      <p class="fine">
        <a href={claim.page}>{t("这条陈述", "This statement")}</a>
      </p>
    </article>
  );
}

export function EdgePanel({ edge }: { edge: string }) {
  const link = store.scene.value.edges.get(edge);
  const same = link
    ? [...store.scene.value.edges.values()].filter(
        (e) => e.id && ((e.s === link.s && e.t === link.t) || (e.s === link.t && e.t === link.s)),
      )
    : [];
  const claims = useStatements(same.map((e) => e.id));
  if (!link) return null;
  return (
    <div class="panel-body">
      <h2 class="thing-name">
        {store.name(link.s)} — {store.name(link.t)}
      </h2>
      {!same.length && (
        <p>
          {termOf(store.terms.value[link.p], link.p)} <span class="chip">{t(...STATUS[link.status])}</span>
          <br />
          <span class="fine">
            {t("由本体规则推得，不是原文的陈述。", "Follows from a rule of the ontology; no source states it.")}
          </span>
        </p>
      )}
      {same.length > 0 && !claims && <div class="skeleton" role="status" aria-busy="true" aria-label={t("正在读取", "Loading")} />}
      {claims instanceof Trouble && <p class="bad">{claims.message}</p>}
      {Array.isArray(claims) && claims.map((claim) => <Statement key={claim.id} claim={claim} />)}
    </div>
  );
}

export function PathPanel() {
  const answer = store.found.value!;
  const at = useSignal(0);
  const path = answer.paths[at.value] ?? [];
  const claims = useStatements(path.flat());
  const chain = (hops: string[][]): string => {
    const ids = [answer.from];
    for (const hop of hops) {
      const link = answer.edges.find((e) => e.id === hop[0]);
      if (link) ids.push(link.s === ids.at(-1) ? link.t : link.s);
    }
    return ids.map(store.name).join(" → ");
  };
  return (
    <div class="panel-body">
      <h2 class="thing-name">{t("路径", "Paths")}</h2>
      {answer.length < 0 ? (
        <>
          <p>
            {t(`${store.name(answer.from)} 与 ${store.name(answer.to)} 之间 6 步以内没有已实现的关系相连。`, `No chain of up to six achieved links joins ${store.name(answer.from)} and ${store.name(answer.to)}.`)}
          </p>
          <button type="button" onClick={() => void store.paths(answer.from, answer.to, true)}>
            {t("把目标也算上再找", "Look again, plans included")}
          </button>
        </>
      ) : (
        <p>
          {t(`最短 ${answer.length} 步，共 ${answer.paths.length} 条`, `${plural(answer.length, "", "step", "steps")}, ${answer.paths.length} shortest`)}
          {answer.cut && t("（只列前面的）", " (only the first ones)")}
        </p>
      )}
      <ol class="paths">
        {answer.paths.map((p, i) => (
          <li key={i}>
            <button
              type="button"
              class="link"
              aria-pressed={i === at.value}
              onClick={() => {
                at.value = i;
                store.lit.value = new Set(p.flat());
              }}
            >
              {chain(p)}
            </button>
          </li>
        ))}
      </ol>
      {Array.isArray(claims) && path.flat().map((id) => {
        const claim = claims.find((c) => c.id === id);
        return claim ? <Statement key={id} claim={claim} /> : null;
      })}
    </div>
  );
}

export function ManyPanel({ ids }: { ids: readonly string[] }) {
  const [a, b] = [ids[0]!, ids[1]!];
  return (
    <div class="panel-body">
      <h2 class="thing-name">{plural(ids.length, "项已选", "thing chosen", "things chosen")}</h2>
      <ul class="chosen">
        {ids.slice(0, 30).map((id) => (
          <li key={id}>
            <span class={`dot class-${store.thing(id)?.group ?? "other"}`} aria-hidden="true" />
            <button type="button" class="link" onClick={() => store.select([id])}>{store.name(id)}</button>
            <button type="button" class="small" aria-label={t(`不选 ${store.name(id)}`, `Leave out ${store.name(id)}`)} onClick={() => store.toggle(id)}>×</button>
          </li>
        ))}
      </ul>
      <div class="actions">
        {ids.length === 2 && (
          <>
            <button type="button" class="small primary" onClick={() => void store.paths(a, b)}>{t("两者之间的路径", "Paths between them")}</button>
            <button type="button" class="small" onClick={() => void store.common(a, b)}>{t("共同邻居", "Common neighbours")}</button>
          </>
        )}
        <button type="button" class="small" onClick={() => store.only(ids)}>{t("只留这些", "Keep only these")}</button>
        <button type="button" class="small" onClick={() => store.pin(ids)}>{t("固定", "Pin")}</button>
        <button type="button" class="small" onClick={() => store.hide(ids)}>{t("隐藏", "Hide")}</button>
      </div>
    </div>
  );
}
