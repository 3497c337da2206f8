/**
 * npm run bench:kernels: the numbered versions of three kernels, from naive to fast, on one core. Each is held to the
 * reference, then timed; README.md says why each step helps.
 */

import { chooseFeatures } from '../../packages/thalweg/src/backend/wasm/choose-features.ts'
import { describeFeatures, type Features } from '../../packages/thalweg/src/backend/wasm/features.ts'
import { flag, names, seconds } from '../../scripts/option-kinds.ts'
import { runCommand } from '../../scripts/options.ts'
import { median } from '../report.ts'
import { FAMILIES } from './families.ts'
import { type Meter, peakMeter } from './peak.ts'
import { millisecondsOf } from './stopwatch.ts'
import { errorOf, type Family, operandsOf, referenceOf } from './version.ts'

const command = {
  name: 'npm run bench:kernels',
  about: 'The kernel lab: numbered versions of three kernels, from naive to fast, verified and timed on one core.',
  options: {
    only: names('kernels', Object.keys(FAMILIES)),
    seconds: seconds('for each version', 1),
    json: flag('one line of JSON for each version instead of a table'),
  },
}

interface Row {
  readonly problem: string
  readonly version: string
  readonly milliseconds: number
  readonly gflops: number
  /** Share of what the inner loop of contractions reaches in registers, measured in turns with the version. */
  readonly peakShare: number
  /** Largest distance to the reference, in units of its root mean square. */
  readonly error: number
}

/** Beyond this a kernel is wrong, not rounded. */
const LARGEST_ERROR = 1e-4

const TURNS = 5
const PEAK_SECONDS = 0.1

function measure({ versions, problem }: Family, features: Features, peak: Meter, seconds: number): Row[] {
  const operands = operandsOf(problem)
  const reference = referenceOf(problem, operands)
  const rows: Row[] = []
  for (const version of versions) {
    const built = version.build(problem, operands, features)
    if (built === undefined) continue
    built.run()
    const error = errorOf(built.result(), reference)
    if (!(error < LARGEST_ERROR)) throw new Error(`${problem.name}, ${version.name}: wrong by ${error}`)
    // The clock drifts: each turn is held to the peak of the moment.
    const turns = Array.from({ length: TURNS }, () => {
      const milliseconds = millisecondsOf(() => built.run(), seconds / TURNS)
      return { milliseconds, peakShare: problem.operations / milliseconds / 1e6 / peak(PEAK_SECONDS) }
    })
    const milliseconds = Math.min(...turns.map((turn) => turn.milliseconds))
    const peakShare = median(turns.map((turn) => turn.peakShare))
    const gflops = problem.operations / milliseconds / 1e6
    rows.push({ problem: problem.name, version: version.name, milliseconds, gflops, peakShare, error })
  }
  return rows
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ version, milliseconds, gflops, peakShare, error }, i) => {
    const step = i === 0 ? '' : `${(rows[i - 1].milliseconds / milliseconds).toFixed(1)}x`
    const share = `${(100 * peakShare).toFixed(0)} %`
    return [version, milliseconds.toFixed(3), gflops.toFixed(1), share, step, error.toExponential(1)]
  })
  const head = ['version', 'ms', 'GFLOP/s', 'of peak', 'step', 'error']
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...cells]
  return `**${rows[0].problem}**\n\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`
}

await runCommand(command, ({ only, seconds, json }) => {
  const features = chooseFeatures()
  const peakNow = peakMeter(features, seconds)
  const peak = peakNow(seconds)
  const path = describeFeatures(features)
  if (!json)
    console.log(`Node ${process.versions.node}, ${path.join(', ')}; register peak ${peak.toFixed(1)} GFLOP/s\n`)
  const chosen = Object.entries(FAMILIES).filter(([name]) => only?.includes(name) ?? true)
  for (const family of chosen.flatMap(([, families]) => families)) {
    const rows = measure(family, features, peakNow, seconds)
    if (!json) console.log(table(rows))
    else for (const row of rows) console.log(JSON.stringify({ ...row, peak, node: process.versions.node, path }))
  }
})
