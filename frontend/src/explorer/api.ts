// The server's answers. Errors carry the server's own words in the reader's language.
import { language, sent } from "./text";
import type {
  About,
  Community,
  ExpandAnswer,
  Found,
  LayoutKind,
  NetworkAnswer,
  OverviewAnswer,
  PathAnswer,
  Place,
  StatementClaim,
} from "./types";

export class Trouble extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly status: number,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | undefined>;

function address(path: string, query: Query): string {
  const url = new URL(path, location.origin);
  url.searchParams.set("lang", language);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  return url.href;
}

let tellPreparing: (path: string) => void = () => undefined;
/** Who is told that the server computes first what a large graph needs. */
export function whenPreparing(tell: (path: string) => void): void {
  tellPreparing = tell;
}

const PATIENCE = 200; // times that an answer may still be in the making

/** Ask; while a large graph is being prepared, ask again when the server says so. */
async function ask(path: string, query: Query, init: RequestInit = {}): Promise<Response> {
  for (let time = 0; ; time++) {
    const response = await once(path, query, init);
    if (response.ok) return response;
    const body = (await response.json().catch(() => null)) as { error?: string; hint?: string; code?: string } | null;
    if (response.status !== 503 || body?.code !== "preparing" || time >= PATIENCE) {
      throw new Trouble(body?.error ?? `HTTP ${response.status}`, body?.hint ?? "", response.status);
    }
    tellPreparing(path);
    const wait = Math.min(10, Math.max(1, Number(response.headers.get("Retry-After")) || 2));
    await new Promise((done) => setTimeout(done, wait * 1000));
    if (init.signal?.aborted) throw new DOMException("", "AbortError");
  }
}

async function once(path: string, query: Query, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      headers: { Accept: "application/json", ...init.headers },
      ...init,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    const zh = language === "zh";
    throw new Trouble(
      zh ? "服务没有回应。" : "The service does not answer.",
      zh ? "请检查网络后重试。" : "Check the connection and try again.",
      0,
    );
  }
  return response;
}

async function get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, query, signal ? { signal } : {});
  return (await response.json()) as T;
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await ask(path, {}, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
  return (await response.json()) as T;
}

export interface Choice {
  relation?: string | undefined;
  direction?: string | undefined;
  group?: string | undefined;
  status?: string | undefined;
}

let first = sent as OverviewAnswer | null;
/** The overview that came with the page; only once, for it may have changed since. */
function sentOverview(limit?: number): OverviewAnswer | null {
  const answer = limit === undefined ? first : null;
  if (answer) first = null;
  return answer;
}

const SHOWN = 250; // an address stays below the limit of common servers

export const api = {
  search: (q: string, signal: AbortSignal) =>
    get<{ results: Found[] }>("/api/search", { q, limit: 12 }, signal),
  overview: async (limit?: number) => sentOverview(limit) ?? get<OverviewAnswer>("/api/graph/overview", { limit }),
  communities: () => get<{ communities: Community[] }>("/api/graph/communities", { limit: 50 }),
  arrays: async () =>
    (await ask("/api/graph/overview", { format: "binary" })).arrayBuffer(),
  expand: (id: string, choice: Choice, shown: string[], after = "", limit = 20) =>
    get<ExpandAnswer>("/api/graph/expand", {
      id,
      ...choice,
      after,
      limit,
      new: limit ? 1 : undefined,
      shown: shown.slice(0, SHOWN).join(","),
    }),
  ego: (id: string, depth: number, layout: LayoutKind | "none" = "radial") =>
    get<NetworkAnswer & { cut: boolean }>("/api/graph/ego", { id, depth, layout }),
  path: (from: string, to: string, targets: boolean) =>
    get<PathAnswer>("/api/graph/path", { from, to, targets: targets ? 1 : 0 }),
  common: (a: string, b: string) => get<NetworkAnswer>("/api/graph/common", { a, b }),
  scene: (ids: string[], layout: LayoutKind | "none") =>
    post<NetworkAnswer>("/api/graph/scene", { ids, layout }),
  layout: (ids: string[], layout: LayoutKind, centre: string) =>
    post<{ positions: Record<string, Place> }>("/api/graph/layout", { ids, layout, centre }),
  query: (query: string) => post<NetworkAnswer>("/api/graph/construct", { query }),
  about: (id: string, signal: AbortSignal) => get<About>("/api/graph/about", { id }, signal),
  evidence: (st: string[]) =>
    get<{ statements: StatementClaim[] }>("/api/graph/evidence", { st: st.slice(0, 100).join(",") }),
};
