/**
 * A finding: what is wrong with a run, with the number that shows it. Whoever looks for something describes it once as a
 * condition; a finding is that condition met in one place, at one step, with what was measured there.
 */
import type { Patch } from './patch.ts'

/** `info`: good to know. `warning`: the run will most likely be worse for it. `error`: it cannot succeed like this. */
export type Severity = 'info' | 'warning' | 'error'

export const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 }

/** What can be wrong, in words; docs/findings has a page for each. */
export interface Condition {
  /** Stable: `vanishing-gradient`. */
  readonly code: string
  readonly severity: Severity
  /** What it is and what it does to a training, in a few sentences. */
  readonly about: string
  /** What is measured, with its unit, and in which direction it is bad. */
  readonly rule: string
  readonly threshold: number
  /** Most likely why. */
  readonly cause: string
  /** One concrete act. */
  readonly try: string
  /** Section of the article, or a paper. */
  readonly source: string
}

/** Where a number first stopped being finite. */
export interface Origin {
  /**
   * The operation: `exp`, `matmul`; `input` for an example, `variable` for a weight that was not finite before, `state` for what
   * is kept beside the weights: statistics of batch norm, sums of an optimizer.
   */
  readonly op: string
  /** On the way to the loss, on the way back, or where the weights are changed. */
  readonly part: 'forward' | 'backward' | 'update'
  /** Path of the layer, or of the parameter in an update, or name of the state or of an input that is none of examples (`learningRate`); `loss` for the loss; empty for operations outside of layers. */
  readonly layer: string
  /** Of the step in which it happened; epochs and steps from 1. */
  readonly epoch: number
  readonly step: number
  /** Row of the training data: the example that the value belongs to, or that brings most to a value of all of them. */
  readonly example?: number
  /** Set where the value is one of all examples of the batch. */
  readonly isOfAll?: true
  /** Where in the operation's result, and what stood there. */
  readonly place: readonly number[]
  readonly value: number
  /** What it was made from: for operations element by element the values at this place, otherwise the largest. */
  readonly from: readonly number[]
}

export interface Evidence {
  readonly measured: number
  readonly rule: string
  readonly threshold: number
}

/** A verdict that carries its evidence. Plain data. */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  /** Updates made when it was found; 0 before the first one. */
  readonly step: number
  /** Path of the layer where it is: `block2.dense1`. */
  readonly layer?: string
  /** What was seen, in a sentence with the number. */
  readonly message: string
  readonly evidence: Evidence
  readonly cause: string
  readonly try: string
  /** Changes of the configuration that may mend it, the most promising one first. */
  readonly patches: readonly Patch[]
  /** Of what is not finite: where that began. */
  readonly origin?: Origin
  readonly source: string
}

/** A condition met: where, and with which number. What is not given is as the condition says. */
export interface Sign {
  readonly measured: number
  readonly message: string
  readonly layer?: string
  readonly severity?: Severity
  readonly rule?: string
  readonly threshold?: number
  readonly cause?: string
  readonly try?: string
  readonly patches?: readonly Patch[]
}

export function findingOf(condition: Condition, sign: Sign, step: number): Finding {
  const { code, source } = condition
  const { measured, message, layer, patches = [] } = sign
  return {
    code,
    severity: sign.severity ?? condition.severity,
    step,
    ...(layer !== undefined && { layer }),
    message,
    evidence: { measured, rule: sign.rule ?? condition.rule, threshold: sign.threshold ?? condition.threshold },
    cause: sign.cause ?? condition.cause,
    try: sign.try ?? condition.try,
    patches,
    source,
  }
}

/** Whether an earlier sitting has told of it, and not of something milder. */
export function isTold({ code, severity }: Finding, earlier: readonly Finding[] = []): boolean {
  return earlier.some((one) => one.code === code && RANK[one.severity] >= RANK[severity])
}
