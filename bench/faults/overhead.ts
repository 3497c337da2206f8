/**
 * What advice costs: the same runs with and without a babysitter, whole runs with compiling and all, two at a time that take
 * turns of half a second.
 *
 *     node --conditions=source bench/faults/overhead.ts [--pairs N] [--networks mlp,cnn] [--threads N]
 */
import { names, whole } from '../../scripts/option-kinds.ts'
import { type CommandDescription, runCommand } from '../../scripts/options.ts'
import { endChildrenWithThis } from '../children.ts'
import { meanInterval } from './intervals.ts'
import { networks } from './overhead/networks.ts'
import { type Timing, timePair } from './overhead/turns.ts'

interface OverheadOptions {
  readonly pairs: number
  readonly networks: readonly string[] | undefined
  readonly threads: number
}

const command: CommandDescription<OverheadOptions> = {
  name: 'node --conditions=source bench/faults/overhead.ts',
  about: 'What advice costs: the same runs with and without a babysitter, in turns of half a second.',
  options: {
    pairs: whole('N', 'runs of each', 3, { least: 2, most: 1000 }),
    networks: names('networks', Object.keys(networks)),
    threads: whole('N', 'threads of each run', 1, { least: 1, most: 64 }),
  },
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

endChildrenWithThis()
await runCommand(command, async ({ networks: chosen = Object.keys(networks), ...options }) => {
  for (const name of chosen) await compare(name, options)
})

async function compare(name: string, { pairs, threads }: Pick<OverheadOptions, 'pairs' | 'threads'>): Promise<void> {
  const plain: Timing[] = []
  const advised: Timing[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const times = await timePair(name, threads)
    plain.push(times.plain)
    advised.push(times.advised)
    console.error(`${name}: ${times.plain.seconds.toFixed(2)} s, advised ${times.advised.seconds.toFixed(2)} s`)
  }
  const of = (figure: keyof Timing) => plain.map((one, pair) => [one[figure], advised[pair][figure]] as const)
  const more = (figure: keyof Timing): number[] => of(figure).map(([without, withAdvice]) => withAdvice / without - 1)
  const [low, high] = meanInterval(more('seconds'))
  const each = median(plain.map(({ perStep }) => perStep))
  const first = median(of('fixed').map(([without, withAdvice]) => withAdvice - without))
  console.log(
    [
      `${name}: advice takes ${percent(median(more('seconds')))} more of a run of ${median(plain.map(({ seconds }) => seconds)).toFixed(1)} s`,
      `  median of ${plain.length} pairs; mean within ${percent(low)} to ${percent(high)}`,
      `  before the first step is made: ${first.toFixed(3)} s beside ${median(plain.map(({ fixed }) => fixed)).toFixed(3)} s`,
      `  in a step: ${percent(median(more('perStep')))} of ${(1000 * each).toFixed(3)} ms`,
    ].join('\n'),
  )
}
