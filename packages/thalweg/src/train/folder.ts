/**
 * A folder of checkpoints: `step-00001234.safetensors`, one that was the best when it was written as
 * `step-00001200.best.safetensors`. Writing is atomic, old ones go only after a new one is safe, and reading falls back to
 * an older one where the newest is damaged. Node only.
 */
import { ThalwegError } from '../base/index.ts'
import { type Checkpoint, decodeCheckpoint, type Snapshot } from './checkpoint.ts'
import { listFiles, readBytes, removeFile, writeFileAtomic } from './files.ts'

export interface CheckpointFolderOptions {
  /** How many of the newest to keep, beside the best ones. Default 3. */
  readonly keep?: number
}

/** A sink for `fit`'s option `checkpoint.save`. */
export function checkpointFolder(
  folder: string,
  { keep = 3 }: CheckpointFolderOptions = {},
): (checkpoint: Checkpoint) => Promise<string> {
  return async ({ bytes, position, best, bestSteps, stale = Number.POSITIVE_INFINITY }) => {
    const file = `step-${String(position.step).padStart(8, '0')}${best ? '.best' : ''}.safetensors`
    await writeFileAtomic(`${folder}/${file}`, bytes)
    const files = await checkpointFiles(folder)
    const undone = files.filter((one) => one !== file && stepOf(one) > stale)
    const standing = files.filter((one) => !undone.includes(one))
    for (const old of [...undone, ...outdated(standing, file, keep, bestSteps)]) await removeFile(`${folder}/${old}`)
    return `${folder}/${file}`
  }
}

export interface FoundCheckpoint {
  readonly path: string
  readonly snapshot: Snapshot
  /** Newer ones that could not be read, and why. */
  readonly skipped: readonly { readonly path: string; readonly error: ThalwegError }[]
}

/**
 * The newest checkpoint in `folder` that is whole.
 *
 * @throws ThalwegError `train/no-checkpoint`
 */
export async function latestCheckpoint(folder: string): Promise<FoundCheckpoint> {
  const skipped: { path: string; error: ThalwegError }[] = []
  for (const file of (await checkpointFiles(folder)).reverse()) {
    const path = `${folder}/${file}`
    try {
      return { path, snapshot: await decodeCheckpoint(await readBytes(path), path), skipped }
    } catch (error) {
      if (!(error instanceof ThalwegError)) throw error
      skipped.push({ path, error })
    }
  }
  const [newest] = skipped
  throw new ThalwegError('train/no-checkpoint', {
    rule: `resume: ${folder} must hold a checkpoint that is whole`,
    received: newest
      ? `${skipped.length} that ${skipped.length === 1 ? 'is' : 'are'} not; the newest: ${newest.error.rule} (${newest.error.received})`
      : 'no checkpoint',
    try: newest
      ? 'copy the folder again from where it is whole, or remove these files and begin again'
      : 'start a new run; this one ended before its first checkpoint was safe',
    cause: newest?.error,
  })
}

/** All checkpoints in `folder` that are whole, the newest first. Each is read when it is asked for. */
export async function* checkpointsIn(folder: string): AsyncGenerator<Snapshot> {
  for (const file of (await checkpointFiles(folder)).reverse()) {
    const path = `${folder}/${file}`
    try {
      yield await decodeCheckpoint(await readBytes(path), path)
    } catch (error) {
      if (!(error instanceof ThalwegError)) throw error
    }
  }
}

/** Removes what a killed process left half-written. Call it when no one else writes there. */
export async function clearTemporaries(folder: string): Promise<void> {
  for (const file of await listFiles(folder)) {
    if (file.startsWith('.') && file.endsWith('.tmp')) await removeFile(`${folder}/${file}`)
  }
}

/** Checkpoints in a folder, the oldest first. */
async function checkpointFiles(folder: string): Promise<string[]> {
  const files = (await listFiles(folder)).filter((file) => /^step-\d+([.]best)?[.]safetensors$/.test(file))
  return files.sort((a, b) => stepOf(a) - stepOf(b))
}

function stepOf(file: string): number {
  return Number.parseInt(file.slice('step-'.length), 10)
}

/** Everything but the newest `keep` and the best ones; and the step that was just written under its other name. */
function outdated(files: readonly string[], written: string, keep: number, bestSteps: readonly number[]): string[] {
  const twins = files.filter((file) => file !== written && stepOf(file) === stepOf(written))
  const rest = files.filter((file) => !twins.includes(file))
  return [...twins, ...rest.slice(0, -keep).filter((file) => !bestSteps.includes(stepOf(file)))]
}
