/**
 * npm run bench: Thalweg and its peers on the same training steps, in one run. Contenders take turns, one short stretch
 * each, round after round, so that a machine that drifts drifts for all; idle ones sleep.
 */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, type ContenderOptions, startContender } from './contender.ts'
import { type Measurement, markdown, median, quantile } from './report.ts'
import { WORKLOADS, type Workload } from './workloads.ts'

const USAGE = `npm run bench -- [options]

  --workloads a,b    of ${WORKLOADS.map(({ name }) => name).join(', ')} (default: all)
  --only a,b         of thalweg, thalweg-new-node, pytorch, jax-js, tfjs-wasm, tfjs-cpu (default: all that start)
  --threads N        threads for those that have them (default 1)
  --seconds S        measured seconds for each contender and workload (default 4)
  --rounds R         turns they are taken in (default 4)
  --python PATH      a Python that has torch (default: python3, else /usr/bin/python3)
  --new-node PATH    a newer Node for jax-js and a second Thalweg (default: node_modules/node, npm i --no-save node@24)
  --json FILE        also write the figures as JSON`

const { values: options } = parseArgs({
  options: {
    workloads: { type: 'string' },
    only: { type: 'string' },
    threads: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '4' },
    python: { type: 'string' },
    'new-node': { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const here = import.meta.dirname
/** Under npm, `node` may be the newer one in node_modules; this is the one that runs npm. */
const ownNode = process.env.npm_node_execpath ?? process.execPath
const typescript = ['--conditions=source', '--import', 'tsx']
const program = (name: string): string => join(here, 'contenders', name)

function contenders(): ContenderOptions[] {
  const newNode = options['new-node'] ?? join(here, '../node_modules/node/bin/node')
  const python = options.python ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3')
  const all: ContenderOptions[] = [
    { name: 'thalweg', command: [ownNode, ...typescript, program('thalweg.ts')] },
    { name: 'thalweg-new-node', command: [newNode, ...typescript, program('thalweg.ts')] },
    { name: 'pytorch', command: [python, program('pytorch.py')], env: { OMP_NUM_THREADS: options.threads } },
    { name: 'jax-js', command: [newNode, ...typescript, program('jax.ts')] },
    { name: 'tfjs-wasm', command: [ownNode, ...typescript, program('tfjs.ts'), 'wasm'] },
    { name: 'tfjs-cpu', command: [ownNode, ...typescript, program('tfjs.ts'), 'cpu'] },
  ]
  const wanted = options.only?.split(',')
  return all.filter(
    ({ name, command }) => (wanted?.includes(name) ?? true) && (command[0] !== newNode || existsSync(newNode)),
  )
}

/** Everyone prepares, then takes turns; gives one measurement each. */
async function race(workload: Workload, threads: number): Promise<Measurement[]> {
  const field: { contender: Contender; about: string; times: number[] }[] = []
  const results: Measurement[] = []
  for (const entry of contenders()) {
    const contender = startContender(entry)
    const answer = await contender.prepare(workload, threads)
    if ('about' in answer) field.push({ contender, about: answer.about, times: [] })
    else {
      contender.close()
      results.push({
        workload: workload.name,
        contender: entry.name,
        threads,
        about: entry.name,
        unsupported: answer.unsupported,
      })
    }
  }
  const rounds = Number(options.rounds)
  for (let round = 0; round < rounds; round++)
    for (const { contender, times } of field) times.push(...(await contender.measure(Number(options.seconds) / rounds)))
  for (const { contender, about, times } of field) {
    contender.close()
    const kept = times.slice(Math.floor(times.length / 5)) // the first fifth is warm-up: compilers tier up, caches fill
    results.push({
      workload: workload.name,
      contender: contender.name,
      threads,
      about,
      median: median(kept),
      fastest: quantile(kept, 0.1),
      slowest: quantile(kept, 0.9),
    })
  }
  return results
}

async function main(): Promise<void> {
  if (options.help) return console.log(USAGE)
  const wanted = options.workloads?.split(',')
  const measurements: Measurement[] = []
  for (const workload of WORKLOADS.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const measured = await race(workload, Number(options.threads))
    measurements.push(...measured)
    console.log(`${markdown(measured, 'thalweg')}\n`)
  }
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(measurements, null, 2)}\n`)
}

await main()
