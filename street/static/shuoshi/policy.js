// 全文里跳到出错的那一行：光标放到行首，滚到眼前。
const text = document.querySelector("textarea[data-line]");
const button = document.querySelector("[data-to-line]");

if (text && button) {
  const line = Number(text.dataset.line);
  button.hidden = false;
  button.addEventListener("click", () => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] || "").length);
    text.scrollTop = text.scrollHeight * Math.max(line - 6, 0) / lines.length;
  });
}
