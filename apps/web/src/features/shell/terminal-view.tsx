import { type MouseEvent, useEffect, useRef } from "react";
import "@xterm/xterm/css/xterm.css";
import { t } from "../../lib/texts.ts";
import { useLatest } from "../../lib/use-latest.ts";
import type { Renderer } from "./choose-renderer.ts";
import { ShellTerminal, type ShellTerminalEvents } from "./shell-terminal.ts";
import type { TerminalChannel } from "./terminal-channel.ts";
import type { Look } from "./terminal-look.ts";

interface TerminalViewProps extends ShellTerminalEvents {
  channel: TerminalChannel | undefined;
  look: Look;
  renderer: Renderer;
  /** False while nothing would read what is typed. */
  typing: boolean;
  /** The terminal to search in and copy from, while there is one. */
  onTerminal: (terminal: ShellTerminal | undefined) => void;
  onContextMenu: (event: MouseEvent) => void;
}

/**
 * Shows one channel after the other on one screen. Owns the xterm.js instance and nothing else: connecting and closing
 * belong to `useShellSession`.
 */
export function TerminalView({
  channel,
  look,
  renderer,
  typing,
  onTerminal,
  onContextMenu,
  ...events
}: TerminalViewProps) {
  const element = useRef<HTMLDivElement>(null);
  const terminal = useRef<ShellTerminal>(undefined);
  const latest = useLatest({ events, look });

  useEffect(() => {
    if (!element.current) return;
    const made = new ShellTerminal(element.current, latest.current.look, renderer, {
      title: (title) => latest.current.events.title(title),
      link: (address) => latest.current.events.link(address),
      hiddenLink: (address) => latest.current.events.hiddenLink(address),
      selected: (text) => latest.current.events.selected(text),
      programCopied: (text) => latest.current.events.programCopied(text),
      searched: (found) => latest.current.events.searched(found),
      letGo: () => latest.current.events.letGo(),
    });
    terminal.current = made;
    onTerminal(made);
    made.focus();
    return () => {
      onTerminal(undefined);
      terminal.current = undefined;
      made.dispose();
    };
  }, [renderer, onTerminal]);

  const { dark, fontPx, copyOnSelect, programsMayCopy, screenReader, predictEcho } = look;
  useEffect(() => {
    terminal.current?.setLook({ dark, fontPx, copyOnSelect, programsMayCopy, screenReader, predictEcho });
  }, [dark, fontPx, copyOnSelect, programsMayCopy, screenReader, predictEcho]);

  useEffect(() => {
    terminal.current?.setTyping(typing ? "session" : "deaf");
  }, [typing]);

  useEffect(() => (channel ? terminal.current?.attach(channel) : undefined), [channel]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form.
    <div
      ref={element}
      role="group"
      aria-label={t("Terminal")}
      onContextMenu={onContextMenu}
      className="terminal-host h-full min-h-0 w-full overflow-hidden"
    />
  );
}
