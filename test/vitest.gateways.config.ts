/**
 * Gateways of Debian and apps in front of APIs, against the product as `npm start` serves it. Apart from `npm test`: it
 * needs packages of Debian.
 */
import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname

export default defineConfig({
  root,
  test: {
    name: 'gateways',
    root,
    include: ['test/gateways/*.test.ts'],
    globalSetup: ['test/gateways/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
