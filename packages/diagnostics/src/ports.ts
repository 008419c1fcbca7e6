import { AppError, DIAGNOSTIC_PORTS } from "@sallyport/protocol";

const LIST = /^[1-9]\d{0,4}(?:-[1-9]\d{0,4})?(?:,[1-9]\d{0,4}(?:-[1-9]\d{0,4})?)*$/;
const HIGHEST = 65_535;

/**
 * Ports and ranges of ports, as they were written: `22,80,8000-8010`. Pure.
 *
 * @throws AppError `INVALID_INPUT`
 */
export function requirePorts(text: string): string {
  const refuse = (reason: string) => new AppError("INVALID_INPUT", { reason: `ports ${reason}` });
  if (!LIST.test(text)) throw refuse("must be numbers and ranges such as 22,80,8000-8010");
  const ranges = text.split(",").map((range) => range.split("-").map(Number));
  let count = 0;
  for (const [first = 0, last = first] of ranges) {
    if (last > HIGHEST || first > last) throw refuse(`must be from 1 to ${HIGHEST}, each range from low to high`);
    count += last - first + 1;
  }
  if (count > DIAGNOSTIC_PORTS) throw refuse(`must be ${DIAGNOSTIC_PORTS} at most, not ${count}`);
  return text;
}
