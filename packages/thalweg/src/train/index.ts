/** Training: `fit` and the run it leaves, events, evaluation, checkpoints. */

export { applyPatches, type Configuration, mendedModel, resolvePatch } from './apply-patch.ts'
export type { BestEpoch } from './best.ts'
export { type Standing, whatStands } from './case.ts'
export {
  type Checkpoint,
  type CheckpointOptions,
  decodeCheckpoint,
  encodeCheckpoint,
  modelArrays,
  type Position,
  type Signature,
  type Snapshot,
} from './checkpoint.ts'
export { type EvaluateOptions, evaluate } from './evaluate.ts'
export type {
  CheckpointEvent,
  CompileEvent,
  EndEvent,
  EpochEvent,
  FindingEvent,
  InterruptedEvent,
  MendEvent,
  RestoreEvent,
  StartEvent,
  StepEvent,
  StopEvent,
  TrainEvent,
} from './events.ts'
export {
  defineExperiment,
  type Experiment,
  type ExperimentContext,
  type ExperimentData,
  type InitializeContext,
  type LoadOptions,
} from './experiment.ts'
export { writeFileAtomic } from './files.ts'
export { restoresBest } from './final.ts'
export {
  type Condition,
  type Evidence,
  type Finding,
  findingOf,
  type Origin,
  type Severity,
  type Sign,
} from './finding.ts'
export { fit } from './fit.ts'
export {
  type CheckpointFolderOptions,
  checkpointFolder,
  checkpointsIn,
  clearTemporaries,
  type FoundCheckpoint,
  latestCheckpoint,
} from './folder.ts'
export { type Lsuv, type LsuvLayer, type LsuvOptions, lsuv } from './lsuv.ts'
export type { ClassMetrics, Metrics, NumberMetrics } from './metrics.ts'
export { biasBeforeBatchNorm, modelFindings } from './model-findings.ts'
export type { EpochFigure, Metric, Monitor } from './monitor.ts'
export { completeOptions, type FitOptions } from './options.ts'
export type { Change, Mend, ModelPatch, Patch, Trial } from './patch.ts'
export {
  type ClassPrediction,
  type NestedNumbers,
  type NumberPrediction,
  type PredictInputs,
  type Prediction,
  type PredictOptions,
  predict,
} from './predict.ts'
export { type RangeCurve, type RangeTest, type RangeTestOptions, rangeTest } from './range-test.ts'
export type { Run } from './run.ts'
export { decodeSafetensors, encodeSafetensors, type StoredArray, type StoredArrays } from './safetensors.ts'
export type { SaveRunOptions } from './save-run.ts'
export {
  type LoadedRun,
  type LoadRunOptions,
  loadRun,
  loadWeights,
} from './saved-run.ts'
export { type EpochSums, type Observer, openSession, type Session, type StepMoment } from './session.ts'
export type { Settings, StatisticsChoice, TrainingOptions } from './settings.ts'
export {
  type CompareOptions,
  compareStatistics,
  type LayerComparison,
  type Moments,
  type StatisticsComparison,
  type StatisticsDistance,
  type StatisticsKind,
} from './statistics/compare.ts'
export type { Trained } from './statistics/layers.ts'
export { batchesNotRandom, type OrderEffect, type OrderEffectOptions, orderEffect } from './statistics/order-effect.ts'
export {
  type LayerPopulation,
  type PopulationOptions,
  type PopulationStatistics,
  populationStatistics,
} from './statistics/population.ts'
export type { ObserveStep, SeenCall, SeenParameter, SeenStep } from './step.ts'
export type { EarlyStoppingOptions } from './stopping.ts'
export type { RangeAbstention, RangeInterval, RangeVerdict } from './valley.ts'
export type { Babysitter, EarlierAttempt, Mending, NewAttempt, Watch, WatchedAttempt, WatchedRun } from './watch.ts'
