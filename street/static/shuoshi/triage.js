/* 研判台：键盘、倒数、在手。只是快一些，没有它页面照样办事。 */
(function () {
  "use strict";
  var SETTLE = 400;
  var queue = window.queue;
  var sent = false;

  function typing(target) {
    return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  }

  /* 一按就办的（派单、撤销）也要等页面站定：上一件连按的键不落到这一件头上。 */
  function press(key) {
    var target = document.querySelector('[data-key="' + key + '"]');
    if (!target || target.closest("[hidden]")) { return false; }
    if (target.hasAttribute("data-press") || target.tagName === "A") {
      if (!sent && document.documentElement.hasAttribute("data-ready")) { target.click(); }
      return true;
    }
    queue.show(target);
    return true;
  }

  function tick() {
    var row = queue.current && queue.current.closest("li");
    var box = row && row.querySelector("input[type=checkbox]");
    if (box) { box.checked = !box.checked; }
    return Boolean(box);
  }

  function help() {
    var keys = document.getElementById("keys");
    if (!keys) { return false; }
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
    return true;
  }

  function inside(event) {
    if (event.key === "Escape") { event.target.blur(); return true; }
    var form = event.target.form;
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form) { return false; }
    var button = form.querySelector("button[type=submit]");
    if (button && !sent) { button.click(); }
    return true;
  }

  function act(key) {
    if (key === "j") { queue.step(1); } else if (key === "k") { queue.step(-1); } else if (key === "?") { return help(); } else if (key === "b") { return tick(); } else { return /^([a-zA-Z0-9]|Escape)$/.test(key) && press(key); }
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.repeat || event.altKey) { return; }
    if (typing(event.target)) {
      if (inside(event)) { event.preventDefault(); }
      return;
    }
    if (!event.ctrlKey && !event.metaKey && act(event.key)) { event.preventDefault(); }
  });

  document.addEventListener("submit", function (event) {
    if (sent) { event.preventDefault(); }
    sent = true;
  });
  window.addEventListener("pageshow", function () { sent = false; });
  window.setTimeout(function () { document.documentElement.setAttribute("data-ready", ""); }, SETTLE);

  var undo = document.querySelector("[data-undo]");
  if (undo) {
    var left = Number(undo.getAttribute("data-undo"));
    var shown = undo.querySelector("[data-seconds]");
    var count = window.setInterval(function () {
      left -= 1;
      shown.textContent = left + " 秒";
      if (left <= 0) { window.clearInterval(count); undo.hidden = true; }
    }, 1000);
    shown.textContent = left + " 秒";
  }

  /* 在手：开着就说还在看，离开就放下；被别人接走了，当场说。 */
  var pane = document.querySelector("[data-hand]");
  var token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (!pane || !token || pane.querySelector("[data-key=o]")) { return; }

  var until = pane.getAttribute("data-until");

  function told(word) {
    var form = new FormData();
    form.append("csrfmiddlewaretoken", token.value);
    form.append("hand", word);
    form.append("until", until);
    return form;
  }

  function keep() {
    if (document.hidden) { return; }
    fetch(pane.getAttribute("data-hand"), { method: "POST", body: told("keep"), credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (row) {
      var lost = document.querySelector("[data-lost]");
      lost.hidden = !row || row.mine || !row.by;
      if (row && row.mine) { until = row.until; }
      lost.textContent = lost.hidden ? "" : row.by + "接手了这一件；您没有提交的不会生效。";
    }).catch(function () {});
  }

  window.setTimeout(keep, 2000);
  document.addEventListener("visibilitychange", keep);
  window.setInterval(keep, 30000);
  window.addEventListener("pagehide", function () {
    navigator.sendBeacon(pane.getAttribute("data-hand"), told("leave"));
  });
}());
