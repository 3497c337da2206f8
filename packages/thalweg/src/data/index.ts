/** Data: datasets, readers, generators, preprocessing, splits and orders. Bytes and rows come in; no file is opened here. */
export { type ArraysOptions, arrays, type ClassArraysOptions, type NumberArraysOptions } from './arrays.ts'
export { checkClasses, countClasses, eachChunk, labelsOf } from './classes.ts'
export type { Dataset, Target } from './dataset.ts'
export { fingerprintOf, sha256 } from './fingerprint.ts'
export { circles } from './generate/circles.ts'
export { moons } from './generate/moons.ts'
export type { PointsOptions } from './generate/points.ts'
export { type SpiralOptions, spiral } from './generate/spiral.ts'
export { xor } from './generate/xor.ts'
export type { IdxArray, IdxValues } from './idx/element.ts'
export { gunzip, gzip, isGzip } from './idx/gzip.ts'
export { type IdxImagesOptions, idxImages, type NamedBytes } from './idx/images.ts'
export { parseIdx, readIdx } from './idx/read.ts'
export { writeIdx } from './idx/write.ts'
export { assembleNamed, type NamedFiles, notProvided } from './named/assemble.ts'
export {
  type FileRole,
  fashionMnist,
  mnist,
  type NamedDataset,
  namedDatasets,
  type RemoteFile,
} from './named/catalog.ts'
export type { DataNote } from './notes.ts'
export { batchCount, batchRows, epochOrder, sequentialOrder } from './order.ts'
export { type RowSplit, type Split, type SplitOptions, split, splitRows } from './split.ts'
export { subset } from './subset.ts'
