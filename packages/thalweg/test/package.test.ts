/** What the published package promises: nothing to install, and an export map that leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly files: readonly string[]
  readonly scripts: Readonly<Record<string, string>>
  readonly sideEffects: boolean
  readonly [field: string]: unknown
}

const root = fileURLToPath(new URL('../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest
const rooms = Object.keys(manifest.exports).filter((subpath) => /^[.](\/[a-z]+)?$/.test(subpath))

describe('the export map', () => {
  it.each(rooms)('leads from %s to one source and to what the build makes of it', (subpath) => {
    const stem = subpath === '.' ? 'index' : `${subpath.slice(2)}/index`
    const door = manifest.exports[subpath]
    expect(door).toEqual({
      source: `./src/${stem}.ts`,
      types: `./dist/${stem}.d.ts`,
      default: `./dist/${stem}.js`,
    })
    expect(existsSync(`${root}src/${stem}.ts`)).toBe(true)
    // Node takes the first condition that fits.
    expect(Object.keys(door as object)).toEqual(['source', 'types', 'default'])
  })

  it('has a door for every room that has an index', () => {
    const built = readdirSync(`${root}src`).filter((name) => existsSync(`${root}src/${name}/index.ts`))
    expect(rooms).toEqual(expect.arrayContaining(['.', ...built.map((room) => `./${room}`)]))
  })

  it.each(rooms)('opens %s from source', async (subpath) => {
    await expect(import(`thalweg${subpath.slice(1)}`)).resolves.toBeTypeOf('object')
  })
})

describe('the package', () => {
  it('depends on nothing', () => {
    for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies']) {
      expect(manifest[field], field).toBeUndefined()
    }
  })

  it('runs nothing when it is installed', () => {
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(manifest.scripts[script], script).toBeUndefined()
    }
  })

  it('can be shaken: no module acts by being imported', () => {
    expect(manifest.sideEffects).toBe(false)
  })
})
