/* 回访台的快捷键。 */
(function () {
  "use strict";

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]");
  }

  function press(key) {
    var target = document.querySelector('[data-key="' + key + '"]');
    if (target) { window.queue.show(target); }
    return Boolean(target);
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (event.key === "j") { window.queue.step(1); } else if (event.key === "k") { window.queue.step(-1); } else if (!/^[a-z]$/.test(event.key) || !press(event.key)) { return; }
    event.preventDefault();
  });
}());
