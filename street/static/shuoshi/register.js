// 事项列表：视图后面的件数在页面出来之后再数；一个弹开的小窗，Esc 收起
const views = document.querySelector("[data-counts]");

if (views && views.querySelector("[data-view]")) {
  fetch(views.dataset.counts, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((counts) => views.querySelectorAll("[data-view]").forEach((node) => { node.textContent = counts[node.dataset.view] || ""; }))
    .catch(() => {});
}

const pops = [...document.querySelectorAll("details.d-pop")];
const close = (except) => pops.filter((pop) => pop !== except).forEach((pop) => { pop.open = false; });

pops.forEach((pop) => pop.addEventListener("toggle", () => { if (pop.open) { close(pop); } }));
document.addEventListener("click", (event) => { if (!event.target.closest("details.d-pop")) { close(); } });
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && pops.find((pop) => pop.open);
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
