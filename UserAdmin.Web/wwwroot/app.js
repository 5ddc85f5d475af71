// Small things the server can't do: the theme before the next page, the time zone, the clipboard, the keyboard.

import "./avatar.js";

const root = document.documentElement;
const keep = (name, value) => document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax; secure`;
const kept = name => document.cookie.split("; ").find(c => c.startsWith(name + "="))?.slice(name.length + 1);

const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
if (kept("useradmin-time-zone") !== zone) keep("useradmin-time-zone", decodeURIComponent(zone));

// How the person wants to see the portal. The server reads the cookie for the first byte of the next page, and keeps its own copy.
let display;
try {
    display = JSON.parse(decodeURIComponent(kept("useradmin-display") || "%7B%7D"));
} catch {
    display = {};
}
function choose(name, value) {
    if (value) display[name] = value;
    else delete display[name];
    keep("useradmin-display", JSON.stringify(display));
    const word = key => String(display[key] ?? "").toLowerCase();
    root.dataset.theme = word("theme") || "system";
    root.dataset.accent = word("accent") || "blue";
    root.dataset.text = word("textSize") || "normal";
    root.toggleAttribute("data-motion", false);
    root.toggleAttribute("data-contrast", false);
    if (display.lessMotion) root.dataset.motion = "less";
    if (display.moreContrast) root.dataset.contrast = "more";
    showTheme();
}

function showTheme() {
    for (const choice of document.querySelectorAll("button[data-display=theme]"))
        choice.setAttribute("aria-pressed", String(choice.value === root.dataset.theme));
}

function toggleMenu(open) {
    root.classList.toggle("menu-open", open);
    document.querySelector("[data-toggle-menu]")?.setAttribute("aria-expanded", String(root.classList.contains("menu-open")));
}

document.addEventListener("click", async event => {
    const target = event.target;
    if (target.closest(".skip")) {
        event.preventDefault();
        document.getElementById("content").focus();
    }
    const choice = target.closest("button[data-display]");
    if (choice) choose(choice.dataset.display, choice.value);
    if (target.closest("[data-toggle-menu]")) toggleMenu();
    else if (!target.closest("#menu") || target.closest("#menu a")) toggleMenu(false);

    const copy = target.closest("[data-copy]");
    if (copy) {
        await navigator.clipboard.writeText(copy.dataset.copy);
        copy.classList.add("copied");
    }
    for (const open of document.querySelectorAll("details.menu[open]"))
        if (!open.contains(target) || target.closest("a")) open.open = false;
});

document.addEventListener("change", event => {
    const field = event.target.closest("select[data-display], input[data-display]");
    if (field) choose(field.dataset.display, field.type === "checkbox" ? field.checked : field.value);
});

// A panel that would stick out on the right moves to the left.
document.addEventListener("toggle", event => {
    const panel = event.target.matches("details.menu[open]") && event.target.querySelector(".panel");
    if (!panel) return;
    panel.style.translate = "";
    const tooFar = panel.getBoundingClientRect().right - root.clientWidth + 12;
    if (tooFar > 0) panel.style.translate = `${-tooFar}px`;
}, true);

// The library's own trap works only once its script has heard of a new dialog; whoever types fast would be out before.
const focusable = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex='0']";
function keepInDialog(event) {
    const dialog = [...document.querySelectorAll(".rz-dialog")].at(-1);
    const fields = dialog ? [...dialog.querySelectorAll(focusable)].filter(field => field.offsetParent) : [];
    if (!fields.length) return;
    const [start, end] = event.shiftKey ? [fields.at(-1), fields[0]] : [fields[0], fields.at(-1)];
    if (document.activeElement === end || !dialog.contains(document.activeElement)) {
        event.preventDefault();
        start.focus();
    }
}

document.addEventListener("keydown", event => {
    if (event.key === "Tab") keepInDialog(event);
    if (event.key === "Escape") {
        toggleMenu(false);
        for (const open of document.querySelectorAll("details.menu[open]")) {
            open.open = false;
            open.querySelector("summary").focus();
        }
    }
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
        const box = document.querySelector("[data-search-box]");
        if (box) {
            event.preventDefault();
            box.focus();
        }
    }
});

// Whoever signs out is on the way already when the page hears that its session has ended.
function leaveByTheForm() {
    window.navigation?.addEventListener("navigate", event => {
        if (new URL(event.destination.url).searchParams.has("ended") && event.cancelable) event.preventDefault();
    });
}

// After a form was refused, the first field that is wrong has the focus. Its marks come with an answer of the server.
let refused;
function showRefused() {
    const wrong = refused?.querySelector("[aria-invalid=true]");
    if (wrong) {
        refused = null;
        wrong.focus();
    }
}
document.addEventListener("submit", event => {
    refused = event.target;
    if (refused.matches("form[action='/account/sign-out']")) leaveByTheForm();
    setTimeout(showRefused, 400);
}, true);
document.addEventListener("input", () => refused = null);
document.querySelector("form [aria-invalid=true]")?.focus();

// Leaving a field for a button may take away a message above it. The button then moves from under the pointer between
// pressing and releasing, and the browser sees no click: press it for the person, who held still.
let pressed = null;
document.addEventListener("pointerdown", event => {
    const button = event.target.closest("form button");
    pressed = button && { button, x: event.clientX, y: event.clientY };
});
document.addEventListener("click", event => {
    if (event.target.closest("button") === pressed?.button) pressed = null;
}, true);
document.addEventListener("pointerup", event => {
    const was = pressed;
    if (!was || Math.hypot(event.clientX - was.x, event.clientY - was.y) > 5) return;
    setTimeout(() => {
        if (pressed !== was) return;
        pressed = null;
        if (was.button.isConnected) was.button.click();
    });
});

// Both generations of Blazor's script set a class of the form components-reconnect-STATE; only one raises an event.
const bar = document.getElementById("components-reconnect-modal");
if (bar) {
    const retry = async () => {
        try {
            if (!await Blazor.reconnect()) location.reload();
        } catch {
            // The server is not back yet; the button stays.
        }
    };
    // What was typed while nobody listened is told again; telling it twice changes nothing.
    const typed = new Set();
    document.addEventListener("change", event => event.target.form && typed.add(event.target));
    new MutationObserver(() => {
        if (bar.classList.contains("components-reconnect-rejected")) location.reload();
        if (bar.classList.contains("components-reconnect-hide"))
            for (const field of typed)
                if (field.isConnected) field.dispatchEvent(new Event("change", { bubbles: true }));
    }).observe(bar, { attributes: true, attributeFilter: ["class"] });
    document.getElementById("components-reconnect-button").addEventListener("click", retry);
}

showTheme();
new MutationObserver(changes => {
    showTheme();
    // What appears for the person to go on with takes the focus.
    const next = changes.flatMap(change => [...change.addedNodes])
        .map(added => added.matches?.("[data-focus]") ? added : added.querySelector?.("[data-focus]")).find(found => found);
    if (next) {
        // Radzen notes later where the focus was before a dialog, to give it back.
        if (next.closest(".rz-dialog")) Radzen.dialogInvokerElement ??= document.activeElement;
        next.focus();
    }
    showRefused();
}).observe(document.body, { childList: true, subtree: true });
