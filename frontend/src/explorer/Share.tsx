// Take along: link, frame, pictures, data, and views kept in this browser.
import { useSignal } from "@preact/signals";
import { writeAddress } from "./address";
import { Dialog } from "./Dialog";
import * as out from "./exports";
import type { Stage } from "./stage";
import * as store from "./store";
import { language, start, t } from "./text";

function current(): Parameters<typeof writeAddress>[0] {
  return {
    scene: store.scene.value,
    whole: store.whole.value || Boolean(store.large.value),
    all: store.everything.value,
    layout: store.layout.value,
    size: store.size.value,
    byCommunity: store.byCommunity.value,
    filters: store.filters.value,
    selected: store.selected.value,
    camera: store.camera.value,
  };
}

interface View {
  name: string;
  address: string;
}
const KEPT = "life-valley-views";

function readViews(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((v): v is View => typeof v?.name === "string" && String(v?.address).startsWith("/explore")) : [];
  } catch {
    return []; // storage may be off, or hold what another version wrote
  }
}

/** Pictures kept by name in this browser; nothing leaves it. */
function Views() {
  const views = useSignal(readViews());
  const title = useSignal("");
  const keep = (next: View[]): void => {
    views.value = next;
    try {
      localStorage.setItem(KEPT, JSON.stringify(next));
    } catch {
      store.said.value = t("浏览器不允许保存", "The browser does not allow keeping");
    }
  };
  const add = (event: Event): void => {
    event.preventDefault();
    const name = title.value.trim();
    if (!name) return;
    keep([{ name, address: writeAddress(current()) }, ...views.value.filter((v) => v.name !== name)].slice(0, 50));
    title.value = "";
  };
  return (
    <>
      <h3>{t("保存的视图", "Kept views")}</h3>
      <form class="copy" onSubmit={add}>
        <input value={title.value} maxLength={80} aria-label={t("视图名称", "Name of the view")} placeholder={t("给这一画面起个名", "Name this picture")} onInput={(e) => (title.value = e.currentTarget.value)} />
        <button type="submit" disabled={!title.value.trim()}>{t("保存", "Keep")}</button>
      </form>
      {views.value.length === 0 && <p class="fine">{t("只存在这个浏览器里。", "Kept in this browser only.")}</p>}
      <ul class="chosen">
        {views.value.map((view) => (
          <li key={view.name}>
            <a href={view.address}>{view.name}</a>
            <button type="button" class="small" aria-label={t(`删除视图 ${view.name}`, `Remove the view ${view.name}`)} onClick={() => keep(views.value.filter((v) => v !== view))}>×</button>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Share({ stage }: { stage: () => Stage | null }) {
  const copied = useSignal("");
  const link = new URL(writeAddress(current()), location.origin);
  link.searchParams.set("lang", language);
  const embed = new URL(writeAddress(current(), true), location.origin);
  embed.searchParams.set("lang", language);
  const frame = `<iframe src="${embed.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="960" height="640" title="${start.title.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" loading="lazy"></iframe>`;
  const copy = (what: string, text: string) => (
    <button type="button" onClick={() => { void navigator.clipboard?.writeText(text); copied.value = what; }}>
      {copied.value === what ? t("已复制", "Copied") : t("复制", "Copy")}
    </button>
  );
  const data = (): out.Kept => out.kept(store.scene.value, store.shown.value, store.terms.value);
  const picture = stage()?.picture();
  const ids = [...store.shown.value.nodes].slice(0, 400).join(",");
  const html = `/explore/picture.html?${new URLSearchParams({ n: store.whole.value ? "" : ids, layout: store.layout.value, lang: language, download: "1" })}`;
  const item = (label: string, about: string, act: () => void) => (
    <li>
      <button type="button" onClick={act}>{label}</button>
      <span class="fine">{about}</span>
    </li>
  );
  return (
    <Dialog title={t("分享与下载", "Share and take along")}>
      <h3>{t("链接", "Link")}</h3>
      <p class="fine">{t("打开后是同一画面：事物、位置、筛选、视角、语言。", "It reopens this very picture: things, places, filters, view, language.")}</p>
      <p class="copy"><input readOnly value={link.href} aria-label={t("链接", "Link")} onFocus={(e) => e.currentTarget.select()} />{copy("link", link.href)}</p>
      <Views />
      <h3>{t("嵌入", "Embed")}</h3>
      <p class="copy"><input readOnly value={frame} aria-label={t("嵌入代码", "Code to embed")} onFocus={(e) => e.currentTarget.select()} />{copy("frame", frame)}</p>
      <h3>{t("图片", "Picture")}</h3>
      <ul class="exports">
        {item("PNG", t("三倍大小，可印刷", "three times the size, for print"), () => picture && void out.png(picture).then((blob) => out.save("network.png", "image/png", blob)))}
        {item("SVG", t("矢量", "vector"), () => picture && out.save("network.svg", "image/svg+xml", out.svg(picture, store.terms.value)))}
        <li><a class="button" href={html}>HTML</a><span class="fine">{t("一个文件，离线可看", "one file, works offline")}</span></li>
      </ul>
      <h3>{t("数据", "Data")}</h3>
      <ul class="exports">
        {item("GEXF", "Gephi", () => out.save("network.gexf", "application/xml", out.gexf(data())))}
        {item("GraphML", "networkx, R, yEd", () => out.save("network.graphml", "application/xml", out.graphml(data())))}
        {item("JSON", t("事物、关系、位置", "things, links, places"), () => out.save("network.json", "application/json", out.json(data())))}
        {item(t("CSV：事物", "CSV: things"), "Excel", () => out.save("things.csv", "text/csv", out.csvNodes(data())))}
        {item(t("CSV：关系", "CSV: links"), "Excel", () => out.save("links.csv", "text/csv", out.csvEdges(data())))}
      </ul>
    </Dialog>
  );
}
