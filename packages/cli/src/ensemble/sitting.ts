/** One sitting of an ensemble's run: trains the members that are not finished, then weighs what they are worth together. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import type { EpochEvent, TrainEvent } from 'thalweg/train'
import { asThalwegError, EXIT, failureOf } from '../errors.ts'
import { type EngineOptions, engineEnvironment } from '../options.ts'
import { checkRecipe, modelOf } from '../recipes/recipe.ts'
import { appendFailure, appendWatch, readCaseFile } from '../run/case-file.ts'
import {
  createRunFolder,
  isFinished,
  type RunFolder,
  readManifest,
  reopenRunFolder,
  reportFile,
  writeResult,
} from '../run/folder.ts'
import { healthIn } from '../run/health.ts'
import type { Manifest } from '../run/manifest.ts'
import { writeReport } from '../run/report.ts'
import type { Sitting, SittingContext } from '../run/sitting.ts'
import { explainCommand, isDeath, isIll, placeOf, resumeCommand, sayBeginning, sayNext, wayOn } from '../run/words.ts'
import { suddenEnd } from '../sudden-end.ts'
import { healthText } from '../terminal/findings.ts'
import { duration, loss, percent, r2 } from '../terminal/format.ts'
import { sayRows } from '../terminal/summary.ts'
import { growingTable } from '../terminal/table.ts'
import type { Voice } from '../voice.ts'
import { createPool } from '../workers/pool.ts'
import { createTeller } from './findings.ts'
import { type MemberTask, memberFolder, trainMember } from './member.ts'
import { loadMembers } from './members.ts'
import { newestSnapshot, trainSnapshots } from './snapshots.ts'
import { judged, resultOf, sayVerdict, verdictFields } from './verdict.ts'

/** @returns the exit code */
export async function runEnsembleSitting(
  sitting: Sitting,
  context: SittingContext,
  { workers = os.availableParallelism(), ...engine }: EngineOptions & { readonly workers?: number | undefined } = {},
): Promise<number> {
  const { voice } = context
  const { folder, manifest, data, babysit } = sitting
  const { ensemble: members = 0 } = manifest
  const began = performance.now()
  await checkRecipe(manifest.recipe, data, manifest.seed)
  let { lock } = sitting
  if (lock) await reopen(folder, manifest)
  sayBeginning(sitting, voice, lock && (await progressOf(sitting)))
  if (!lock) {
    const { preprocessing, experiment } = data
    lock = await createRunFolder(folder, { manifest, preprocessing, experiment })
  }
  appendWatch(folder, babysit ?? 'advise', 0)
  const sudden = suddenEnd()
  const watched = { ...context, signal: AbortSignal.any([context.signal, sudden.signal]) }
  try {
    sudden.listen()
    const isSnapshots = manifest.members === 'snapshots'
    const size = Math.min(workers, members)
    const finished = await (isSnapshots
      ? trainSnapshots(sitting, watched)
      : trainAll(sitting, members, { size, engine }, watched))
    voice.hide()
    const cause = sudden.error()
    if (cause) throw cause
    if (!finished) {
      voice.say(`\n  saved; to go on:\n    ${voice.style.accent(resumeCommand(folder))}\n`)
      voice.event({ type: 'interrupted', run: folder.path })
      return EXIT.interrupted
    }
    const networks = await loadMembers(folder.path, manifest, async () => modelOf(manifest.recipe, data))
    const verdict = await judged(
      networks.map(({ member }) => member),
      manifest.combine,
      data,
    )
    const seconds = (performance.now() - began) / 1000
    const result = resultOf(verdict, { epochs: manifest.recipe.epochs, seconds })
    await writeResult(folder, result)
    await writeReport(folder)
    const health = healthIn(await readCaseFile(folder), manifest, true)
    sayVerdict(verdict, voice)
    sayRows(voice, [
      ['trained', `${trainedText(manifest)} in ${duration(seconds)}`],
      ['health', healthText(health, manifest, voice.style)],
      ['run', folder.path],
      ['report', reportFile(folder)],
    ])
    if (isIll(health)) sayNext([explainCommand(folder)], voice)
    else voice.say('')
    voice.event({ type: 'end', ...result, ...verdictFields(verdict), health, run: folder.path })
    return EXIT.done
  } catch (error) {
    voice.hide()
    const told = failureOf(withWayOn(sudden.error() ?? error, folder))
    await sayLeft(sitting, told, voice)
    throw told
  } finally {
    sudden.release()
    voice.hide()
    lock.release(folder.path)
  }
}

