/**
 * How large the built bundle may be, and how long it took to start. Every isolate loads all of it before its first
 * answer, so that growth is something to decide, not something to find out later.
 */
import type { CpuProfile } from './profile.ts'

/** In bytes. */
export interface BundleSize {
  readonly raw: number
  readonly gzip: number
}

const KIB = 1024

/** Cloudflare itself takes 3 MB of gzip on its free plan and 10 MB on its paid one, and 64 MB before compression. */
export const BUNDLE_BOUNDS: BundleSize = { raw: 1700 * KIB, gzip: 440 * KIB }

const kib = (bytes: number): string => `${(bytes / KIB).toFixed(0)} KiB`

/** One sentence for each bound that the bundle exceeds. */
export function exceededBounds(size: BundleSize, bounds = BUNDLE_BOUNDS): readonly string[] {
  return (['raw', 'gzip'] as const)
    .filter((kind) => size[kind] > bounds[kind])
    .map((kind) => {
      const over = kib(size[kind] - bounds[kind])
      return `The bundle has ${kib(size[kind])} ${kind}, ${over} more than its bound of ${kib(bounds[kind])} (test/bench/bundle-bounds.ts): take out what is not needed, or raise the bound and say why.`
    })
}

export const describeBundle = ({ raw, gzip }: BundleSize): string =>
  `Bundle: ${kib(raw)} raw (bound ${kib(BUNDLE_BOUNDS.raw)}), ${kib(gzip)} gzip (bound ${kib(BUNDLE_BOUNDS.gzip)})`

const IDLE = '(idle)'

/** Milliseconds of CPU that a profile saw, garbage collection and all. */
export function busyMillis({ nodes, samples, timeDeltas }: CpuProfile): number {
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === IDLE).map(({ id }) => id),
  )
  const micros = samples.reduce(
    (sum, node, at) => (idle.has(node) ? sum : sum + (timeDeltas[at] ?? 0)),
    0,
  )
  return micros / 1000
}
