/* 可查找的下拉框：读屏时说出它是哪一栏。框由别的脚本迟一步画出来，画一次就起一次名。 */
function name() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.parentElement.querySelector(".select2-selection");
    const shown = box && box.querySelector(".select2-selection__rendered");
    if (!label || !shown) continue;
    const said = label.textContent.trim().replace(/[:：]$/, "");
    shown.setAttribute("aria-label", [said, shown.title].filter(Boolean).join("："));
    box.setAttribute("aria-label", said);
    box.setAttribute("aria-labelledby", shown.id);
  }
}
addEventListener("DOMContentLoaded", () => {
  name();
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
});
