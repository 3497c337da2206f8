/** Every finding has its page, as the library has it now, and no page is left over. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findingsFolder, findingsPages } from './findings-pages.ts'

it('has a page for each code (npm run docs brings them up to date)', () => {
  const written = readdirSync(findingsFolder).map((file) => [file, readFileSync(join(findingsFolder, file), 'utf8')])
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(findingsPages()))
})
