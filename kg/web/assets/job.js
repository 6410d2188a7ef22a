// Shows how far an import is. Without it the page is fetched anew every few seconds.
const place = document.getElementById("job");
const [step, bar, count, steps] = ["step", "bar", "count", "steps"].map((id) => document.getElementById(id));
const title = document.title;
let wait = 500;

function show(said) {
  // The step is announced when it changes, not at each count.
  if (step.textContent !== said.text) step.textContent = said.text;
  if (said.whole) {
    bar.max = said.whole;
    bar.value = said.done;
    document.title = `${Math.floor((100 * said.done) / said.whole)} % ${title}`;
  } else {
    bar.removeAttribute("value");
  }
  count.textContent = said.count;
  steps.replaceChildren(
    ...said.steps.map((one) => {
      const item = document.createElement("li");
      const number = document.createElement("span");
      number.className = "fine";
      number.textContent = one.count;
      item.append(`${one.name} `, number);
      return item;
    }),
  );
}

async function look() {
  try {
    const answer = await fetch(`${place.dataset.address}&lang=${place.dataset.language}`, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.ok) {
      const said = await answer.json();
      if (!said.open) return location.reload();
      show(said);
      wait = Math.min(wait * 1.2, 2000);
    } else if (answer.status === 404) {
      return location.reload();
    }
  } catch {
    wait = 5000; // the service is away; it may come back
  }
  setTimeout(look, wait);
}
setTimeout(look, wait);
