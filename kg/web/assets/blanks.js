// Offers names while a blank of a question is typed. Without it the blank is sent
// as it is, and the page that comes back asks what was meant.
for (const field of document.querySelectorAll("input[data-search]")) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-names`;
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0;
  field.addEventListener("focus", () => field.select());
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const text = field.value.trim();
    if (text === "" || text.endsWith(")")) return;
    waiting = setTimeout(async () => {
      const answer = await fetch(`/api/search?limit=12&q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || field.value.trim() !== text) return;
      const { results } = await answer.json();
      list.replaceChildren(
        ...results.map((hit) => {
          // The typed text stands in the label too: a browser shows only what fits it.
          const option = new Option(`${hit.other ?? ""} ${text}`.trim(), `${hit.label} (${hit.id})`);
          return option;
        }),
      );
    }, 150);
  });
}
