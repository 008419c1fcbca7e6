import { useEffect, useState } from "react";
import type { DesktopConnection } from "./desktop-connection.ts";
import type { LineFigures } from "./desktop-line.ts";

const EVERY_MS = 1_000;

/** How the line does, measured every second while somebody looks. */
export function useFigures(connection: DesktopConnection | undefined, isWanted: boolean): LineFigures {
  const [figures, setFigures] = useState<LineFigures>({});
  useEffect(() => {
    if (!isWanted || !connection) return;
    let isOver = false;
    const look = () => {
      const line = connection.line;
      if (!line) return;
      line.figures().then(
        (now) => {
          if (!isOver) setFigures(now);
        },
        // It was closed while it was asked.
        () => {},
      );
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [connection, isWanted]);
  return figures;
}
