/** npm run bench: Thalweg and its peers on the same training steps, in one run. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { CONTENDERS, field, isContenderName } from './field.ts'
import { race } from './race.ts'
import { type Measurement, markdown } from './report.ts'
import { trace, verdictOn } from './verify.ts'
import { WORKLOADS, type Workload } from './workloads.ts'

const USAGE = `npm run bench -- [options]

  --workloads a,b    of ${WORKLOADS.map(({ name }) => name).join(', ')} (default: all)
  --only a,b         of those below (default: all that start)
  --threads a,b      thread counts, for those that have threads (default 1)
  --seconds S        measured seconds for each contender, workload and thread count (default 4)
  --rounds R         turns they are taken in (default 8)
  --warm-up S        seconds of steps that do not count, before (default 1)
  --patience S       seconds after which whoever does not answer is left out (default 100)
  --verify           compare the losses of the first steps instead of timing them
  --python PATH      a Python that has torch (default: /usr/bin/python3, else python3)
  --new-node PATH    a newer Node (default: node_modules/node/bin/node; npm i --no-save node@24)
  --json FILE        also write the figures as JSON

Contenders:
${Object.entries(CONTENDERS)
  .map(([name, about]) => `  ${name.padEnd(18)} ${about}`)
  .join('\n')}`

const { values: options } = parseArgs({
  options: {
    workloads: { type: 'string' },
    only: { type: 'string' },
    threads: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: '1' },
    patience: { type: 'string', default: '100' },
    verify: { type: 'boolean', default: false },
    python: { type: 'string' },
    'new-node': { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const only = options.only?.split(',')
const fieldOptions = { python: options.python, newNode: options['new-node'], only }

function chosenWorkloads(): readonly Workload[] {
  const wanted = options.workloads?.split(',')
  return WORKLOADS.filter(({ name }) => wanted?.includes(name) ?? true)
}

/** What is asked for and does not exist, or undefined. */
function mistake(): string | undefined {
  const unknown = options.workloads?.split(',').find((name) => WORKLOADS.every((workload) => workload.name !== name))
  if (unknown !== undefined) return `no workload ${unknown}`
  const stranger = only?.find((name) => !isContenderName(name))
  return stranger === undefined ? undefined : `no contender ${stranger}`
}

async function verifyAll(): Promise<void> {
  for (const workload of chosenWorkloads()) {
    const traced = await trace(workload, field(fieldOptions, 1), Number(options.patience))
    const judge = traced.find(({ contender }) => contender === 'pytorch')
    console.log(workload.name)
    for (const entry of traced) {
      const verdict = judge === undefined ? undefined : verdictOn(entry, judge)
      if (verdict?.endsWith('DIFFERS')) process.exitCode = 1
      const losses = 'losses' in entry ? entry.losses.map((loss) => loss.toFixed(6)).join(' ') : entry.unsupported
      console.log(`  ${entry.contender.padEnd(18)}${losses}  ${verdict ?? ''}`)
    }
  }
}

async function raceAll(): Promise<void> {
  const measurements: Measurement[] = []
  const numbers = [options.seconds, options.rounds, options['warm-up'], options.patience]
  const [seconds, rounds, warmUp, patience] = numbers.map(Number)
  for (const workload of chosenWorkloads())
    for (const threads of options.threads.split(',').map(Number)) {
      const measured = await race(workload, field(fieldOptions, threads), {
        threads,
        seconds,
        rounds,
        warmUp,
        patience,
      })
      measurements.push(...measured)
      console.log(`${markdown(measured)}\n`)
    }
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(measurements, null, 2)}\n`)
}

const wrong = mistake()
if (options.help) console.log(USAGE)
else if (wrong !== undefined) {
  console.error(`${wrong}\n\n${USAGE}`)
  process.exitCode = 2
} else if (options.verify) await verifyAll()
else await raceAll()
