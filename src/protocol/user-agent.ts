/** What a User-Agent header (RFC 9110 §10.1.5) says of browser, system and kind of device, in Okta's words. */

export interface UserAgent {
  readonly os: string
  readonly browser: string
  readonly device: string
}

type Names = readonly (readonly [pattern: RegExp, name: string])[]

/** The first that is found counts: browsers name those they descend from, too. */
const BROWSERS: Names = [
  [/\bEdgA?(iOS)?\//, 'EDGE'],
  [/\b(OPR|Opera)\b/, 'OPERA'],
  [/\b(Firefox|FxiOS)\//, 'FIREFOX'],
  [/\b(Chrome|CriOS|Chromium)\//, 'CHROME'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'SAFARI'],
  [/\b(MSIE |Trident\/)/, 'IE'],
]

const SYSTEMS: Names = [
  [/\bWindows NT 10\.0\b/, 'Windows 10'],
  [/\bWindows\b/, 'Windows'],
  [/\biPad\b|\biPhone\b|\biPod\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bMac OS X\b|\bdarwin\b/i, 'Mac OS X'],
  [/\bCrOS\b/, 'Chrome OS'],
  [/\blinux\b/i, 'Linux'],
]

const DEVICES: Names = [
  [/\biPad\b|\bTablet\b/, 'Tablet'],
  [/\bMobile\b|\biPhone\b|\biPod\b/, 'Mobile'],
  [/\bAndroid\b/, 'Tablet'],
  [/\bWindows\b|\bMacintosh\b|\bX11\b|\bCrOS\b/, 'Computer'],
]

const named = (names: Names, text: string, otherwise: string): string =>
  names.find(([pattern]) => pattern.test(text))?.[1] ?? otherwise

export const parseUserAgent = (header: string): UserAgent => ({
  os: named(SYSTEMS, header, 'Unknown'),
  browser: named(BROWSERS, header, 'UNKNOWN'),
  device: named(DEVICES, header, 'Unknown'),
})
