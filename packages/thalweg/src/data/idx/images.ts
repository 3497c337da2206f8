/** Images and their labels, each from an IDX array, as a dataset. */

import { formatShape, ThalwegError } from '../../base/index.ts'
import { arrays } from '../arrays.ts'
import { checkNames } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import type { IdxArray } from './element.ts'
import { readIdx } from './read.ts'

/** A file as it was read: its name, for errors, and its bytes, plain or gzipped. */
export interface NamedBytes {
  readonly file: string
  readonly bytes: Uint8Array
}

export interface IdxImagesOptions {
  readonly name: string
  readonly images: NamedBytes
  readonly labels: NamedBytes
  /** Class names. Default `0`, `1`, ... up to the largest label. */
  readonly classes?: readonly string[]
}

/**
 * A dataset of `[height, width, channels]` images in 0..1 from an image file (`[count, height, width]`, or
 * `[count, height, width, channels]`) and a label file (`[count]`), both uint8.
 *
 * @throws ThalwegError as `readIdx` does, and `data/idx-not-images`, `data/idx-not-labels`, `data/unequal-count`,
 * `data/bad-label`
 */
export async function idxImages(options: IdxImagesOptions): Promise<Dataset> {
  const { name, images, labels, classes } = options
  checkNames('idxImages', options, { name, images, labels, classes })
  const pixels = await readIdx(images.bytes, images.file)
  const classOf = await readIdx(labels.bytes, labels.file)
  const isImages = pixels.values instanceof Uint8Array && (pixels.shape.length === 3 || pixels.shape.length === 4)
  if (!isImages) throw notImages(images.file, pixels)
  if (classOf.shape.length !== 1 || !(classOf.values instanceof Uint8Array)) throw notLabels(labels.file, classOf)
  const [count, height, width, channels = 1] = pixels.shape
  if (count !== classOf.shape[0]) throw unequal(name, images.file, count, labels.file, classOf.shape[0])
  return arrays({
    name,
    inputs: pixels.values,
    inputShape: [height, width, channels],
    labels: classOf.values,
    ...(classes && { classes }),
  })
}

function notImages(file: string, array: IdxArray): ThalwegError {
  return new ThalwegError('data/idx-not-images', {
    rule: `read ${file}: images must be uint8 [count,height,width] or [count,height,width,channels]`,
    received: `${array.values.constructor.name} ${formatShape(array.shape)}`,
    try: 'check that the image file and the label file were not exchanged',
  })
}

function notLabels(file: string, array: IdxArray): ThalwegError {
  return new ThalwegError('data/idx-not-labels', {
    rule: `read ${file}: labels must be uint8 [count]`,
    received: `${array.values.constructor.name} ${formatShape(array.shape)}`,
    try: 'check that the image file and the label file were not exchanged',
  })
}

function unequal(name: string, images: string, imageCount: number, labels: string, labelCount: number): ThalwegError {
  return new ThalwegError('data/unequal-count', {
    rule: `${name}: images and labels must be equally many`,
    received: `${imageCount} images in ${images}, ${labelCount} labels in ${labels}`,
    try: 'take both files from the same source (train with train, t10k with t10k)',
  })
}
