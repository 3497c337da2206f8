/** The built package as a stranger gets it: packed, unpacked in an empty folder, imported by plain Node. Needs a build. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { exports: Record<string, unknown> }
const subpaths = Object.keys(manifest.exports).filter((subpath) => /^[.](\/[a-z]+)?$/.test(subpath))

let home = ''
let installed = ''

beforeAll(() => {
  if (!existsSync(`${root}dist/index.js`))
    throw new Error('packages/thalweg/dist is missing: run `npm run build` first')
  home = mkdtempSync(join(tmpdir(), 'thalweg-package-'))
  installed = join(home, 'node_modules', 'thalweg')
  mkdirSync(installed, { recursive: true })
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], { cwd: root })
  const tarball = readdirSync(home).find((name) => name.endsWith('.tgz')) as string
  execFileSync('tar', ['-xzf', join(home, tarball), '-C', installed, '--strip-components=1'])
})

afterAll(() => {
  if (home) rmSync(home, { recursive: true, force: true })
})

it.each(subpaths)('imports %s from the packed package', (subpath) => {
  const name = `thalweg${subpath.slice(1)}`
  const code = `const room = await import(${JSON.stringify(name)}); console.log(typeof room)`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: home, encoding: 'utf8' })
  expect(output.trim()).toBe('object')
})

it('type-checks in a browser project that has no types of Node', () => {
  const imports = subpaths.map((subpath, index) => `export * as room${index} from 'thalweg${subpath.slice(1)}'\n`)
  writeFileSync(join(home, 'page.mts'), imports.join(''))
  const compiler = join(root, '../../node_modules/typescript/bin/tsc')
  const target = ['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--module', 'nodenext', '--strict']
  const { stdout, status } = spawnSync(process.execPath, [compiler, '--noEmit', ...target, 'page.mts'], {
    cwd: home,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

it('carries no tests', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  expect(files.filter((name) => /[.]test[.]/.test(name))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['package.json', join('src', 'index.ts'), join('dist', 'index.js')]))
})
