/**
 * Three projects in one run: `unit` (pure, in Node), `workerd` (the Worker with its D1 and Durable Objects inside the
 * runtime) and `e2e` (the product as a process, driven by clients that are not ours).
 */
import { availableParallelism } from 'node:os'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { ASKED_FUZZ, type AskedFuzz } from './fuzz/asked.ts'
import { testBindings } from './bindings.ts'

const root = new URL('..', import.meta.url).pathname
const provide = {
  propertySeed: Number(process.env['PROPERTY_SEED'] ?? 9068),
  fuzz:
    process.env[ASKED_FUZZ] === undefined
      ? null
      : (JSON.parse(process.env[ASKED_FUZZ]) as AskedFuzz),
}

export default defineConfig({
  root,
  test: {
    // Files of `workerd` wait for processes of their own much of their time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          root,
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/property-seed.ts', 'test/log-scan.ts'],
          provide,
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: `${root}wrangler.toml` },
            miniflare: {
              bindings: {
                ...testBindings,
                TEST_MIGRATIONS: await readD1Migrations(`${root}src/store/migrations`),
                TEST_LOG_MIGRATIONS: await readD1Migrations(`${root}src/store/log-migrations`),
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          root,
          include: ['test/workerd/**/*.test.ts'],
          setupFiles: [
            'test/workerd/setup.ts',
            'test/log-scan.ts',
            'test/workerd/system-log-scan.ts',
            'test/workerd/answer-audit.ts',
          ],
          provide,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/**/*.test.ts', 'test/contract/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
