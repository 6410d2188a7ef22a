// The SPARQL editor of /sparql: its own bundle, loaded by that page only. The plain
// form under it stays for a browser that does not run this.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "./editor.css";
import { register as registerViews, use } from "./answers";
import { register as registerCompleters } from "./completers";
import { translate } from "./words";
import { readTerms, t, type Example, type Terms } from "./terms";

type Tab = NonNullable<ReturnType<InstanceType<typeof Yasgui>["getTab"]>>;
type Failure = { status?: number; text?: string; statusText?: string };
type Told = { error?: string; hint?: string; context?: { line?: number; column?: number } };

function told(error: Failure): Told {
  try {
    return JSON.parse(error.text ?? "") as Told;
  } catch {
    return { error: error.text || error.statusText || t("没有回答", "No answer") };
  }
}

let marked: { editor: Tab; line: number } | undefined;

function unmark(): void {
  marked?.editor.getYasqe().getDoc().removeLineClass(marked.line, "background", "error-line");
  marked = undefined;
}

/** Shows what went wrong in words, and where in the query. */
function explain(editor: Tab | undefined, error: Failure): HTMLElement {
  const why = told(error);
  const box = document.createElement("div");
  const first = document.createElement("p");
  first.textContent = /abort/i.test(why.error ?? "") ? t("查询已取消。", "The query was cancelled.") : (why.error ?? "");
  box.append(first);
  if (why.hint) box.append(Object.assign(document.createElement("p"), { className: "fine", textContent: why.hint }));
  const line = why.context?.line;
  if (editor && line) {
    const doc = editor.getYasqe().getDoc();
    marked = { editor, line: line - 1 };
    doc.addLineClass(line - 1, "background", "error-line");
    const go = document.createElement("button");
    go.type = "button";
    go.className = "small";
    go.textContent = t(`到第 ${line} 行`, `Go to line ${line}`);
    go.onclick = () => {
      editor.getYasqe().focus();
      doc.setCursor({ line: line - 1, ch: Math.max(0, (why.context?.column ?? 1) - 1) });
    };
    box.append(go);
  }
  return box;
}

function examples(list: Example[], open: (example: Example) => void): HTMLElement {
  const field = document.createElement("label");
  field.className = "examples";
  field.append(t("例子", "Examples"), " ");
  const choice = document.createElement("select");
  choice.append(new Option(t("选一个问题…", "Pick a question…"), ""));
  for (const topic of new Set(list.map((example) => example.topic))) {
    const group = document.createElement("optgroup");
    group.label = topic;
    for (const example of list.filter((e) => e.topic === topic)) group.append(new Option(example.label, example.name));
    choice.append(group);
  }
  choice.onchange = () => {
    const chosen = list.find((example) => example.name === choice.value);
    if (chosen) open(chosen);
    choice.value = "";
  };
  field.append(choice);
  return field;
}

/** A button that stops the running query: the request is cut, and so the query. */
function stopper(editor: InstanceType<typeof Yasgui>): HTMLButtonElement {
  const stop = document.createElement("button");
  stop.type = "button";
  stop.textContent = t("取消查询", "Cancel the query");
  stop.disabled = true;
  stop.onclick = () => editor.getTab()?.getYasqe().abortQuery();
  editor.on("query", () => {
    unmark();
    stop.disabled = false;
  });
  for (const event of ["queryResponse", "queryAbort"]) editor.on(event, () => (stop.disabled = true));
  return stop;
}

function sharedQuery(): string {
  return new URLSearchParams(location.search).get("query") ?? "";
}

function build(place: HTMLElement, terms: Terms, first: string): void {
  use(terms.prefixes);
  const order = registerViews();
  const completers = registerCompleters(terms);
  const endpoint = new URL("/sparql", location.href).href;
  let editor: InstanceType<typeof Yasgui> | undefined;
  Yasgui.Yasqe.defaults.value = first;
  Yasgui.Yasr.defaults.pluginOrder = order;
  Yasgui.Yasr.defaults.plugins["table"] = { enabled: false };
  Yasgui.Yasr.defaults.errorRenderers = [async (error: Failure) => explain(editor?.getTab(), error)];
  editor = new Yasgui(place, {
    persistenceId: "life-valley",
    copyEndpointOnNewTab: false,
    populateFromUrl: false,
    tabName: t("查询", "Query"),
    requestConfig: {
      endpoint,
      method: "POST",
      acceptHeaderSelect: "application/sparql-results+json",
      acceptHeaderGraph: "text/turtle",
    },
    endpointCatalogueOptions: { getData: () => [], keys: [], renderItem: () => undefined },
    yasqe: {
      autocompleters: completers,
      prefixCcApi: null,
      highlightSelectionMatches: false as never, // a box round every PREFIX
      consumeShareLink: null,
      createShareableLink: (yasqe: { getValue(): string }) => `${endpoint}?query=${encodeURIComponent(yasqe.getValue())}`,
    },
    yasr: {
      prefixes: terms.prefixes,
      defaultPlugin: "answers",
    } as never,
  });
  const made = editor;
  const open = (query: string, name: string) => {
    const tab = made.addTab(true, { name, yasqe: { value: query, endpoint } } as never);
    tab.getYasqe().setValue(query);
  };
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  bar.append(
    examples(terms.examples, (example) => open(example.query, example.label.slice(0, 16))),
    stopper(made),
  );
  place.before(bar);
  const asked = sharedQuery();
  if (asked && made.getTab()?.getYasqe().getValue() !== asked) open(asked, t("链接", "Link"));
  // A list of tabs may hold tabs only (WAI-ARIA): the button that adds one is the last.
  const adder = place.querySelector(".tabsList .addTab");
  adder?.setAttribute("role", "tab");
  adder?.setAttribute("aria-selected", "false");
  translate(place);
  for (const input of place.querySelectorAll<HTMLElement>(".CodeMirror textarea")) {
    input.setAttribute("aria-label", t("查询文本", "Query text"));
  }
}

const form = document.getElementById("sparql-editor")?.closest("form");
const field = document.querySelector<HTMLTextAreaElement>("#sparql-editor textarea");
if (form && field) {
  readTerms().then(
    (terms) => {
      const place = document.createElement("div");
      place.id = "editor";
      form.after(place);
      build(place, terms, field.value);
      form.hidden = true;
    },
    () => undefined, // the plain form stays and works
  );
}
