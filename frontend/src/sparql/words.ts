// The editor's own words, which come in English only, for a reader of Chinese.
import { isChinese } from "./terms";

const WORDS: Record<string, string> = {
  "Add tab": "新建标签页",
  "Add a new tab": "新建标签页",
  "Open settings": "设置",
  "Share query": "分享查询",
  "Run query": "运行查询",
  "Download Results": "下载结果",
  "Download results": "下载结果",
  Response: "原始回答",
  Boolean: "是否",
  "Download not supported": "这种显示不能下载",
  "View documentation": "说明",
  "This plugin doesn't have a help reference yet. Please contact the maintainer to fix this": "没有说明",
  "Close Tab": "关闭",
  "Close other tabs": "关闭其他标签页",
  "Re-open last closed Tab": "重新打开刚关闭的标签页",
  "Rename Tab": "重命名",
  "Copy Tab": "复制",
  "Duplicate Tab": "复制",
  "Interrupt query": "取消查询",
  "Resize editor": "调整高度",
};

const PATTERNS: [RegExp, string][] = [
  [/^(\d+) results? in ([\d.]+) seconds$/, "$1 条结果，用时 $2 秒"],
  [/^Response in ([\d.]+) seconds$/, "用时 $1 秒"],
  [/^Shows (.+) view$/, "显示$1"],
  [/^Could not render results with the (.+) plugin, the results currently are rendered with the (.+) plugin\.?$/, "结果不适合用“$1”显示，现在用“$2”。"],
];

function said(text: string): string {
  const plain = text.trim();
  const known = WORDS[plain];
  if (known) return known;
  for (const [pattern, words] of PATTERNS) if (pattern.test(plain)) return plain.replace(pattern, words);
  return text;
}

/** Writes only what changes, so that the observer does not call itself for ever. */
function put(old: string, write: (text: string) => void): void {
  const text = said(old);
  if (text !== old) write(text);
}

/** The bar of views and the messages; never the query or the result itself. */
const OWN = ".yasr_header, .yasr_response_chip, .yasr_btn, .tabsList, .context-menu, .yasr_fallback_info, .yasqe_buttons";

function visit(node: Node): void {
  if (node instanceof Text) {
    if (node.parentElement?.closest(OWN)) put(node.data, (text) => (node.data = text));
    return;
  }
  if (!(node instanceof Element)) return;
  for (const name of ["title", "aria-label"]) {
    const old = node.getAttribute(name);
    if (old) put(old, (text) => node.setAttribute(name, text));
  }
  node.childNodes.forEach(visit);
}

/** Says the editor's words in Chinese, now and as they come. */
export function translate(place: HTMLElement): void {
  if (!isChinese) return;
  visit(place);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type !== "childList") visit(change.target);
      else change.addedNodes.forEach(visit);
    }
  }).observe(place, {
    childList: true,
    subtree: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["title", "aria-label"],
  });
}
