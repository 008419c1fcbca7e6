/** A CRC-32 as the truth shell writes it. */
export const crcText = (crc: number): string => crc.toString(16).padStart(8, "0");
