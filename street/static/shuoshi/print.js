// 打印按钮：没有脚本时用浏览器自己的打印
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
