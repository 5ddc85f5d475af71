// Passkeys on account pages. A form with data-passkey asks the server for the options of its ceremony, the device for an answer, and then
// posts that answer like any form. Without support by the browser, or on another address than the portal's own, it stays hidden.

const supported = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential.parseCreationOptionsFromJSON;
let waiting, pressed;

async function ask(form, conditional) {
    pressed ||= !conditional;
    const purpose = form.dataset.passkey;
    const answer = await fetch(`/account/passkey/options/${purpose}`, {
        method: "POST",
        headers: { RequestVerificationToken: form.elements.__RequestVerificationToken.value },
    });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}`);
    const { options, state } = await answer.json();
    // The offer in the autofill may be answered after somebody pressed the button: it must not cancel what they wait for.
    if (conditional && pressed) return;
    waiting?.abort();
    waiting = new AbortController();
    const signal = waiting.signal;
    const credential = purpose === "new"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), signal })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), signal, ...(conditional && { mediation: "conditional" }) });
    form.elements.Credential.value = JSON.stringify(credential);
    form.elements.State.value = state;
    form.submit();
}

async function offerInAutofill(form) {
    if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    try {
        await ask(form, true);
    } catch {
        // Nobody asked for it, so nobody is told: the button and the password are still there.
    }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!supported) continue;
    form.hidden = false;
    form.addEventListener("submit", async event => {
        event.preventDefault();
        const name = form.querySelector("input[type=text], input:not([type])");
        if (name && !name.value.trim()) return form.submit();
        const problem = form.querySelector("[data-passkey-problem]");
        problem.hidden = true;
        try {
            await ask(form, false);
        } catch {
            problem.hidden = false;
        }
    });
    if (form.hasAttribute("data-passkey-autofill")) offerInAutofill(form);
}
