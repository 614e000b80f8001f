// The one script of the console: asks the browser for a passkey, and sends what it answers as a form.
// Without scripts these forms stay hidden; every other page and act works without any.
"use strict";
(function () {
  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0));
  }
  function text(buffer) {
    let plain = "";
    for (const one of new Uint8Array(buffer)) plain += String.fromCharCode(one);
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function listed(items) {
    return (items || []).map((one) => Object.assign({}, one, { id: bytes(one.id) }));
  }
  async function make(options) {
    const asked = Object.assign({}, options, {
      challenge: bytes(options.challenge),
      user: Object.assign({}, options.user, { id: bytes(options.user.id) }),
      excludeCredentials: listed(options.excludeCredentials),
    });
    const made = await navigator.credentials.create({ publicKey: asked });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
    };
  }
  async function ask(options) {
    const asked = Object.assign({}, options, {
      challenge: bytes(options.challenge),
      allowCredentials: listed(options.allowCredentials),
    });
    const said = await navigator.credentials.get({ publicKey: asked });
    const answer = {
      id: said.id,
      rawId: text(said.rawId),
      type: said.type,
      response: {
        clientDataJSON: text(said.response.clientDataJSON),
        authenticatorData: text(said.response.authenticatorData),
        signature: text(said.response.signature),
      },
    };
    if (said.response.userHandle) answer.response.userHandle = text(said.response.userHandle);
    return answer;
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const trouble = form.querySelector("[data-trouble]");
      trouble.hidden = true;
      try {
        const options = JSON.parse(form.dataset.options);
        const answer = await (form.dataset.passkey === "make" ? make : ask)(options);
        form.elements.answer.value = JSON.stringify(answer);
        form.submit();
      } catch (error) {
        trouble.hidden = false;
      }
    });
  }
})();
