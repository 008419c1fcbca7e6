import { MonitorCog } from "lucide-react";
import { t } from "../../lib/texts.ts";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import { closestSize, sizeWords } from "./display-sizes.ts";
import { ICON, MENU_BUTTON } from "./toolbar-class.ts";
import type { Said } from "./use-desktop.ts";
import type { Size, Zoom } from "./view-geometry.ts";

interface DisplayMenuProps {
  screen: Said<"screen"> | undefined;
  zoom: Zoom;
  onZoom: (zoom: "fit" | "actual") => void;
  onFullScreen: () => void;
  onDisplay: (id: string) => void;
  /** Undefined for a viewer that may only look. */
  onResize: ((size: Size) => void) | undefined;
  /** In pixels of this screen. */
  room: () => Size;
}

/** Which monitor, in which resolution, and how large it is drawn. */
export function DisplayMenu({ screen, zoom, onZoom, onFullScreen, onDisplay, onResize, room }: DisplayMenuProps) {
  const displays = screen?.displays ?? [];
  const shown = displays.find(({ id }) => id === screen?.shown);
  const sizes = onResize ? (screen?.resolutions ?? []) : [];
  return (
    <Menu label={t("Display")} button={<MonitorCog {...ICON} />} buttonClass={MENU_BUTTON}>
      <MenuHeading>{t("View")}</MenuHeading>
      <MenuChoice kind="one" checked={zoom === "fit"} onSelect={() => onZoom("fit")}>
        {t("Fit into the window")}
      </MenuChoice>
      <MenuChoice kind="one" checked={zoom === "actual"} onSelect={() => onZoom("actual")}>
        {t("Actual size")}
      </MenuChoice>
      <MenuItem onSelect={onFullScreen}>{t("Full screen")}</MenuItem>
      {displays.length > 1 && (
        <>
          <MenuLine />
          <MenuHeading>{t("Monitor")}</MenuHeading>
          {displays.map((display) => (
            <MenuChoice
              key={display.id}
              kind="one"
              checked={display.id === screen?.shown}
              onSelect={() => onDisplay(display.id)}
            >
              <bdi>{display.name}</bdi>
              <span className="block text-ink-3 text-xs">
                {sizeWords(display)}
                {display.primary && t(", the main one")}
              </span>
            </MenuChoice>
          ))}
        </>
      )}
      {shown && onResize && sizes.length > 0 && (
        <>
          <MenuLine />
          <MenuHeading>{t("Resolution")}</MenuHeading>
          <MenuItem
            onSelect={() => {
              const size = closestSize(sizes, room());
              if (size) onResize(size);
            }}
          >
            {t("Closest to this window")}
          </MenuItem>
          {sizes.map((size) => (
            <MenuChoice
              key={sizeWords(size)}
              kind="one"
              checked={size.width === shown.width && size.height === shown.height}
              onSelect={() => onResize(size)}
            >
              <span className="tabular-nums">{sizeWords(size)}</span>
            </MenuChoice>
          ))}
        </>
      )}
    </Menu>
  );
}
