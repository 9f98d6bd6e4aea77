/**
 * `npm run bounds`, after `npm run build` and `npm run startup`: the bytes of the bundle that they made against their
 * bounds, and the milliseconds that it took to start. Fails where a bound is exceeded.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { REPOSITORY } from './bundle.ts'
import { busyMillis, describeBundle, exceededBounds, type BundleSize } from './bundle-bounds.ts'
import type { CpuProfile } from './profile.ts'

const DIST = join(REPOSITORY, 'dist')
/** What is uploaded: no source maps and no notes. */
const UPLOADED = /\.(js|wasm|txt|html|sql|bin)$/

function bundleSize(): BundleSize {
  const modules = readdirSync(DIST)
    .filter((file) => UPLOADED.test(file))
    .map((file) => readFileSync(join(DIST, file)))
  const bundle = Buffer.concat(modules)
  if (bundle.length === 0) throw new Error(`there is no bundle in ${DIST}: npm run build makes it`)
  return { raw: bundle.length, gzip: gzipSync(bundle).length }
}

const size = bundleSize()
console.log(describeBundle(size))
const profile: CpuProfile = JSON.parse(readFileSync(join(DIST, 'startup.cpuprofile'), 'utf8'))
console.log(`Start-up: ${busyMillis(profile).toFixed(0)} ms of CPU (Cloudflare allows 1,000 ms)`)
for (const sentence of exceededBounds(size)) {
  console.error(sentence)
  process.exitCode = 1
}
