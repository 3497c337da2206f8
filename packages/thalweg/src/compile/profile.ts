/**
 * Where the time of a step goes. The kernels of its plan run one by one with a clock between them, and each is held to the
 * roofline. Running steps and running kernels take turns, so that what the clock itself costs can be seen.
 */
import type { Lowered } from '../backend/index.ts'
import { checkAtLeast0, checkNames, checkPlan, checkRoofline } from './checks.ts'
import { type KernelFigures, measureKernel } from './measure.ts'
import type { Roofline } from './roofline.ts'

/** What is used of a plan. */
export interface Profiled {
  readonly lowered: Lowered
  rerun(): void
  kernelRuns(): readonly (() => void)[]
}

export interface ProfileOptions {
  /** What kernels are held to: measured (`measureRoofline`), or known of the machine. */
  readonly roofline: Roofline
  /** Of steps that count. Default 2. */
  readonly seconds?: number
  /** Of steps before that, in which the JavaScript engine optimizes what is hot. Default 2. */
  readonly warmUpSeconds?: number
}

/** A kernel and its time. */
export interface KernelProfile extends KernelFigures {
  /** Median of all rounds. */
  readonly milliseconds: number
  /** The least that the roofline allows. */
  readonly leastMilliseconds: number
}

export interface Profile {
  /** In the order in which they run. */
  readonly kernels: readonly KernelProfile[]
  /** Of a whole step in one go: median of all rounds. */
  readonly stepMilliseconds: number
  /**
   * Of a step kernel by kernel: median of all rounds. On a busy machine it is more than the kernels' own medians make together: most
   * rounds are disturbed somewhere, each kernel is in few of them.
   */
  readonly kernelsMilliseconds: number
  readonly rounds: number
  readonly roofline: Roofline
}

const FEWEST_ROUNDS = 5

/**
 * Carries out the plan's step again and again, on the inputs of its last run: variables change as they do in training.
 *
 * @throws ThalwegError `compile/no-kernels` where the plan's backend runs none; `compile/not-a-plan`, `compile/bad-roofline`,
 * `compile/bad-option`, `compile/unknown-option`; `compile/released-plan`
 */
export function profile(plan: Profiled, options: ProfileOptions): Profile {
  checkPlan('profile', plan)
  checkNames('profile', options, ['roofline', 'seconds', 'warmUpSeconds'])
  const { roofline, seconds = 2, warmUpSeconds = 2 } = options
  checkRoofline('profile', roofline)
  checkAtLeast0('profile', 'seconds', seconds)
  checkAtLeast0('profile', 'warmUpSeconds', warmUpSeconds)
  const runs = plan.kernelRuns()
  const steps: number[] = []
  const sums: number[] = []
  const times: number[][] = runs.map(() => [])
  const round = (): void => {
    steps.push(timeOf(() => plan.rerun()))
    let sum = 0
    runs.forEach((run, kernel) => {
      const time = timeOf(run)
      sum += time
      times[kernel].push(time)
    })
    sums.push(sum)
  }
  for (const length of [warmUpSeconds, seconds]) {
    for (const list of [steps, sums, ...times]) list.length = 0
    const end = performance.now() + 1000 * length
    while (steps.length < FEWEST_ROUNDS || performance.now() < end) round()
  }
  const { kernels, buffers } = plan.lowered
  return {
    kernels: kernels.map((kernel, index): KernelProfile => {
      const figures = measureKernel(kernel, buffers)
      return { ...figures, milliseconds: median(times[index]), leastMilliseconds: leastMilliseconds(figures, roofline) }
    }),
    stepMilliseconds: median(steps),
    kernelsMilliseconds: median(sums),
    rounds: steps.length,
    roofline,
  }
}

/** What the roofline allows at best. */
export function leastMilliseconds(figures: KernelFigures, { operationsPerSecond, bytesPerSecond }: Roofline): number {
  const { operations, bytesRead, bytesWritten } = figures
  return 1000 * Math.max(operations / operationsPerSecond, (bytesRead + bytesWritten) / bytesPerSecond)
}

function timeOf(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
