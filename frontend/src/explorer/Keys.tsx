// The sheet of keys.
import { Dialog } from "./Dialog";
import { t } from "./text";

const KEYS: [string, string, string][] = [
  ["/", "查找", "Find"],
  ["← ↑ → ↓", "移动画面；选中时走向该方向的邻居", "Move the picture; with a thing chosen, walk to the neighbour that way"],
  ["Enter", "打开选中的事物", "Open the chosen thing"],
  ["+  −", "展开、收起选中的事物", "Expand, collapse the chosen thing"],
  ["1 2 3", "一至三步邻域", "Surroundings of one to three steps"],
  ["P", "从选中的事物找路径", "Path from the chosen thing"],
  ["C", "两项已选：共同邻居", "Two chosen: common neighbours"],
  ["F", "固定、取消固定", "Pin, unpin"],
  ["Delete", "隐藏", "Hide"],
  ["Shift + " + "click", "多选", "Choose several"],
  ["Shift + " + "drag", "框选", "Choose by a rectangle"],
  ["Ctrl A", "全选", "Choose all"],
  ["Ctrl Z / Ctrl Y", "撤销、重做", "Undo, redo"],
  ["[ ]", "缩小、放大", "Zoom out, in"],
  ["0", "全部入画", "Fit everything"],
  ["H", "整个网络", "The whole network"],
  ["L", "图例与筛选", "Legend and filters"],
  ["T", "表格", "Table"],
  ["S", "分享与下载", "Share and take along"],
  ["Esc", "取消选择、关闭", "Choose nothing, close"],
  ["?", "这张表", "This sheet"],
];

export function Keys() {
  return (
    <Dialog title={t("快捷键", "Keys")}>
      <dl class="keys">
        {KEYS.map(([key, zh, en]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{t(zh, en)}</dd>
          </div>
        ))}
      </dl>
      <p class="fine">{t("触屏：一指平移，两指缩放，轻点选中，连点打开。", "Touch: one finger moves, two zoom, a tap chooses, a double tap opens.")}</p>
    </Dialog>
  );
}
