// Cuts a square out of a picture and sends it as a PNG of 256 pixels. What a file says of its size is judged before it is decoded.

const side = 256, maximumBytes = 2 * 1024 * 1024, maximumSide = 4096, maximumPixels = 16_777_216;
let picture, zoom, x, y;

function sizeOf(bytes) {
    const view = new DataView(bytes.buffer), text = (at, length) => String.fromCharCode(...bytes.subarray(at, at + length));
    if (bytes.length > 33 && text(1, 3) === "PNG" && text(12, 4) === "IHDR") return [view.getUint32(16), view.getUint32(20)];
    if (bytes.length > 30 && text(0, 4) === "RIFF" && text(8, 4) === "WEBP") {
        const kind = text(12, 4);
        if (kind === "VP8X") return [1 + (view.getUint32(24, true) & 0xffffff), 1 + (view.getUint32(26, true) >>> 8)];
        if (kind === "VP8L") return [1 + (view.getUint16(21, true) & 0x3fff), 1 + ((view.getUint32(21, true) >>> 14) & 0x3fff)];
        if (kind === "VP8 ") return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    }
    if (bytes.length > 4 && view.getUint16(0) === 0xffd8)
        for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
            const marker = bytes[at + 1];
            if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return [view.getUint16(at + 7), view.getUint16(at + 5)];
            at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
        }
    return null;
}

function draw(canvas) {
    // The shorter side fills the square; the picture never leaves an empty edge.
    const scale = zoom / 100 * side / Math.min(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    x = Math.min(0, Math.max(side - width, x));
    y = Math.min(0, Math.max(side - height, y));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, side, side);
    context.drawImage(picture, x, y, width, height);
}

function zoomTo(canvas, wanted) {
    const next = Math.min(400, Math.max(100, wanted));
    // The middle stays where it is.
    [x, y] = [x, y].map(place => side / 2 - (side / 2 - place) * next / zoom);
    zoom = next;
    draw(canvas);
}

const parts = form => ({
    file: form.querySelector("[data-avatar-file]"), crop: form.querySelector("[data-avatar-crop]"), canvas: form.querySelector("[data-avatar-canvas]"),
    range: form.querySelector("[data-avatar-zoom]"), problem: form.querySelector("[data-avatar-problem]"),
});

function close(form) {
    const { file, crop } = parts(form);
    file.value = "";
    crop.hidden = true;
    picture?.close();
    picture = null;
}

async function open(form) {
    const { file, crop, canvas, range, problem } = parts(form);
    const chosen = file.files[0];
    problem.textContent = "";
    crop.hidden = true;
    if (!chosen) return;
    const size = chosen.size <= maximumBytes && sizeOf(new Uint8Array(await chosen.arrayBuffer()));
    const refusal = chosen.size > maximumBytes ? form.dataset.tooLarge
        : !size ? form.dataset.notAPicture
        : size[0] > maximumSide || size[1] > maximumSide || size[0] * size[1] > maximumPixels ? form.dataset.tooLarge : "";
    try {
        if (!refusal) picture = await createImageBitmap(chosen);
    } catch {
        picture = null;
    }
    if (refusal || !picture) {
        problem.textContent = refusal || form.dataset.notAPicture;
        return;
    }
    [zoom, x, y] = [100, 0, 0];
    const scale = side / Math.min(picture.width, picture.height);
    [x, y] = [(side - picture.width * scale) / 2, (side - picture.height * scale) / 2];
    range.value = 100;
    crop.hidden = false;
    draw(canvas);
    canvas.focus();
}

async function send(form) {
    const { canvas, problem } = parts(form);
    const png = await new Promise(done => canvas.toBlob(done, "image/png"));
    let answer;
    try {
        answer = await fetch(form.dataset.avatar || "/me/avatar", {
            method: "POST", body: png, redirect: "manual",
            headers: { "Content-Type": "image/png", RequestVerificationToken: document.querySelector("input[name=__RequestVerificationToken]").value },
        });
    } catch {
        answer = null;
    }
    if (answer?.status === 204) {
        close(form);
        form.parentElement.querySelector("[data-avatar-saved]").click();
    } else problem.textContent = answer?.status === 400 && await answer.text() || form.dataset.failed;
}

const within = event => event.target.closest?.("[data-avatar]");
document.addEventListener("change", event => event.target.matches("[data-avatar-file]") && open(within(event)));
document.addEventListener("input", event => event.target.matches("[data-avatar-zoom]") && zoomTo(parts(within(event)).canvas, Number(event.target.value)));
document.addEventListener("click", event => event.target.closest("[data-avatar-cancel]") && close(within(event)));
document.addEventListener("submit", event => {
    const form = within(event);
    if (!form) return;
    event.preventDefault();
    if (picture) send(form);
});
document.addEventListener("keydown", event => {
    if (!event.target.matches?.("[data-avatar-canvas]") || !picture) return;
    const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    const wider = { "+": 10, "=": 10, "-": -10 }[event.key];
    if (!step && !wider) return;
    event.preventDefault();
    if (step) [x, y] = [x + step[0], y + step[1]];
    zoomTo(event.target, zoom + (wider ?? 0));
    parts(within(event)).range.value = zoom;
});
document.addEventListener("pointermove", event => {
    if (!event.buttons || !event.target.matches?.("[data-avatar-canvas]") || !picture) return;
    const scale = side / event.target.getBoundingClientRect().width;
    [x, y] = [x + event.movementX * scale, y + event.movementY * scale];
    draw(event.target);
});
