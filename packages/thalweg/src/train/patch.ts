/**
 * A change of a run's configuration as plain data, so that it can be told, raced against others, recorded and undone. What
 * it means is in apply-patch.ts.
 */
export type Patch =
  /** Multiplies the learning rate, that of the schedule too. */
  | { readonly kind: 'learning-rate'; readonly factor: number }
  /** Cuts the norm of all gradients together to this. */
  | { readonly kind: 'clip-norm'; readonly norm: number }
  /** Another optimizer with these options; a schedule keeps its form. */
  | { readonly kind: 'optimizer'; readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  /** A new random order every epoch. */
  | { readonly kind: 'shuffle' }
  | { readonly kind: 'batch-size'; readonly size: number }
  /** Takes penalties and weight decay away. */
  | { readonly kind: 'no-decay' }
  /** Takes constraints away, those of groups too. */
  | { readonly kind: 'no-constraint' }
  /** Groups that keep parameters as they are do so no more. */
  | { readonly kind: 'unfreeze' }
  /** First weights are drawn anew, by the initializer of this name; biases begin at 0. */
  | { readonly kind: 'initializer'; readonly name: string }
  | ModelPatch

/** Of these a saved run must know, since its weights belong to the changed model. */
export type ModelPatch =
  /**
   * Inputs are shifted and then scaled in front of the model, per feature of a table and as a whole otherwise. Without
   * numbers: by mean and deviation of the training examples, which are filled in where it is applied.
   */
  | { readonly kind: 'scale-inputs'; readonly shift?: readonly number[]; readonly scale?: readonly number[] }
  /** Activation layers of one kind become another. */
  | { readonly kind: 'activation'; readonly from: string; readonly to: string }
  /**
   * What the model gives is scaled and then shifted behind it, per number: by default to the training targets' deviation and mean.
   * The rate of an optimizer whose updates are as large as the gradient is divided by the square of the scale.
   */
  | { readonly kind: 'scale-outputs'; readonly shift?: readonly number[]; readonly scale?: readonly number[] }
  /** This activation before every layer with weights but the first. */
  | { readonly kind: 'insert-activations'; readonly name: string }
  /** A dense layer of so many units in the place of one. */
  | { readonly kind: 'widen-layer'; readonly layer: string; readonly units: number }
  /** Leaves a layer out. */
  | { readonly kind: 'remove-layer'; readonly layer: string }
  /** Every dropout drops with this probability instead; with 0 there is none. */
  | { readonly kind: 'dropout-rate'; readonly rate: number }
  /** Every batch norm keeps this share of its moving statistics at each step. */
  | { readonly kind: 'norm-momentum'; readonly momentum: number }

/** One thing of a run's configuration before and after a change of it, in words. */
export interface Change {
  /** `learning rate`. */
  readonly what: string
  readonly before: string
  readonly after: string
  /** `learning rate 10 → 0.1`. */
  readonly text: string
}

/** Patches that were tried together, and what they change. */
export interface Trial {
  readonly patches: readonly Patch[]
  readonly changes: readonly Change[]
  /** Mean loss that a run with them came to; infinite where it died, or threw. */
  readonly loss: number
  /** What the model, the loss or the data threw with them: out of the race. */
  readonly thrown?: string
}

/** What was done about a finding: raced, and kept or not. Plain data. */
export interface Mend {
  /**
   * In which of the run's attempts it was decided, from 1, and with which one the run goes on: the same where nothing changes, a
   * new one, or an earlier one where the mends since are taken back.
   */
  readonly attempt: number
  readonly next: number
  /** Why, in a sentence. */
  readonly reason: string
  /** Of the finding that asked for it, and others that were open. */
  readonly codes: readonly string[]
  /** Updates made when it was decided; and from where the run goes on, with what it was before if nothing was kept. */
  readonly step: number
  readonly from: { readonly epoch: number; readonly batch: number; readonly step: number }
  /** Mean loss that the unchanged run came to under the same budget; infinite where it died, NaN where nothing was tried. */
  readonly control: number
  readonly candidates: readonly Trial[]
  /** What the run goes on with; empty where nothing beat the control by the margin. */
  readonly kept: readonly Patch[]
  /** The same as data and in words; where mends are taken back, what becomes what it was. */
  readonly changes: readonly Change[]
  /** By how much of the control's loss a candidate has to be better. */
  readonly margin: number
  /** Steps that the race took, all candidates together, and the share of the planned steps spent on races so far. */
  readonly spent: number
  readonly share: number
}
