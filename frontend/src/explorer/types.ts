// What the API sends, and what a scene is made of.

export type Language = "zh" | "en";
export type Status = "actual" | "target" | "inferred";
export type LayoutKind = "force" | "radial" | "tracks" | "places";
export type SizeKind = "degree" | "rank" | "between" | "equal";

export interface Group {
  key: string;
  zh: string;
  en: string;
}

export interface Thing {
  id: string;
  zh: string;
  en: string;
  type: string;
  group: string;
  degree: number;
  rank?: number;
  between?: number;
  community?: number;
}

export interface Link {
  id: string;
  s: string;
  t: string;
  p: string;
  status: Status;
  start: string;
  end: string;
  datasets: string[];
  sources: string[];
}

export interface Term {
  zh: string;
  en: string;
  zhIn?: string;
  enIn?: string;
}

export type Place = [number, number];

export interface NetworkAnswer {
  generation: string;
  nodes: Thing[];
  edges: Link[];
  terms: Record<string, Term>;
  positions?: Record<string, Place>;
  missing?: string[];
  cut?: boolean;
}

export interface Community {
  zh: string;
  en: string;
  size: number;
}

export interface OverviewAnswer extends NetworkAnswer {
  large: boolean;
  nodes_total: number;
  /** Of a large graph: the things in its picture, those with the most statements. */
  nodes_drawn?: number;
  edges_total: number;
  communities: Community[];
}

export interface RelationCount {
  relation: string;
  names: Term;
  direction: "in" | "out";
  group: string;
  status: "actual" | "target";
  total: number;
}

export interface ExpandAnswer extends NetworkAnswer {
  id: string;
  relations: RelationCount[];
  total: number;
  items: string[];
  after: string;
}

export interface PathAnswer extends NetworkAnswer {
  from: string;
  to: string;
  paths: string[][][];
  length: number;
  cut: boolean;
}

export interface EvidenceItem {
  quote: string;
  prefix: string;
  suffix: string;
  source: string;
  publisher: string;
  date: string;
  url: string;
  page: string;
  locator: string;
  confidence: string;
}

export interface Claim {
  id: string;
  status: Status;
  when: string;
  evidence: EvidenceItem[];
}

export interface StatementClaim extends Claim {
  s: string;
  p: string;
  o: string;
  subject: string;
  relation: string;
  object: string;
  page: string;
}

export interface About {
  id: string;
  iri: string;
  page: string;
  zh: string;
  en: string;
  basis: string;
  types: string[];
  aliases: string[];
  texts: string[];
  relations: {
    relation: string;
    label: string;
    direction: "in" | "out";
    status: Status;
    total: number;
    facts: (Claim & { other: string; name: string })[];
  }[];
  figures: (Claim & { name: string; value: string })[];
  sparql: string;
}

export interface Found {
  id: string;
  label: string;
  other: string;
  group: { key: string; label: string };
  tracks: { iri: string; label: string }[];
  statements: number;
  matched: { text: string; kind: string; forgiven: boolean };
}

// A step of the walk; steps share what did not change, so undo keeps them whole.
export interface Scene {
  nodes: ReadonlyMap<string, Thing>;
  edges: ReadonlyMap<string, Link>;
  places: ReadonlyMap<string, Place>;
  pinned: ReadonlySet<string>;
}

export interface Filters {
  groups: ReadonlySet<string>; // switched off
  relations: ReadonlySet<string>; // switched off
  statuses: ReadonlySet<Status>; // switched off
  sources: ReadonlySet<string>; // switched off
  tracks: ReadonlySet<string>; // only these, when any
  areas: ReadonlySet<string>; // only these, when any
  from: string; // year, or empty
  to: string;
}

export interface Camera {
  x: number;
  y: number;
  ratio: number;
}

export function keyOf(link: Link): string {
  return link.id || `${link.s} ${link.p} ${link.t}`;
}
