// Chinese and English side by side, as on the server.
import type { Language, Term, Thing } from "./types";

interface Start {
  language: Language;
  generation: string;
  /** What identifiers of things start with: the region's base. */
  base: string;
  title: string;
  /** What to type into the search, of this region. */
  examples: string[];
  groups: { key: string; zh: string; en: string }[];
}

/** What the page was sent with, so that the first picture waits for no request. */
export const sent: unknown = JSON.parse(document.getElementById("explorer-first")?.textContent || "null");

const told = document.getElementById("explorer-state")?.textContent ?? "";
export const start: Start = told
  ? (JSON.parse(told) as Start)
  : { language: "zh", generation: "", base: "", title: "", examples: [], groups: [] };
export const language: Language = start.language;

export function t(zh: string, en: string): string {
  return language === "zh" ? zh : en;
}

export function nameOf(thing: Thing): string {
  return (language === "zh" ? thing.zh || thing.en : thing.en || thing.zh) || thing.id;
}

export function otherNameOf(thing: Thing): string {
  const other = language === "zh" ? thing.en : thing.zh;
  return other === nameOf(thing) ? "" : other;
}

export function termOf(term: Term | undefined, id: string, direction = "out"): string {
  if (!term) return id.replace(/^.*[#/:]/, "");
  if (direction === "in") {
    const inverse = language === "zh" ? term.zhIn : term.enIn;
    return inverse ?? `${language === "zh" ? term.zh : term.en} ←`;
  }
  return language === "zh" ? term.zh : term.en;
}

const counts = new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en");
export function n(value: number): string {
  return counts.format(value);
}

export function plural(value: number, zh: string, one: string, many: string): string {
  return t(`${n(value)} ${zh}`, `${n(value)} ${value === 1 ? one : many}`);
}

const isWide = (c: string): boolean => c > "\u2e7f";

// Twelve Chinese or twenty-four Latin characters; the whole name is in the panel.
export function cut(name: string, wide = 12): string {
  let width = 0;
  let at = 0;
  for (const c of name) {
    width += isWide(c) ? 2 : 1;
    if (width > wide * 2) return name.slice(0, at) + "…";
    at += c.length;
  }
  return name;
}
