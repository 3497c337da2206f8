/** Which files are documentation. */
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const top = resolve(import.meta.dirname, '..')

/** The pages at the top, of the command line and of the examples, and every page under docs, as paths from the top. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  'packages/cli/README.md',
  ...readdirSync(join(top, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
]
