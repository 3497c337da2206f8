/** The lock file installs anywhere: it names no registry, and it holds every package for every platform. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

interface Locked {
  readonly resolved?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const text = readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8')
const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Locked>> }

it('records no address to fetch from', () => {
  const addressed = Object.values(packages).filter(({ resolved, link }) => resolved !== undefined && !link)
  expect(addressed).toEqual([])
})

it('locks what other platforms install: without it `npm ci` refuses', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  )
  expect(missing).toEqual([])
})
