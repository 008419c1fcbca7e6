import { Link } from "@tanstack/react-router";
import { Maximize, Minimize, Scaling, X } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../../lib/texts.ts";
import { CopyValue, IconButton, Logo } from "../../ui/index.tsx";
import { ICON } from "./toolbar-class.ts";

interface DesktopHeaderProps {
  name: string;
  address: string | null | undefined;
  connectionState: ReactNode;
  /** What opens a list; only where there is a picture to act on. */
  menus: ReactNode;
  /** There is a picture. */
  isShown: boolean;
  isFit: boolean;
  onFit: () => void;
  isFullScreen: boolean;
  onFullScreen: () => void;
  onClose: () => void;
}

/** Where one is, how the connection is, and what one can do with the picture. */
export function DesktopHeader(props: DesktopHeaderProps) {
  const { name, address, connectionState, menus, isShown, isFit, onFit, isFullScreen, onFullScreen, onClose } = props;
  return (
    <header className="flex min-h-12 shrink-0 items-center gap-x-3 border-line border-b bg-canvas px-3 max-sm:flex-wrap max-sm:pb-1.5">
      <Link to="/machines" aria-label={t("Sallyport, home")} className="rounded-sm">
        <Logo className="size-5.5" />
      </Link>
      <div className="flex min-w-0 items-baseline gap-2.5 max-sm:max-w-[30%]">
        <bdi className="truncate font-semibold" title={name}>
          {name}
        </bdi>
        {address && (
          <span className="shrink-0 max-md:hidden">
            <CopyValue text={address} what={t("address")} />
          </span>
        )}
      </div>
      {connectionState}
      <div role="toolbar" aria-label={t("Desktop tools")} className="ml-auto flex shrink-0 items-center max-sm:h-12">
        {isShown && (
          <>
            <IconButton label={t("Fit into the window")} aria-pressed={isFit} onClick={onFit} className="max-md:hidden">
              <Scaling {...ICON} />
            </IconButton>
            <IconButton
              label={isFullScreen ? t("Leave full screen") : t("Full screen")}
              onClick={onFullScreen}
              className="max-md:hidden"
            >
              {isFullScreen ? <Minimize {...ICON} /> : <Maximize {...ICON} />}
            </IconButton>
          </>
        )}
        {menus}
        <IconButton label={t("Disconnect and close")} onClick={onClose}>
          <X {...ICON} />
        </IconButton>
      </div>
    </header>
  );
}
