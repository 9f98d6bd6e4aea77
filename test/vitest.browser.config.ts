/** The pages in a real browser, against the product as `npm start` serves it. Apart from `npm test`: it needs Chromium. */
import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname

export default defineConfig({
  root,
  test: {
    name: 'browser',
    root,
    include: ['test/browser/*.test.ts'],
    globalSetup: ['test/browser/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // What a page does by itself may take as long as what is done to it.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
  },
})
