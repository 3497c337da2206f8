/**
 * The one error class of the library. An error is data: a stable `code`, the rule that broke, the values that were
 * received, and one concrete act to try. Its message is always three lines.
 */

export interface ErrorParts {
  /** What was being done, then the rule that broke: `matmul: inner dimensions must agree`. */
  readonly rule: string
  /** The actual values: `a [32,784], b [128,10]`. */
  readonly received: string
  /** One concrete act: `give b 784 rows, or check the output size of the layer before it`. */
  readonly try: string
  readonly cause?: unknown
}

export class ThalwegError extends Error {
  /** Stable and machine-readable, `room/what`: `graph/shape-mismatch`, `data/missing-column`. */
  readonly code: string
  readonly rule: string
  readonly received: string
  readonly try: string

  constructor(code: string, parts: ErrorParts) {
    super(`${parts.rule}\nreceived: ${parts.received}\ntry: ${parts.try}`, { cause: parts.cause })
    this.name = 'ThalwegError'
    this.code = code
    this.rule = parts.rule
    this.received = parts.received
    this.try = parts.try
  }

  /** The same error with `where` (a layer's path, say) in front of its rule. */
  within(where: string): ThalwegError {
    const error = new ThalwegError(this.code, {
      rule: `${where}: ${this.rule}`,
      received: this.received,
      try: this.try,
      cause: this.cause ?? this,
    })
    if (this.stack) error.stack = this.stack.replace(this.message, error.message)
    return error
  }
}

/** A fault of the library itself, never of its user. */
export function internal(what: string, received = 'a state that should not occur'): ThalwegError {
  return new ThalwegError('internal', {
    rule: `internal: ${what}`,
    received,
    try: 'report this with the program that led here; it is a fault of Thalweg, not of yours',
  })
}

/** Makes the compiler prove that a switch is complete, and says so at run time if it was not. */
export function unreachable(value: never, what: string): never {
  throw internal(`${what} is not handled`, String(value))
}
