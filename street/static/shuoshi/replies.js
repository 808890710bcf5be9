// 答复模板：点一条填进框里；“先看诉求人看到的”不离开这一页
document.addEventListener("click", (event) => {
  const fill = event.target.closest("[data-fill]");
  if (fill) {
    const field = document.getElementById(fill.dataset.fill);
    const text = fill.parentElement.querySelector("[data-text]").textContent;
    field.value = field.value.trim() ? `${field.value.trim()}\n${text}` : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    fill.closest("details").open = false;
    field.focus();
  }
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || !button.matches("[data-preview]")) { return; }
  event.preventDefault();
  const data = new FormData(event.target);
  [...data.entries()].forEach(([name, value]) => { if (value instanceof File) { data.delete(name); } });
  const shown = event.target.querySelector(".d-rehearsal");
  fetch(button.formAction, { method: "POST", body: data, headers: { "X-Preview": "1" } })
    .then((answer) => { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.text(); })
    .then((html) => { shown.innerHTML = html; })
    .catch(() => { shown.textContent = "现在看不了，请稍后再试；没有提交。"; });
});

const ready = () => document.querySelectorAll("[data-fill]").forEach((button) => {
  button.hidden = false;
  button.parentElement.querySelector("[data-name]").hidden = true;
});
ready();
