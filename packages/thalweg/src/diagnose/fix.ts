/**
 * A babysitter that mends: `fit(model, { ..., babysit: fix() })`. When it finds something that can be tried against, it
 * races changes and the unchanged run from the last good place, keeps one that wins clearly, and lets the run go on.
 */
import { ThalwegError } from '../base/index.ts'
import type { NamedArray } from '../nn/index.ts'
import { MODEL, namedArrays } from '../train/array-names.ts'
import type { Babysitter, Finding, Mending, Position, Watch, WatchedRun } from '../train/index.ts'
import type { AdviseOptions } from './advise.ts'
import { ailments } from './ailments/index.ts'
import { copyOf } from './first-weights.ts'
import { candidatesFor } from './mend/candidates.ts'
import { MARGIN, race, startOf, stepsWithin } from './mend/race.ts'
import { openWatch, type Snapshot } from './watch.ts'

export interface FixOptions extends AdviseOptions {
  /** Of the run's planned steps: what all races together may take. Default 0.5. */
  readonly share?: number
  /** How many candidates a race has at most, beside the unchanged run. Default 6. */
  readonly candidates?: number
}

/** Fewer steps tell nothing. */
const LEAST_STEPS = 6
/** More are not needed to tell a run that learns from one that does not. */
const MOST_STEPS = 400
/** Of the budget that is left, what one race takes at most. */
const KEPT = 0.6
/** And one that is undecided then. */
const KEPT_UNDECIDED = 0.9
/** After so much of the run it is too late to begin anew. */
const LATE = 0.5

/** @throws ThalwegError `diagnose/bad-option` */
export function fix({
  share = 0.5,
  candidates = 6,
  readingEvery,
  onReading,
  ailments: sought = ailments,
}: FixOptions = {}): Babysitter {
  if (!(share > 0 && share <= 1)) {
    throw new ThalwegError('diagnose/bad-option', {
      rule: 'fix: share must lie above 0 and at most at 1',
      received: String(share),
      try: 'leave share out: 0.5',
    })
  }
  // One sitting's races draw on one budget, however often the run is changed.
  const spending: Means['spending'] = { steps: 0, firstWeights: undefined }
  return {
    mode: 'fix',
    watch: (run) =>
      openFixing(run, openWatch(run, { readingEvery, onReading, ailments: sought }), { share, candidates, spending }),
  }
}

interface Means {
  readonly share: number
  readonly candidates: number
  readonly spending: {
    steps: number
    /** What the weights were drawn by, where the layers do not say it. */
    firstWeights: string | undefined
  }
}

interface Place {
  readonly weights: Readonly<Record<string, NamedArray>>
  readonly position: Position
}

function openFixing(
  { model, settings, session }: WatchedRun,
  watch: ReturnType<typeof openWatch>,
  means: Means,
): Watch {
  let open: Finding[] = []
  let now: Position = { epoch: 0, batch: 0, step: 0 }
  let first: Place = { weights: session.store.save(), position: now }
  /** Codes that were raced against to no avail. */
  const tried = new Set<string>()

  function see(found: readonly Finding[]): readonly Finding[] {
    open.push(...found.filter(({ severity, code }) => severity !== 'info' && !tried.has(code)))
    return found
  }

  async function mend(): Promise<Mending | undefined> {
    const findings = open.filter(({ patches }) => patches.length > 0)
    open = []
    if (findings.length === 0) return undefined
    const { totalSteps } = watch.chart()
    const fromStart = now.step <= LATE * totalSteps && first.position.step === 0
    const place = fromStart ? first : placeOf(watch.lastGood(), first)
    const candidates = candidatesFor(
      findings,
      { model, settings },
      {
        fromStart,
        most: means.candidates,
        firstWeights: means.spending.firstWeights,
      },
    )
    const budget = means.share * totalSteps - means.spending.steps
    // Something is kept for what may be found later, unless it is too little for one race as it is.
    const part = stepsWithin(KEPT * budget, candidates.length)
    const steps = Math.min(MOST_STEPS, part < LEAST_STEPS ? stepsWithin(budget, candidates.length) : part)
    for (const { code } of findings) tried.add(code)
    if (candidates.length === 0 || steps < LEAST_STEPS) return undefined
    const isDead = findings.some(({ code }) => code === 'non-finite')
    const { winner, spent, ...result } = await race({ model, settings }, candidates, place, {
      steps,
      most: KEPT_UNDECIDED * budget,
      isDead,
    })
    means.spending.steps += spent
    const codes = findings.map(({ code }) => code)
    const mend = {
      codes,
      step: now.step,
      ...result,
      kept: winner?.patches ?? [],
      changes: winner?.changes ?? [],
      margin: MARGIN,
      spent,
      share: means.spending.steps / totalSteps,
    }
    if (!winner) return { mend: { ...mend, from: now } }
    const { weights, position } = startOf(winner, place)
    const { model: mended, settings: changed } = winner.configuration
    const store = copyOf(mended, changed)
    return {
      mend: { ...mend, from: position },
      change: { model: mended, settings: { ...changed, store }, weights, position },
    }
  }

  return {
    begin(position) {
      now = position
      first = { weights: session.store.save(), position }
      return see(watch.begin(position))
    },
    step: (rows, moment, position) => watch.step(rows, moment, position),
    afterStep(position) {
      now = position
      return see(watch.afterStep(position))
    },
    nonFinite: () => see(watch.nonFinite()),
    afterEpoch: (event) => see(watch.afterEpoch(event)),
    mend,
    release: () => watch.release(),
  }
}

function placeOf(snapshot: Snapshot | undefined, first: Place): Place {
  return snapshot ? { weights: namedArrays(snapshot.arrays, MODEL), position: snapshot.position } : first
}
