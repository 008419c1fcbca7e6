// What the benchmark adds to MeshCentral's own page, together with viewer.js: it watches what the page draws.
const draw = CanvasRenderingContext2D.prototype.drawImage;
const SPOT = 32;
seen.screens = [];
let inFrame = false;
let last = { x: 0, y: 0 };

CanvasRenderingContext2D.prototype.drawImage = function drawImage(...args) {
  draw.apply(this, args);
  if (this.canvas.id !== "Desk") return;
  const atMs = nowMs();
  const [tile, x, y] = args;
  // A frame is what a person can tell apart: all tiles drawn between two of the browser's own.
  if (!inFrame) {
    inFrame = true;
    requestAnimationFrame(() => {
      inFrame = false;
    });
    seen.frames.push(atMs);
  }
  // The agent sends one look at the screen row by row: a tile that is not further on begins the next.
  if (y < last.y || (y === last.y && x <= last.x)) seen.screens.push(atMs);
  last = { x, y };
  seen.size = [this.canvas.width, this.canvas.height];
  const isAtSpot = x <= SPOT && y <= SPOT && x + tile.width > SPOT && y + tile.height > SPOT;
  if (isAtSpot) note(this.getImageData(SPOT, SPOT, 1, 1).data, nowMs());
};

window.watchMesh = () => {
  window.offeredAtMs = nowMs();
  document.getElementById("connectbutton1").click();
};