/** Some of it failed: what there is of the rest, and where what is known of it stands. */
async function sayLeft({ folder, manifest }: Sitting, error: unknown, voice: Voice): Promise<void> {
  appendFailure(folder, error)
  const [{ findings }, left] = await Promise.all([readCaseFile(folder), leftIn({ folder, manifest })])
  await writeReport(folder).catch(() => undefined)
  voice.say(`\n  ${left}`)
  if (findings.length > 0) sayNext([explainCommand(folder)], voice)
  else voice.say('')
}

/** One that died would end at the same step again. */
function withWayOn(error: unknown, folder: RunFolder): ThalwegError {
  const told = asThalwegError(error)
  if (isDeath(told)) return told
  const { code, rule, received, try: advice } = told
  return new ThalwegError(code, {
    rule,
    received,
    try: `${advice}; ${wayOn(told)} ${resumeCommand(folder)}`,
    cause: error,
  })
}

async function leftIn(sitting: Pick<Sitting, 'folder' | 'manifest'>): Promise<string> {
  const { folder, manifest } = sitting
  const kept = `all that was trained is kept in ${folder.path}`
  if (manifest.members !== 'snapshots') return `${await progressOf(sitting)}; ${kept}`
  const newest = await newestSnapshot(folder.path, manifest.ensemble ?? 0)
  return newest
    ? `saved ${placeOf(newest.position)} in ${folder.path}`
    : `the run lies in ${folder.path}; it has no checkpoint yet`
}

/** How far the members have come, in words. */
async function progressOf({ folder, manifest }: Pick<Sitting, 'folder' | 'manifest'>): Promise<string> {
  const { ensemble: count = 0, members } = manifest
  if (members === 'snapshots') {
    const newest = await newestSnapshot(folder.path, count)
    return newest ? placeOf(newest.position) : 'from the beginning: there was no checkpoint yet'
  }
  const all = Array.from({ length: count }, (_, member) => memberFolder(folder.path, member))
  const finished = (await Promise.all(all.map(isFinished))).filter(Boolean).length
  return `${finished} of ${count} networks ${finished === 1 ? 'is' : 'are'} finished`
}

/** Members that were trained for fewer epochs than there are now go on. */
async function reopen(folder: RunFolder, manifest: Manifest): Promise<void> {
  const before = await readManifest(folder)
  await reopenRunFolder(folder, manifest)
  if (before.recipe.epochs === manifest.recipe.epochs) return
  for (let member = 0; member < (manifest.ensemble ?? 0); member++) {
    await fs.rm(path.join(memberFolder(folder.path, member).path, 'result.json'), { force: true })
  }
}

/**
 * Whether every member came to its end.
 *
 * @throws ThalwegError what the first member that failed threw, with its number; the others are stopped and have saved
 */
