/**
 * npm run ulp: the functions of the wasm backend against float64, over all 2^32 float32. Prints the largest error of each
 * and writes it down in record.json, with a hash of all results. Three to five minutes of one core for each function; what
 * is interrupted goes on where it was.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ACCURACY } from '../../packages/thalweg/src/backend/wasm/math/accuracy.ts'
import { names, whole } from '../../scripts/option-kinds.ts'
import { runCommand } from '../../scripts/options.ts'
import { startWorker } from '../../scripts/worker.ts'
import { type Entry, readRecord, writeRecord } from './record.ts'
import { accuracyOf, type Finding, joined, RANGES, sweepSample } from './sweep.ts'

const command = {
  name: 'npm run ulp',
  about: 'The functions of the wasm backend against float64, over all 2^32 float32: some minutes of one core for each.',
  options: {
    only: names(
      'functions',
      ACCURACY.map(({ op }) => op),
    ),
    threads: whole('N', 'workers, by default as many as cores', availableParallelism(), { least: 1, most: 256 }),
  },
}

/** Findings of ranges, kept between two runs of one and the same function: its sample says whether it is. */
class Progress {
  readonly findings: (Finding | null)[]
  private readonly file: string
  private saved = 0

  constructor(op: string) {
    this.file = join(tmpdir(), `thalweg-ulp-${op}-${sweepSample(accuracyOf(op)).hash.slice(0, 16)}.json`)
    this.findings = existsSync(this.file)
      ? (JSON.parse(readFileSync(this.file, 'utf8')) as (Finding | null)[])
      : new Array<null>(RANGES).fill(null)
  }

  get missing(): number[] {
    return this.findings.flatMap((finding, range) => (finding === null ? [range] : []))
  }

  add(range: number, finding: Finding): void {
    this.findings[range] = finding
    if (performance.now() - this.saved < SAVE_MS) return
    this.saved = performance.now()
    writeFileSync(this.file, JSON.stringify(this.findings))
  }

  finish(): Finding {
    rmSync(this.file, { force: true })
    return joined(this.findings.filter((finding) => finding !== null))
  }
}

const SAVE_MS = 2000

/** Ranges are given out one by one, so that a slow worker holds nobody up. */
function sweepAll(op: string, threads: number): Promise<Finding> {
  const progress = new Progress(op)
  const missing = progress.missing
  let left = missing.length
  return new Promise((resolve, reject) => {
    if (left === 0) resolve(progress.finish())
    for (let i = 0; i < Math.min(threads, missing.length); i++) {
      const worker = startWorker(new URL('worker.ts', import.meta.url), { workerData: op })
      const next = (): void => {
        const range = missing.shift()
        if (range === undefined) void worker.terminate()
        else worker.postMessage(range)
      }
      worker.on('error', reject)
      worker.on('message', ({ range, finding }: { range: number; finding: Finding }) => {
        progress.add(range, finding)
        if (--left === 0) resolve(progress.finish())
        next()
      })
      next()
    }
  })
}

function entryOf(op: string, { worst, bits, unrounded, hash }: Finding): Entry {
  return {
    worst: Number(worst.toFixed(4)),
    at: new Float32Array(Uint32Array.of(bits).buffer)[0],
    bits: bits.toString(16).padStart(8, '0'),
    nearest: Number((1 - unrounded / 2 ** 32).toFixed(5)),
    hash,
    sample: sweepSample(accuracyOf(op)).hash,
  }
}

await runCommand(command, async ({ only, threads }) => {
  for (const op of only ?? ACCURACY.map(({ op }) => op)) {
    const { bound } = accuracyOf(op)
    const started = performance.now()
    const entry = entryOf(op, await sweepAll(op, threads))
    writeRecord({ ...readRecord(), [op]: entry })
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(`${op.padEnd(8)} ${entry.worst} ULP at ${entry.at} (bound ${bound}); ${seconds} s`)
    if (!(entry.worst <= bound)) process.exitCode = 1
  }
})
