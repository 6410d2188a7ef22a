// Line drawings of the tools, in a box of twenty.
export const GLYPH = {
  undo: "M7 4L3 8l4 4M3 8h8a5 5 0 0 1 0 10H9",
  redo: "M13 4l4 4-4 4M17 8H9a5 5 0 0 0 0 10h2",
  home: "M3 10l7-6 7 6M5 9v8h10V9",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  table: "M3 4h14v12H3zM3 8h14M8 8v8",
  share: "M7 9l6-3M7 11l6 3M5 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M15 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4M15 17a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  keys: "M8 7.5a2.2 2.2 0 1 1 3 2c-.8.4-1 .9-1 1.8M10 14.5v.1M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16",
  legend: "M3 5h14M6 10h8M8 15h4",
  close: "M5 5l10 10M15 5L5 15",
};
