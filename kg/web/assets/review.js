// Decisions by keyboard: who and token are typed once, and the focus goes on to the next
// pair. Without it each form is sent as it stands, and the page that comes back has the
// focus on the next pair.
const said = document.getElementById("said");
const chinese = document.documentElement.lang.startsWith("zh");
const t = (zh, en) => (chinese ? zh : en);
const pairs = [...document.querySelectorAll("form.pair:has(details.decide)")];
const words = { same: t("是同一主体", "the same"), different: t("不是同一主体", "not the same"), open: t("待定", "open") };
const keys = { s: "same", d: "different", o: "open" };
let last = null;

const summary = (pair) => pair.querySelector("details.decide > summary");

function go(from, by) {
  const to = pairs[pairs.indexOf(from) + by];
  if (to) summary(to).focus();
  return to;
}

// What was typed for one pair is there for all; it is kept in this page only.
function spread(pair) {
  for (const name of ["who", "token"]) {
    for (const other of pairs) other.elements[name].value = pair.elements[name].value;
  }
}

async function decide(pair, choice) {
  const body = new URLSearchParams(new FormData(pair));
  body.set("choice", choice);
  const name = summary(pair).querySelector(".hidden").textContent.replace(/^: /, "");
  said.textContent = t("正在记录……", "Recording …");
  let answer;
  try {
    answer = await fetch(pair.action, { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    said.textContent = t("无法连接服务，未记录。", "The service cannot be reached; nothing was recorded.");
    return;
  }
  const told = await answer.json();
  if (!answer.ok) {
    said.textContent = `${told.messages?.[chinese ? "zh" : "en"] ?? told.error} ${told.hint ?? ""}`;
    pair.elements[answer.status === 401 ? "token" : "who"].focus();
    return;
  }
  spread(pair);
  pair.querySelector("details.decide").open = false;
  pair.querySelector(".state").textContent = choice === "open" ? words.open : `${words[choice]} (${told.who})`;
  last = choice === "open" ? null : pair;
  said.textContent = `${t("已记录：", "Recorded: ")}${name}: ${words[choice]}`;
  if (choice === "open" || !go(pair, 1)) summary(pair).focus();
}

function ask(pair, choice) {
  if (!pair.querySelector(`button[value="${choice}"]`)) return;
  if (pair.checkValidity()) {
    decide(pair, choice);
    return;
  }
  pair.querySelector("details.decide").open = true;
  const empty = [...pair.elements].find((one) => !one.checkValidity());
  empty?.focus();
  said.textContent = t("请先填写裁定人和令牌。", "Fill in who decides, and the token.");
}

for (const pair of pairs) {
  pair.addEventListener("submit", (event) => {
    event.preventDefault();
    // Enter in a field is no choice; a button is.
    if (event.submitter && document.activeElement === event.submitter) decide(pair, event.submitter.value);
    else pair.querySelector("button[name=choice]").focus();
  });
  pair.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") go(pair, key === "j" ? 1 : -1);
    else if (key === "u" && last) decide(last, "open");
    else if (keys[key]) ask(pair, keys[key]);
    else return;
    event.preventDefault();
  });
}
