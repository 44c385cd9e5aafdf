// Passkeys: the browser's part of adding one, and of signing in with one. The server speaks JSON, WebAuthn bytes.
//
// `form[data-passkey]` sends the credential in its field of that name. "create" and "use" carry the server's
// options in `data-options`; "sign-in" fetches them from the form's own address when the person asks.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }));

async function create({ publicKey }, alone) {
  const selection = { ...publicKey.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
  if (alone) selection.userVerification = "required";
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: named(publicKey.excludeCredentials),
      authenticatorSelection: selection,
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return packed(made, {
    attestationObject: text(attestationObject),
    clientDataJSON: text(clientDataJSON),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function use({ publicKey }) {
  const given = await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: named(publicKey.allowCredentials) },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = given.response;
  return packed(given, {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function packed(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function optionsOf(form) {
  if (form.dataset.passkey !== "sign-in") return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).request_options;
}

async function submit(form) {
  const refusal = form.querySelector("[data-passkey-error]");
  const button = form.querySelector("button");
  refusal.hidden = true;
  button.disabled = true;
  try {
    const options = await optionsOf(form);
    const alone = form.elements.passwordless?.checked ?? false;
    const credential = await (form.dataset.passkey === "create" ? create(options, alone) : use(options));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    // Closed by the person, timed out, or no such passkey: browsers do not tell which, on purpose.
    refusal.textContent = form.dataset.failed;
    refusal.hidden = false;
    button.disabled = false;
  }
}

const able = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !able;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
}
for (const words of document.querySelectorAll("[data-no-passkeys]")) words.hidden = able;
