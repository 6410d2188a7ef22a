// Search first: one box, results as you type, keyboard all the way.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { api, Trouble } from "./api";
import { start, t } from "./text";
import type { Found } from "./types";
import * as store from "./store";

// Apart, because the types want a <datalist> with this role; ours is a list of our own.
const COMBOBOX = { role: "combobox" } as Record<string, string>;

interface Props {
  id: string;
  label: string;
  placeholder: string;
  pick: (id: string, add: boolean) => void;
  focus?: boolean;
}

export function Search({ id, label, placeholder, pick, focus }: Props) {
  const text = useSignal("");
  const results = useSignal<Found[]>([]);
  const at = useSignal(0);
  const open = useSignal(false);
  const told = useSignal("");
  const asked = useRef<AbortController | null>(null);
  const timer = useRef(0);
  const answered = useRef<string | null>(null); // what the results shown are for
  const eager = useRef<boolean | null>(null); // Enter came before the answer

  const ask = (q: string): void => {
    text.value = q;
    eager.current = null;
    clearTimeout(timer.current);
    asked.current?.abort();
    timer.current = window.setTimeout(async () => {
      const mine = (asked.current = new AbortController());
      try {
        const answer = await api.search(q, mine.signal);
        results.value = answer.results;
        answered.current = q;
        at.value = 0;
        open.value = true;
        if (eager.current !== null && answer.results.length) return choose(answer.results[0], eager.current);
        told.value = answer.results.length
          ? answer.results[0]!.matched.forgiven && q
            ? t("没有完全相符的，这些名称相近", "Nothing fits exactly; these are near")
            : ""
          : t(`没有“${q}”。试试拼音首字母或更短的词`, `Nothing is called “${q}”. Try initials or a shorter word`);
      } catch (error) {
        if (error instanceof Trouble) told.value = error.message;
      }
    }, 90);
  };

  const choose = (found: Found | undefined, add: boolean): void => {
    if (!found) return;
    open.value = false;
    text.value = "";
    results.value = [];
    answered.current = eager.current = null;
    pick(found.id, add);
  };

  const key = (event: KeyboardEvent): void => {
    const last = results.value.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open.value) return ask(text.value);
      at.value = Math.max(0, Math.min(last, at.value + (event.key === "ArrowDown" ? 1 : -1)));
      document.getElementById(`${id}-${at.value}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (answered.current === text.value) choose(results.value[at.value], event.shiftKey);
      else eager.current = event.shiftKey; // never take what an older text found
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (open.value) open.value = false;
      else (event.target as HTMLElement).blur();
    }
  };

  const list = `${id}-list`;
  return (
    <div class="search">
      <input
        id={id}
        class="search-input"
        type="search"
        {...COMBOBOX}
        aria-label={label}
        aria-expanded={open.value}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open.value && results.value.length ? `${id}-${at.value}` : undefined}
        autocomplete="off"
        maxLength={100}
        placeholder={placeholder}
        value={text.value}
        autofocus={focus}
        onInput={(e) => ask(e.currentTarget.value)}
        onFocus={() => !text.value && !results.value.length && ask("")}
        onBlur={() => setTimeout(() => (open.value = false), 150)}
        onKeyDown={key}
      />
      <ul id={list} role="listbox" aria-label={t("结果", "Results")} class="hits" hidden={!open.value || !results.value.length}>
        {results.value.map((found, i) => (
          <li
            key={found.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at.value}
            onMouseDown={(e) => e.preventDefault()}
            onClick={(e) => choose(found, e.shiftKey)}
            onMouseMove={() => (at.value = i)}
          >
            <span class={`dot class-${found.group.key}`} aria-hidden="true" />
            <span class="hit-name">
              {found.label}
              <small>
                {[found.other, found.matched.kind === "alias" ? found.matched.text : "", ...found.tracks.map((x) => x.label)]
                  .filter(Boolean)
                  .join(" · ")}
              </small>
            </span>
            <span class="hit-kind">{found.group.label}</span>
          </li>
        ))}
      </ul>
      {open.value && told.value && <p class="hits note" role="status">{told.value}</p>}
    </div>
  );
}

export function MainSearch() {
  return (
    <Search
      id="find"
      label={t("查找机构、赛道、地点：中文、英文或拼音", "Find a body, track or place: Chinese, English or pinyin")}
      placeholder={t(`查找：${start.examples.join("、")} …`, `Find: ${start.examples.join(", ")} …`)}
      pick={(id, add) => {
        if (store.pathFrom.value) void store.paths(store.pathFrom.value, id);
        else if (store.whole.value && store.scene.value.nodes.has(id) && !add) {
          store.select([id]);
          store.bring([id, ...store.neighbours(id).flatMap((e) => [e.s, e.t])]);
        } else void store.open(id, !add && (store.whole.value || Boolean(store.large.value)));
      }}
    />
  );
}
