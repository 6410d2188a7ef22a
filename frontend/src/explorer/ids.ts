// Short ids of the API and the IRIs they stand for.
import { start } from "./text";

const TERMS = "https://w3id.org/life-valley/ontology#"; // the same for every region

export function iri(id: string): string {
  if (id.includes("://")) return id;
  return id.startsWith("lv:") ? `${TERMS}${id.slice(3)}` : `${start.base}id/${id}`;
}
