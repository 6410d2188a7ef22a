// How a result is shown: a table with names and links, a chart, a timeline, links.
import Yasgui from "@zazuko/yasgui";
import { names, shorten, t, type Named } from "./terms";

type Yasr = InstanceType<typeof Yasgui.Yasr>;
type Value = { type: string; value: string; datatype?: string; "xml:lang"?: string };
type Row = Record<string, Value | undefined>;

const PAGE = 100;
const MOST_BARS = 40;
const MOST_LINKS = 200;
let prefixes: Record<string, string> = {};

/** The prefixes that results are shortened with. */
export function use(known: Record<string, string>): void {
  prefixes = known;
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = "",
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A term as a reader sees it. Text only: nothing of a result is taken as HTML. */
function shown(value: Value | undefined, known: Map<string, Named | null>): Node {
  if (value === undefined) return document.createTextNode("");
  if (value.type !== "uri") return document.createTextNode(value.value);
  const named = known.get(value.value);
  const text = named?.label ?? shorten(value.value, prefixes);
  if (!named?.path) return element("code", text);
  return element("a", text, { href: named.path, title: value.value });
}

function text(value: Value | undefined, known: Map<string, Named | null>): string {
  return shown(value, known).textContent ?? "";
}

const isNumber = (value: Value | undefined) =>
  value?.type !== "uri" && /#(integer|decimal|double|float)$/.test(value?.datatype ?? "");
const isDate = (value: Value | undefined) =>
  value?.type !== "uri" && /#(g?[yY]ear|gYearMonth|date|dateTime)$/.test(value?.datatype ?? "");

abstract class View {
  priority = 10;
  hideFromSelection = false;
  abstract label: string;

  constructor(protected yasr: Yasr) {}

  protected get rows(): Row[] {
    return (this.yasr.results?.getBindings() ?? []) as Row[];
  }

  protected get columns(): string[] {
    return this.yasr.results?.getVariables() ?? [];
  }

  /** Without the column of the names of another: things are shown by their names. */
  protected get told(): string[] {
    const all = this.columns;
    return all.filter((name) => !(name.endsWith("Name") && all.includes(name.slice(0, -4))));
  }

  protected column(test: (value: Value | undefined) => boolean): string | undefined {
    return this.columns.find((name) => this.rows.some((row) => test(row[name])));
  }

  protected named(rows: Row[]): Promise<Map<string, Named | null>> {
    const iris = rows.flatMap((row) => Object.values(row).filter((v) => v?.type === "uri").map((v) => v!.value));
    return names(iris);
  }

  canHandleResults(): boolean {
    return this.rows.length > 0;
  }

  /** The whole result as CSV (RFC 4180), a cell like a formula as text. */
  download(filename?: string): { contentType: string; getData: () => string; filename: string; title: string } {
    const cell = (value: Value | undefined): string => {
      const plain = value?.value ?? "";
      const safe = isNumber(value) || !/^[=+\-@\t\r\n＝＋－＠]/.test(plain) ? plain : `'${plain}`;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = [this.columns.join(","), ...this.rows.map((row) => this.columns.map((name) => cell(row[name])).join(","))];
    return {
      contentType: "text/csv;charset=utf-8",
      getData: () => `\ufeff${lines.join("\r\n")}\r\n`,
      filename: `${filename ?? "result"}.csv`,
      title: t("下载为 CSV", "Download as CSV"),
    };
  }

  getIcon(): Element | undefined {
    return undefined;
  }

  abstract draw(): Promise<void>;
}

class Answers extends View {
  override priority = 20;
  label = t("表格", "Table");
  private page = 0;

  override canHandleResults(): boolean {
    return this.columns.length > 0;
  }

  override async draw(): Promise<void> {
    this.page = 0;
    await this.show();
  }

  private async show(): Promise<void> {
    const rows = this.rows.slice(this.page * PAGE, (this.page + 1) * PAGE);
    const known = await this.named(rows);
    const box = element("div", "", { class: "table", tabindex: "0", role: "region", "aria-label": t("结果", "Result") });
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const name of this.told) head.append(element("th", name, { scope: "col" }));
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      for (const name of this.told) {
        const cell = line.insertCell();
        if (isNumber(row[name])) cell.className = "number";
        cell.append(shown(row[name], known));
      }
    }
    box.append(table);
    this.yasr.resultsEl.replaceChildren(this.pager(), box);
  }

  private pager(): HTMLElement {
    const line = element("p", "", { class: "fine", role: "status" });
    const pages = Math.max(1, Math.ceil(this.rows.length / PAGE));
    line.append(t(`${this.rows.length} 行`, `${this.rows.length} rows`));
    const step = (by: number, name: string) => {
      const button = element("button", name, { class: "small", type: "button" });
      button.disabled = this.page + by < 0 || this.page + by >= pages;
      button.onclick = () => {
        this.page += by;
        void this.show();
      };
      return button;
    };
    if (pages > 1) {
      line.append(" ", step(-1, t("上一页", "Previous")), ` ${this.page + 1} / ${pages} `, step(1, t("下一页", "Next")));
    }
    return line;
  }
}

