// What few readers need at once; main.tsx loads it when it is wanted.
export { Keys } from "./Keys";
export { Minimap } from "./Minimap";
export { Share } from "./Share";
export { Table } from "./Table";
