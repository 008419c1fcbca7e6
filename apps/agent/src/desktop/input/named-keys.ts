/**
 * Keys of `KeyboardEvent` that have no character, as keysyms: https://www.w3.org/TR/uievents-key/ and
 * https://www.w3.org/TR/uievents-code/.
 */

/** Where it matters which of two keys it is; the second one where a keyboard lacks the first. */
const BY_CODE: Record<string, readonly number[]> = {
  ShiftLeft: [0xffe1, 0xffe2],
  ShiftRight: [0xffe2, 0xffe1],
  ControlLeft: [0xffe3, 0xffe4],
  ControlRight: [0xffe4, 0xffe3],
  AltLeft: [0xffe9, 0xffea],
  AltRight: [0xffea, 0xffe9],
  MetaLeft: [0xffeb, 0xffec],
  MetaRight: [0xffec, 0xffeb],
  NumpadEnter: [0xff8d, 0xff0d],
};

/** What the keys of the number pad are without Num Lock. */
const NUMPAD: Record<string, number> = {
  Home: 0xff95,
  ArrowLeft: 0xff96,
  ArrowUp: 0xff97,
  ArrowRight: 0xff98,
  ArrowDown: 0xff99,
  PageUp: 0xff9a,
  PageDown: 0xff9b,
  End: 0xff9c,
  Clear: 0xff9d,
  Insert: 0xff9e,
  Delete: 0xff9f,
};

const NUMPAD_CHARACTERS: Record<string, number> = {
  "=": 0xffbd,
  "*": 0xffaa,
  "+": 0xffab,
  ",": 0xffac,
  "-": 0xffad,
  ".": 0xffae,
  "/": 0xffaf,
};
const KP_0 = 0xffb0;

const BY_KEY: Record<string, readonly number[]> = {
  Enter: [0xff0d],
  Tab: [0xff09],
  Backspace: [0xff08],
  Escape: [0xff1b],
  Delete: [0xffff],
  Insert: [0xff63],
  Home: [0xff50],
  End: [0xff57],
  PageUp: [0xff55],
  PageDown: [0xff56],
  ArrowLeft: [0xff51],
  ArrowUp: [0xff52],
  ArrowRight: [0xff53],
  ArrowDown: [0xff54],
  Clear: [0xff0b],
  Pause: [0xff13],
  ScrollLock: [0xff14],
  PrintScreen: [0xff61],
  ContextMenu: [0xff67],
  Select: [0xff60],
  Execute: [0xff62],
  Undo: [0xff65],
  Redo: [0xff66],
  Find: [0xff68],
  Cancel: [0xff69],
  Help: [0xff6a],
  Again: [0xff66],
  Copy: [0x1008_ff57],
  Cut: [0x1008_ff58],
  Paste: [0x1008_ff6d],
  Open: [0x1008_ff6b],
  Close: [0x1008_ff56],
  New: [0x1008_ff68],
  Save: [0x1008_ff77],
  ZoomIn: [0x1008_ff8b],
  ZoomOut: [0x1008_ff8c],

  Shift: [0xffe1],
  Control: [0xffe3],
  Alt: [0xffe9],
  Meta: [0xffeb],
  Super: [0xffeb],
  OS: [0xffeb],
  Hyper: [0xffed],
  AltGraph: [0xfe03],

  // Keys of East Asian keyboards.
  KanjiMode: [0xff21],
  NonConvert: [0xff22],
  Convert: [0xff23],
  Romaji: [0xff24],
  Hiragana: [0xff25],
  Katakana: [0xff26],
  HiraganaKatakana: [0xff27],
  Zenkaku: [0xff28],
  Hankaku: [0xff29],
  ZenkakuHankaku: [0xff2a],
  KanaMode: [0xff2d],
  Eisu: [0xff30],
  Alphanumeric: [0xff30],
  HangulMode: [0xff31],
  HanjaMode: [0xff34],
  JunjaMode: [0xff38],

  AudioVolumeDown: [0x1008_ff11],
  AudioVolumeMute: [0x1008_ff12],
  AudioVolumeUp: [0x1008_ff13],
  MicrophoneToggle: [0x1008_ffb2],
  MicrophoneVolumeMute: [0x1008_ffb2],
  MediaPlay: [0x1008_ff14],
  MediaPlayPause: [0x1008_ff14],
  MediaStop: [0x1008_ff15],
  MediaTrackPrevious: [0x1008_ff16],
  MediaTrackNext: [0x1008_ff17],
  MediaRecord: [0x1008_ff1c],
  MediaRewind: [0x1008_ff3e],
  MediaPause: [0x1008_ff31],
  MediaFastForward: [0x1008_ff97],
  MediaSelect: [0x1008_ff32],
  LaunchMediaPlayer: [0x1008_ff32],
  Eject: [0x1008_ff2c],
  BrightnessUp: [0x1008_ff02],
  BrightnessDown: [0x1008_ff03],
  BrowserHome: [0x1008_ff18],
  BrowserSearch: [0x1008_ff1b],
  BrowserBack: [0x1008_ff26],
  BrowserForward: [0x1008_ff27],
  BrowserStop: [0x1008_ff28],
  BrowserRefresh: [0x1008_ff29],
  BrowserFavorites: [0x1008_ff30],
  LaunchMail: [0x1008_ff19],
  LaunchCalculator: [0x1008_ff1d],
  LaunchApplication1: [0x1008_ff33],
  LaunchApplication2: [0x1008_ff1d],
};

const F1 = 0xffbe;
const FUNCTION_KEYS = 35;

/**
 * The keysyms of a key without a character, the one to be preferred first. None for keys that are nothing by
 * themselves: dead keys and Compose (what they compose comes as a character), Caps Lock and Num Lock (what they do is
 * in the characters already, and on the machine they would do it once more), and unknown ones.
 */
export function keysymsOfNamedKey({ code, key }: { code: string; key: string }): readonly number[] {
  const onNumpad = code.startsWith("Numpad") && Object.hasOwn(NUMPAD, key) ? NUMPAD[key] : undefined;
  const plain = byKey(key);
  if (onNumpad !== undefined) return [onNumpad, ...plain];
  // A right Alt that types is a key of its own, and so is Shift that was made Caps Lock: `key` says what it does.
  const isAsNamed = code.startsWith(key) || (code === "NumpadEnter" && key === "Enter");
  if (isAsNamed && Object.hasOwn(BY_CODE, code)) return BY_CODE[code] ?? [];
  return plain;
}

function byKey(key: string): readonly number[] {
  const number = /^F(\d{1,2})$/.exec(key)?.[1];
  if (number !== undefined) {
    const index = Number(number);
    return index >= 1 && index <= FUNCTION_KEYS ? [F1 + index - 1] : [];
  }
  return Object.hasOwn(BY_KEY, key) ? (BY_KEY[key] ?? []) : [];
}

/** The keysym that a character has on the number pad; undefined where it has none. */
export function numpadKeysym(character: string): number | undefined {
  if (/^\d$/.test(character)) return KP_0 + Number(character);
  return Object.hasOwn(NUMPAD_CHARACTERS, character) ? NUMPAD_CHARACTERS[character] : undefined;
}
