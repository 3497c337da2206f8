#!/usr/bin/env node
/** What npm links as `thalweg`: it has to exist when packages are installed, which is before anything is built. */
import { existsSync } from 'node:fs'

const program = new URL('../dist/bin.js', import.meta.url)
if (existsSync(program)) await import(program.href)
else {
  console.error('thalweg: the command must be built before it can run')
  console.error(`received: no ${program.pathname}`)
  console.error('try: npm run build')
  process.exitCode = 2
}
