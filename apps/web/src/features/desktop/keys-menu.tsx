import { Keyboard } from "lucide-react";
import { Fragment } from "react";
import { t } from "../../lib/texts.ts";
import { Kbd, Menu, MenuHeading, MenuItem, MenuLine } from "../../ui/index.tsx";
import { COMBINATIONS } from "./key-combinations.ts";
import { ICON, MENU_BUTTON } from "./toolbar-class.ts";

interface KeysMenuProps {
  onPress: (keys: readonly string[]) => void;
}

/** Keys that never reach a page, because browser and system take them first. */
export const KeysMenu = ({ onPress }: KeysMenuProps) => (
  <Menu label={t("Send keys")} button={<Keyboard {...ICON} />} buttonClass={MENU_BUTTON}>
    <MenuHeading>{t("Send to the machine")}</MenuHeading>
    {COMBINATIONS.map((group, index) => (
      <Fragment key={group[0]?.does}>
        {index > 0 && <MenuLine />}
        {group.map(({ keys, does }) => (
          <MenuItem key={does} onSelect={() => onPress(keys)}>
            <span className="flex flex-1 items-center justify-between gap-6 sm:whitespace-nowrap">
              {does}
              <span className="flex gap-1">
                {keys.map((key) => (
                  <Kbd key={key}>{key === "PrintScreen" ? "PrtSc" : key}</Kbd>
                ))}
              </span>
            </span>
          </MenuItem>
        ))}
      </Fragment>
    ))}
    <MenuLine />
    <p className="max-w-64 px-2.5 pt-1 pb-1.5 text-ink-3 text-xs">
      {t("In full screen all keys go to the machine. Ctrl+Alt+Shift gives the keyboard back to this page.")}
    </p>
  </Menu>
);
