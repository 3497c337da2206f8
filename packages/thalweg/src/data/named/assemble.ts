/** A named dataset from the bytes of its four files, and what to say when they cannot be had. */
import { ThalwegError } from '../../base/index.ts'
import type { Dataset } from '../dataset.ts'
import { idxImages } from '../idx/images.ts'
import type { FileRole, NamedDataset } from './catalog.ts'

/** What was found: each file's bytes, plain or gzipped, with the path it was read from (for errors). */
export type NamedFiles = Readonly<Record<FileRole, { readonly file: string; readonly bytes: Uint8Array }>>

/**
 * The training and test datasets of `named`; a valid part is for `split` to take from train.
 *
 * @throws ThalwegError as `idxImages` does
 */
export async function assembleNamed(
  named: NamedDataset,
  files: NamedFiles,
): Promise<{ readonly train: Dataset; readonly test: Dataset }> {
  const { name, classes } = named
  return {
    train: await idxImages({ name, classes, images: files.trainImages, labels: files.trainLabels }),
    test: await idxImages({ name, classes, images: files.testImages, labels: files.testLabels }),
  }
}

/**
 * The error for a named dataset whose files are nowhere to be found and cannot be downloaded.
 *
 * @param lookedIn the folders that were searched
 * @param cache the folder in which a download would have been kept, if there is one
 */
export function notProvided(
  named: NamedDataset,
  lookedIn: readonly string[],
  cache?: string,
  cause?: unknown,
): ThalwegError {
  const files = named.files.map((file) => file.file).join(', ')
  const failure = cause instanceof ThalwegError ? cause.received : cause instanceof Error ? cause.message : undefined
  const reason = failure === undefined ? '' : `; download failed: ${failure.split('\n').join('; ')}`
  const folders = lookedIn.length > 0 ? `nothing in ${lookedIn.join(', ')}` : 'no folder was given'
  const ways = [
    `--data DIR with a folder that holds ${files} (with or without .gz)`,
    named.package
      ? `apt install ${named.package.name}, which puts them in ${named.package.folder}`
      : `copy them to ${cache ?? 'the cache folder'} from a machine that has them`,
    `connect to the network and run again: they are downloaded once${cache ? ` to ${cache}` : ''}`,
  ]
  return new ThalwegError('data/not-provided', {
    rule: `${named.name}: its four files must be at hand`,
    received: `${folders}${reason}`,
    try: `one of three ways: (1) ${ways[0]}; (2) ${ways[1]}; (3) ${ways[2]}`,
    cause,
  })
}
