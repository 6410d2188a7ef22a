// A sheet above the page; Escape, the cross and a click beside it close it.
import { useEffect, useRef } from "preact/hooks";
import { GLYPH } from "./glyphs";
import * as store from "./store";
import { t } from "./text";
import { Tool } from "./Tools";

export function Dialog({ title, children }: { title: string; children: preact.ComponentChildren }) {
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    place.current?.showModal();
  }, []);
  return (
    <dialog ref={place} class="sheet" aria-label={title} onClose={() => (store.panel.value = "")} onClick={(e) => e.target === place.current && place.current?.close()}>
      <div class="sheet-head">
        <h2>{title}</h2>
        <Tool label={t("关闭", "Close")} glyph={GLYPH.close} act={() => place.current?.close()} />
      </div>
      {children}
    </dialog>
  );
}
