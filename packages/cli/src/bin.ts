#!/usr/bin/env node
/** The program `thalweg`. */
import { EXIT, failureOf } from './errors.ts'
import { fail, main } from './main.ts'
import { unfinishedError } from './source/user-code.ts'
import { handOver, hasEndedSuddenly, leave } from './sudden-end.ts'

// A reader that has seen enough (`thalweg ... | head`) is no fault: what runs is told, and stops when it can.
const reader = new AbortController()
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (stream === process.stdout) reader.abort()
  })
}

const args = process.argv.slice(2)

// A user's code that ends the process, or lets it run dry, would do so without a word.
function tellUnfinished(code: number): void {
  // Node says by `exitCode` alone that something awaits what never comes.
  const error = code === EXIT.interrupted ? undefined : unfinishedError(Number(process.exitCode ?? code))
  if (error) process.exitCode = fail(error, args, process)
}
process.on('exit', tellUnfinished)

// Thrown where nobody waits for it: in a timer, or a promise, of a user's code. A run that goes on saves first.
process.on('uncaughtException', (error) => {
  if (handOver(error)) return
  process.off('exit', tellUnfinished)
  leave(fail(failureOf(error), args, process))
})

process.exitCode = await main(args, {
  stdout: process.stdout,
  stderr: process.stderr,
  gone: reader.signal,
})
process.off('exit', tellUnfinished)
if (hasEndedSuddenly()) leave(Number(process.exitCode))
