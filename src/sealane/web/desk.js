// The release desk's own script: a file is dropped or chosen, hashed here, and sent with its progress shown.
// Without it the form is an ordinary one. It asks nothing of anybody but this console.
"use strict";
(function () {
  const LARGE = 256 * 1024 * 1024; // the browser hashes a file in one piece of memory

  function hex(buffer) {
    return Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");
  }

  function shown(id, text) {
    const place = document.getElementById(id);
    place.textContent = text;
    place.hidden = false;
  }

  function progress(part) {
    const bar = document.getElementById("progress");
    bar.hidden = part >= 1;
    bar.value = Math.round(100 * part);
  }

  async function whole(file) {
    const bytes = new Uint8Array(file.size);
    const reader = file.stream().getReader();
    let at = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes.set(part.value, at);
      at += part.value.length;
      progress(at / file.size);
    }
    return bytes;
  }

  // What is composed is previewed again, now that the file's size and digest are known.
  function told(file, digest) {
    document.querySelector("#send input[name=sha384]").value = digest;
    const compose = document.getElementById("compose");
    compose.querySelector("input[name=sha384]").value = digest;
    compose.querySelector("input[name=size]").value = String(file.size);
    compose.dispatchEvent(new Event("change", { bubbles: true }));
  }

  let latest = null;
  async function chosen(file) {
    const words = document.getElementById("drop").dataset;
    latest = file;
    if (file.size > LARGE || !(window.crypto && crypto.subtle)) {
      shown("hash", words.large);
      told(file, "");
      return;
    }
    shown("hash", words.reading);
    const digest = hex(await crypto.subtle.digest("SHA-384", await whole(file)));
    if (latest !== file) return; // another one was chosen meanwhile
    progress(1);
    shown("hash", words.hash + " " + digest);
    told(file, digest);
  }

  // An answer that leads nowhere else is the form again: what was chosen and typed stays in it.
  function again(text) {
    const made = new DOMParser().parseFromString(text, "text/html");
    const here = document.getElementById("details");
    const there = made.getElementById("details");
    if (here && there) there.replaceWith(document.adoptNode(here));
    document.querySelector("main").replaceWith(document.adoptNode(made.querySelector("main")));
    document.title = made.title;
    if (window.htmx) window.htmx.process(document.querySelector("main"));
    const trouble = document.querySelector("main .trouble, main h1");
    trouble.setAttribute("tabindex", "-1");
    trouble.focus();
  }

  function send(form) {
    const words = document.getElementById("drop").dataset;
    const call = new XMLHttpRequest();
    const button = form.querySelector("button");
    button.disabled = true;
    call.open("POST", form.action);
    call.upload.onprogress = function (event) {
      if (event.lengthComputable) progress(event.loaded / event.total);
      shown("hash", words.sending);
    };
    call.onload = function () {
      const place = new URL(call.responseURL);
      if (place.pathname !== new URL(form.action).pathname) location.assign(place.href);
      else again(call.responseText);
    };
    call.onerror = function () {
      button.disabled = false;
      progress(1);
      shown("hash", words.lost);
    };
    call.send(new FormData(form));
  }

  document.addEventListener("change", function (event) {
    const input = event.target;
    if (input.matches("#send input[type=file]") && input.files.length) chosen(input.files[0]);
  });
  document.addEventListener("submit", function (event) {
    const by = event.submitter;
    if (event.target.id !== "send" || (by && by.hasAttribute("formaction"))) return;
    event.preventDefault();
    send(event.target);
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, function (event) {
      const place = event.target.closest && event.target.closest("#drop");
      if (!place) return;
      event.preventDefault();
      place.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      const input = place.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  function ready() {
    const note = document.getElementById("dropping");
    if (note) note.hidden = false;
  }
  ready();
  document.addEventListener("htmx:afterSwap", ready);
})();
