import { expect, test } from "vitest";
import { RTCDtlsTransport } from "werift";
import { rehearseHandshake } from "./rehearse-handshake.ts";

test("a process with the key of its connections can shake hands with itself", async () => {
  const certificate = await RTCDtlsTransport.SetupCertificate();
  await expect(rehearseHandshake(certificate)).resolves.toBeUndefined();
});
