import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type MachineFilter, readMachineFilter } from "./machine-filter.ts";

/** Browsers limit how often a page may change its address, and a name is typed faster than that. */
const WRITTEN_AFTER_MS = 200;

interface FilterInAddress {
  /** With the search as it is typed, which is a moment ahead of the address. */
  filter: MachineFilter;
  /** Undefined takes a part of the filter away. */
  change: (to: { [Part in keyof MachineFilter]: MachineFilter[Part] | undefined }) => void;
}

/** Which machines are wanted: kept in the address, so that it can be linked, reloaded and gone back to. */
export function useMachineFilter(): FilterInAddress {
  const inAddress = useSearch({ from: "/signed-in/framed/machines" });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(inAddress.q ?? "");
  const written = useRef(typed);

  // Somebody went back, or followed a link to this page.
  useEffect(() => {
    const q = inAddress.q ?? "";
    if (q === written.current) return;
    written.current = q;
    setTyped(q);
  }, [inAddress.q]);

  useEffect(() => {
    if (typed === written.current) return;
    const timer = setTimeout(() => {
      written.current = typed;
      void navigate({
        to: "/machines",
        search: (now) => readMachineFilter({ ...now, q: typed }),
        replace: true,
        resetScroll: false,
      });
    }, WRITTEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [typed, navigate]);

  return {
    filter: readMachineFilter({ ...inAddress, q: typed }),
    change: ({ q, ...to }) => {
      if (q !== undefined) setTyped(q);
      if (Object.keys(to).length === 0) return;
      void navigate({
        to: "/machines",
        search: (now) => readMachineFilter({ ...now, ...to }),
        replace: true,
        resetScroll: false,
      });
    },
  };
}
