/**
 * A babysitter that mends: `fit(model, { ..., babysit: fix() })`. When it finds something that can be tried against, it
 * races changes and the unchanged run from the last good place, keeps one that wins clearly, and lets the run go on. A mend is
 * on probation: a run that does worse with it than it did before goes on as it was.
 */
import { keptPatches, whatStands } from '../train/case.ts'
import type { Babysitter, Finding, Mend, Mending, Position, Watch, WatchedAttempt } from '../train/index.ts'
import { copyOf } from './first-weights.ts'
import { candidatesFor } from './mend/candidates.ts'
import { changesBetween } from './mend/changes.ts'
import { beginningOf, isFromBeginning, isSound, type Place, placeOf, soundPlace, usualLoss } from './mend/places.ts'
import { finishedAttempt, otherAttempt, type Standpoint } from './mend/probation.ts'
import { MARGIN, race, startOf, stepsWithin } from './mend/race.ts'
import { whyBack, whyElsewhere, whyKept, whySafe } from './mend/reasons.ts'
import { lossOf, lossWith } from './mend/yardstick.ts'
import { isBornDead } from './non-finite.ts'
import { type AdviseOptions, checkWhole, refuse, watchOptions } from './options.ts'
import { openWatch } from './watch.ts'

export interface FixOptions extends AdviseOptions {
  /** Of the run's planned steps: what all races together may take. What is trained again comes on top. Default 0.5. */
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
/** After so much of the run it is too late to begin anew, unless there is nothing else to go on from. */
const LATE = 0.5
/** A resumed run with this many times the usual loss is wrecked (the article's rule), whatever is known of it. */
const WRECKED = 3
/** However long a run is, and whatever is found in it: more has never helped one. With it, every run comes to an end. */
const MOST_MENDS = 24

const OWN: Readonly<Record<Exclude<keyof FixOptions, keyof AdviseOptions>, true>> = { share: true, candidates: true }

/** @throws ThalwegError `diagnose/bad-option`, `diagnose/unknown-option` */
export function fix(options: FixOptions = {}): Babysitter {
  const watched = watchOptions('fix', options, Object.keys(OWN))
  const { share = 0.5, candidates = 6 } = options
  if (!(Number.isFinite(share) && share > 0 && share <= 1))
    refuse('fix: share must lie above 0 and at most at 1', share, 'leave share out: 0.5')
  checkWhole('fix', 'candidates', candidates)
  // One babysitter may watch several runs, one after the other: each has a record of its own.
  const known = new WeakMap<WatchedAttempt['mends'], Means>()
  return {
    mode: 'fix',
    watch(run) {
      const { store, resume } = run.settings
      const hasGivenWeights = store !== undefined || resume?.givenWeights === true
      const isSeeded = !hasGivenWeights || keptPatches(run.mends).some(({ kind }) => kind === 'initializer')
      const fresh = { share, candidates, left: new Map(), hasGivenWeights, isSeeded }
      const means = known.get(run.mends) ?? fresh
      const isFirst = !known.has(run.mends)
      known.set(run.mends, means)
      return openFixing(run, openWatch(run, watched), { ...means, isFirst })
    },
  }
}

/** Of one sitting of a run. */
interface Means {
  readonly share: number
  readonly candidates: number
  /** Attempts that were left in this sitting, by their numbers. */
  readonly left: Map<number, Standpoint>
  /** Whether the run began with weights that somebody brought along. */
  readonly hasGivenWeights: boolean
  /** Whether they can be drawn again: by the seed, or by a mend's initializer. */
  readonly isSeeded: boolean
}

function openFixing(
  run: WatchedAttempt,
  watch: ReturnType<typeof openWatch>,
  means: Means & { readonly isFirst: boolean },
): Watch {
  const { model, settings, session, attempt } = run
  /** Codes that were raced against to no avail. */
  const tried = new Set(run.mends.filter((mend) => mend.attempt === attempt).flatMap(({ codes }) => codes))
  let open: Finding[] = []
  let now: Position = { epoch: 0, batch: 0, step: 0 }
  /** Where this attempt goes on, in this sitting; and the beginning of the run, where it can still begin anew as it began. */
  let here: Place = { weights: session.store.save(), position: now }
  let first: Place | undefined
  /** The run's signal ended a race, and with it the run. */
  let isCut = false
  let isFinished = false
  /** An earlier sitting has left the run like this, and nobody has looked at it yet. */
  let isUnseen = false
  /** And something in it that was to be tried. */
  let isReopened = false

  function see(found: readonly Finding[]): readonly Finding[] {
    // What has become an error since is worth another try.
    open.push(
      ...found.filter(({ severity, code }) => severity !== 'info' && (severity === 'error' || !tried.has(code))),
    )
    return found
  }

  /** What an earlier sitting has found right here, and could not try anything against any more: its race was cut. */
  function reopen({ step }: Position): void {
    const { findings } = whatStands(run.findings, run.mends)
    const untried = findings.filter(({ code, severity, patches }) => {
      return severity !== 'info' && patches.length > 0 && !tried.has(code)
    })
    see(untried.filter((finding) => finding.step === step))
    // What nobody has tried anything against for longer comes from a sitting that was not to mend.
    isReopened = untried.length > 0 && untried.every((finding) => finding.step === step)
  }

  async function mend(): Promise<Mending | undefined> {
    const found = open
    open = []
    if (run.mends.length >= MOST_MENDS) return undefined
    const wreck = isUnseen ? await leaveWreck() : undefined
    isUnseen = false
    if (wreck || isCut) return wreck
    const against = found.filter(({ patches }) => patches.length > 0)
    // Nothing is left to be trained in another way, and what the run has come to is known.
    const raced = against.length > 0 && !isFinished ? await raceAgainst(against, await placeFor(against)) : undefined
    if (raced?.change || isCut) return raced
    const back = found.length > 0 || isFinished ? await takeBack(found, raced, better) : undefined
    if (back || !isDead(found)) return back ?? raced
    // An attempt that came to its end, however badly, is better than none.
    return (await beginSafely(against, raced)) ?? (await takeBack(found, raced, finished)) ?? raced
  }

  /** Where candidates and the run as it is start: as early as that makes sense, or where the run was last well. */
  async function placeFor(found: readonly Finding[]): Promise<Place> {
    if (first && isEarly()) return first
    const good = placeOf(watch.lastGood()) ?? here
    if (!found.some(({ severity }) => severity === 'error')) return good
    const beginning = beginningOfRun()
    const usual = await usualLoss(run, beginning, watch.chart().blindLoss)
    if (isSound(await lossOf(run, good.weights), usual)) return good
    return soundPlace(run, beginning, { usual, mends: run.mends, before: now.step })
  }

  const beginningOfRun = (): Place => first ?? beginningOf(run, run.mends)
  const isEarly = (): boolean => now.step <= LATE * watch.chart().totalSteps

  async function raceAgainst(found: readonly Finding[], place: Place): Promise<Mending | undefined> {
    const { totalSteps } = watch.chart()
    const initializer = keptPatches(run.mends).findLast(({ kind }) => kind === 'initializer')
    const firstWeights = initializer && 'name' in initializer ? initializer.name : undefined
    const candidates = candidatesFor(found, run, {
      fromStart: place.position.step === 0,
      most: means.candidates,
      firstWeights: firstWeights ?? (means.hasGivenWeights ? 'as they were given' : undefined),
      kept: keptPatches(run.mends),
    })
    const budget = means.share * totalSteps - spentIn(run.mends)
    // Something is kept for what may be found later, unless it is too little for one race as it is.
    const part = stepsWithin(KEPT * budget, candidates.length)
    const steps = Math.min(MOST_STEPS, part < LEAST_STEPS ? stepsWithin(budget, candidates.length) : part)
    for (const { code } of found) tried.add(code)
    if (candidates.length === 0 || steps < LEAST_STEPS) return undefined
    const most = KEPT_UNDECIDED * budget
    const raced = await race(run, candidates, place, { steps, most, isDead: isDead(found) })
    if (!raced) {
      isCut = true
      return undefined
    }
    const { winner, ...result } = raced
    const mend = { ...decided(found, result.spent), ...result, reason: whyKept(result, winner) }
    if (!winner) return { mend }
    await leave(found)
    const { weights, position } = startOf(winner, place)
    const { model: mended, settings: changed } = winner.configuration
    return {
      mend: { ...mend, kept: winner.patches, changes: winner.changes },
      change: {
        model: mended,
        settings: { ...changed, store: copyOf(mended, changed) },
        weights,
        position,
        sums: place.sums,
      },
    }
  }

  /** What a mend is until something comes of it: the run goes on as it is. */
  function decided(found: readonly Finding[], spent: number): Omit<Mending['mend'], 'reason'> {
    const codes = [...new Set(found.map(({ code }) => code))]
    const share = (spentIn(run.mends) + spent) / watch.chart().totalSteps
    const nothing = { control: Number.NaN, candidates: [], kept: [], changes: [] }
    return { codes, step: now.step, ...nothing, margin: MARGIN, spent, share }
  }

  async function standpoint(found: readonly Finding[]): Promise<Standpoint> {
    const loss = isDead(found) ? Number.POSITIVE_INFINITY : await lossWith(run, session.store)
    return { loss, position: now, isFinished }
  }

  async function leave(found: readonly Finding[]): Promise<void> {
    means.left.set(attempt, await standpoint(found))
  }

  const better = (present: Standpoint) => {
    const { blindLoss, leastLoss } = watch.chart()
    return otherAttempt(present, means.left, blindLoss, leastLoss)
  }
  const finished = () => finishedAttempt(means.left)

  /** Leaves the present attempt for one that was left before, where `choose` names one. */
  async function takeBack(
    found: readonly Finding[],
    raced: Mending | undefined,
    choose: (present: Standpoint) => number | undefined,
  ): Promise<Mending | undefined> {
    if (means.left.size === 0) return undefined
    const present = await standpoint(found)
    const to = choose(present)
    const before = to === undefined ? undefined : means.left.get(to)
    if (to === undefined || !before) return undefined
    means.left.delete(to)
    means.left.set(attempt, present)
    const changes = changesBetween(run.mends, attempt, to)
    const told = raced?.mend ?? decided(found, 0)
    return {
      mend: { ...told, changes, reason: whyBack(present, before, to) },
      change: { attempt: to },
    }
  }

  /**
   * A dead run has nothing to lose: without a race, it begins anew with the recipe that suits most, once, and unless it has that
   * already.
   */
  async function beginSafely(found: readonly Finding[], raced: Mending | undefined): Promise<Mending | undefined> {
    // What no update had touched would be the same with it.
    if (!isDead(found) || found.some(isBornDead) || run.mends.some(isSafeBeginning)) return undefined
    const [safe] = candidatesFor([], run, { fromStart: true, most: 1, kept: keptPatches(run.mends) })
    if (!safe) return undefined
    await leave(found)
    const { weights, position } = startOf(safe, beginningOfRun())
    const { model, settings } = safe.configuration
    const told = raced?.mend ?? decided(found, 0)
    return {
      mend: { ...told, kept: safe.patches, changes: safe.changes, reason: whySafe(now.step) },
      change: { model, settings: { ...settings, store: copyOf(model, settings) }, weights, position },
    }
  }

  /**
   * A run that an earlier sitting has left no better than it began, and in trouble, is no use to go on with: it goes back to
   * where it was sound.
   */
  async function leaveWreck(): Promise<Mending | undefined> {
    const beginning = beginningOfRun()
    const usual = await usualLoss(run, beginning, watch.chart().blindLoss)
    const loss = await lossWith(run, session.store)
    if (isSound(loss, usual)) return undefined
    const known = whatStands(run.findings, run.mends).findings
    const against = known.filter(({ severity, patches }) => severity !== 'info' && patches.length > 0)
    // Without anything known against it, it may only be slow.
    if (against.length === 0 && loss <= WRECKED * usual) return undefined
    // Where nobody has told anything, the run is watched as if it had been from its beginning. A race that was cut is made again.
    const isAgain = first !== undefined && isEarly() && (known.length === 0 || isReopened)
    const place = isAgain ? beginning : await soundPlace(run, beginning, { usual, mends: run.mends, before: now.step })
    const why = whyElsewhere({ loss, usual, step: now.step }, place, settings.seed)
    const raced = against.length > 0 ? await raceAgainst(against, place) : undefined
    if (isCut) return undefined
    const reason = raced ? `${why}; ${raced.mend.reason}` : why
    if (raced?.change) return { ...raced, mend: { ...raced.mend, reason } }
    const { store: _, ...drawn } = settings
    const { weights, position, sums } = place
    return {
      mend: { ...(raced?.mend ?? decided([], 0)), reason },
      change: { model, settings: { ...drawn, store: copyOf(model, drawn) }, weights, position, sums },
    }
  }

  return {
    begin(position) {
      now = position
      here = { weights: session.store.save(), position }
      isUnseen = means.isFirst && position.step > 0
      if (position.step === 0) first = here
      else if (isUnseen && means.isSeeded && isFromBeginning(attempt, run.mends)) first = beginningOf(run, run.mends)
      if (isUnseen) reopen(position)
      return see(watch.begin(position))
    },
    step: (rows, moment, position) => watch.step(rows, moment, position),
    afterStep(position) {
      now = position
      return see(watch.afterStep(position))
    },
    nonFinite: () => see(watch.nonFinite()),
    afterEpoch(event) {
      now = { epoch: event.epoch, batch: 0, step: event.step }
      const found = see(watch.afterEpoch(event))
      isFinished = watch.chart().isOver
      return found
    },
    mend,
    release: () => watch.release(),
  }
}

function isDead(found: readonly Finding[]): boolean {
  return found.some(({ code }) => code === 'non-finite')
}

/** Whether a run that died began anew with what no race had found. */
function isSafeBeginning({ kept, candidates, control, margin }: Mend): boolean {
  return kept.length > 0 && !candidates.some(({ loss }) => Number.isFinite(loss) && loss < control * (1 - margin))
}

function spentIn(mends: readonly Mend[]): number {
  return mends.reduce((sum, { spent }) => sum + spent, 0)
}
