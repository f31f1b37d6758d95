import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const core = fileURLToPath(new URL('packages/core/src', import.meta.url))

export default defineConfig({
  // Definitions of operators are values that tests compare, so all must come from the sources.
  resolve: { alias: { '#operators-on-demand': `${core}/ops/on-demand.ts` } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'tools/**/*.test.ts',
      'conformance/*.test.ts',
      'bench/*.test.ts',
      'examples/**/*.test.ts',
    ],
    setupFiles: ['tools/seed-properties.ts'],
    // Ends what hangs. How fast something is, a test measures itself: machines differ by a factor of ten.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'threads',
    maxWorkers: 2,
    // Modules hold no mutable state, so test files may share them: importing all operators for each file takes longer than the tests.
    isolate: false,
  },
})