async function trainAll(
  { folder, manifest, data, babysit }: Sitting,
  members: number,
  { size, engine }: { readonly size: number; readonly engine: EngineOptions },
  { voice, signal: asked, interrupt }: SittingContext,
): Promise<boolean> {
  const progress = createMembersProgress(manifest, members, voice)
  const tell = await createTeller(folder, voice)
  const task: MemberTask = { kind: 'member', manifest, babysit, run: folder.path }
  const pool = size > 1 ? createPool(size, task, engineEnvironment(engine, size)) : undefined
  const failing = new AbortController()
  const signal = AbortSignal.any([asked, failing.signal])
  let failure: ThalwegError | undefined

  async function one(member: number): Promise<boolean> {
    if (signal.aborted) return false
    const onEvent = (sent: unknown): void => {
      const event = sent as TrainEvent
      if (event.type === 'finding') tell(event, member)
      progress(member, event)
    }
    if (pool) return Boolean(await pool.run(member, { signal, onEvent }))
    // It compiles in this process; what is finished lies in its own folder.
    interrupt?.rest()
    return trainMember(manifest, data, memberFolder(folder.path, member), member, {
      babysit,
      signal,
      onEvent(event) {
        if (event.type === 'start') interrupt?.listen()
        onEvent(event)
      },
    })
  }

  /** The ensemble would lack it, so the others do not go on: they finish their step, and save. */
  async function oneOrNone(member: number): Promise<boolean> {
    try {
      return await one(member)
    } catch (error) {
      failure ??= memberFailed(error, `network ${member + 1} of ${members}`)
      failing.abort()
      return false
    }
  }

  try {
    const all = Array.from({ length: members }, (_, member) => member)
    const done = pool ? await Promise.all(all.map(oneOrNone)) : []
    if (!pool) for (const member of all) done.push(await oneOrNone(member))
    if (failure) throw failure
    return done.every(Boolean)
  } finally {
    interrupt?.listen()
    pool?.close()
  }
}

function memberFailed(error: unknown, which: string): ThalwegError {
  const { code, rule, received, try: advice } = asThalwegError(error)
  return new ThalwegError(code, {
    rule: `train: every network of an ensemble must come to its end`,
    received: `${which}: ${rule} (${received})`,
    try: isDeath(error) ? DEATH_ADVICE : advice,
    cause: error,
  })
}

/** It would end at the same step again, and members are not mended. */
const DEATH_ADVICE =
  'a lower --learning-rate or --clip-norm 1 in a new run; --babysit fix finds what helps one network alone'

/** A row when a member has come to its end, and a line that moves. */
function createMembersProgress(
  { recipe, data }: Manifest,
  members: number,
  voice: Voice,
): (member: number, event: TrainEvent) => void {
  const isClass = data.target.kind === 'class'
  const table = growingTable(voice, [
    { title: 'network', width: 11 },
    { title: 'epochs', width: 10 },
    { title: data.valid ? 'valid loss' : 'train loss', width: 12 },
    { title: isClass ? 'accuracy' : 'R2', width: 11 },
    { title: 'time', width: 11 },
  ])
  const last = new Map<number, EpochEvent>()
  const figuresOf = ({ validLoss, trainLoss, trainAccuracy, validAccuracy = trainAccuracy, validR2 }: EpochEvent) => [
    loss(validLoss ?? trainLoss),
    isClass ? percent(validAccuracy ?? Number.NaN) : validR2 === undefined ? '-' : r2(validR2),
  ]
  return (member, event) => {
    if (event.type === 'epoch') {
      last.set(member, event)
      voice.event({ ...event, member: member + 1 })
    }
    const epoch = last.get(member)
    if (event.type === 'end' && epoch) {
      table.row([`${member + 1}/${members}`, String(epoch.epoch), ...figuresOf(epoch), duration(event.seconds)])
      last.delete(member)
    }
    const moving = [...last].map(([one, at]) => `${one + 1}: ${at.epoch}/${recipe.epochs} ${figuresOf(at).join(' ')}`)
    voice.show(`  ${moving.join('   ')}`)
  }
}

function trainedText({ ensemble, members, recipe: { epochs } }: Manifest): string {
  return members === 'snapshots'
    ? `${ensemble} minima of one network in ${epochs} epochs`
    : `${ensemble} networks of ${epochs} epochs`
}
