#!/usr/bin/env node
/** The program `thalweg`. */
import { main } from './main.ts'

// A reader that has seen enough (`thalweg ... | head`) is no fault: what runs is told, and stops when it can.
const reader = new AbortController()
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (stream === process.stdout) reader.abort()
  })
}

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  gone: reader.signal,
})
