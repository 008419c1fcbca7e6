/**
 * A DTLS handshake of this process with itself. The first one of a process takes several times as long as any other, because
 * the curves are computed in JavaScript that nothing has compiled yet; here no viewer waits for it.
 */
import { DtlsClient, DtlsServer, type RTCCertificate } from "werift";

type Transport = ConstructorParameters<typeof DtlsServer>[0]["transport"];

const ADDRESS = { address: "127.0.0.1", family: "IPv4", port: 0 };

/** Two ends of a line that is in memory. */
function pair(): [Transport, Transport] {
  const end = (other: () => Transport): Transport => ({
    type: "memory",
    address: ADDRESS,
    closed: false,
    onData: () => {},
    send: async (data) => {
      setImmediate(() => other().onData(Buffer.from(data), [ADDRESS.address, ADDRESS.port]));
    },
    close: async () => {},
  });
  const ends: [Transport, Transport] = [end(() => ends[1]), end(() => ends[0])];
  return ends;
}

/** @throws Error when it fails, as it would with a viewer */
export async function rehearseHandshake({ certPem, privateKey, signatureHash }: RTCCertificate): Promise<void> {
  const [ours, theirs] = pair();
  const own = { cert: certPem, key: privateKey, signatureHash, extendedMasterSecret: true };
  const server = new DtlsServer({ ...own, transport: ours, certificateRequest: true });
  const client = new DtlsClient({ ...own, transport: theirs });
  const connected = [server, client].map(
    (end) =>
      new Promise<void>((resolve, reject) => {
        end.onConnect.once(() => resolve());
        end.onError.once(reject);
      }),
  );
  await Promise.all([client.connect(), ...connected]);
  client.close();
  server.close();
}
