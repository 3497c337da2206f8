/** From the outcomes of all programs of a split to the figures that are reported. Nothing is trained or printed here. */
import { type Interval, meanInterval, shareInterval } from './intervals.ts'
import { alarms, isRepaired, judge, type Verdict } from './judge.ts'
import { kinds } from './kinds/all.ts'
import type { Faulty, Healthy } from './select.ts'
import type { Outcome } from './trial.ts'

/** A program that a babysitter watched; where its fault can be mended, also what `fix` and chance made of it. */
export interface WatchedFault {
  readonly faulty: Faulty
  readonly advised: Outcome
  readonly fixed?: Outcome
  readonly searched?: Outcome
}

export interface WatchedHealthy {
  readonly healthy: Healthy
  readonly advised: Outcome
}

export interface Share {
  readonly hits: number
  readonly count: number
  readonly interval: Interval
}

export interface KindTally {
  readonly name: string
  readonly expects: readonly string[]
  readonly count: number
  readonly caught: number
  /** Distinct warning codes of its runs that name the fault or what it brings about, and all of them. */
  readonly right: number
  readonly raised: number
  /** Median of the steps until the first right verdict, and of the runs' lengths. */
  readonly stepsUntil: number
  readonly steps: number
  readonly layers: { readonly right: number; readonly count: number }
  readonly repaired: number | undefined
  readonly searched: number | undefined
  readonly strange: Readonly<Record<string, number>>
}

export interface CodeTally {
  readonly code: string
  /** Runs with at least one such warning: healthy ones, those whose fault it names, those where it follows, the others. */
  readonly healthy: number
  readonly expected: number
  readonly brought: number
  readonly strange: number
}

export interface Tally {
  readonly healthy: Share & {
    readonly alarms: readonly { readonly number: number; readonly codes: readonly string[] }[]
  }
  readonly faulty: number
  readonly kinds: readonly KindTally[]
  readonly codes: readonly CodeTally[]
  readonly recall: Share
  readonly recallOfKinds: number
  readonly leastRecall: number
  readonly precision: Share
  readonly layers: Share
  readonly repairs:
    | { readonly fixed: Share; readonly searched: Share; readonly difference: number; readonly interval: Interval }
    | undefined
}

export function tallied(healthy: readonly WatchedHealthy[], faults: readonly WatchedFault[]): Tally {
  const alarmed = healthy.flatMap(({ healthy: { number }, advised }) => {
    const codes = [...new Set(alarms(advised.findings).map(({ code }) => code))]
    return codes.length > 0 ? [{ number, codes }] : []
  })
  const judged = faults.map((fault) => ({ ...fault, verdict: judge(fault.faulty, fault.advised) }))
  const ofKinds = kinds.flatMap((kind) => {
    const own = judged.filter(({ faulty }) => faulty.kind.name === kind.name)
    return own.length > 0 ? [tallyKind(own)] : []
  })
  const recalls = ofKinds.map(({ caught, count }) => caught / count)
  const inLayers = judged.filter(({ verdict }) => verdict.rightLayer !== undefined)
  return {
    healthy: { ...share(alarmed.length, healthy.length), alarms: alarmed },
    faulty: faults.length,
    kinds: ofKinds,
    codes: tallyCodes(
      healthy,
      judged.map(({ verdict }) => verdict),
    ),
    recall: share(judged.filter(({ verdict }) => verdict.caught).length, judged.length),
    recallOfKinds: mean(recalls),
    leastRecall: Math.min(...recalls),
    precision: share(sum(ofKinds.map(({ right }) => right)), sum(ofKinds.map(({ raised }) => raised))),
    layers: share(inLayers.filter(({ verdict }) => verdict.rightLayer).length, inLayers.length),
    repairs: tallyRepairs(faults),
  }
}

function tallyKind(own: readonly (WatchedFault & { readonly verdict: Verdict })[]): KindTally {
  const { kind } = own[0].faulty
  const raised = own.map(({ verdict }) => verdict)
  const inLayers = raised.filter(({ rightLayer }) => rightLayer !== undefined)
  const mended = own.filter(({ fixed }) => fixed !== undefined)
  const count = (pick: (one: WatchedFault) => Outcome | undefined) =>
    mended.length === 0
      ? undefined
      : mended.filter((one) => {
          const outcome = pick(one)
          return outcome !== undefined && isRepaired(one.faulty, outcome)
        }).length
  const right = sum(raised.map(({ expected, brought }) => expected.length + brought.length))
  const strange = raised.flatMap((verdict) => verdict.strange)
  return {
    name: kind.name,
    expects: kind.expects,
    count: own.length,
    caught: raised.filter(({ caught }) => caught).length,
    right,
    raised: right + strange.length,
    stepsUntil: median(raised.flatMap(({ step }) => (step === undefined ? [] : [step]))),
    steps: median(own.map(({ advised }) => advised.steps)),
    layers: { right: inLayers.filter(({ rightLayer }) => rightLayer).length, count: inLayers.length },
    repaired: count(({ fixed }) => fixed),
    searched: count(({ searched }) => searched),
    strange: counted(strange),
  }
}

function tallyCodes(healthy: readonly WatchedHealthy[], verdicts: readonly Verdict[]): CodeTally[] {
  const inHealthy = counted(
    healthy.flatMap(({ advised }) => [...new Set(alarms(advised.findings).map(({ code }) => code))]),
  )
  const expected = counted(verdicts.flatMap((verdict) => verdict.expected))
  const brought = counted(verdicts.flatMap((verdict) => verdict.brought))
  const strange = counted(verdicts.flatMap((verdict) => verdict.strange))
  const codes = [inHealthy, expected, brought, strange].flatMap((counts) => Object.keys(counts))
  return [...new Set(codes)].sort().map((code) => ({
    code,
    healthy: inHealthy[code] ?? 0,
    expected: expected[code] ?? 0,
    brought: brought[code] ?? 0,
    strange: strange[code] ?? 0,
  }))
}

function tallyRepairs(faults: readonly WatchedFault[]): Tally['repairs'] {
  const pairs = faults.flatMap(({ faulty, fixed, searched }) =>
    fixed && searched ? [{ fixed: isRepaired(faulty, fixed), searched: isRepaired(faulty, searched) }] : [],
  )
  if (pairs.length === 0) return undefined
  const differences = pairs.map(({ fixed, searched }) => Number(fixed) - Number(searched))
  return {
    fixed: share(pairs.filter(({ fixed }) => fixed).length, pairs.length),
    searched: share(pairs.filter(({ searched }) => searched).length, pairs.length),
    difference: mean(differences),
    interval: meanInterval(differences),
  }
}

function share(hits: number, count: number): Share {
  return { hits, count, interval: shareInterval(hits, count) }
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
