/* 研判台的快捷键：只是快一些，没有它页面照样办事。 */
(function () {
  "use strict";
  var links = Array.prototype.slice.call(document.querySelectorAll("[data-queue] .s-row-title a"));
  var here = links.findIndex(function (link) { return link.getAttribute("aria-current"); });

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]");
  }

  function step(by) {
    var next = links[Math.min(links.length - 1, Math.max(0, here + by))];
    if (next && next !== links[here]) { window.location.href = next.href; }
  }

  function press(key) {
    var target = document.querySelector('[data-key="' + key + '"]');
    if (!target) { return false; }
    if (target.tagName === "SUMMARY") {
      target.parentNode.open = true;
      var field = target.parentNode.querySelector("textarea, select, input:not([type=hidden])");
      (field || target).focus();
    } else {
      target.focus();
    }
    target.scrollIntoView({ block: "nearest" });
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (event.key === "j") { step(1); } else if (event.key === "k") { step(-1); } else if (!/^[a-z]$/.test(event.key) || !press(event.key)) { return; }
    event.preventDefault();
  });

  var current = links[here];
  if (current) { current.scrollIntoView({ block: "nearest" }); }
}());