class Chart extends View {
  label = t("图表", "Chart");

  override canHandleResults(): boolean {
    return super.canHandleResults() && this.column(isNumber) !== undefined && this.columns.length > 1;
  }

  override async draw(): Promise<void> {
    const number = this.column(isNumber)!;
    const rows = this.rows.filter((row) => isNumber(row[number])).slice(0, MOST_BARS);
    const known = await this.named(rows);
    const top = Math.max(...rows.map((row) => Math.abs(Number(row[number]!.value))), Number.MIN_VALUE);
    const list = element("ul", "", { class: "bar-list" });
    for (const row of rows) {
      const name = this.told.filter((c) => c !== number && !isNumber(row[c])).map((c) => text(row[c], known));
      const line = element("li");
      const bar = element("span", "", { class: "bar-box actual" });
      bar.style.width = `${(Math.abs(Number(row[number]!.value)) / top) * 100}%`;
      const track = element("span", "", { class: "bar-line" });
      track.append(bar);
      line.append(element("span", name.join(" · ").slice(0, 80), { class: "bar-label" }), track, element("span", row[number]!.value, { class: "bar-value" }));
      list.append(line);
    }
    this.yasr.resultsEl.replaceChildren(
      element("p", t(`按 ${number}，前 ${rows.length} 行`, `By ${number}, the first ${rows.length} rows`), { class: "fine" }),
      list,
    );
  }
}

class Timeline extends View {
  label = t("时间线", "Timeline");

  override canHandleResults(): boolean {
    return super.canHandleResults() && this.column(isDate) !== undefined;
  }

  override async draw(): Promise<void> {
    const date = this.column(isDate)!;
    const rows = this.rows.filter((row) => row[date]).sort((a, b) => a[date]!.value.localeCompare(b[date]!.value));
    const known = await this.named(rows.slice(0, MOST_LINKS));
    const list = element("ol", "", { class: "timeline" });
    for (const row of rows.slice(0, MOST_LINKS)) {
      const item = element("li");
      item.append(element("time", row[date]!.value));
      const rest = this.told.filter((c) => c !== date && row[c]);
      rest.forEach((c, place) => item.append(place ? " · " : "", shown(row[c], known)));
      list.append(item);
    }
    this.yasr.resultsEl.replaceChildren(list);
  }
}

class Network extends View {
  label = t("网络", "Network");

  private ids(): string[] {
    const namespace = prefixes["id"] ?? "";
    const iris = this.rows.flatMap((row) => Object.values(row).filter((v) => v?.type === "uri").map((v) => v!.value));
    const things = iris.filter((iri) => namespace && iri.startsWith(namespace));
    return [...new Set(things.map((iri) => iri.slice(namespace.length)))].filter((id) => !/^(st|ev|ob|source|dataset)-/.test(id));
  }

  override canHandleResults(): boolean {
    return super.canHandleResults() && this.ids().length > 0;
  }

  override draw(): Promise<void> {
    const all = this.ids();
    const ids = all.slice(0, MOST_LINKS);
    const address = `/explore?n=${encodeURIComponent(ids.join(","))}`;
    const open = element("a", t("在整页中打开", "Open on a page of its own"), { class: "button", href: address });
    const line = element("p");
    line.append(open, " ", element("span", t(`结果里的 ${ids.length} 项`, `${ids.length} things of the result`) + (ids.length < all.length ? t(`，共 ${all.length} 项`, ` of ${all.length}`) : ""), { class: "fine" }));
    const frame = element("iframe", "", { class: "network-frame", src: `${address}&embed=1`, title: t("结果的网络", "Network of the result") });
    this.yasr.resultsEl.replaceChildren(line, frame);
    return Promise.resolve();
  }
}

/** Registers the views; their order. */
export function register(): string[] {
  const views = { answers: Answers, chart: Chart, timeline: Timeline, network: Network };
  for (const [name, view] of Object.entries(views)) {
    Yasgui.Yasr.registerPlugin(name, view as never, true);
  }
  return [...Object.keys(views), "boolean", "response"];
}
