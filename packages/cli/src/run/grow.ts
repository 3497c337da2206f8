/**
 * A run that is to go on for more epochs than it began with: where its rates do not depend on how many there are, it becomes
 * the run that it would have been with so many from the beginning, bit for bit.
 */
import { usage } from '../errors.ts'
import { isAverageStretched } from '../recipes/average.ts'
import { isScheduleStretched } from '../recipes/schedule.ts'
import { type RunFolder, readResult } from './folder.ts'
import type { Manifest } from './manifest.ts'

/**
 * The manifest with so many epochs; as it is where nothing is asked for.
 *
 * @throws ThalwegError `usage/resume-mismatch` for fewer epochs, or a schedule that was laid out over those it began with
 */
export function withEpochs(manifest: Manifest, epochs: number | undefined): Manifest {
  const { recipe } = manifest
  if (epochs === undefined || epochs === recipe.epochs) return manifest
  if (epochs < recipe.epochs) {
    throw usage('resume-mismatch', {
      rule: 'resume: --epochs may only grow',
      received: `${epochs}, it was ${recipe.epochs}`,
      try: 'leave --epochs out, or start a new run',
    })
  }
  if (manifest.members === 'trials') {
    throw usage('resume-mismatch', {
      rule: 'resume: the best of a search have the epochs that they were found with',
      received: `--epochs ${epochs}, for an ensemble of ${manifest.ensemble} trials`,
      try: 'thalweg tune --resume STUDY with more --trials, or train one of its experiment files for longer',
    })
  }
  if (recipe.average && isAverageStretched(recipe.average)) {
    throw usage('resume-mismatch', {
      rule: 'resume: --epochs must be what the average was laid out over',
      received: `${epochs}, it was ${recipe.epochs}, with an average of the last quarter`,
      try: `a new run with --epochs ${epochs}; one with --average swa:startEpoch=N may go on for longer`,
    })
  }
  if (recipe.finalMomentum !== undefined) {
    throw usage('resume-mismatch', {
      rule: 'resume: --epochs must be what the momentum was laid out over',
      received: `${epochs}, it was ${recipe.epochs}, with --final-momentum ${recipe.finalMomentum}`,
      try: `a new run with --epochs ${epochs}`,
    })
  }
  if (isScheduleStretched(recipe.schedule)) {
    throw usage('resume-mismatch', {
      rule: 'resume: --epochs must be what the schedule was laid out over',
      received: `${epochs}, it was ${recipe.epochs}, with the schedule ${recipe.schedule.name}`,
      try: `a new run with --epochs ${epochs}; one with --schedule fixed, cyclic or plateau may go on for longer`,
    })
  }
  return { ...manifest, recipe: { ...recipe, epochs } }
}

/** @throws ThalwegError `usage/finished` for a run that has nothing left to train */
export async function refuseFinished(folder: RunFolder, before: Manifest, now: Manifest): Promise<void> {
  const result = await readResult(folder)
  if (!result) return
  const { epochs } = before.recipe
  if (now === before) {
    throw usage('finished', {
      rule: 'resume: the run must not have come to its end',
      received: `${folder.path}, which is finished`,
      try: isScheduleStretched(before.recipe.schedule)
        ? `thalweg predict ${folder.path} FILE, or a new run with more --epochs`
        : `thalweg predict ${folder.path} FILE, or more than ${epochs} --epochs`,
    })
  }
  if (result.epochs === undefined || result.epochs >= epochs) return
  throw usage('finished', {
    rule: 'resume: a run that stopped early has no use for more epochs',
    received: `${folder.path}, which stopped after ${result.epochs} of ${epochs}`,
    try: 'a new run with a larger --patience',
  })
}
