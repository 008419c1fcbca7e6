export async function openStreamSide() {
  throw new Error("not yet");
}
