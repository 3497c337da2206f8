/** Data: datasets, readers, generators, preprocessing, splits and orders. Bytes and rows come in; no file is opened here. */
export { type ArraysOptions, arrays, type ClassArraysOptions, type NumberArraysOptions, type Rows } from './arrays.ts'
export type { Augmentation } from './augment/augmentation.ts'
export { type AugmentedOptions, augmented } from './augment/augmented.ts'
export { oneOf, sometimes } from './augment/choose.ts'
export { type CropOptions, crop } from './augment/crop.ts'
export { type CutoutOptions, cutout } from './augment/cutout.ts'
export type { Draws } from './augment/draws.ts'
export { type FlipOptions, flip } from './augment/flip.ts'
export type { Fill, Image } from './augment/image.ts'
export { brightness, contrast, type LightOptions } from './augment/light.ts'
export { type NoiseOptions, noise } from './augment/noise.ts'
export { cutMix, mixup, type PairsOptions } from './augment/pairs.ts'
export { type ResizedCropOptions, resizedCrop } from './augment/resized-crop.ts'
export { type RotateOptions, rotate } from './augment/rotate.ts'
export { type ShearOptions, shear } from './augment/shear.ts'
export { type ShiftOptions, shift } from './augment/shift.ts'
export { softLabels } from './augment/soft-labels.ts'
export { type ZoomOptions, zoom } from './augment/zoom.ts'
export { checkClasses, countClasses, eachChunk, labelsOf } from './classes.ts'
export type { Dataset, Target } from './dataset.ts'
export { fingerprintOf, sha256 } from './fingerprint.ts'
export { circles } from './generate/circles.ts'
export { type DigitsOptions, digits } from './generate/digits.ts'
export { type GeneratorName, generators } from './generate/generators.ts'
export { moons } from './generate/moons.ts'
export type { PointsOptions } from './generate/points.ts'
export { type SpiralOptions, spiral } from './generate/spiral.ts'
export { xor } from './generate/xor.ts'
export type { IdxArray, IdxValues } from './idx/element.ts'
export { gunzip, gzip, isGzip } from './idx/gzip.ts'
export { type IdxImagesOptions, idxImages, type NamedBytes } from './idx/images.ts'
export { parseIdx, readIdx } from './idx/read.ts'
export { writeIdx } from './idx/write.ts'
export { materialized } from './materialized.ts'
export { assembleNamed, type NamedFiles, notProvided } from './named/assemble.ts'
export {
  type FileRole,
  fashionMnist,
  mnist,
  type NamedDataset,
  namedDatasets,
  type RemoteFile,
} from './named/catalog.ts'
export { type DownloadOptions, download } from './named/download.ts'
export type { DataNote } from './notes.ts'
export { type BalancedOptions, balanced, classWeights } from './order/balanced.ts'
export { type CurriculumOptions, curriculum } from './order/curriculum.ts'
export { batchCount, batchRows, epochOrder, sequentialOrder } from './order/epoch.ts'
export { createOrder, type EpochOrders, inOrder, type Order, type OrderParts, shuffled } from './order/order.ts'
export {
  type ExponentialPacingOptions,
  exponentialPacing,
  linearPacing,
  type Pacing,
  type PacingOptions,
  rootPacing,
  stepPacing,
} from './order/pacing.ts'
export { columnScores, lossScores, type Score, scoresOf } from './order/scores.ts'
export { stratified } from './order/stratified.ts'
export { type WeightedOptions, weighted } from './order/weighted.ts'
export { type Center, type CenterOptions, center } from './preprocess/center.ts'
export { type ColumnEncoding, featuresOf, type Impute } from './preprocess/encode.ts'
export type { Examples, Per, Walk } from './preprocess/examples.ts'
export { fitInputs, type InputPreprocessing, invertInputs, preprocessed, transformed } from './preprocess/inputs.ts'
export { type MinMax, type MinMaxOptions, minMax } from './preprocess/min-max.ts'
export { type Components, type Pca, type PcaOptions, pca } from './preprocess/pca.ts'
export { type PreparedTable, type PrepareTableOptions, prepareTable } from './preprocess/prepare.ts'
export { type Preprocessing, readPreprocessing } from './preprocess/read.ts'
export { type Robust, type RobustOptions, robust } from './preprocess/robust.ts'
export { fitStandardize, type Standardize, type StandardizeOptions, standardize } from './preprocess/standardize.ts'
export {
  type EncodedTable,
  encodeTable,
  type FitTableOptions,
  fitTable,
  type TablePreprocessing,
  tableDataset,
} from './preprocess/table.ts'
export { invertTarget, type TargetEncoding } from './preprocess/target.ts'
export {
  applyTransforms,
  type FitTransform,
  invertTransforms,
  type Transform,
  transformedShape,
} from './preprocess/transform.ts'
export {
  type PcaWhiteningOptions,
  pcaWhitening,
  type Whitening,
  type ZcaWhiteningOptions,
  zcaWhitening,
} from './preprocess/whitening.ts'
export type { DataSource, Place, ValueAt } from './source.ts'
export { type RowSplit, type Split, type SplitOptions, split, splitRows } from './split.ts'
export { subset } from './subset.ts'
export type { Column, ColumnType } from './table/column.ts'
export { type Table, type TableOptions, table } from './table/table.ts'
export type { Task } from './table/task.ts'
