import type { DesktopInput } from "@sallyport/protocol";
import { type RefObject, useEffect, useId, useRef } from "react";
import { t } from "../../lib/texts.ts";
import { useLatest } from "../../lib/use-latest.ts";
import { DesktopInputs } from "./desktop-inputs.ts";
import type { PictureStage } from "./picture-stage.ts";
import type { Zoom } from "./view-geometry.ts";

interface DesktopSurfaceProps {
  name: string;
  stage: PictureStage;
  zoom: Zoom;
  onZoom: (zoom: Zoom) => void;
  /** The field that takes the keyboard. */
  field: RefObject<HTMLTextAreaElement | null>;
  /** What hears the person, while there is something to hear for. */
  onInputs: (inputs: DesktopInputs | undefined) => void;
  /** A phone shows its keyboard. */
  hasPhoneKeyboard: boolean;
  mayAct: boolean;
  mayOnlyLook: boolean;
  isBehind: boolean;
  send: (message: DesktopInput) => void;
  isCongested: () => boolean;
  onPaste: (text: string) => void;
  onLeave: () => void;
  takeHeldKeys: () => readonly string[];
}

const isMac = /^Mac/.test(navigator.platform);

/** The picture, and what hears the mouse, the keyboard and fingers over it. Owns the listeners and nothing else. */
export function DesktopSurface(props: DesktopSurfaceProps) {
  const { name, stage, zoom, onZoom, field, onInputs, hasPhoneKeyboard, mayAct, mayOnlyLook, isBehind } = props;
  const surface = useRef<HTMLDivElement>(null);
  const hintId = useId();
  const latest = useLatest(props);

  useEffect(() => (surface.current ? stage.attach(surface.current, onZoom) : undefined), [stage, onZoom]);
  useEffect(() => stage.setZoom(zoom), [stage, zoom]);

  useEffect(() => {
    if (!surface.current || !field.current) return;
    const inputs = new DesktopInputs({
      surface: surface.current,
      field: field.current,
      stage,
      isMac,
      send: (message) => latest.current.send(message),
      isCongested: () => latest.current.isCongested(),
      mayAct: () => latest.current.mayAct,
      paste: (text) => latest.current.onPaste(text),
      leave: () => latest.current.onLeave(),
      takeHeldKeys: () => latest.current.takeHeldKeys(),
    });
    onInputs(inputs);
    return () => {
      onInputs(undefined);
      inputs.close();
    };
  }, [stage, field, onInputs]);

  return (
    <>
      <div
        ref={surface}
        data-testid="desktop"
        className={`desktop-host absolute inset-0 ${isBehind ? "opacity-60 saturate-50" : ""}`}
      />
      <textarea
        ref={field}
        aria-label={t("Desktop of {{name}}", { name })}
        aria-describedby={hintId}
        aria-roledescription={t("remote desktop")}
        // Without this, a phone would show its keyboard with every tap.
        inputMode={hasPhoneKeyboard ? "text" : "none"}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        rows={1}
        // No larger than nothing, and in sight, or a phone would scroll to it.
        className="pointer-events-none absolute top-1/2 left-1/2 size-px resize-none overflow-hidden border-0 bg-transparent p-0 text-lg text-transparent caret-transparent outline-0"
      />
      <p id={hintId} className="sr-only">
        {mayAct
          ? t("Keys go to the machine. Control, Alt and Shift together give the keyboard back to this page.")
          : mayOnlyLook && t("This machine shows its desktop and takes no input.")}
      </p>
    </>
  );
}
