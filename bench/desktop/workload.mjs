// What happens on the screen, drawn on an X display by a process of its own; each change of the marker's colour is told
// to the parent, with the time at which it was asked for.
//
//     node bench/desktop/workload.mjs :90 scroll|motion|type|idle
import x11 from "x11";

const [displayName = ":90", workload = "scroll"] = process.argv.slice(2);
const WIDTH = 1920;
const HEIGHT = 1080;
const MARKER = 64;
/** Eight colours that survive any codec. */
const COLOURS = [0x000000, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff];
const TEXT = [0xd0d0d0, 0x5fafff, 0x87d787, 0xd7af5f, 0xff8787, 0xaf87ff];
const LINE = 15;
const PAGE_LINES = 400;

const display = await new Promise((resolve, reject) => {
  x11.createClient({ display: displayName, shm: false }, (error, opened) => (error ? reject(error) : resolve(opened)));
});
const X = display.client;
const { root } = display.screen[0];
const gcOf = (colour, font) => {
  const gc = X.AllocID();
  X.CreateGC(gc, root, { foreground: colour, background: 0x101418, ...(font && { font }) });
  return gc;
};
const newWindow = (x, y, width, height, colour) => {
  const window = X.AllocID();
  X.CreateWindow(window, root, x, y, width, height, 0, 0, 0, 0, { backgroundPixel: colour, overrideRedirect: true });
  X.MapWindow(window);
  return window;
};
const font = X.AllocID();
X.OpenFont(font, "fixed");
const gcs = TEXT.map((colour) => gcOf(colour, font));
const paper = gcOf(0x101418);

/** A page of directory listings: never two lines alike. */
function drawPage() {
  const page = X.AllocID();
  X.CreatePixmap(page, root, 24, WIDTH, PAGE_LINES * LINE);
  X.PolyFillRectangle(page, paper, [0, 0, WIDTH, PAGE_LINES * LINE]);
  for (let line = 0; line < PAGE_LINES; line++) {
    for (let column = 0; column < 4; column++) {
      const seed = (line * 4 + column) * 2_654_435_761;
      const name = `${(seed >>> 8).toString(36)}-${(seed >>> 3).toString(16)}.${["ts", "json", "md", "so"][seed & 3]}`;
      const text = `-rw-r--r-- 1 user ${String(seed % 99_991).padStart(6)} Nov ${String(seed % 28).padStart(2)} ${name}`;
      X.ImageText8(page, gcs[(seed >>> 5) % gcs.length], 8 + column * 470, line * LINE + 12, text.slice(0, 72));
    }
  }
  return page;
}

const page = drawPage();
const background = newWindow(0, 0, WIDTH, HEIGHT, 0x101418);
const show = (top) => X.CopyArea(page, background, paper, 0, top, 0, 0, WIDTH, HEIGHT);
await X.sync();
show(0);
const marker = newWindow(0, 0, MARKER, MARKER, COLOURS[0]);
const markerGcs = COLOURS.map((colour) => gcOf(colour));
await X.sync();

if (workload === "scroll") {
  let top = 0;
  setInterval(() => {
    top = (top + 7) % (PAGE_LINES * LINE - HEIGHT);
    show(top);
  }, 16);
} else if (workload === "motion") {
  const moved = newWindow(200, 200, 640, 480, 0x336699);
  const moving = X.AllocID();
  X.CreateGC(moving, moved, { foreground: 0xffffff, background: 0x336699, font });
  let step = 0;
  setInterval(() => {
    step += 1;
    X.MoveWindow(moved, Math.round(500 + 400 * Math.sin(step / 30)), Math.round(300 + 200 * Math.cos(step / 23)));
    X.ImageText8(moved, moving, 20, 40, `a window that moves ${step}`);
  }, 16);
} else if (workload === "type") {
  let typed = 0;
  setInterval(() => {
    const column = typed % 120;
    const row = Math.floor(typed / 120) % 40;
    X.ImageText8(background, gcs[0], 100 + column * 7, 120 + row * LINE, String.fromCharCode(97 + (typed % 26)));
    typed += 1;
  }, 100);
}

if (workload !== "idle") {
  let colour = 0;
  const next = () => {
    colour = (colour + 1 + Math.floor(Math.random() * 7)) % 8;
    process.send?.({ colour, atMs: performance.timeOrigin + performance.now() });
    X.PolyFillRectangle(marker, markerGcs[colour], [0, 0, MARKER, MARKER]);
    setTimeout(next, 300 + Math.random() * 200);
  };
  setTimeout(next, 500);
}
process.on("disconnect", () => process.exit());
