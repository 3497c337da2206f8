/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016) and Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar,
 * JMLR 18, 2018): many trials are given little, the best part of them goes on from its checkpoints to more.
 */
import { ThalwegError } from '../../base/index.ts'
import { checkCount, checkNames } from '../checks.ts'
import type { Next, Pruner, Step } from './pruner.ts'

export interface HalvingOptions {
  /** What the last ones standing are given, as a whole number: epochs, mostly. */
  readonly max: number
  /** The least that tells a good trial from a bad one. Default 1. */
  readonly min?: number
  /** One of so many goes on, to so many times the budget. Default 3. */
  readonly eta?: number
}

export interface SuccessiveHalvingOptions extends HalvingOptions {
  /** Trials of a bracket. Default as many as leave one with the whole budget. */
  readonly size?: number
}

/** So many trials with so much for each; `budget` is a whole number. */
export interface Rung {
  readonly trials: number
  readonly budget: number
}

export type Bracket = readonly Rung[]

/**
 * One bracket, again and again until there were enough trials.
 *
 * @throws ThalwegError `tune/bad-option`
 */
export function successiveHalving(options: SuccessiveHalvingOptions): Pruner {
  const { max, min = 1, eta = 3 } = options
  checkNames('successiveHalving', options, { max, min, eta, size: options.size })
  checkOptions('successiveHalving', { max, min, eta })
  const halvings = halvingsOf({ max, min, eta })
  const { size = eta ** halvings } = options
  checkCount('successiveHalving', 'size', size, 1)
  return bracketsPruner('successiveHalving', { max, min, eta, size }, [bracketOf(size, halvings, { max, eta })])
}

/**
 * Brackets from bold (many trials, cut early) to careful (few, each with the whole budget), one after the other: there is no
 * need to know how early good and bad trials can be told apart.
 *
 * @throws ThalwegError `tune/bad-option`
 */
export function hyperband(options: HalvingOptions): Pruner {
  const { max, min = 1, eta = 3 } = options
  checkNames('hyperband', options, { max, min, eta })
  checkOptions('hyperband', { max, min, eta })
  return bracketsPruner('hyperband', { max, min, eta }, hyperbandBrackets({ max, min, eta }))
}

/**
 * The brackets of Hyperband: their algorithm 1, with `R = max / min`, `s` from `floor(log_eta(R))` down to 0,
 * `n = ceil((s_max + 1) / (s + 1) * eta^s)` trials and `max * eta^-s` for each at first.
 */
export function hyperbandBrackets({ max, min = 1, eta = 3 }: HalvingOptions): Bracket[] {
  const most = halvingsOf({ max, min, eta })
  return Array.from({ length: most + 1 }, (_, index) => {
    const halvings = most - index
    // What is left of a division that should be whole must not become a trial more.
    const trials = Math.ceil(((most + 1) * eta ** halvings) / (halvings + 1) - 1e-9)
    return bracketOf(trials, halvings, { max, eta })
  })
}

/** `n_i = floor(n * eta^-i)` trials with `r_i = max * eta^(i - s)`. */
function bracketOf(trials: number, halvings: number, { max, eta }: { max: number; eta: number }): Bracket {
  return Array.from({ length: halvings + 1 }, (_, rung) => ({
    trials: Math.max(1, Math.floor(trials / eta ** rung + 1e-9)),
    budget: Math.max(1, Math.round(max * eta ** (rung - halvings))),
  }))
}

/** The largest s with `min * eta^s <= max`, without the rounding of logarithms. */
function halvingsOf({ max, min, eta }: Required<HalvingOptions>): number {
  let halvings = 0
  while (min * eta ** (halvings + 1) <= max) halvings++
  return halvings
}

function bracketsPruner(name: string, options: Readonly<Record<string, number>>, brackets: readonly Bracket[]): Pruner {
  return {
    name,
    options,
    trials: brackets.reduce((sum, [first]) => sum + first.trials, 0),
    next: (steps, trials) => whereIn(brackets, steps, trials).next,
    open: (steps, trials) => whereIn(brackets, steps, trials).open.map(({ trial }) => trial),
  }
}

/**
 * Jobs come bracket by bracket and rung by rung, so where the sequence stands is told by its length alone. The last bracket
 * may be a smaller one, where there are not trials enough.
 */
function whereIn(
  brackets: readonly Bracket[],
  steps: readonly Step[],
  trials: number,
): { readonly next: Next; readonly open: readonly Step[] } {
  let [at, started] = [0, 0]
  for (let number = 0; ; number++) {
    const bracket = brackets[number % brackets.length]
    const size = Math.min(bracket[0].trials, trials - started)
    if (size <= 0) return { next: { kind: 'end' }, open: [] }
    let rung = steps.slice(at, at + size)
    if (rung.length < size) return { next: { kind: 'new', budget: bracket[0].budget }, open: rung }
    ;[at, started] = [at + size, started + size]
    for (const { trials: planned, budget } of bracket.slice(1)) {
      if (rung.some(({ loss }) => loss === undefined)) return { next: { kind: 'wait' }, open: rung }
      const promoted = survivors(rung, Math.max(1, Math.floor((planned * size) / bracket[0].trials)))
      const begun = steps.slice(at, at + promoted.length)
      if (begun.length < promoted.length) {
        return { next: { kind: 'promote', trial: promoted[begun.length].trial, budget }, open: promoted }
      }
      at += begun.length
      rung = begun
    }
  }
}

/** The best that came to their end; of equals those that came first. */
function survivors(rung: readonly Step[], count: number): Step[] {
  return rung
    .filter(({ complete }) => complete)
    .toSorted((a, b) => (a.loss ?? 0) - (b.loss ?? 0))
    .slice(0, count)
}

function checkOptions(what: string, { max, min, eta }: Required<HalvingOptions>): void {
  checkCount(what, 'min', min, 1)
  checkCount(what, 'eta', eta, 2)
  checkCount(what, 'max', max, 1)
  if (max >= min) return
  throw new ThalwegError('tune/bad-option', {
    rule: `${what}: max must be at least min`,
    received: `max ${max}, min ${min}`,
    try: `give max: ${min * eta ** 2}, say`,
  })
}
