#!/usr/bin/env node
/** The program `thalweg`. */
import { main } from './main.ts'

// A reader that has seen enough (`thalweg ... | head`) is no fault worth a trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(1)
  throw error
})

process.exitCode = await main(process.argv.slice(2))
