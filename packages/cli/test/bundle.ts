/**
 * The built command in a few files instead of some seven hundred, for tests that start it by the dozen: half a second less of a
 * processor for each start. What it does is the same, down to where it believes it lies; user-code.slow.test.ts starts what is
 * really published.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { afterAll } from 'vitest'
import { BUILT, requireBuild, start } from './command.ts'

const built = (file: string): string => join(BUILT, '..', file)
// From there packages are found as ever.
const CACHE = fileURLToPath(new URL('../../../node_modules/', import.meta.url))

/** `start` of command.ts, with the bundle. It lasts as long as the test file. */
export async function bundledStart(): Promise<typeof start> {
  requireBuild()
  const folder = mkdtempSync(join(CACHE, '.command-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  await build({
    entryPoints: { bin: BUILT, child: built('workers/child.js') },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outdir: folder,
    // Reads files beside itself.
    external: ['jiti'],
    plugins: [homes],
    banner: { js: `import { createRequire as bundled } from 'node:module'; const require = bundled(import.meta.url)` },
  })
  return (args, nodeOptions) => start(args, nodeOptions, join(folder, 'bin.js'))
}

/** Every file keeps the address that it has without the bundle, but for the one that starts a child: that is bundled too. */
const homes: Plugin = {
  name: 'homes',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]cli[\\/]dist[\\/].*[.]js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const isParent = path === built('workers/pool.js')
      return {
        contents: isParent ? text : text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      }
    })
  },
}
