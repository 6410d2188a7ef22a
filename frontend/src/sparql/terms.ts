// What the service knows, for completion: read once, kept by the browser by ETag.

export interface Term {
  iri: string;
  zh: string;
  en: string;
}

export interface Example {
  name: string;
  topic: string;
  label: string;
  query: string;
}

export interface Terms {
  prefixes: Record<string, string>;
  classes: Term[];
  properties: Term[];
  examples: Example[];
}

export const isChinese = document.documentElement.lang.startsWith("zh");

/** The text in the reader's language. */
export function t(zh: string, en: string): string {
  return isChinese ? zh : en;
}

/** The name of a term in the reader's language, else in the other one. */
export function label(term: Term): string {
  return (isChinese ? term.zh || term.en : term.en || term.zh) || term.iri;
}

export async function readTerms(): Promise<Terms> {
  const answer = await fetch("/api/sparql-terms", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`terms: ${answer.status}`);
  return (await answer.json()) as Terms;
}

/** The prefixed name of an IRI, or the IRI itself. */
export function shorten(iri: string, prefixes: Record<string, string>): string {
  let best = "";
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    if (iri.startsWith(namespace) && namespace.length > (prefixes[best]?.length ?? 0)) best = prefix;
  }
  return best ? `${best}:${iri.slice(prefixes[best]!.length)}` : iri;
}

export interface Named {
  label: string;
  path: string;
}

const known = new Map<string, Named | null>();
const BATCH = 300;

/** Names and pages of IRIs; each is asked for once. */
export async function names(iris: string[]): Promise<Map<string, Named | null>> {
  const wanted = [...new Set(iris)].filter((iri) => !known.has(iri));
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    const answer = await fetch("/api/labels", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ iris: batch }),
    });
    const found = answer.ok ? ((await answer.json()) as { labels: Record<string, Named> }).labels : {};
    for (const iri of batch) known.set(iri, found[iri] ?? null);
  }
  return known;
}
