import { defaultServerConditions } from 'vite'
import type { ViteUserConfig } from 'vitest/config'

/** Tests read the library from its source, through the same public subpaths that users import. */
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    include: ['{packages,bench,scripts,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    setupFiles: ['scripts/laws.ts'],
    // What hangs is found all the same, and a machine that is busy with other things fails no test.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Test files share a process and its modules, which halves the work: nothing in the library knows a global state.
    // Whatever a test puts in the place of something real is taken away again after it.
    isolate: false,
    maxWorkers: '100%',
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
}

export default config
