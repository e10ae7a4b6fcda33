/**
 * A browser's user agent as words, so that a person can recognise their sign-ins: "Chrome on Windows".
 * Only for reading: nothing is decided by it, since anybody can send any user agent.
 */

// Order matters: Edge and Opera also say Chrome, Chrome also says Safari.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

// Android also says Linux, an iPhone says Mac OS X; Chromebooks say CrOS.
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "an iPhone"],
  [/\biPad\b/, "an iPad"],
  [/\bCrOS\b/, "a Chromebook"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "a Mac"],
  [/\bLinux\b/, "Linux"],
];

/** "Chrome on Windows"; "Unknown device" when nothing in it is known. */
export function describeDevice(userAgent: string | undefined): string {
  const find = (table: typeof BROWSERS): string | null => table.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1] ?? null;
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser === null && system === null) return "Unknown device";
  return system === null ? (browser ?? "") : `${browser ?? "A browser"} on ${system}`;
}
