/** Before all browser tests: Chromium is there, and one product serves them. */
import type { TestProject } from 'vitest/node'
import { freePort, remove, startProduct, temporaryFolder } from '../../e2e/product.ts'
import { ensureChromium } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program. */
    chromium: string
    /** Of the product. */
    origin: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('chromium', ensureChromium())
  const stateDir = temporaryFolder()
  const product = await startProduct(stateDir, await freePort())
  project.provide('origin', product.origin)
  return async () => {
    await product.kill()
    remove(stateDir)
  }
}
