// Tokens of the style sheet, read into the canvas; icons as the second channel.
export interface Look {
  ground: string;
  ground2: string;
  line: string;
  text: string;
  text2: string;
  accent: string;
  target: string;
  font: string;
  groups: Record<string, string>;
  dark: boolean;
}

const GROUPS = ["area", "company", "lab", "incubator", "platform", "track", "other"];

// Tol's muted and bright colours in turn, for communities; the ninth on is grey.
export const COMMUNITY_COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8866", "#44bb99"];

export function readLook(): Look {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const ground = token("--ground") || "#ffffff";
  return {
    ground,
    ground2: token("--ground-2"),
    line: token("--line"),
    text: token("--text"),
    text2: token("--text-2"),
    accent: token("--accent"),
    target: token("--target"),
    font: token("--font") || "sans-serif",
    groups: Object.fromEntries(GROUPS.map((g) => [g, token(`--class-${g}`) || "#8a8a8a"])),
    dark: luminance(ground) < 0.4,
  };
}

export function channels(hex: string): [number, number, number] {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  const value = Number.parseInt(full.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function luminance(hex: string): number {
  const [r, g, b] = channels(hex);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

export function mixed(a: string, b: string, share: number): string {
  const [one, two] = [channels(a), channels(b)];
  const parts = one.map((v, i) => Math.round(v * (1 - share) + two[i]! * share));
  return "#" + parts.map((v) => v.toString(16).padStart(2, "0")).join("");
}

// One simple drawing a group, in a box from -1 to 1; stroked in the ground colour.
export const ICONS: Record<string, string> = {
  company: "M-.7 .75V-.5H.7V.75ZM-.3 -.1V.1M.3 -.1V.1M0 .75V.35",
  lab: "M-.25 -.8H.25M-.15 -.8V-.2L-.65 .7H.65L.15 -.2V-.8M-.35 .25H.35",
  incubator: "M0 .8C-.9 .8 -.65 -.8 0 -.8C.65 -.8 .9 .8 0 .8ZM-.3 .1L-.05 -.15L.1 .1L.35 -.1",
  platform: "M0 -.7L.8 -.3L0 .1L-.8 -.3ZM-.8 .1L0 .5L.8 .1",
  track: "M-.75 -.4L.1 -.4L.75 0L.1 .4L-.75 .4ZM-.4 0H-.35",
  area: "M0 .85C-.5 .2 -.6 0 -.6 -.25A.6 .6 0 0 1 .6 -.25C.6 0 .5 .2 0 .85ZM0 -.1V-.35",
  other: "",
};

const paths = new Map<string, Path2D>();
export function icon(group: string): Path2D | null {
  const text = ICONS[group];
  if (!text) return null;
  let path = paths.get(group);
  if (!path) paths.set(group, (path = new Path2D(text)));
  return path;
}
