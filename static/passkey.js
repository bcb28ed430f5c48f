// Passkeys: asks the browser for one and posts what it answers with the form. There is no way without script.
// The form says what is asked (data-passkey): "login" (any passkey), "show" (one of this account), "make" (a new one).
(() => {
  "use strict";

  const form = document.getElementById("passkey");
  const trouble = document.getElementById("passkey-trouble");

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const say = (which) => {
    trouble.textContent = trouble.dataset[which];
    trouble.hidden = false;
  };

  const options = async () => {
    if (form.dataset.passkey === "login") {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      return (await answer.json()).request_options.publicKey;
    }
    const told = JSON.parse(document.getElementById("passkey-options").textContent);
    return (told.creation_options || told.request_options).publicKey;
  };

  const listed = (credentials = []) => credentials.map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (asked) => {
    const publicKey = {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: listed(asked.excludeCredentials),
      // It must be findable without a name, and open only to its owner.
      authenticatorSelection: {
        ...asked.authenticatorSelection,
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
    };
    const { response, ...rest } = await ask("create", publicKey);
    return {
      ...rest,
      response: {
        clientDataJSON: words(response.clientDataJSON),
        attestationObject: words(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  };

  const show = async (asked) => {
    const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
    const { response, ...rest } = await ask("get", publicKey);
    return {
      ...rest,
      response: {
        clientDataJSON: words(response.clientDataJSON),
        authenticatorData: words(response.authenticatorData),
        signature: words(response.signature),
        userHandle: response.userHandle ? words(response.userHandle) : null,
      },
    };
  };

  const ask = async (how, publicKey) => {
    const found = await navigator.credentials[how]({ publicKey });
    return {
      type: found.type,
      id: found.id,
      rawId: words(found.rawId),
      authenticatorAttachment: found.authenticatorAttachment,
      clientExtensionResults: found.getClientExtensionResults(),
      response: found.response,
    };
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    if (!window.PublicKeyCredential) return say("unknown");
    if (/^[\d.]+$|^\[/.test(location.hostname)) return say("address");
    try {
      const asked = await options();
      const credential = await (form.dataset.passkey === "make" ? make(asked) : show(asked));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      say(error.name === "InvalidStateError" ? "double" : "stopped");
    }
  });
})();
