/** Tuning: searching hyperparameters, and ensembles of what was trained. */
export { type Dimension, dimensionsOf, type Point, paramsAt } from './dimensions.ts'
export {
  type CalibrationBin,
  type CalibrationError,
  type CalibrationOptions,
  calibrationError,
  fitTemperature,
  negativeLogLikelihood,
} from './ensemble/calibration.ts'
export type { Combine } from './ensemble/combine.ts'
export { type Ensemble, type EnsembleOptions, ensemble, loadEnsemble } from './ensemble/ensemble.ts'
export {
  type Member,
  type MemberOptions,
  memberOf,
  type TopMembersOptions,
  topMembers,
} from './ensemble/member.ts'
export type { Calibration, EnsembleReport, Spread } from './ensemble/report.ts'
export {
  type SnapshotEnsembleOptions,
  snapshotEnsemble,
  type TrainEnsembleOptions,
  type TrainedEnsemble,
  trainEnsemble,
} from './ensemble/train.ts'
export { defineSearch, type SearchContext, type SearchExperiment, type SearchMetric } from './experiment.ts'
export type { Importance, ImportanceOptions } from './importance/importance.ts'
export {
  type Bracket,
  type HalvingOptions,
  hyperband,
  hyperbandBrackets,
  type Rung,
  type SuccessiveHalvingOptions,
  successiveHalving,
} from './pruners/hyperband.ts'
export { type MedianPrunerOptions, medianPruner } from './pruners/median.ts'
export { type NoPrunerOptions, noPruner } from './pruners/none.ts'
export type { Next, Pruner, Step } from './pruners/pruner.ts'
export { type CoarseToFineOptions, coarseToFine } from './samplers/coarse-to-fine.ts'
export { type GridOptions, grid } from './samplers/grid.ts'
export { randomSampler } from './samplers/random.ts'
export type { Proposal, Sampler, Tried } from './samplers/sampler.ts'
export { type TpeOptions, tpe } from './samplers/tpe.ts'
export {
  type ChoiceParameter,
  type ConditionalParameter,
  choice,
  conditional,
  integer,
  logUniform,
  type NumberParameter,
  type Option,
  type Parameter,
  type Params,
  type ScaleOptions,
  type Space,
  uniform,
} from './space.ts'
export { folderCheckpoints, memoryCheckpoints, type TrialCheckpoints } from './study/checkpoints.ts'
export type { StudyEvent } from './study/events.ts'
export type { Direction, Job, Limit, Outcome, Report, Result } from './study/job.ts'
export type { Objective, TrialContext, TrialTraining } from './study/objective.ts'
export { runTrial, type TrialControl, type TrialSetting } from './study/run-trial.ts'
export { type SearchOptions, search } from './study/search.ts'
export { type Fact, fileStorage, memoryStorage, type StudyDescription, type StudyStorage } from './study/storage.ts'
export type { Study, Trial } from './study/study.ts'
export { inProcess, type Workers } from './study/workers.ts'
