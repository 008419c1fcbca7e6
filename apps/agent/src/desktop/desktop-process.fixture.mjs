// Speaks `worker-messages.ts` as a desktop process does, without a screen. What it does depends on the viewer's name:
// silent@… is never answered, granted@… (and every other outcome) is answered so; crash@… ends the process when shown.
const say = (message) => process.connected && process.send(message, () => {});

process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  // For the test that started it; the host does not understand it, as it should not.
  say({ type: "echo", message });
  const { type, session_id } = message;
  const name = message.viewer_email?.split("@")[0];
  if (type === "look") say({ type: "facts", unavailable: "it looked again" });
  if (type === "ask" && name !== "silent" && name !== "crash") say({ type: "consent", session_id, outcome: name });
  if (type !== "offer" && type !== "stream") return;
  if (name === "crash") process.exit(3);
  if (name === "unwilling") return say({ type: "refused", session_id, reason: "no encoder" });
  if (type === "offer") {
    // Before its answer: of a former offer, as far as anybody can tell.
    say({ type: "candidate", session_id, candidate: { candidate: "candidate:0 1 udp 1 192.0.2.9 9 typ host" } });
    say({
      type: "answer",
      session_id,
      sdp_offer: message.sdp_offer,
      sdp_answer: `v=0\r\nanswer to ${message.sdp_offer}`,
    });
    say({ type: "candidate", session_id, candidate: { candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host" } });
    say({ type: "candidate", session_id, candidate: { candidate: "" } });
  }
  if (name === "leaver") say({ type: "ended", session_id, by_person: true, reason: "the person ended it" });
});
if (process.env.FIXTURE !== "broken") say({ type: "facts", unavailable: process.env.FIXTURE || null });
else process.exit(1);
