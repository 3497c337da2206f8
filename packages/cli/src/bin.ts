#!/usr/bin/env node
/** The program `thalweg`. */
import { EXIT } from './errors.ts'
import { main } from './main.ts'
import { unfinishedError } from './source/user-code.ts'
import { createVoice } from './voice.ts'

// A reader that has seen enough (`thalweg ... | head`) is no fault: what runs is told, and stops when it can.
const reader = new AbortController()
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (stream === process.stdout) reader.abort()
  })
}

const args = process.argv.slice(2)

// A user's file that ends the process, or lets it run dry, would do so without a word.
process.on('exit', (code) => {
  // Node says by `exitCode` alone that something awaits what never comes.
  const error = code === EXIT.interrupted ? undefined : unfinishedError(Number(process.exitCode ?? code))
  if (error === undefined) return
  createVoice({ json: args.includes('--json') }, process).error(error)
  process.exitCode = EXIT.usage
})

process.exitCode = await main(args, {
  stdout: process.stdout,
  stderr: process.stderr,
  gone: reader.signal,
})
