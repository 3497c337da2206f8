import { defaultServerConditions } from 'vite'
import type { ViteUserConfig } from 'vitest/config'

/** Tests read the library from its source, through the same public subpaths that users import. */
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    include: ['{packages,bench,scripts,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
  },
}

export default config
