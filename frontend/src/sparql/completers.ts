// Completion from this service alone: its prefixes, ontology and names. The
// editor's own completers ask other hosts; theirs are replaced, not wrapped.
import Yasgui from "@zazuko/yasgui";
import { label, shorten, type Term, type Terms } from "./terms";

type Yasqe = InstanceType<typeof Yasgui.Yasqe>;
type Completer = (typeof Yasgui.Yasqe.Autocompleters)[string];
type Hint = { text: string; displayText?: string };

const MOST = 40;

/** Terms whose IRI begins with, or whose name holds, what was typed. */
function fitting(terms: Term[], typed: string): string[] {
  const text = typed.toLowerCase();
  const local = text.split(/[#/:]/).pop() ?? text;
  const begins = terms.filter((term) => term.iri.toLowerCase().startsWith(text));
  const holds = terms.filter(
    (term) =>
      local !== "" &&
      !begins.includes(term) &&
      `${term.iri} ${term.zh} ${term.en}`.toLowerCase().includes(local),
  );
  return [...begins, ...holds].slice(0, MOST).map((term) => term.iri);
}

function expanded(text: string, prefixes: Record<string, string>): string {
  if (text.startsWith("<")) return text.slice(1, -1);
  const colon = text.indexOf(":");
  const namespace = prefixes[text.slice(0, colon)];
  return namespace === undefined ? text : namespace + text.slice(colon + 1);
}

/** What was typed; the editor's own types leave the token's text out. */
function typedOf(token: unknown): string {
  const known = (token ?? {}) as { autocompletionString?: string; string?: string };
  return known.autocompletionString ?? known.string ?? "";
}

/** Puts prefixed names in the query, adds the prefix, shows the name beside it. */
function completer(
  base: Completer,
  name: string,
  prefixes: Record<string, string>,
  find: (typed: string) => Promise<string[]> | string[],
  nameOf: (iri: string) => string,
): Completer {
  return {
    ...base,
    name,
    bulk: false,
    autoShow: true,
    get: (_yasqe, token) => find(typedOf(token)),
    postProcessSuggestion: (_yasqe, _token, iri) => {
      const short = shorten(iri, prefixes);
      return /^[a-z-]+:[\w-]*$/.test(short) ? short : `<${iri}>`;
    },
    postprocessHints: (_yasqe, hints) =>
      (hints as Hint[]).map((hint) => ({
        ...hint,
        displayText: `${hint.text}  ${nameOf(expanded(hint.text, prefixes))}`,
      })) as typeof hints,
  };
}

/** The names of completers to use, in order. */
export function register(terms: Terms): string[] {
  const all = Yasgui.Yasqe.Autocompleters;
  const byIri = new Map([...terms.classes, ...terms.properties].map((term) => [term.iri, term]));
  const named = (iri: string) => (byIri.has(iri) ? label(byIri.get(iri)!) : "");
  const prefixes = all["prefixes"]!;
  all["prefixes"] = {
    ...prefixes,
    persistenceId: null,
    get: () => Object.entries(terms.prefixes).map(([name, iri]) => `${name}: <${iri}>`),
  };
  all["class"] = completer(all["class"]!, "class", terms.prefixes, (typed) => fitting(terms.classes, typed), named);
  all["property"] = completer(all["property"]!, "property", terms.prefixes, (typed) => fitting(terms.properties, typed), named);
  const found = new Map<string, string>();
  all["entity"] = {
    ...completer(
      all["property"],
      "entity",
      terms.prefixes,
      async (typed) => {
        const text = typed.startsWith(terms.prefixes["id"]!) ? typed.slice(terms.prefixes["id"]!.length) : typed;
        const answer = await fetch(`/api/search?limit=20&q=${encodeURIComponent(text.replaceAll("-", " "))}`);
        if (!answer.ok) return [];
        const told = (await answer.json()) as { results: { iri: string; label: string; other: string }[] };
        for (const hit of told.results) found.set(hit.iri, `${hit.label} ${hit.other}`);
        return told.results.map((hit) => hit.iri);
      },
      (iri) => found.get(iri) ?? "",
    ),
    isValidCompletionPosition: (yasqe: Yasqe) => typedOf(yasqe.getCompleteToken()).startsWith("id:"),
  };
  return ["prefixes", "entity", "class", "property", "variables"];
}
