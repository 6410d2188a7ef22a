// The state of the explorer and everything a reader can do to it, in one place.
export * from "./begin";
export * from "./state";
export * from "./walk";
