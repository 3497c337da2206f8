/** Optimizers as pairs of pure graph functions, schedules, and what else makes updates of gradients: rules of an update. */
export { type AdadeltaOptions, adadelta } from './adadelta.ts'
export { type AdagradOptions, adagrad } from './adagrad.ts'
export { type AdamOptions, adam, adamw } from './adam.ts'
export { type AdamaxOptions, adamax } from './adamax.ts'
export { type Average, type EmaOptions, ema, type SwaEpochs, type SwaSteps, swa, type UpdateMoment } from './average.ts'
export { type Clip, clipByGlobalNorm, clipByNorm, clipByValue } from './clip.ts'
export { type Constraint, maxNorm, type NormOptions, nonNegative, unitNorm } from './constraint.ts'
export { type DecoupledDecayOptions, decoupledDecay } from './decoupled-decay.ts'
export type { ParameterDescription, ParameterGroup } from './groups.ts'
export { type LambOptions, lamb } from './lamb.ts'
export { type LionOptions, lion } from './lion.ts'
export { type LookaheadOptions, lookahead } from './lookahead.ts'
export { type MomentumOptions, momentum } from './momentum.ts'
export { type MuonOptions, muon } from './muon.ts'
export { type NadamOptions, nadam } from './nadam.ts'
export { nesterov } from './nesterov.ts'
export type { FirstAct, InitialState, Optimizer, OptimizerState, UpdateContext, Updated } from './optimizer.ts'
export { type ElasticNetOptions, elasticNet, l1, l2, type Penalty } from './penalty.ts'
export { type RadamOptions, radam } from './radam.ts'
export { createOptimizer, isOptimizerName, type OptimizerName, optimizers, wrapperNames } from './registry.ts'
export { type RmspropOptions, rmsprop } from './rmsprop.ts'
export { type RpropOptions, rprop } from './rprop.ts'
export { rulesIn, type UpdateRules } from './rules.ts'
export { type CosineDecayOptions, type CosineRestartsOptions, cosineDecay, cosineRestarts } from './schedules/cosine.ts'
export {
  type CyclicOptions,
  cyclic,
  type LinearRampOptions,
  linearRamp,
  type OneCycleMomentumOptions,
  type OneCycleOptions,
  oneCycle,
  oneCycleMomentum,
} from './schedules/cycle.ts'
export {
  type ExponentialDecayOptions,
  exponentialDecay,
  fixedRate,
  type InverseDecayOptions,
  inverseDecay,
  type MultistepDecayOptions,
  multistepDecay,
  type PolynomialDecayOptions,
  polynomialDecay,
  type RateOptions,
  type SigmoidDecayOptions,
  type StepDecayOptions,
  sigmoidDecay,
  stepDecay,
} from './schedules/decay.ts'
export { type LinearOptions, linear } from './schedules/linear.ts'
export {
  type Plateau,
  type PlateauState,
  type ReduceOnPlateauOptions,
  reduceOnPlateau,
} from './schedules/plateau.ts'
export { createSchedule, scheduleNamed, scheduleNames } from './schedules/registry.ts'
export type { Schedule } from './schedules/schedule.ts'
export { type ChainPart, chain, type WarmUpOptions, warmUp } from './schedules/warm-up.ts'
export { type SgdOptions, sgd } from './sgd.ts'
export { beale } from './surfaces/beale.ts'
export {
  type GridOptions,
  gridOfPoints,
  type HeightGrid,
  heightGrid,
  type Slopes,
  slopesAt,
} from './surfaces/grid.ts'
export { himmelblau } from './surfaces/himmelblau.ts'
export { longValley } from './surfaces/long-valley.ts'
export type { Outcome } from './surfaces/outcome.ts'
export { rastrigin } from './surfaces/rastrigin.ts'
export { findSurface, optimizerFor, surfaces } from './surfaces/registry.ts'
export { rosenbrock } from './surfaces/rosenbrock.ts'
export { saddle } from './surfaces/saddle.ts'
export { defineSurface, type Interval, type Point, type Surface, type SurfaceDefinition } from './surfaces/surface.ts'
export {
  type Racer,
  type Trajectories,
  type TrajectoriesOptions,
  type Trajectory,
  trajectories,
} from './surfaces/trajectories.ts'
