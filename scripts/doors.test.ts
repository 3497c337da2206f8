/** The doors close: a house full of wrong imports, and for each file the rules that must report it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const top = resolve(import.meta.dirname, '..')
const src = 'packages/thalweg/src'

/** In order: none of these may be reported. */
const sound: Readonly<Record<string, string>> = {
  [`${src}/base/index.ts`]: 'export const one = 1',
  [`${src}/base/inside.ts`]: 'export const two = 2',
  [`${src}/graph/left.ts`]: `export { one } from '../base/index.ts'`,
  [`${src}/data/lazy.ts`]: `export const read = async () => (await import('node:fs/promises')).readFile`,
  [`${src}/nn/some.test.ts`]: `export { lazy } from '../train/lazy.ts'; export { sample } from 'fast-check'`,
  [`${src}/train/lazy.ts`]: 'export const lazy = 1',
  'packages/cli/src/by-name.ts': `export { one } from 'thalweg/base'`,
  'packages/cli/src/bin.ts': 'export const bin = 1',
  'bench/kernels/inside.ts': `export { back } from '../../packages/thalweg/src/backend/back.ts'`,
  'examples/by-name.ts': `export { one } from 'thalweg/base'`,
}

/** A circle is reported once, at the file where it was first seen. */
const wrong: readonly (readonly [path: string, text: string, rules: readonly string[]])[] = [
  [`${src}/base/right.ts`, `export { one } from '../graph/left.ts'`, ['door-of-base']],
  [
    `${src}/tensor/type.ts`,
    `import type { lazy } from '../train/lazy.ts'; export type T = typeof lazy`,
    ['door-of-tensor'],
  ],
  [`${src}/grad/neighbour.ts`, `export { back } from '../backend/back.ts'`, ['door-of-grad']],
  [`${src}/backend/back.ts`, `export { one as back } from '../base/index.ts'`, []],
  [`${src}/optim/neighbour.ts`, `export { read } from '../data/lazy.ts'`, ['door-of-optim']],
  [`${src}/nn/round.ts`, `import { b } from './trip.ts'; export const a = () => b`, ['no-circles']],
  [`${src}/nn/trip.ts`, `import { a } from './round.ts'; export const b = () => a`, []],
  [`${src}/nn/round-type.ts`, `import type { B } from './trip-type.ts'; export type A = B[]`, ['no-circles']],
  [`${src}/nn/trip-type.ts`, `import type { A } from './round-type.ts'; export type B = A | 1`, []],
  [`${src}/data/packaged.ts`, `export { sample } from 'fast-check'`, ['library-stands-alone']],
  [
    `${src}/data/static.ts`,
    `import { readFile } from 'node:fs/promises'; export const r = readFile`,
    ['library-runs-in-browsers'],
  ],
  [`${src}/nn/nowhere.ts`, `export { x } from './gone.ts'`, ['every-import-resolves', 'library-stands-alone']],
  [`${src}/nn/from-test.ts`, `export { lazy } from './some.test.ts'`, ['nothing-imports-a-test']],
  [
    `${src}/nn/outward.ts`,
    `export { bin } from '../../../cli/src/bin.ts'`,
    ['library-stands-alone', 'nothing-imports-the-house-around-it'],
  ],
  ['packages/cli/src/by-path.ts', `export { one } from '../../thalweg/src/base/index.ts'`, ['public-subpaths-by-name']],
  [
    'packages/cli/src/inside.ts',
    `export { two } from '../../thalweg/src/base/inside.ts'`,
    ['public-subpaths-by-name', 'public-subpaths-only'],
  ],
  [
    'bench/kernels/too-far.ts',
    `export { two } from '../../packages/thalweg/src/base/inside.ts'`,
    ['labs-see-the-backend-too'],
  ],
  ['examples/by-path.ts', `export { one } from '../packages/thalweg/src/base/index.ts'`, ['public-subpaths-by-name']],
  ['packages/cli/src/unlisted.ts', `export { sample } from 'fast-check'`, ['shipped-code-uses-shipped-packages']],
]

interface Verdict {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[]
  }
}

/** The rules that each file of a house breaks, by path. */
function brokenRules(files: Readonly<Record<string, string>>): Record<string, string[]> {
  const house = mkdtempSync(join(tmpdir(), 'thalweg-doors-'))
  try {
    const manifests = ['package.json', 'packages/thalweg/package.json', 'packages/cli/package.json']
    for (const name of ['.dependency-cruiser.js', 'tsconfig.json', 'tsconfig.base.json', ...manifests]) {
      cpSync(join(top, name), join(house, name))
    }
    mkdirSync(join(house, 'node_modules'))
    for (const name of ['fast-check', 'typescript']) {
      symlinkSync(join(top, 'node_modules', name), join(house, 'node_modules', name))
    }
    symlinkSync(join(house, 'packages/thalweg'), join(house, 'node_modules/thalweg'))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true })
      writeFileSync(join(house, path), `${text}\n`)
    }
    const command = join(top, 'node_modules/.bin/depcruise')
    const args = ['--config', '.dependency-cruiser.js', '--output-type', 'json', 'packages', 'bench', 'examples']
    const { stdout, stderr } = spawnSync(command, args, { cwd: house, encoding: 'utf8' })
    if (!stdout) throw new Error(stderr)
    const rules: Record<string, string[]> = {}
    for (const { from, rule } of (JSON.parse(stdout) as Verdict).summary.violations) {
      rules[from] = [...new Set([...(rules[from] ?? []), rule.name])].sort()
    }
    return rules
  } finally {
    rmSync(house, { recursive: true, force: true })
  }
}

it('reports every wrong import by the rule that forbids it, and no other', () => {
  const files = { ...sound, ...Object.fromEntries(wrong.map(([path, text]) => [path, text])) }
  const expected = wrong.filter(([, , rules]) => rules.length > 0).map(([path, , rules]) => [path, rules])
  expect(brokenRules(files)).toEqual(Object.fromEntries(expected))
})
